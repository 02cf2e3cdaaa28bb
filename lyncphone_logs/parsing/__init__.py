"""Windows of a source into batches of events: headers, multi-line messages, SIP bodies, literal search.

Public: `reader.Reader`, `literal_search`, `sequence_numbers`, `sip`. The only package that imports hyperscan.
It must not know phones, rules, or more than one source.
"""
