"""Size limits of modules, functions and content, and the modules exempt from them with their reasons.

ruff checks complexity (C901 in pyproject.toml); `rules lint` checks texts (lyncphone_logs/authoring/lint_texts.py).
"""

MAX_MODULE_LINES = 400
MAX_FUNCTION_LINES = 40
MAX_MEDIAN_FUNCTION_LINES = 8
MAX_P90_FUNCTION_LINES = 25
"""Nine of ten functions of the package are at most this long."""

MIN_MODULE_LINES = 60
"""A shorter module with a single importer needs a reason in SHORT_MODULES."""

MAX_RULE_LINES = 80
"""Lines of a rule file before its samples."""
MAX_GRAMMAR_LINES = 150
"""Lines of a grammar file before its samples."""

MAX_PUBLIC_NAMES = 14
MIN_INIT_LINES, MAX_INIT_LINES = 3, 6
"""Lines of the docstring that is a package's whole `__init__.py`."""

SHORT_MODULES = {
    "authoring.grammar_samples": "samples of rules and of grammars are tested apart",
    "cli.events": "each command is one module",
    "cli.grammars": "each command is one module",
    "events.parquet": "the only importer of pyarrow, which is an optional dependency",
    "grammar.expected": "needs pyparsing, which only an explanation of a line imports",
    "redaction.facts": "facts come from the user and not from lines",
    "reports.concise": "each report format is one module",
    "sources.file_changes": "what a change means is tested without files, and source.py has no room for it",
    "reports.line_meaning": "needs grammars and the matcher, the page of a code does not",
}
"""Modules below MIN_MODULE_LINES with at most one importer, and the reason. Names are relative to the package."""

SAME_STEMS = {
    "__init__": "Python's name for the file of a package",
    "loader": "reads grammar files in grammar/ and rule files in rules/",
} | dict.fromkeys(
    ("diagnose", "events", "explain", "grammars", "phones", "rules"), "a module in cli/ has the name of its command"
)
"""Module names that may occur in several packages, and the reason."""
