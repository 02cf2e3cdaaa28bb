"""Replaces identities and secrets in lines of a trace: nothing stays that the program's vocabulary does not contain.

Public: `Redactor` (text in, text out), `vocabulary_of`, `KeyMap`, `RewrittenSource`, `mask`. It must not know rules'
verdicts or reports: it changes what is read, and so every output is redacted.
"""
