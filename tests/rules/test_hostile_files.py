"""Rules, grammars and packs that others wrote: none costs much, none stops another, and each is named."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.hostile_rules import BOMBS, CODE, NAME, TEMPLATES, composed, matching_rules, valid_rules
from support.paths import FOUNDING, ROOT

from lyncphone_logs import bounded_files
from lyncphone_logs.bounded_files import MAX_DEPTH, MAX_KEY_PARTS, MAX_VALUES, parse_toml, read_regular
from lyncphone_logs.catalog import read_catalog
from lyncphone_logs.cli.app import run
from lyncphone_logs.events.templates import MAX_CHARACTERS, MAX_FIELDS, MAX_VALUE_CHARACTERS, filled, names_in
from lyncphone_logs.events.vocabulary import Family
from lyncphone_logs.grammar.loader import NEEDED
from lyncphone_logs.rules import packs
from lyncphone_logs.validation import InvalidContent, validate

KNOWN = read_catalog(plugins=False)
MAX_RUN_SECONDS = 240
"""CPU time of a process that loads many files, which may compile all grammars first."""


def write(folder: Path, text: str, name: str = NAME) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.toml"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    return path


def sound(folder: Path) -> str:
    """Writes a rule that loads; returns its title as it is in the catalog."""
    write(folder, valid_rules()[0].replace(CODE, "ZZZ001").replace(NAME, "sound-rule"), "sound-rule")
    (rule,) = [rule for rule in read_catalog(str(folder)).rules if rule.code == "ZZZ001"]
    return rule.title


def program(*words: str, seconds: int = 60, **options: Any) -> "subprocess.CompletedProcess[str]":
    """Runs the program as a user does, with a limit of its CPU time."""
    command = [sys.executable, *words]
    return subprocess.run(
        command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=600, check=False, cwd=ROOT,
        preexec_fn=lambda: _limit(seconds), **options,
    )  # fmt: skip


def _limit(seconds: int) -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))


def hostile_run(folder: Path, seed: int, count: int) -> dict[str, list[str]]:
    sound(folder)
    environment = os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"}
    ended = program(
        "-m", "support.hostile_run", str(folder), str(seed), str(count), seconds=MAX_RUN_SECONDS, env=environment
    )
    assert ended.returncode == 0, ended.stderr
    found: dict[str, list[str]] = json.loads(ended.stdout)
    assert sum(map(len, found.values())) == len(BOMBS) + count
    assert (found["failed"], found["slow"]) == ([], [])
    return found


needs_limits = pytest.mark.skipif(sys.platform == "win32", reason="needs the limits and timers of POSIX")


@pytest.mark.slow
@needs_limits
def test_no_changed_rule_file_fails_or_takes_long(tmp_path: Path) -> None:
    found = hostile_run(tmp_path, 0, 120)
    assert len(found["used"]) >= 12
    assert len(found["refused"]) >= 80


@needs_limits
@pytest.mark.long
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_rule_file_of_thousands_fails_or_takes_long(seed: int, tmp_path: Path) -> None:
    assert len(hostile_run(tmp_path, seed, 1000)["used"]) >= 120


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_sentence_with_braces_that_are_no_field_is_refused(template: str, tmp_path: Path) -> None:
    said = 'event = "tls.error", fault = "documented", signature = "documented", source = "s", says = "%s"'
    texts = [
        f"explains = [{{ {said} }}]",
        f'clause = [{{ id = "a", role = "supports", {said} }}]',
        f'clause = [{{ id = "a", role = "supports", absent = true, after = "symptom", within = 1, {said} }}]',
        'verify = { event = "sip.register.succeeded", says = "%s" }',
    ]
    for number, text in enumerate(texts):
        head = dict.fromkeys(("explains", "clause", "verify"), "")
        head["explains"] = texts[0] % "sound"
        head["verify"] = texts[3] % "sound"
        head[text.partition(" ")[0]] = text % template
        write(tmp_path, "\n".join([HEAD, *filter(None, head.values()), TAIL]))
        catalog = read_catalog(str(tmp_path))
        (problem,) = catalog.problems
        assert "says" in problem.because, (number, str(problem))
        assert NAME in problem.where
        assert catalog.rules == KNOWN.rules
    write(tmp_path, "\n".join([HEAD, texts[0] % "code {reason}, {count} times, {{}}", texts[3] % "sound", TAIL]))
    assert read_catalog(str(tmp_path)).problems == ()


HEAD = f"""code = "{CODE}"
name = "{NAME}"
title = "t"
severity = "error"
cause = "c"
impact = "i"
"""
TAIL = """
[[remedy]]
who = "w"
what = "w"
undo = "u"
[[references]]
title = "t"
[[sample]]
kind = "positive"
says = "s"
"""


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_vocabulary_with_such_a_sentence_is_refused(template: str) -> None:
    kind = {"meaning": "m", "happened": [template], "fields": {"reason": {"type": "text", "meaning": "m"}}}
    with pytest.raises(InvalidContent):
        validate(Family, {"family": "f", "meaning": "m", "capture": "c", "kinds": {"f.x": kind}})


PIECES = (
    "{a}",
    "{b_1}",
    "{{",
    "}}",
    "{",
    "}",
    "x",
    "{a:9}",
    "{a!r}",
    "{a.b}",
    "{a[0]}",
    "{}",
    "{0}",
    " ",
    "{ a }",
    "…",
)


@given(st.lists(st.sampled_from(PIECES), max_size=40), st.text(max_size=20), st.integers(0, 5000))
def test_a_sentence_is_refused_or_no_longer_than_its_parts(pieces: list[str], text: str, repeats: int) -> None:
    template, value = "".join(pieces), text * repeats
    try:
        names = names_in(template)
    except ValueError:
        return
    result = filled(template, lambda name: value)
    assert len(names) <= MAX_FIELDS
    assert len(result) <= len(template) + len(names) * (MAX_VALUE_CHARACTERS + 1) <= MAX_CHARACTERS * 20
    if len(value) <= MAX_VALUE_CHARACTERS:
        assert result == template.format_map(dict.fromkeys(names, value))


@given(st.text(alphabet="ab1=.,[]{}\"'#\\\n \t", max_size=80))
def test_limits_never_change_what_a_small_text_means(text: str) -> None:
    import tomllib

    try:
        expected: object = tomllib.loads(text)
    except ValueError:
        with pytest.raises(ValueError, match=r".*"):
            parse_toml(text)
    else:
        assert parse_toml(text) == expected


@pytest.mark.parametrize(
    ("text", "is_used"),
    [
        ("a = " + "[" * MAX_DEPTH + "]" * MAX_DEPTH, True),
        ("a = " + "[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1), False),
        (".".join("a" * MAX_KEY_PARTS) + " = 1", True),
        (".".join("a" * (MAX_KEY_PARTS + 1)) + " = 1", False),
        ("[" + ".".join(['"a.b"'] * MAX_KEY_PARTS) + "]", True),
        ("[" + ".".join(["'a.b'"] * (MAX_KEY_PARTS + 1)) + "]", False),
        ("a = [" + "1," * (MAX_VALUES - 2) + "]", True),
        ("a = [" + "1," * MAX_VALUES + "]", False),
        ('a = "' + "[{.=," * 4000 + '" # ' + "[{.=," * 4000, True),
        ('a = """' + '\\"[{.=,""' * 4000 + '"""', True),
        ("a = '''" + "''[{.=," * 4000 + "'''''", True),
    ],
)
def test_depth_parts_and_values_are_limited_outside_of_texts(text: str, is_used: bool) -> None:
    if is_used:
        assert parse_toml(text)
    else:
        with pytest.raises(ValueError, match="line 1: "):
            parse_toml(text)


SPECIAL = ("pipe", "socket", "device", "folder", "nothing")


def special(path: Path, kind: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as opened:
            here = Path.cwd()
            os.chdir(path.parent)  # The name of a socket has at most 107 characters.
            opened.bind(path.name)
            os.chdir(here)
    else:
        path.symlink_to({"device": "/dev/zero", "folder": ".", "nothing": "nothing"}[kind])


@needs_limits
@pytest.mark.parametrize("kind", SPECIAL)
@pytest.mark.slow
def test_what_is_no_regular_file_is_named_and_not_read(kind: str, tmp_path: Path) -> None:
    rules, grammars = tmp_path / "rules", tmp_path / "grammars"
    title = sound(rules)
    special(rules / f"{NAME}.toml", kind)
    special(rules / "pack.toml", kind)
    special(grammars / "hostile.py", kind)
    special(grammars / "messages" / "hostile_set.py", kind)
    (grammars / "own.py").write_text(GRAMMAR, encoding="utf-8")
    (grammars / "user.py").write_text(f'{GRAMMAR}\nshared = ("hostile_set",)\n', encoding="utf-8")
    command = ["-m", "lyncphone_logs", str(FOUNDING), "--rules", str(rules), "--grammars", str(grammars), "-f", "json"]
    ended = program(*command)
    assert ended.returncode == 3, ended.stderr
    report = json.loads(ended.stdout)
    assert report["phones"][0]["diagnoses"][0]["code"] == "TLS001"
    problems = "\n".join(report["problems"])
    # A file that is not there describes no pack, and links to folders are not followed.
    unnamed = {"nothing": "pack.toml", "folder": f"{NAME}.toml"}.get(kind, "")
    for name in {f"{NAME}.toml", "hostile.py", "hostile_set.py", "pack.toml"} - {unnamed}:
        assert name in problems, problems
    assert title in [rule.title for rule in read_catalog(str(rules)).rules]
    special(tmp_path / "old.json", kind)
    assert program("-m", "lyncphone_logs", str(FOUNDING), "--verify-fix", str(tmp_path / "old.json")).returncode == 2


def test_reading_is_bounded_even_if_the_size_is_not_known(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * 11)
    assert read_regular(path, 11) == b"x" * 11
    with pytest.raises(ValueError, match="larger than 10 bytes"):
        read_regular(path, 10)
    assert bounded_files.read_head(path, 4) == b"xxxx"


def test_a_rule_whose_clauses_name_each_other_often_is_evaluated(tmp_path: Path) -> None:
    write(tmp_path, composed(90))
    assert read_catalog(str(tmp_path)).rule(CODE) is not None


def test_of_two_rules_with_one_code_the_second_is_named(tmp_path: Path) -> None:
    first = valid_rules()[0]
    write(tmp_path, first.replace(NAME, "a-rule"), "a-rule")
    write(tmp_path, first.replace(NAME, "b-rule"), "b-rule")
    catalog = read_catalog(str(tmp_path))
    (problem,) = catalog.problems
    assert (problem.what, "b-rule" in problem.because) == (f"two rules have the code {CODE}", True)
    assert [rule.name for rule in catalog.rules if rule.code == CODE] == ["a-rule"]


@pytest.mark.parametrize("fault", ["missing", "deep", "many", "large", "description"])
def test_a_folder_that_was_not_named_never_stops_the_answer(
    fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "user"
    sound(folder)
    if fault == "missing":
        folder = tmp_path / "nowhere"
    elif fault == "deep":
        folder.joinpath(*["d"] * (packs.MAX_FOLDER_DEPTH + 2)).mkdir(parents=True)
    elif fault == "many":
        monkeypatch.setattr(packs, "MAX_ENTRIES", 0)
    elif fault == "large":
        monkeypatch.setattr(packs, "MAX_PACK_BYTES", 100)
    else:
        (folder / "pack.toml").write_text(f'name = "{"x" * 500}"', encoding="utf-8")
    monkeypatch.setenv(packs.VARIABLE, str(folder))
    assert run(["diagnose", str(FOUNDING), "-f", "concise"]) == 3
    shown = capsys.readouterr()
    assert "TLS001" in shown.out
    assert str(folder) in shown.err
    assert run(["diagnose", str(FOUNDING), "-f", "concise", "--no-plugins"]) == 1
    assert str(folder) not in capsys.readouterr().err


COMMANDS = (
    ("diagnose", str(FOUNDING), "-f", "concise"),
    ("explain", "TLS001"),
    ("explain", "TLS001", str(FOUNDING)),
    ("rules", "list"),
    ("rules", "show", "TLS001"),
    ("rules", "test", "TLS001"),
    ("rules", "lint", "TLS001"),
)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_notes_what_was_loaded_unasked_and_can_do_without(
    command: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = next(each for each in matching_rules()).replace(CODE, "TLS001")
    write(tmp_path, text)
    monkeypatch.setenv(packs.VARIABLE, str(tmp_path))
    run([*command])
    told = capsys.readouterr().err
    assert f"rule pack {tmp_path.name} in {tmp_path} is used (user, rules: 1)" in told
    assert f"TLS001 is taken from rule pack {tmp_path.name}" in told
    run([*command, "--no-plugins"])
    assert str(tmp_path) not in capsys.readouterr().err


def test_rules_print_no_hidden_character_of_a_rule(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    hidden = "\\u001b]0;x\\u0007\\u202e\\u009b"
    text = matching_rules()[0].replace('says = "', f'says = "{hidden}').replace('title = "', f'title = "{hidden}')
    write(tmp_path, text.replace('who = "', f'who = "{hidden}'))
    for command in (
        *COMMANDS,
        ("explain", CODE),
        ("rules", "show", CODE),
        ("rules", "test", CODE),
        ("rules", "lint", CODE),
    ):
        run([*command, "--rules", str(tmp_path)])
        shown = capsysbinary.readouterr()
        text = (shown.out + shown.err).decode("utf-8")
        assert not {"\x1b", "\x07", "\u202e", "\x9b"}.intersection(text), command


GRAMMAR = """
import pyparsing as pp
vendor = "Own"
header = "own:" + pp.Regex(r".*")("message")
messages = []
shared = ()
levels = {"ERR": "err"}
samples = [("synthetic", "own:x", "log.message", {})]
"""
BAD_VALUES = (
    "None",
    "5",
    "[]",
    "{}",
    '"x" * 10**6',
    '"\\x1b"',
    "object()",
    "[[]]",
    "[None]",
    "[(1, 2)]",
    "lambda: 0",
    "pp.Forward()",
)
BAD_CODE = (
    "raise RecursionError",
    "raise MemoryError",
    "raise SystemExit(0)",
    "import sys; sys.exit(3)",
    "1 / 0",
    "(",
    "def f(): f()\nf()",
    "x = [][1]",
    "raise StopIteration",
    "assert False",
    "import nowhere_at_all",
    "\0",
    "raise OSError",
)


@pytest.mark.parametrize("bad", [*BAD_CODE, *(f"{name} = {value}" for name in NEEDED for value in BAD_VALUES)])
def test_a_bad_grammar_is_named_and_stops_no_other(bad: str, tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(GRAMMAR, encoding="utf-8")
    (tmp_path / "bad.py").write_text(f"{GRAMMAR.replace('own:', 'bad:')}\n{bad}\n", encoding="utf-8")
    catalog = read_catalog(grammars=str(tmp_path))
    assert catalog.grammar("own") is not None
    if catalog.grammar("bad") is None:
        (problem,) = catalog.problems
        assert "bad.py" in problem.where
    else:
        assert run(["grammars", "list", "--grammars", str(tmp_path)]) == 0
        assert run(["diagnose", str(FOUNDING), "--grammars", str(tmp_path), "-f", "concise"]) == 1
