"""Shared by several tests: paths, limits, generated traces, small rules, random grammars."""
