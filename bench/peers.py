"""Runs one library on a trace, line by line or into columns: `python bench/peers.py NAME FILE`.

Prints one JSON object: `lines` tried, `matched`, and `seconds` of the work without imports and compilation. All but
`frame` apply the same line pattern (line_pattern.py) and extract its eleven fields. `frame` does everything from file
to typed DataFrame, including framing, clock and event keys.
"""

import json
import re
import sys
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from itertools import chain, islice
from typing import Any, NamedTuple

from generate import YEAR
from line_pattern import BY_HAND, FIELDS

SAMPLES = {"pyparsing": 20_000, "pygrok": 200_000, "re2": 200_000}
"""The number of first lines that slow libraries read; results.py scales up their time."""

CHARACTERS_AT_A_TIME = 256 << 10
"""Larger pieces are slower: their memory is allocated each time and is not in the processor's cache."""
BLOCK = 16 << 20
"""Bytes per block, for libraries that work on columns."""
NO_SEPARATOR = "\x01"


class Work(NamedTuple):
    """The result of one run; `more` are additional figures of one contestant."""

    lines: int
    matched: int
    seconds: float
    more: tuple[tuple[str, float], ...] = ()


def pieces(path: str) -> Iterator[list[str]]:
    """The lines without line ends, many at once, as a fast reader gets them."""
    with open(path, encoding="utf-8", newline="\n") as stream:
        rest = ""
        while text := stream.read(CHARACTERS_AT_A_TIME):
            lines, end, rest = (rest + text).rpartition("\n")
            if end:
                yield lines.split("\n")
        if rest:
            yield [rest]


def by_line(path: str, fields_of: Callable[[str], Any], limit: int | None = None) -> Work:
    """Time a function that returns the fields of a line, or None."""
    start = time.perf_counter()
    tried = matched = 0
    for lines in pieces(path) if limit is None else [[*islice(chain.from_iterable(pieces(path)), limit)]]:
        tried += len(lines)
        for line in lines:
            if fields_of(line) is not None:
                matched += 1
    return Work(tried, matched, time.perf_counter() - start)


def by_match(path: str, match: Callable[[str], Any], limit: int | None = None) -> Work:
    """Time a match method of a compiled pattern, including the groups of its matches."""
    start = time.perf_counter()
    tried = matched = 0
    for lines in pieces(path) if limit is None else [[*islice(chain.from_iterable(pieces(path)), limit)]]:
        tried += len(lines)
        for found in filter(None, map(match, lines)):
            found.groups()
            matched += 1
    return Work(tried, matched, time.perf_counter() - start)


def python_re(path: str) -> Work:
    """A hand-written pattern with named groups, line by line."""
    return by_match(path, re.compile(BY_HAND).match)


def compiled(path: str) -> Work:
    """The same line, compiled from pyparsing, line by line, as the reader does."""
    from line_pattern import expression

    from lyncphone_logs.grammar.compiler import compile_expression

    return by_match(path, compile_expression(expression()).pattern.fullmatch)


def pyparsing(path: str) -> Work:
    """pyparsing itself, the specification."""
    from line_pattern import expression

    line_expression = expression().parse_with_tabs().streamline()
    error: Any = import_module("pyparsing").ParseException

    def fields_of(line: str) -> Any:
        try:
            return line_expression.parse_string(line, parse_all=True).as_dict()
        except error:
            return None

    return by_line(path, fields_of, SAMPLES["pyparsing"])


def pygrok(path: str) -> Work:
    """Grok patterns in Python."""
    return by_line(path, import_module("pygrok").Grok(BY_HAND).match, SAMPLES["pygrok"])


def re2(path: str) -> Work:
    """RE2 through its Python binding."""
    return by_match(path, import_module("re2").compile(BY_HAND).match, SAMPLES["re2"])


def pandas(path: str) -> Work:
    """`str.extract` of a Series of lines."""
    pd: Any = import_module("pandas")
    start = time.perf_counter()
    lines = pd.Series([*chain.from_iterable(pieces(path))], dtype="str")
    columns = lines.str.extract(BY_HAND)
    return Work(len(columns), int(columns["stamp"].notna().sum()), time.perf_counter() - start)


def polars(path: str) -> Work:
    """`str.extract_groups` of a lazy frame of lines."""
    pl: Any = import_module("polars")
    start = time.perf_counter()
    lines = pl.scan_csv(path, has_header=False, separator=NO_SEPARATOR, quote_char=None, new_columns=["line"])
    columns = lines.select(pl.col("line").str.extract_groups(BY_HAND).struct.unnest()).collect()
    return Work(columns.height, columns["stamp"].count(), time.perf_counter() - start)


def duckdb(path: str) -> Work:
    """`regexp_extract` into a table."""
    connection: Any = import_module("duckdb").connect(config={"threads": 1})
    start = time.perf_counter()
    connection.execute(
        f"create table columns as select unnest(regexp_extract(line, '{BY_HAND}', {[*FIELDS]!r})) from read_csv("
        f"'{path}', header=false, delim='{NO_SEPARATOR}', quote='', escape='', columns={{'line': 'varchar'}})"
    )
    [(lines, matched)] = connection.execute("select count(*), count(nullif(stamp, '')) from columns").fetchall()
    return Work(lines, matched, time.perf_counter() - start)


def pyarrow(path: str) -> Work:
    """`extract_regex` (RE2), block by block."""
    pa: Any = import_module("pyarrow")
    csv: Any = import_module("pyarrow.csv")
    extract: Any = import_module("pyarrow.compute").extract_regex
    pa.set_cpu_count(1)
    start = time.perf_counter()
    reading = csv.ReadOptions(column_names=["line"], block_size=BLOCK, use_threads=False)
    parsing = csv.ParseOptions(delimiter=NO_SEPARATOR, quote_char=False)
    typing = csv.ConvertOptions(column_types={"line": pa.string()}, strings_can_be_null=False)
    batches = csv.open_csv(path, read_options=reading, parse_options=parsing, convert_options=typing)
    columns = [extract(batch.column(0), BY_HAND) for batch in batches]
    lines = sum(map(len, columns))
    return Work(lines, lines - sum(each.null_count for each in columns), time.perf_counter() - start)


def frame(path: str) -> Work:
    """Ours: read_trace, to_frame."""
    import lyncphone_logs as lp

    start = time.perf_counter()
    trace = lp.read_trace(path, year=YEAR)
    found = trace.to_frame()
    seconds = time.perf_counter() - start
    size = float(found.memory_usage(deep=True).sum())
    lines = sum(each.source.lines for each in trace.inputs)
    return Work(lines, int((found["kind"] != "unparsed").sum()), seconds, (("rows", len(found)), ("bytes", size)))


def frame_without_pyarrow(path: str) -> Work:
    """Ours, as if pyarrow were not installed."""
    sys.modules["pyarrow"] = None  # type: ignore[assignment] # the import system treats None as "not installed"
    return frame(path)


CONTESTANTS: dict[str, Callable[[str], Work]] = {
    each.__name__: each
    for each in (
        python_re, compiled, pyparsing, pygrok, re2, pandas, polars, duckdb, pyarrow, frame,
        frame_without_pyarrow,
    )
}  # fmt: skip

if __name__ == "__main__":
    print(json.dumps(CONTESTANTS[sys.argv[1]](sys.argv[2])._asdict()))
