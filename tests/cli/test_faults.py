"""Every operation on a file fails once, for every command: the exit code is a documented one and says what happened.

SQLite's way: the n-th operation fails, n = 1, 2, 3 … until none does. Either the answer is the one without a fault, or
the exit code says that something is missing: 2 or 3 for what is read, 4 for what is written. Then the former output is
as it was, and no other file is left. All lines are synthetic but the founding one.
"""

import gzip
import io
import tarfile
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from support.faults import ERRORS, SHORT, Faults, injected
from support.paths import FOUNDING, ROOT

from lyncphone_logs.cli.app import run

LINES = FOUNDING.read_bytes()
MAX_OPERATIONS = 400
"""More operations than any command needs: the loop must end."""
FORMER = b"the former output\n"
READS = ("open", "read", "close", "stat", "fstat", "scandir")
WRITES = ("open", "write", "close", "fsync", "replace", "chmod")

COMMANDS: dict[str, list[str]] = {
    "diagnose": ["diagnose", "in/trace.log"],
    "concise": ["diagnose", "in", "-f", "concise"],
    "searched": ["diagnose", "in/trace.log", "--search-first"],
    "evidence": ["in/trace.log", "--certificate", "chain.pem", "--verify-fix", "old.json", "-f", "markdown"],
    "own rules": ["in/trace.log", "--rules", "rules", "-f", "json"],
    "events": ["events", "in", "-f", "csv"],
    "phones": ["phones", "in"],
    "unparsed": ["unparsed", "in"],
    "explain": ["explain", "TLS001", "in/trace.log"],
    "rules list": ["rules", "list", "--rules", "rules"],
    "rules show": ["rules", "show", "TLS008", "--rules", "rules"],
    "rules test": ["rules", "test", "TLS008", "--rules", "rules"],
    "rules new": ["rules", "new", "TLS099", "--from", "in/trace.log", "--lines", "1"],
    "grammars list": ["grammars", "list", "--grammars", "grammars"],
}
WRITING: dict[str, list[str]] = {
    "diagnose": ["in/trace.log", "-o", "out/answer.txt"],
    "json": ["in/trace.log", "-o", "out/answer.json"],
    "events": ["events", "in/trace.log", "-f", "csv", "-o", "out/answer.csv"],
    "parquet": ["events", "in/trace.log", "-o", "out/answer.parquet"],
    "phones": ["phones", "in/trace.log", "-o", "out/answer"],
    "unparsed": ["unparsed", "in/trace.log", "-o", "out/answer"],
    "rules new": ["rules", "new", "TLS099", "--from", "in/trace.log", "--lines", "1", "-o", "out/own-rule.toml"],
}


FAST = {"diagnose"}
"""Commands that are tested in every run; the others by `pytest -m slow`."""


def fast_and_slow(commands: Iterable[str]) -> list[Any]:
    return [pytest.param(each, marks=[pytest.mark.slow] if each not in FAST else []) for each in commands]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with inputs of every kind."""
    folder = tmp_path_factory.mktemp("faults")
    for name in ("in/sub", "out", "rules", "grammars"):
        (folder / name).mkdir(parents=True)
    (folder / "in" / "trace.log").write_bytes(LINES)
    (folder / "in" / "sub" / "more.log.gz").write_bytes(
        gzip.compress(LINES.replace(b"440", b"441"), mtime=1_373_371_200)
    )
    with zipfile.ZipFile(folder / "in" / "packed.zip", "w") as archive:
        archive.writestr("a.log", LINES.replace(b"440", b"442"))
    with tarfile.open(folder / "in" / "packed.tar", "w") as tar:
        member = tarfile.TarInfo("b.log")
        member.size = len(LINES)
        tar.addfile(member, io.BytesIO(LINES.replace(b"440", b"443")))
    (folder / "chain.pem").write_bytes((ROOT / "fixtures/certificates/expired.pem").read_bytes())
    rule = (ROOT / "lyncphone_logs/content/rules/tls/certificate-expired.toml").read_bytes()
    (folder / "rules" / "certificate-expired.toml").write_bytes(rule)
    (folder / "grammars" / "own.py").write_text(
        "import pyparsing as pp\nvendor = 'Own'\nheader = 'OWN' + pp.Regex('.*')('message')\n"
        "messages, shared, levels, samples = [], ('busybox',), {}, []\n",
        encoding="utf-8",
    )
    assert run([str(folder / "in" / "trace.log"), "-o", str(folder / "old.json")]) == 1
    return folder


@pytest.fixture
def inside(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(folder)
    return folder


def listed(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def is_one_message(err: str, label: str) -> bool:
    """Whether there is one message with this label, and none that shows a bug."""
    lines = err.split("\n")
    return (
        sum(line.startswith(f"{label}: ") for line in lines) == 1
        and "this is a bug" not in err
        and "Traceback" not in err
    )


@pytest.mark.parametrize("lasts", [False, True], ids=["once", "lasting"])
@pytest.mark.parametrize("error", ["EIO", "EINTR", "short"])
@pytest.mark.parametrize("operation", READS)
@pytest.mark.parametrize("command", fast_and_slow(COMMANDS))
@pytest.mark.sampled(2)
def test_what_cannot_be_read_is_said_or_does_not_matter(
    command: str, operation: str, error: str, lasts: bool, inside: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    if error == "short" and operation != "read":
        pytest.skip("only reading can be short")
    if error == "EINTR" and lasts:
        pytest.skip("Python tries again until the system call is not interrupted")
    if operation == "close" and lasts:
        pytest.skip("after the first error, Python closes what is left without reporting errors")
    expected = run(COMMANDS[command]), *capfd.readouterr()
    before = listed(inside)
    for number in range(1, MAX_OPERATIONS):
        faults = Faults(operation, ERRORS[error], number, lambda name: name.startswith(str(inside)), lasts=lasts)
        with injected(faults):
            code = run(COMMANDS[command])
        found = code, *capfd.readouterr()
        assert listed(inside) == before
        if found != expected:
            assert faults.fired
            assert ERRORS[error] != SHORT, (number, found)
            # A fault that goes away may cost what a first look at a file shows, such as that two are copies.
            assert code in {2, 3} or (code == expected[0] and not lasts), (number, found, expected)
            assert code != 2 or is_one_message(found[2], "error"), (number, found)
            assert "this is a bug" not in found[2] + found[1], (number, found)
        if not faults.fired or (lasts and ERRORS[error] == SHORT):
            assert number > (operation == "read" and not lasts)
            return
    raise AssertionError("the operations do not end")


@pytest.mark.parametrize("former", [FORMER, None], ids=["replaces", "new"])
@pytest.mark.parametrize("error", ["EIO", "ENOSPC", "short"])
@pytest.mark.parametrize("operation", WRITES)
@pytest.mark.parametrize("command", fast_and_slow(WRITING))
@pytest.mark.sampled(2)
def test_an_output_is_complete_or_as_it_was(
    command: str, operation: str, error: str, former: bytes | None, inside: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    if command == "parquet":
        pytest.importorskip("pyarrow")
    if error == "short" and operation != "write":
        pytest.skip("only writing can be short")
    arguments = WRITING[command]
    target = inside / arguments[-1]
    expected = run(arguments)
    complete = target.read_bytes()
    for lasts in (False, True):
        for number in range(1, MAX_OPERATIONS):
            target.unlink(missing_ok=True)
            if former is not None:
                target.write_bytes(former)
            capfd.readouterr()
            faults = Faults(
                operation, ERRORS[error], number, lambda name: name.startswith(str(inside / "out")), lasts=lasts
            )
            with injected(faults):
                code = run(arguments)
            err = capfd.readouterr().err
            left = [path.name for path in (inside / "out").iterdir()]
            if faults.fired and ERRORS[error] != SHORT:
                assert code == 4, (number, err)
                assert is_one_message(err, "error"), err
                assert left == [target.name] * (former is not None)
                assert former is None or target.read_bytes() == former
            else:
                assert code == expected
                assert left == [target.name]
                assert target.read_bytes() == complete
            target.unlink(missing_ok=True)
            if not faults.fired or (lasts and ERRORS[error] == SHORT):
                break
        else:
            raise AssertionError("the operations do not end")


@pytest.mark.parametrize("error", ["EIO", "ENOSPC", "short"])
@pytest.mark.parametrize("operation", [*READS, *WRITES[1:]])
@pytest.mark.sampled(4)
def test_a_cache_that_fails_changes_nothing(
    operation: str, error: str, inside: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    arguments = ["in/trace.log", "--rules", "rules", "-f", "concise"]
    expected = run(arguments), capfd.readouterr().out
    monkeypatch.setenv("LYNCPHONE_LOGS_CACHE", str(tmp_path))
    faults = Faults(operation, ERRORS[error], 1, lambda name: name.startswith(str(tmp_path)), lasts=True)
    with injected(faults):
        assert (run(arguments), capfd.readouterr().out) == expected


def test_all_cases_were_made() -> None:
    assert len(COMMANDS) * len(READS) == 84
    assert len(WRITING) * len(WRITES) == 42
