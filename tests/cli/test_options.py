"""Options that several commands share: each command hands what it is given to `api.read_trace`, and nothing else."""

import inspect
from typing import Any

import pytest
from support.paths import FOUNDING

from lyncphone_logs import api
from lyncphone_logs.cli.app import run
from lyncphone_logs.cli.options import CLOCKS, FACTS, TRACE_OPTIONS

GIVEN: dict[str, tuple[list[str], Any]] = {
    "certificate": (["--certificate", "a", "--certificate", "b"], ["a", "b"]),
    "firmware": (["--firmware", "1.0"], "1.0"),
    "model": (["--model", "420HD"], "420HD"),
    "location": (["--location", "internal"], "internal"),
    "domain": (["--domain", "example.org"], "example.org"),
    "display": (["--display", "x"], ["x"]),
    "environment": (["--environment", "teams"], "teams"),
    "year": (["--year", "2013"], 2013),
    "tz": (["--tz", "+05:30"], ["+05:30"]),
    "since": (["--since", "12:00"], "12:00"),
    "until": (["--until", "13:00"], "13:00"),
    "rules": (["--rules", "r"], "r"),
    "grammar": (["--grammar", "g"], ["g"]),
    "grammars": (["--grammars", "h"], "h"),
    "full": (["--search-first"], False),
    "plugins": (["--no-plugins"], False),
    "redact": (["--redact"], True),
    "redaction_map": (["--map", "map.json"], "map.json"),
}
REDACTION = ["redact", "redaction_map"]
COMMANDS = {
    ("diagnose", str(FOUNDING)): [*TRACE_OPTIONS],
    ("explain", "TLS001", str(FOUNDING)): [name for name in TRACE_OPTIONS if name != "grammar"],
    ("events", str(FOUNDING)): [*CLOCKS, "grammar", "grammars", "plugins", *REDACTION],
    ("phones", str(FOUNDING)): [*CLOCKS, "grammar", "grammars", "plugins", *REDACTION],
    ("unparsed", str(FOUNDING)): ["grammar", "grammars", "plugins", *REDACTION],
}


class Reached(Exception):
    """Raised by the stand-in for `read_trace`."""


@pytest.fixture
def received(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    found: dict[str, Any] = {}

    def stand_in(*paths: str, **options: Any) -> None:
        found.update(options, paths=paths)
        raise Reached

    monkeypatch.setattr(api, "read_trace", stand_in)
    return found


@pytest.mark.parametrize(("command", "names"), COMMANDS.items(), ids=[words[0] for words in COMMANDS])
def test_a_command_passes_its_options_on(command: tuple[str, ...], names: list[str], received: dict[str, Any]) -> None:
    assert run([*command, *(word for name in names for word in GIVEN[name][0])]) == 5
    assert received.pop("paths") == (str(FOUNDING),)
    received.pop("jobs", None)
    assert received == {name: GIVEN[name][1] for name in names}


@pytest.mark.parametrize("command", COMMANDS, ids=[words[0] for words in COMMANDS])
def test_options_that_are_not_given_have_the_value_of_read_trace(
    command: tuple[str, ...], received: dict[str, Any]
) -> None:
    defaults = {name: parameter.default for name, parameter in inspect.signature(_READ_TRACE).parameters.items()}
    assert run([*command]) == 5
    assert {name: value for name, value in received.items() if value != defaults.get(name)}.keys() <= {"paths", "jobs"}


def test_every_option_is_a_parameter_of_read_trace() -> None:
    assert set(TRACE_OPTIONS) | {"jobs"} == set(inspect.signature(api.read_trace).parameters) - {"paths"}
    assert {*FACTS, *CLOCKS} < set(TRACE_OPTIONS)


def test_the_cores_are_counted_unless_a_number_of_jobs_is_given(received: dict[str, Any]) -> None:
    run([str(FOUNDING)])
    assert received["jobs"] == 0
    run([str(FOUNDING), "--jobs", "3"])
    assert received["jobs"] == 3


_READ_TRACE = api.read_trace
