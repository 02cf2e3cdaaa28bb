"""What was not understood, for reading and, as Markdown, for an issue."""

from collections.abc import Iterator

from lyncphone_logs.reports.encoding import to_json
from lyncphone_logs.reports.escaping import visible
from lyncphone_logs.reports.markdown import code, fenced
from lyncphone_logs.reports.wording import counted
from lyncphone_logs.trace.unparsed import Unknown, Unknowns

TITLES = {"line": "Lines that no grammar reads", "message": "Messages of no known kind"}


def table(found: Unknowns) -> Iterator[str]:
    """Counts, where the first stands, what read its header, and the masked example."""
    for what, title in TITLES.items():
        these = [each for each in found.ranked() if each.what == what]
        yield f"{title}: {counted(sum(each.count for each in these), 'line')}, {counted(len(these), 'shape')}"
        for each in these:
            yield visible(f"{each.count:7d}  {_place(each)}  {each.example}")
    yield from _others(found)


def markdown(found: Unknowns) -> Iterator[str]:
    """The same as Markdown, without paths."""
    for what, title in TITLES.items():
        these = [each for each in found.ranked() if each.what == what]
        if these:
            yield f"## {title}\n"
        for each in these:
            reader = f", {code(_reader(each))}" if each.grammar else ""
            yield f"{counted(each.count, 'time')}{reader}\n\n{fenced([each.example])}\n"
    yield from _others(found)


def json_lines(found: Unknowns) -> Iterator[str]:
    """An object a shape."""
    for each in found.ranked():
        yield to_json({name: getattr(each, name) for name in Unknown.__slots__})


def _others(found: Unknowns) -> Iterator[str]:
    if found.others:
        yield f"{counted(found.others, 'more line')} of further shapes"


def _place(each: Unknown) -> str:
    return f"{each.source}:{each.line}" + (f" ({_reader(each)})" if each.grammar else "")


def _reader(each: Unknown) -> str:
    return " ".join(filter(None, [each.grammar, each.component]))
