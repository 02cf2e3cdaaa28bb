"""Short reprs and HTML tables of values, for the Python prompt and Jupyter; text from a trace is escaped in both."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any, TypeVar

MAX_REPR_CHARACTERS = 200
MAX_VALUE_CHARACTERS = 60
"""Characters of one value in a repr."""
MAX_CELL_CHARACTERS = 2000
MAX_CELL_ITEMS = 20

Shown = TypeVar("Shown", bound=type)


def shown(*names: str) -> Callable[[Shown], Shown]:
    """Give a dataclass or named tuple a short `repr` with these fields (all, if none is named) and an HTML table.

    Write it above `@dataclass`, which would replace the repr.
    """

    def add(cls: Shown) -> Shown:
        def __repr__(self: object) -> str:
            return short_repr(self, names)

        cls.__repr__ = __repr__  # type: ignore[method-assign, assignment]
        cls._repr_html_ = html_table  # type: ignore[attr-defined]
        return cls

    return add


def short_repr(value: Any, names: tuple[str, ...] = ()) -> str:
    """`Name(field=value, ...)` in at most 200 characters; empty fields are omitted, long ones are shortened."""
    parts = [f"{name}={_brief(each)}" for name, each in _filled(value, names)]
    return bounded(f"{type(value).__name__}({', '.join(parts)})", MAX_REPR_CHARACTERS, "…)")


def html_table(value: Any) -> str:
    """The fields that are not empty, a row each. All text is escaped."""
    rows = (f"<tr><th>{escape(name)}</th><td>{_cell(each)}</td></tr>" for name, each in _filled(value))
    title = f"<caption>{escape(type(value).__name__)}</caption>"
    return f'<table class="dataframe">{title}<tbody>{"".join(rows)}</tbody></table>'


def escape(text: str) -> str:
    """The text as HTML. The module `html` brings a table of all entities, so it is imported only here."""
    import html

    return html.escape(text)


def printable(text: str) -> str:
    """The text with every character escaped that does not print, as in a Python literal: `\\n`, `\\x1b`, `\\u202e`."""
    return text if text.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def bounded(text: str, size: int, end: str = "…") -> str:
    """The text, truncated to `size` characters that end with `end`."""
    return text if len(text) <= size else text[: size - len(end)] + end


def _filled(value: Any, names: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    known = names or (tuple(each.name for each in fields(value)) if is_dataclass(value) else value._fields)
    for name in known:
        each = getattr(value, name)
        if each is not None and not (hasattr(each, "__len__") and len(each) == 0):
            yield name, each


def _brief(value: Any) -> str:
    """A value in a repr: an event by its location, a rule by its code, many values by their number."""
    if isinstance(value, str):
        return repr(bounded(value, MAX_VALUE_CHARACTERS))
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if label := _label(value):
        return label
    if hasattr(value, "__len__"):
        plain: Any = dict(value.items()) if isinstance(value, Mapping) else value
        text = repr(plain) if all(map(_is_small, plain)) and len(plain) < MAX_VALUE_CHARACTERS else ""
        return text if text and len(text) <= MAX_VALUE_CHARACTERS else f"<{len(value)}>"
    return bounded(repr(value), MAX_VALUE_CHARACTERS)


def _is_small(value: Any) -> bool:
    """Whether the repr of a value, of which there are several, costs little time."""
    return isinstance(value, int | float) or (isinstance(value, str) and len(value) <= MAX_VALUE_CHARACTERS)


def _label(value: Any) -> str:
    """What identifies a rule or an event; "" for anything else."""
    if hasattr(value, "code"):
        return str(value.code)
    if hasattr(value, "source") and hasattr(value, "line"):
        line = f":{value.line}" if value.line else ""
        return printable(bounded(value.source, MAX_VALUE_CHARACTERS - len(line))) + line
    return ""


def _cell(value: Any) -> str:
    if isinstance(value, str):
        lines = bounded(value, MAX_CELL_CHARACTERS).split("\n")
        return "<br>".join(escape(printable(line)) for line in lines)
    if isinstance(value, Mapping):
        pairs = [f"{name}={_brief(each)}" for name, each in value.items()]
        return _lines(pairs)
    if isinstance(value, tuple | list | set | frozenset) and not hasattr(value, "_fields"):
        return _lines([bounded(each if isinstance(each, str) else repr(each), MAX_CELL_CHARACTERS) for each in value])
    return escape(bounded(repr(value), MAX_CELL_CHARACTERS) if _label(value) else _brief(value))


def _lines(texts: list[str]) -> str:
    more = [f"… {len(texts) - MAX_CELL_ITEMS} more"] if len(texts) > MAX_CELL_ITEMS else []
    return "<br>".join(escape(printable(text)) for text in [*texts[:MAX_CELL_ITEMS], *more])
