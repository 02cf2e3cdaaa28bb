"""Reads the windows of a source into batches of events: headers, multi-line messages, SIP messages, literal search.

Public: `reader.Reader`, `header.read_headers`, `literal_search.Search`, `sequence_numbers`, `sip`.
The only package that imports hyperscan. It must not know phones, rules, or more than one source.
"""
