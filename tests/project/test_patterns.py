"""Every pattern of the package and of its grammars is found, and proven to take linear time."""

import ast
import importlib
import json
import re
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from support.paths import ROOT
from support.patterns import FILES, LIBRARIES, Site, hidden_uses, sites

from lyncphone_logs.catalog import read_catalog
from lyncphone_logs.grammar.linearity import UnsupportedElement
from lyncphone_logs.grammar.regex_linearity import is_bounded
from lyncphone_logs.grammar.search_linearity import check_match, check_search
from lyncphone_logs.redaction.redactor import MAX_WORD
from lyncphone_logs.redaction.secrets import MAX_END
from lyncphone_logs.redaction.segments import MAX_SEGMENT
from lyncphone_logs.redaction.spans import MAX_BEFORE
from lyncphone_logs.redaction.words import MAX_RUN

Pattern = tuple[str | bytes, int]
RECORDER = ROOT / "tests" / "support" / "record_patterns.py"
RENDERED = {
    "grammar/compiler.py": "counts the groups of a part that the compiler rendered with its proof",
    "grammar/expression.py": "an expression that the compiler rendered with its proof, matched at one position",
}
"""Modules whose patterns the grammar compiler proves while it renders them."""
OF_USERS = {
    ("rules/condition.py", "compile"): "the regex of a rule: tests/rules/test_regex_budget.py",
    ("rules/regex_budget.py", "search"): "the regex of a rule: tests/rules/test_regex_budget.py",
}
"""Calls whose pattern a user writes. Rules have a budget of time; the compiler proves the patterns of grammars."""
AT_ONE_POSITION = {
    "_VALUES": "the complete value of a header, in sip_text._Flat",
    "_BEGINS": "the begin of a value, in sip_text._Flat",
    "_HOST": "`found.re is _HOST` is no search",
    "_compiled": "the prefix of a line: match only, in framing.py",
    "NATURES": "what a word on the command line is: fullmatch only, in pasted.nature",
    "NAME": "the name of a rule: fullmatch only, in draft.py",
}
"""Owners of patterns that are tried at one position, which the source does not show at their uses."""

BOUNDED = {
    ("redaction/escapes.py", "IS_SPREAD"): MAX_SEGMENT,
    ("redaction/redactor.py", "_LAST_WORD"): MAX_WORD,
    **{("redaction/replacing.py", owner): MAX_SEGMENT for owner in ("_ADDRESS", "_WITH_PORT", "_NAMES_A_PHONE")},
    **{("redaction/secrets.py", owner): MAX_SEGMENT for owner in ("_LABELLED", "_IN_WORDS", "_IN_URL")},
    ("redaction/secrets.py", "_ENDS_WITH_LABEL"): MAX_END,
    **{("redaction/spans.py", owner): MAX_SEGMENT for owner in ("_LABELLED", "_SPELLED", "_GATES", "_token")},
    ("redaction/spans.py", "_BEFORE_NUMBER"): MAX_BEFORE,
    **{("redaction/words.py", owner): MAX_RUN for owner in ("_NAMES_A_HOST", "_SERVICE_HOST")},
}
"""Patterns that are not proven, and how many characters they are given at most."""


@cache
def recorded() -> dict[tuple[str, int], set[Pattern]]:
    """The patterns that were compiled, by file and line."""
    done = subprocess.run([sys.executable, str(RECORDER)], capture_output=True, text=True, check=True, cwd=ROOT)
    found: dict[tuple[str, int], set[Pattern]] = {}
    for file, line, kind, text, flags in json.loads(done.stdout.split("\n")[-2]):
        pattern = text.encode("latin-1") if kind == "bytes" else text
        found.setdefault((file, line), set()).add((pattern, flags))
    return found


def patterns_of(site: Site) -> set[Pattern]:
    """The patterns that a call compiles: those recorded, and that of a constant argument."""
    found = set()
    for line in range(site.line, site.last + 1):
        found |= recorded().get((site.file, line), set())
    return found or constant(site)


def constant(site: Site) -> set[Pattern]:
    """The pattern of a call that the recorder did not reach: a constant, or a constant of the module."""
    tree = ast.parse((ROOT / site.file).read_text(encoding="utf-8"))
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and call.lineno == site.line and call.args:
            function, argument = call.func, call.args[0]
            if not isinstance(function, ast.Attribute) or ast.unparse(function.value) not in LIBRARIES:
                continue
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str | bytes):
                return {(argument.value, 0)}
            module = importlib.import_module(site.file.removesuffix(".py").replace("/", "."))
            value = getattr(module, argument.id, None) if isinstance(argument, ast.Name) else None
            if isinstance(value, str | bytes):
                return {(value, 0)}
    return set()


def short(site: Site) -> str:
    return site.file.removeprefix("lyncphone_logs/")


def test_no_use_of_the_libraries_is_hidden_from_the_search_for_calls() -> None:
    assert hidden_uses() == []
    importing = [path for path in FILES if "re._parser" in path.read_text(encoding="utf-8")]
    assert [path.name for path in importing] == ["regex_linearity.py"]


@pytest.mark.slow
def test_every_call_that_compiles_a_pattern_is_found_and_its_patterns_are_known() -> None:
    found = sites()
    assert len(found) >= 200
    calls = sum(
        len(
            re.findall(
                r"(?<![\w.])(?:re|regex)\.(?:compile|match|fullmatch|search|finditer|findall|split|subn?)\(", text
            )
        )
        for text in (path.read_text(encoding="utf-8") for path in FILES)
    )
    assert len(found) == calls
    unknown = [site for site in found if not patterns_of(site) and (short(site), site.method) not in OF_USERS]
    assert unknown == []


@pytest.mark.slow
def test_every_recorded_pattern_is_of_a_known_call() -> None:
    lines = {(site.file, line) for site in sites() for line in range(site.line, site.last + 1)}
    assert [place for place in recorded() if place not in lines] == []


@pytest.mark.slow
def test_every_pattern_is_proven_to_take_linear_time() -> None:
    proven, unproven = 0, []
    for site in sites():
        if short(site) in RENDERED or (short(site), site.method) in OF_USERS:
            continue
        if (short(site), site.owner) in BOUNDED:
            continue
        is_searched = site.is_searched and site.owner not in AT_ONE_POSITION
        for pattern, flags in patterns_of(site):
            try:
                (check_search if is_searched else check_match)(pattern, flags)
                proven += 1
            except UnsupportedElement as refused:
                unproven.append((site.file, site.line, site.method, str(pattern)[:200], str(refused)))
    assert unproven == []
    assert proven >= 250


@pytest.mark.slow
def test_the_exceptions_are_needed_and_are_matched_at_one_position_only() -> None:
    owners = {site.owner: site for site in sites() if site.is_searched}
    assert AT_ONE_POSITION.keys() <= owners.keys()
    for owner in AT_ONE_POSITION:
        text = (ROOT / owners[owner].file).read_text(encoding="utf-8")
        assert not re.search(rf"\b{owner}(?:\([a-z]*\))?\.(?:search|finditer|findall|split|sub)\b", text)


def test_the_searched_patterns_of_grammars_are_bounded() -> None:
    found = [grammar.distinctive.rendered for grammar in read_catalog().grammars if grammar.distinctive]
    assert found
    assert all(map(is_bounded, found))


PUMPS = (
    " ", "\t", "\n", "a", "Z", "0", "9.", "1:", "-", "a-", "_", "=", "a=", ":", "::", ";", ",", ", ", ".", "..", "/",
    "\\", '"', '\\"', '""', "'", "''", "`", "“", "”", "‘", "[", "]", "[[", "(", ")", "()", "<", ">", "<a>", "{", "}",
    "|", "#", "#012", "#015", "^M", "&", "&lt;", "\u00a0", "é", "0x", "x=", 'x="', "k:v ", "Via: ",
    "SIP/2.0 ", "sip:",
    "SEP", "00:11:", "Jul 9 ", "2013-07-09T12:00:00Z ", "12:00:00 ", "10.0.0.1 ", "a.b.", "a@", "%", "$", "!", "?", "*",
    "+", "~",
    "CN=a,", "/CN=", "where the ", "error ", "word ", "A ", "Aa", "aB", "1a", "::", "fe80:", "\x00", "\ud800",
    "%61", "=C3", "#141", "&#97;", "\\x61", "\\u0061", "a ", "a.", "a\x00", "password=", "pin is ", "://a:",
    "12 ", "1, ", "CN=a ",
    "a%40", "tel:", "P1.", "line.1.", 'x="a" ', "a\\b", "4e544c4d", "_-",
)  # fmt: skip
HEADS = ("", "a", '"', "CN=", "1", " ", "x=(", "password: x A", "SIP/2.0 200 ", '<14>1 - - - - - [a b="')
PUMP_CPU_SECONDS, BOUNDED_CPU_SECONDS = 300, 60
PROGRAM = """
import json, re, sys
patterns, texts, count = *json.load(sys.stdin), 0
for kind, text, flags, methods in patterns:
    pattern = re.compile(text.encode("latin-1") if kind == "bytes" else text, flags)
    print(ascii(text[:200]), flush=True)
    for each in texts:
        each = each.encode("utf-8", "replace") if kind == "bytes" else each
        for method in methods:
            found = getattr(pattern, method)(each)
            count += 1
            if method == "finditer":
                for _ in found:
                    pass
print(count)
"""


def pumped(size: int) -> Iterator[str]:
    for head in HEADS:
        for pump in PUMPS:
            yield head + pump * (size // len(pump)) + "!\n"


def pump(kept: Callable[[Site], bool], size: int, seconds: int) -> int:
    """Try the patterns of the sites that are kept with pumped texts, in a process with a limit of CPU time."""
    patterns = set()
    for site in filter(kept, sites()):
        is_searched = site.is_searched and site.owner not in AT_ONE_POSITION and short(site) not in RENDERED
        for text, flags in patterns_of(site):
            kind = "bytes" if isinstance(text, bytes) else "str"
            shown = text.decode("latin-1") if isinstance(text, bytes) else text
            patterns.add((kind, shown, flags & ~re.DEBUG, ("finditer",) if is_searched else ("match", "fullmatch")))
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        input=json.dumps([sorted(patterns), list(pumped(size))]),
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds)),
    )
    *_, last = done.stdout.strip().split("\n")
    assert done.returncode == 0, f"the time was over in the pattern {last}"
    return int(last)


@pytest.mark.long
def test_no_pattern_takes_long_for_pumped_texts() -> None:
    def is_proven(site: Site) -> bool:
        return (short(site), site.method) not in OF_USERS and (short(site), site.owner) not in BOUNDED

    assert pump(is_proven, 4_000, PUMP_CPU_SECONDS) >= 100_000


@pytest.mark.slow
@pytest.mark.parametrize("bound", sorted(set(BOUNDED.values())))
def test_a_pattern_that_is_not_proven_takes_its_longest_text_soon(bound: int) -> None:
    assert bound <= 1_000
    texts = sum(1 for _ in pumped(bound))
    count = pump(lambda site: BOUNDED.get((short(site), site.owner)) == bound, bound, BOUNDED_CPU_SECONDS)
    assert count >= texts * list(BOUNDED.values()).count(bound)


def test_the_proof_refuses_searches_and_matches_that_take_more_than_linear_time() -> None:
    searches = [
        r"\s+$", r"\s+(?=:)", r"\d+(?:\.\d+)+", r"[^/]*[A-Za-z][^./]*\Z", r'"(?:[^"\\]|\\.)*"', "“[^”]*”x", r"\w+@",
        r".*x.*y", r"(?<=a)a+b", r"(?<!b)a+c", r"(?:^|,)[^;]*;", r"\b.*x", r"(a)*\1b", r"(?i)K+x", r"[ab][^a]*b?c*d",
        r"(?m)^\s*x", r"where (?:a|the)\b(?![^.?]*\?)", r"\S+\s+\S+:", r"(?:ab?)+c", r"x*x*y", r"a*(?=a*b)",
        r"(?![^a]+)a{2,5}", r"(?=[a ]+)[bc]", r"\b(?![^a]*b)a",
    ]  # fmt: skip
    matches = [
        r"(?:a+)+b",
        r"(?:a|a)*b",
        r"\s*[:=]?\s*x",
        r"(?:.*,){9}P",
        r"(?:a?){65}b",
        r"(?:[\w.]*(?![\w.]*=)){0,3}x",
    ]
    for pattern in searches:
        with pytest.raises(UnsupportedElement):
            check_search(pattern)
    for pattern in matches:
        with pytest.raises(UnsupportedElement):
            check_match(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        r"(?<!\s)\s+(?=:)", r"(?<!\d)\d+(?:\.\d+)+", r'"[^"]*"', r"\([^()]*\)x", r"\bfoo\w*", r"^\s+$", "“[^“”]*+”x",
        rb"\s(?<!\s\s)\s*x",
        r"(?P<q>['\"])a\1", r"(a)?(?(1)b|c)", r"(?:^|,)CN=[^,]*",
        r"[A-Z]{2,5}\d+-", r"(?<=\^M)[a-z]+=", r"a[^ab]*+b",
    ],
)  # fmt: skip
def test_usual_searches_are_proven(pattern: str | bytes) -> None:
    check_search(pattern)


def test_the_recorder_and_the_search_read_this_checkout() -> None:
    assert all(isinstance(path, Path) and path.is_relative_to(ROOT) for path in FILES)
