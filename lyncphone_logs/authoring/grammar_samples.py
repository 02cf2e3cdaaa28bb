"""Tests the samples and hints of grammars; apart from `rule_samples` because it needs no diagnosis."""

from collections.abc import Iterator, Sequence

from lyncphone_logs.catalog import grammars_folder, overlaps
from lyncphone_logs.grammar.grammar import Grammar
from lyncphone_logs.syslog.unwrap import unwrap


def check_grammar(grammar: Grammar, others: Sequence[Grammar]) -> Iterator[str]:
    """One line for each failure: a sample with another kind or field, an overlap, a kind without a sample.

    A built-in grammar without `capture` is a failure too; one of a user has neutral texts then.
    """
    if grammar.path.parent == grammars_folder() and not grammar.capture.source:
        yield "no `capture` says how to record a trace of these phones"
    for sample in grammar.samples:
        text = unwrap(sample.line).text
        parsed = grammar.read(text)
        if parsed is None and any(sample in other.samples and other.read(text) for other in others):
            continue  # a shared message, in a line of another family
        found = (parsed.kind, dict(parsed.fields)) if parsed else None
        if found != (sample.kind, dict(sample.fields)):
            yield f"{sample.line!r} should be {sample.kind} {dict(sample.fields)}, is {found}"
    yield from overlaps(grammar, others)
    for kind in sorted({kind for kind, _ in grammar.messages} - {sample.kind for sample in grammar.samples}):
        yield f"no sample shows {kind}"
