"""Turns the events of each phone into findings: diagnoses with evidence, rivals, excluded causes, sign-in journey.

Public: `engine.diagnose_phones`, `engine.explain`, `findings` (the frozen values of a report), `fix_check`.
It must not know how lines are parsed, nor how findings are printed.
"""
