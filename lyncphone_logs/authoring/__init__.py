"""Tools for rule and grammar authors: lint, sample tests, mutation tests, rule drafts.

Public: `lint.lint`, `samples.check_rule`, `samples.check_grammar`, `mutation.survivors`, `draft.draft`.
It must not know the command line or any report format.
"""
