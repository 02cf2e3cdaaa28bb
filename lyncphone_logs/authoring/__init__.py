"""Tools for rule and grammar authors: lint, sample tests, mutation tests, rule drafts.

Public: `lint.lint`, `rule_samples.check_rule`, `grammar_samples.check_grammar`, `mutation.survivors`, `draft.draft`.
It must not know the command line or any report format.
"""
