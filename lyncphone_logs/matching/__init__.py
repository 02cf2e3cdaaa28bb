"""Matches events to rules: the rule index, clause state per scope, event counts, sequences and absences.

Public: `rule_index.Index`, `symptoms.Fold`, `matcher.fits`, `coverage.Extent`.
It must not know how causes are ranked or reported.
"""
