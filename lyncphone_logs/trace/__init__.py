"""Named inputs as one ordered stream of batches, with keys (phone, boot, segment) and an account of every byte.

Public: `trace.Trace`, `correlator.Correlator`, `phone_list`, `unparsed`.
It must not know rules beyond the event kinds that they need.
"""
