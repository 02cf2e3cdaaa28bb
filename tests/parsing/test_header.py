"""Headers of many lines are read as the header of each line."""

from dataclasses import replace

import pytest
from support.made_traces import made_trace

from lyncphone_logs.catalog import read_catalog
from lyncphone_logs.grammar.grammar import reader_of
from lyncphone_logs.parsing.header import FIELDS, read_headers
from lyncphone_logs.syslog.unwrap import unwrap

GRAMMARS = read_catalog().grammars
SAMPLES = [sample.line for grammar in GRAMMARS for sample in grammar.samples]


@pytest.mark.parametrize("seed", range(6))
def test_the_first_grammar_that_reads_a_line_gives_its_header(seed: int) -> None:
    lines = [*made_trace(seed).decode().split("\n"), *SAMPLES[seed::6]]
    texts = [unwrap(line).text for line in lines]
    columns = read_headers(texts, GRAMMARS)
    for row, text in enumerate(texts):
        reader = reader_of(text, GRAMMARS)
        reading = reader.read(text) if reader else None
        assert columns["grammar"][row] == (reader.name if reader else "")
        header = reading.header if reading else {}
        assert {name: columns[name][row] or "" for name in FIELDS} == {name: header.get(name, "") for name in FIELDS}


def test_a_line_that_two_grammars_read_belongs_to_the_first() -> None:
    grammar = GRAMMARS[0]
    both = (replace(grammar, name="first"), replace(grammar, name="second"))
    text = next(text for text in (unwrap(line).text for line in SAMPLES) if grammar.read(text))
    assert reader_of(text, both) is both[0]
    assert reader_of("?", both) is None
    assert read_headers([text, "?", text], both)["grammar"] == ["first", "", "first"]
