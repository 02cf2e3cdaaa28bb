"""The cache on disk: an entry equals a new result or is ignored, and nothing else is read, run or removed."""

import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyparsing
import pytest
from support.paths import FOUNDING, ROOT

from lyncphone_logs import cache, content
from lyncphone_logs.catalog import grammars_folder, read_catalog
from lyncphone_logs.events import vocabulary
from lyncphone_logs.grammar import loader as grammar_loader
from lyncphone_logs.grammar.grammar import Grammar
from lyncphone_logs.grammar.loader import read_grammar
from lyncphone_logs.rules import loader as rule_loader
from lyncphone_logs.rules import packs
from lyncphone_logs.rules.rule import Rule
from lyncphone_logs.validation import MAX_FILE_BYTES

GRAMMARS = sorted(grammars_folder().glob("*.py"))
OWN = (
    "import pyparsing as pp\nvendor, levels, samples = 'Own', {}, []\nheader = 'OWN' + pp.Regex('.*')('message')\n"
    "messages, shared = [], ('own',)\n"
)
SET = "import pyparsing as pp\nmessages, samples = [('dhcp.lease.failed', pp.Literal('no lease'))], []\n"
DIAGNOSE = (
    "import sys; from lyncphone_logs import diagnose, read_trace; "
    f"print(diagnose(read_trace({str(FOUNDING)!r})).to_json()); print(*sorted(sys.modules), file=sys.stderr)"
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "cache"
    monkeypatch.setenv("LYNCPHONE_LOGS_CACHE", str(path))
    return path


@pytest.fixture
def own(tmp_path: Path) -> Path:
    (tmp_path / "own" / "messages").mkdir(parents=True)
    (tmp_path / "own" / "messages" / "own.py").write_text(SET, encoding="utf-8")
    path = tmp_path / "own" / "own.py"
    path.write_text(OWN, encoding="utf-8")
    return path


def refuse(*_: object, **__: object) -> Any:
    raise AssertionError("it was made again")


def entries(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.exists() else []


def store(made: object, key: str = "key", classes: tuple[type, ...] = ()) -> Any:
    return cache.cached("word", lambda: key, lambda: made, classes)


def entry(folder: Path, key: str) -> Path:
    return folder / cache._name("word", lambda: key)


def started(folder: Path, *arguments: str) -> "subprocess.Popen[str]":
    environment = os.environ | {"LYNCPHONE_LOGS_CACHE": str(folder), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-W", "error", *arguments]
    return subprocess.Popen(
        command, cwd=folder.parent, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def values(grammar: Grammar) -> dict[str, Any]:
    names = ("name", "vendor", "about", "path", "header", "messages", "levels", "samples", "literals", "unsearchable")
    return {name: getattr(grammar, name) for name in names}


@pytest.mark.parametrize("path", GRAMMARS, ids=lambda path: path.stem)
def test_a_cached_grammar_equals_a_compiled_one_and_reads_the_same(
    path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cold = read_grammar(path, grammars_folder())
    with monkeypatch.context() as patch:
        patch.setattr(grammar_loader, "_run", refuse)
        warm = read_grammar(path, grammars_folder())
    assert values(warm) == values(cold)
    assert [warm.read(each.line) for each in cold.samples] == [cold.read(each.line) for each in cold.samples]
    assert [name for name, _ in warm.specification] == ["header", *(kind for kind, _ in warm.messages)]
    assert len(entries(folder)) >= 1


def test_cached_rules_and_vocabulary_equal_those_that_were_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pack = packs.built_in()
    families = vocabulary.families.__wrapped__()
    rules = rule_loader.load_rules(pack)
    monkeypatch.setattr(rule_loader, "validate", refuse)
    monkeypatch.setattr(vocabulary, "validate", refuse)
    assert vocabulary.families.__wrapped__() == families
    assert rule_loader.load_rules(pack) == rules
    assert rules[0][0] == Rule(**vars(rules[0][0]))
    assert [path.name.partition("-")[0] for path in entries(folder)] == ["rules", "vocabulary"]


def test_a_rule_file_that_cannot_be_used_is_reported_from_the_cache_too(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "no-rule.toml").write_text("code = 7\n", encoding="utf-8")
    cold = [str(problem) for problem in read_catalog(str(tmp_path / "rules")).problems]
    monkeypatch.setattr(rule_loader, "read_rule", refuse)
    assert [str(problem) for problem in read_catalog(str(tmp_path / "rules")).problems] == cold
    assert "no-rule.toml" in cold[0]
    assert entries(folder)


def flipped(place: int) -> Callable[[bytes], bytes]:
    return lambda content: content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: content[:-1],
        lambda content: content[:20],
        lambda content: content + b"\0",
        lambda content: b"something else",
        *map(flipped, (0, 31, 32, 50, -2)),
    ],
)
def test_a_truncated_or_altered_entry_is_made_and_stored_again(
    damage: Callable[[bytes], bytes], folder: Path, own: Path
) -> None:
    cold = read_grammar(own, grammars_folder())
    (path,) = [path for path in entries(folder) if path.name.startswith("grammar-")]
    content = path.read_bytes()
    path.write_bytes(damage(content))
    assert values(read_grammar(own, grammars_folder())) == values(cold)
    assert path.read_bytes() == content


def test_an_entry_under_the_name_of_another_is_ignored(folder: Path) -> None:
    assert [store("first", "a"), store("second", "b"), store("other", "a")] == ["first", "second", "first"]
    entry(folder, "a").write_bytes(entry(folder, "b").read_bytes())
    assert store("third", "a") == "third"


def test_an_entry_with_an_unexpected_class_is_ignored_and_runs_nothing(folder: Path, tmp_path: Path) -> None:
    class Runs:
        def __reduce__(self) -> tuple[Any, ...]:
            return os.mkdir, (str(tmp_path / "was run"),)

    store("first")
    (path,) = entries(folder)
    payload = pickle.dumps(Runs())
    path.write_bytes(sha256(path.name.encode() + payload).digest() + payload)
    assert store("second") == "second"
    assert not (tmp_path / "was run").exists()
    assert store("third") == "second"


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("own.py", OWN.replace("'Own'", "'Another'"), {"vendor": "Another"}),
        ("messages/own.py", SET.replace("no lease", "no address"), {"literals": ("no address",)}),
        ("messages/own.py", SET.replace("no lease", "no leave"), {"literals": ("no leave",)}),
        ("messages/new.py", SET, {"vendor": "Own"}),
    ],
)
def test_a_changed_file_or_message_set_is_compiled_again(
    name: str, text: str, says: dict[str, object], folder: Path, own: Path
) -> None:
    read_grammar(own, grammars_folder())
    before = len(entries(folder))
    (own.parent / name).write_text(text, encoding="utf-8")
    assert says.items() <= values(read_grammar(own, grammars_folder())).items()
    assert len(entries(folder)) == before + 1


@pytest.mark.parametrize("changed", ["vocabulary", "Python"])
def test_another_version_has_its_own_entries(
    changed: str, folder: Path, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_grammar(own, grammars_folder())
    before = len(entries(folder))
    if changed == "Python":
        cache.code_version.cache_clear()
        monkeypatch.setattr(sys, "version", "3.99")
    else:
        monkeypatch.setattr(vocabulary, "version", lambda: "another")
    read_grammar(own, grammars_folder())
    cache.code_version.cache_clear()
    assert len(entries(folder)) > before


@pytest.fixture
def code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package of a few modules in place of this one."""
    for name in ("cache.py", "events/own.py", "content/own.py", "rules/own.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("", encoding="utf-8")
    monkeypatch.setattr(cache, "PACKAGE", tmp_path)
    forget()
    yield tmp_path
    forget()


def forget() -> None:
    cache.code_version.cache_clear()
    cache._modules.cache_clear()


@pytest.mark.parametrize(
    ("changed", "counts"),
    [
        ("cache.py", True),
        ("new.py", True),
        ("rules/own.py", True),
        ("rules/new.py", True),
        ("events/own.py", False),
        ("rules/notes.txt", False),
    ],
)
def test_the_code_version_changes_with_root_modules_and_named_packages(changed: str, counts: bool, code: Path) -> None:
    before = cache.code_version("rules")
    assert cache.code_version("events") != before
    (code / changed).write_text("changed", encoding="utf-8")
    forget()
    assert (cache.code_version("rules") != before) == counts


def test_the_code_version_has_the_versions_of_python_and_of_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    assert cache.code_version("rules").startswith(sys.version)
    assert f"{pyparsing.__file__} {pyparsing.__version__}'" in cache.code_version(libraries=("pyparsing",))
    monkeypatch.setattr(cache, "version", lambda name: "3.99")
    cache.code_version.cache_clear()
    assert f"{pyparsing.__file__} 3.99'" in cache.code_version(libraries=("pyparsing",))
    cache.code_version.cache_clear()


def test_a_missing_package_or_library_has_no_code_version() -> None:
    for packages, libraries in [(("no_such_package",), ()), ((), ("no_such_library",))]:
        with pytest.raises(FileNotFoundError):
            cache.code_version(*packages, libraries=libraries)


def test_a_module_is_read_once_for_all_keys(code: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    plain = cache.fingerprint

    def counting(paths: list[str]) -> str:
        read.extend(paths)
        return plain(paths)

    monkeypatch.setattr(cache, "fingerprint", counting)
    for packages in [("events", "content"), ("events", "rules"), ("rules",)]:
        cache.code_version(*packages)
    assert sorted(read) == sorted(map(str, code.rglob("*.py")))


def test_the_version_of_the_vocabulary_changes_with_its_files_and_its_code(
    code: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(content, "path", lambda name: code / name)
    (code / "vocabulary").mkdir()
    keys = []
    for word, meaning in [("a", "x"), ("b", "x"), ("b", "y"), ("b", "y")]:
        (code / "events" / "own.py").write_text(word, encoding="utf-8")
        (code / "vocabulary" / "own.toml").write_text(meaning, encoding="utf-8")
        forget()
        keys.append(vocabulary.version.__wrapped__())
    assert len(set(keys)) == 3
    assert keys[2] == keys[3]


@pytest.mark.parametrize(
    "key",
    [lambda: rule_loader._key(packs.built_in()), lambda: grammar_loader._key(())],
    ids=["rules", "grammar"],
)
def test_the_keys_of_grammars_and_rules_change_with_the_vocabulary(
    key: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = key()
    assert key() == before
    monkeypatch.setattr(vocabulary, "version", lambda: "another")
    assert key() != before


def pack_of(folder: Path, text: str) -> packs.Pack:
    folder.mkdir(exist_ok=True)
    (folder / "own-rule.toml").write_text(text, encoding="utf-8")
    return next(packs.added(str(folder)))


def test_rules_of_a_changed_file_or_of_another_folder_are_read_again(folder: Path, tmp_path: Path) -> None:
    for text, name in [("code = 7", "a"), ("code = 8", "a"), ("code = 8", "b"), ("code = 8", "a")]:
        _, (problem,) = rule_loader.load_rules(pack_of(tmp_path / name, text))
        assert str(tmp_path / name / "own-rule.toml") in problem.where
    assert len([path for path in entries(folder) if path.name.startswith("rules-")]) == 3


def test_rules_that_changed_while_they_were_read_are_not_stored(folder: Path, tmp_path: Path) -> None:
    pack = pack_of(tmp_path / "a", "code = 7")
    pack_of(tmp_path / "a", "code = 8")
    rule_loader.load_rules(pack)
    assert not [path for path in entries(folder) if path.name.startswith("rules-")]


def test_a_rule_file_that_is_too_large_is_refused_from_the_cache_too(folder: Path, tmp_path: Path) -> None:
    pack = pack_of(tmp_path / "a", "#" * (MAX_FILE_BYTES + 1))
    for _ in range(2):
        rules, (problem,) = rule_loader.load_rules(pack)
        assert (rules, problem.what) == ([], "rule file is too large")


def test_a_grammar_that_imports_other_modules_is_not_stored(
    folder: Path, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(own.parent))
    (own.parent / "words_of_own.py").write_text("name = 'Own'\n", encoding="utf-8")
    own.write_text(f"from words_of_own import name\n{OWN}vendor = name\n", encoding="utf-8")
    assert read_grammar(own, grammars_folder()).vendor == "Own"
    del sys.modules["words_of_own"]
    (own.parent / "words_of_own.py").write_text("name = 'Another one'\n", encoding="utf-8")
    assert read_grammar(own, grammars_folder()).vendor == "Another one"
    assert not [path for path in entries(folder) if path.name.startswith("grammar-")]


def test_a_result_is_not_stored_if_its_key_changed_meanwhile(folder: Path) -> None:
    keys = iter(["before", "after"])
    assert cache.cached("word", lambda: next(keys), lambda: "made", ()) == "made"
    assert entries(folder) == []


@pytest.mark.parametrize(
    ("work", "known"),
    [
        (
            f"from lyncphone_logs.grammar.loader import read_grammar; read_grammar(Path({str(GRAMMARS[0])!r}), Path())",
            {"grammar", "events", "content"},
        ),
        ("from lyncphone_logs.events.vocabulary import families; families()", {"events", "content"}),
        ("from lyncphone_logs.rules.loader import read_rule", {"rules", "events", "content"}),
    ],
    ids=["grammar", "vocabulary", "rules"],
)
def test_every_package_that_makes_an_entry_is_in_its_key(work: str, known: set[str], tmp_path: Path) -> None:
    process = started(tmp_path / "cache", "-c", f"import sys; from pathlib import Path; {work}; print(*sys.modules)")
    names = process.communicate()[0].split()
    used = {name.split(".")[1] for name in names if name.startswith("lyncphone_logs.") and name.count(".") == 2}
    assert "lyncphone_logs.cache" in names
    assert used <= known


def test_a_warm_start_imports_no_pyparsing_and_no_pydantic_and_reports_the_same(tmp_path: Path) -> None:
    cold, warm = (started(tmp_path / "cache", "-c", DIAGNOSE).communicate() for _ in range(2))
    assert {"pyparsing", "pydantic"} <= set(cold[1].split())
    assert not {"pyparsing", "pydantic", "runpy", "lyncphone_logs.grammar.compiler"} & set(warm[1].split())
    assert cold[0] == warm[0]
    assert "TLS001" in warm[0]


@pytest.mark.slow
def test_processes_that_write_at_once_report_the_same(tmp_path: Path) -> None:
    running = [started(tmp_path / "cache", "-c", DIAGNOSE) for _ in range(3)]
    answers = {process.communicate()[0] for process in running}
    assert len(answers) == 1
    assert "TLS001" in answers.pop()
    found = entries(tmp_path / "cache")
    assert [path.name for path in found if path.name.startswith(".")] == []
    assert all(path.read_bytes()[:32] == cache._checksum(path, path.read_bytes()[32:]) for path in found)


def test_the_folder_is_private(folder: Path) -> None:
    store("made")
    assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("mode", [0o770, 0o707])
def test_a_folder_that_others_can_write_to_is_not_used(mode: int, folder: Path) -> None:
    store("first")
    folder.chmod(mode)
    assert store("second") == "second"
    folder.chmod(0o700)
    assert store("third") == "first"


def test_a_folder_of_another_user_is_not_used(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store("first")
    monkeypatch.setattr(os, "geteuid", lambda: folder.stat().st_uid + 1)
    assert store("second") == "second"


def test_a_folder_that_cannot_be_created_or_written_to_is_no_error(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.write_text("a file", encoding="utf-8")
    assert [store("first"), store("second")] == ["first", "second"]
    folder.unlink()
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(PermissionError("read-only")))
        assert store("first") == "first"
    assert entries(folder) == []


def test_a_result_that_cannot_be_pickled_is_made_each_time(folder: Path) -> None:
    assert [store(print), store("second")] == [print, "second"]


def test_an_empty_variable_switches_the_cache_off(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LYNCPHONE_LOGS_CACHE", "")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert [store("first"), store("second")] == ["first", "second"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="these have folders of their own for it")
@pytest.mark.parametrize(("xdg", "below"), [("cache", "cache/lyncphone-logs"), ("", ".cache/lyncphone-logs")])
def test_without_the_variable_the_folder_of_the_platform_is_used(
    xdg: str, below: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LYNCPHONE_LOGS_CACHE")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / xdg) if xdg else "")
    store("made")
    assert len(entries(tmp_path / below)) == 1


def test_the_oldest_entries_are_removed_and_other_files_are_not(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "MAX_ENTRIES", 3)
    folder.mkdir(mode=0o700)
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    for number in range(5):
        store(number, str(number))
        os.utime(entry(folder, str(number)), (number, number))
    assert [store("new", str(number)) for number in (4, 3)] == [4, 3]
    assert len(entries(folder)) == 4
    assert (folder / "notes.txt").read_text(encoding="utf-8") == "mine"
