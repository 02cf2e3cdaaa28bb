"""Rule packs: which one overlays which, their notes, versions and hashes; the check of a fix by an earlier report."""

import json
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest
from support.paths import FOUNDING

import lyncphone_logs
from lyncphone_logs.catalog import read_catalog
from lyncphone_logs.cli.app import run
from lyncphone_logs.errors import InputError, RuleError
from lyncphone_logs.reports import details
from lyncphone_logs.rules import packs as pack
from lyncphone_logs.rules.loader import rule_file
from lyncphone_logs.rules.rule import Rule
from lyncphone_logs.validation import MAX_FILE_BYTES

KNOWN = read_catalog()
REGISTERED = "local7.info voip_task[440]: SIP      : INFO - SIP/2.0 200 OK CSeq: 2 REGISTER\n"


def write_rule(folder: Path, title: str = "Ours") -> Path:
    rule = rule_of()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{rule.name}.toml"
    text = rule_file(rule, KNOWN.packs).read_text(encoding="utf-8")
    path.write_text(text.replace(f'title = "{rule.title}"', f'title = "{title}"'), encoding="utf-8")
    return path


def rule_of(rules: str = "") -> Rule:
    rule = read_catalog(rules).rule("TLS001")
    assert rule is not None
    return rule


def titles(rules: str = "") -> tuple[str, tuple[str, ...]]:
    return rule_of(rules).title, read_catalog(rules).notes


def test_the_built_in_pack_has_a_hash_of_its_files(tmp_path: Path) -> None:
    (built_in,) = KNOWN.packs
    assert (built_in.origin, len(built_in.files)) == ("built-in", len(KNOWN.rules))
    one, other = write_rule(tmp_path / "a"), write_rule(tmp_path / "b", "Theirs")
    hashes = [next(iter(pack.added(str(path.parent)))).sha256 for path in (one, other)]
    assert len({*hashes, built_in.sha256}) == 3
    write_rule(tmp_path / "b")
    assert next(iter(pack.added(str(tmp_path / "b")))).sha256 == hashes[0]


def test_later_packs_overlay_earlier_ones_with_a_note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_rule(tmp_path / "named", "Named")
    write_rule(tmp_path / "user", "User")
    (tmp_path / "user" / "pack.toml").write_text('name = "contoso"\nversion = "1.2"\n', encoding="utf-8")
    monkeypatch.setenv(pack.VARIABLE, str(tmp_path / "user"))
    title, (loaded, taken) = titles()
    assert (title, taken) == ("User", "TLS001 is taken from rule pack contoso")
    assert loaded == f"rule pack contoso in {tmp_path / 'user'} is used (user, rules: 1); --no-plugins ignores it"
    title, notes = titles(str(tmp_path / "named"))
    assert title == "Named"
    assert notes[2] == f"TLS001 is taken from rule pack {tmp_path / 'named'}"
    assert [(each.origin, each.name, each.version) for each in read_catalog().packs[1:]] == [("user", "contoso", "1.2")]


def test_an_installed_pack_is_read_and_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "contoso_rules"
    write_rule(package / "rules", "Installed")
    (package / "__init__.py").write_text("raise SystemExit('it was run')\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    entry = EntryPoint("contoso", "contoso_rules.rules", pack.GROUP)
    monkeypatch.setattr(pack, "entry_points", lambda group: [entry] if group == pack.GROUP else [])
    monkeypatch.setattr(pack, "_entry_points", pack._entry_points.__wrapped__)
    title, (loaded, taken) = titles()
    assert (title, taken) == ("Installed", "TLS001 is taken from rule pack contoso")
    assert loaded == f"rule pack contoso in {package / 'rules'} is used (installed, rules: 1); --no-plugins ignores it"
    assert read_catalog(plugins=False).rules == KNOWN.rules


def test_a_bad_file_of_a_pack_stops_no_other(tmp_path: Path) -> None:
    write_rule(tmp_path)
    (tmp_path / "bad-rule.toml").write_text("code = [", encoding="utf-8")
    (tmp_path / "deep-rule.toml").write_text("a = " + "[" * 50_000, encoding="utf-8")
    (tmp_path / "large-rule.toml").write_bytes(b"#" * (MAX_FILE_BYTES + 1))
    catalog = read_catalog(str(tmp_path))
    assert titles(str(tmp_path))[0] == "Ours"
    assert [Path(each.where.partition(":")[0]).name for each in catalog.problems] == [
        "bad-rule.toml",
        "deep-rule.toml",
        "large-rule.toml",
    ]


def test_a_missing_folder_is_refused_and_an_unreadable_description_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="folder cannot be read"):
        read_catalog(str(tmp_path / "nowhere"))
    (tmp_path / "pack.toml").write_text("name = ", encoding="utf-8")
    write_rule(tmp_path)
    (problem,) = read_catalog(str(tmp_path)).problems
    assert problem.what == "description of a rule pack cannot be read"
    assert rule_of(str(tmp_path)).title == "Ours"


def test_every_report_names_the_packs(tmp_path: Path) -> None:
    write_rule(tmp_path)
    report = lyncphone_logs.diagnose(lyncphone_logs.read_trace(FOUNDING, rules=str(tmp_path)))
    packs = report.to_dict()["rule_packs"]
    assert [each["name"] for each in packs] == [KNOWN.packs[0].name, str(tmp_path)]
    assert all(each["sha256"][:12] in details.render(report, color=False, width=None) for each in packs)


@pytest.fixture
def old(tmp_path: Path) -> Path:
    path = tmp_path / "old.json"
    trace = tmp_path / "old.log"
    trace.write_text(on("phone-a", FAILED), encoding="utf-8")
    path.write_text(lyncphone_logs.diagnose(lyncphone_logs.read_trace(trace, year=2013)).to_json(), encoding="utf-8")
    return path


def on(host: str, lines: str) -> str:
    """The lines as a syslog server saves them, from a phone of this host name."""
    return "".join(f"Jul  9 10:00:00 {host} {line}\n" for line in lines.splitlines())


LEASE = "daemon.info udhcpc[210]: Lease of 10.1.2.3 obtained, lease time 86400\n"
FAILED = FOUNDING.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("trace", "state", "code"),
    [
        (REGISTERED, "fixed", 0),
        (LEASE, "cannot tell", 3),
        (FAILED, "not fixed", 1),
        (REGISTERED + FAILED, "not fixed", 1),
        (FAILED + REGISTERED, "cannot tell", 3),
    ],
)
def test_a_later_trace_shows_whether_a_diagnosis_is_fixed(
    trace: str, state: str, code: int, old: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = tmp_path / "new.log"
    new.write_text(on("phone-a", trace), encoding="utf-8")
    assert run(["diagnose", str(new), "--verify-fix", str(old), "--format", "json", "--fail-on", "error"]) == code
    fixes = {each["code"]: each for each in json.loads(capsys.readouterr().out)["fixes"]}
    assert fixes["TLS001"]["state"] == state
    assert bool(fixes["TLS001"]["evidence"]) == (trace != LEASE)


@pytest.mark.parametrize("later", [REGISTERED, FAILED])
@pytest.mark.parametrize(
    ("first", "second", "because"),
    [
        (on("phone-a", FAILED), "phone-b", "this is another phone: the report is about phone-a (host name), the trace"),
        (FAILED, "", "it is not certain that this is the same phone: the report is about"),
        (on("phone-a", FAILED), "", "it is not certain"),
        (FAILED, "phone-a", "it is not certain"),
    ],
)
def test_nothing_is_said_about_a_phone_that_may_be_another(
    first: str, second: str, because: str, later: str, tmp_path: Path
) -> None:
    trace, old = tmp_path / "trace.log", tmp_path / "old.json"
    trace.write_text(first, encoding="utf-8")
    old.write_text(lyncphone_logs.diagnose(lyncphone_logs.read_trace(trace, year=2013)).to_json(), encoding="utf-8")
    trace.write_text(on(second, later) if second else later, encoding="utf-8")
    report = lyncphone_logs.diagnose(lyncphone_logs.read_trace(trace, year=2013), verify_fix=old)
    assert {each.state for each in report.fixes} == {"cannot tell"}
    assert all(each.because.startswith(because) for each in report.fixes)
    assert "cannot tell: TLS001" in str(report)


def test_the_user_can_state_that_it_is_the_same_phone(tmp_path: Path) -> None:
    old, new = tmp_path / "old.json", tmp_path / "new.log"
    old.write_text(lyncphone_logs.diagnose(lyncphone_logs.read_trace(FOUNDING)).to_json(), encoding="utf-8")
    new.write_text(REGISTERED, encoding="utf-8")
    report = lyncphone_logs.diagnose(lyncphone_logs.read_trace(new), verify_fix=old, phone=str(new))
    assert {each.state for each in report.fixes} == {"fixed"}
    options = ["--format", "json", "--fail-on", "error"]
    assert run([str(new), "--verify-fix", str(old), *options]) == 3
    assert run([str(new), "--verify-fix", str(old), "--phone", "new.log", *options]) == 0


def test_each_of_several_phones_is_found_again(tmp_path: Path) -> None:
    old, new = tmp_path / "old.json", tmp_path / "new.log"
    new.write_text("".join(on(host, FAILED) for host in ("a1", "b1", "c1")), encoding="utf-8")
    old.write_text(lyncphone_logs.diagnose(lyncphone_logs.read_trace(new, year=2013)).to_json(), encoding="utf-8")
    new.write_text(on("b1", REGISTERED) + on("a1", FAILED) + on("d1", REGISTERED), encoding="utf-8")
    fixes = lyncphone_logs.diagnose(lyncphone_logs.read_trace(new, year=2013), verify_fix=old).fixes
    states = {each.phone: each.state for each in fixes if each.code == "TLS001"}
    assert states == {"a1": "not fixed", "b1": "fixed", "c1": "cannot tell"}


def test_a_report_of_schema_1_is_still_read(tmp_path: Path) -> None:
    old, new = tmp_path / "old.json", tmp_path / "new.log"
    found = {"code": "TLS001", "name": "a-name", "verdict": "likely"}
    phone = {"id": "phone-a", "basis": "host name", "vendor": "AudioCodes", "model": "", "diagnoses": [found]}
    old.write_text(json.dumps({"schema_version": "1", "phones": [phone]}), encoding="utf-8")
    for host, state in (("phone-a", "fixed"), ("phone-b", "cannot tell")):
        new.write_text(on(host, REGISTERED), encoding="utf-8")
        (fix,) = lyncphone_logs.diagnose(lyncphone_logs.read_trace(new, year=2013), verify_fix=old).fixes
        assert (fix.state, fix.code, fix.phone) == (state, "TLS001", "phone-a")


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"phones": [{"diagnoses": [{}]}]}', "[" * 100_000])
def test_a_file_that_is_no_report_is_refused_with_one_error(content: str, tmp_path: Path) -> None:
    path = tmp_path / "old.json"
    path.write_text(content, encoding="utf-8")
    trace: Any = lyncphone_logs.read_trace(FOUNDING)
    with pytest.raises(InputError, match="cannot use the previous report"):
        lyncphone_logs.diagnose(trace, verify_fix=path)


def test_the_file_of_a_rule_is_the_one_it_was_read_from(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_rule(tmp_path)
    assert rule_file(rule_of(str(tmp_path)), read_catalog(str(tmp_path)).packs) == path
    path.write_text("code = [", encoding="utf-8")
    assert rule_file(rule_of(str(tmp_path)), read_catalog(str(tmp_path)).packs) == rule_file(rule_of(), KNOWN.packs)
    assert run(["rules", "lint", "TLS001", "--rules", str(tmp_path)]) == 3
    assert "rule file cannot be read" in capsys.readouterr().err
