"""Matches the events of a phone to rules: rule index, symptoms, clause state per scope, event counts, absences.

Public: `rule_index.index_of`, `rule_index.RuleMatcher`, `symptom_state.SymptomState`, `matcher.matches`.
It must not know how causes are ranked or reported.
"""
