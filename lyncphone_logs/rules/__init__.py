"""Rule files: the closed schema of rules, clauses and conditions; rule packs and their loader.

Public: `rule.Rule`, `loader.read_rule`, `packs`.
It must not know grammars, nor how a rule is evaluated.
"""
