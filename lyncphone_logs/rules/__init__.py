"""Rule files: the closed schema of rules, clauses and conditions; rule packs and their loader.

Public: `rule.Rule`, `packs`, `loader.load_rules`, `loader.read_rule`, `loader.rule_file`.
It must not know grammars, nor how a rule is evaluated.
"""
