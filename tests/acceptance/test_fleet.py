"""A fleet of generated phones with known causes: the table's counts equal the truth, in every way to read it."""

import json
import re
import tracemalloc
from collections import Counter
from cProfile import Profile
from dataclasses import replace
from datetime import timedelta
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest
from support.fleet import CODES, HEALTHY, STORIES, TWO_CAUSES, UNKNOWN, Fleet, Story, write
from typer.testing import CliRunner, Result

import lyncphone_logs as lp
from lyncphone_logs.catalog import read_catalog
from lyncphone_logs.cli.app import app
from lyncphone_logs.diagnosis.findings import Findings
from lyncphone_logs.diagnosis.shared_faults import shared_faults
from lyncphone_logs.reports.answer import causes_of
from lyncphone_logs.reports.excerpt import cells
from lyncphone_logs.reports.fleet import CauseRow, View, summary
from lyncphone_logs.reports.fleet_text import render

MANY, FEW = 1000, 100
SCHEMA = json.loads(files("lyncphone_logs").joinpath("content/schema/report-2.schema.json").read_text(encoding="utf-8"))
FLEET = {**STORIES, "two causes": TWO_CAUSES}
SHARE = {"signature": 6.0, "expired": 5.0, "healthy audiocodes": 4.0}
AT_20 = {"silent registrar": timedelta(minutes=20)}
ROW = re.compile(r" *([\d,]+)  (?:confirmed|likely|possible|unknown) .*?([A-Z]{2,5}\d{3})?$")


def fleet_of(phones: int, seed: int = 1) -> Fleet:
    return Fleet(phones, seed=seed, stories=FLEET, share=SHARE, bursts=AT_20)


def found(report: Findings) -> dict[str, tuple[str, ...]]:
    """The codes of each phone as the table by phone has them."""
    states = {"failed": UNKNOWN, "signed in": HEALTHY, "unclear": "unclear"}
    return {row.id: tuple(sorted(row.codes)) or (states[row.state],) for row in summary(report.phones).phones}


def counted(report: Findings) -> Counter[str]:
    """The number of phones in each row of the table by cause."""
    return Counter({row.code or UNKNOWN: len(row.phones) for row in summary(report.phones).causes})


def check(report: Findings, fleet: Fleet) -> None:
    assert found(report) == fleet.truth
    assert counted(report) + Counter({HEALTHY: fleet.counts[HEALTHY]}) == fleet.counts
    for row in summary(report.phones).causes:
        assert {*row.phones} == {phone for phone, codes in fleet.truth.items() if (row.code or UNKNOWN) in codes}


def test_the_fleet_has_twelve_known_causes_from_many_stages() -> None:
    assert len(CODES) >= 12
    assert len({rule.stage for rule in read_catalog().rules if rule.code in CODES}) >= 6
    assert {HEALTHY, UNKNOWN} < {*fleet_of(FEW).counts}
    assert fleet_of(FEW).phones == fleet_of(FEW).phones
    assert [*fleet_of(FEW).by_arrival()] != [*fleet_of(FEW, seed=2).by_arrival()]


@pytest.mark.parametrize("order", ["by_arrival", "by_phone", "in_turn"])
@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.sampled(3)
def test_the_table_counts_the_phones_of_one_file(tmp_path: Path, order: str, jobs: int) -> None:
    fleet = fleet_of(FEW, seed=len(order) + jobs)
    path = write(tmp_path / "fleet.log", getattr(fleet, order)())
    check(lp.diagnose(str(path), year=2013, jobs=jobs), fleet)


def test_the_table_counts_the_phones_of_a_folder(tmp_path: Path) -> None:
    fleet = fleet_of(FEW, seed=7)
    check(lp.diagnose(str(fleet.folder(tmp_path / "fleet")), year=2013), fleet)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_the_table_counts_a_thousand_phones(tmp_path: Path, seed: int) -> None:
    fleet = fleet_of(MANY, seed)
    path = str(write(tmp_path / "fleet.log", fleet.by_arrival()))
    report = lp.diagnose(path, year=2013)
    check(report, fleet)
    check_screen(report, fleet)
    check(lp.diagnose(path, year=2013, jobs=2), fleet)
    check(lp.diagnose(str(write(tmp_path / "mixed.log", fleet.in_turn())), year=2013), fleet)
    check(lp.diagnose(str(fleet.folder(tmp_path / "fleet")), year=2013), fleet)
    ((burst),) = [each for each in report.shared_faults if each.code == "NET002"]
    assert len(burst.phones) == fleet.counts["NET002"]


@pytest.fixture(scope="module")
def small() -> Fleet:
    return fleet_of(FEW)


@pytest.fixture(scope="module")
def path(small: Fleet, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("fleet") / "fleet.log", small.by_arrival())


@pytest.fixture(scope="module")
def report(path: Path) -> Findings:
    return lp.diagnose(str(path), year=2013)


def check_screen(report: Findings, fleet: Fleet) -> None:
    """The first screen has at most 30 rows, fits, and prints the true numbers."""
    for width in (80, 120):
        lines = render(report, View(), color=False, width=width).split("\n")
        assert len(lines) <= 30
        # The last line is a command with the path of the trace; it is never broken.
        assert max(map(cells, lines[:-1])) <= width
        printed = {match[2] or UNKNOWN: int(match[1].replace(",", "")) for line in lines if (match := ROW.match(line))}
        assert len(printed) >= 8
        assert printed == {code: fleet.counts[code] for code in printed}
        failed = sum(codes != (HEALTHY,) for codes in fleet.truth.values())
        assert f"{len(fleet.truth):,} phones" in lines[0]
        assert f"{failed:,} failed, {fleet.counts[HEALTHY]:,} signed in" in " ".join(lines[:2])
        assert lines[-1].startswith("Next: lyncphone-logs ")


def test_the_first_screen_prints_the_true_numbers(report: Findings, small: Fleet) -> None:
    check_screen(report, small)


def test_the_screen_stays_short_for_any_number_of_causes_notes_and_faults(report: Findings) -> None:
    noisy = replace(
        report,
        notes=tuple(
            f"assumption {number} that needs {'a very ' * 9} long sentence to be stated in full" for number in range(9)
        ),
        problems=tuple(
            f"problem {number} that needs {'a very ' * 9} long sentence to be stated in full" for number in range(9)
        ),
        shared_faults=report.shared_faults * 9,
    )
    for shown in (report, noisy):
        for width in (80, 120):
            lines = render(shown, View(), color=False, width=width).split("\n")
            assert len(lines) <= 30
            rows = [line for line in lines if ROW.match(line)]
            left = len(summary(shown.phones).causes) - len(rows)
            assert (f"  {left} more causes: --all" in lines) == bool(left)


def test_long_names_and_texts_of_the_trace_do_not_run_over(tmp_path: Path) -> None:
    domain = f"{'x' * 300}.org"
    line = "{b} {h} local7.info voip_task[440]: LCD      : INFO - Verification failed for the domain "
    story = Story((UNKNOWN,), "audiocodes_400hd", [line + domain])
    fleet = Fleet(9, stories={"screen": story}, bursts={"screen": timedelta()})
    folder = tmp_path / ("long-name-" * 12)
    folder.mkdir()
    for number, lines in enumerate(fleet.phones.values(), 1):
        texts = (text.text.replace(f"phone-{number:04} ", "") for text in lines)
        write(folder / f"{'part-' * 20}{number}.log", texts)
    report = lp.diagnose(str(folder), year=2013)
    assert len(report.phones) == 9
    for view in (View(), View(by="phone")):
        lines_shown = render(report, view, color=False).split("\n")
        assert len(lines_shown) <= 30
        assert [each for each in lines_shown[:-1] if cells(each) > 80] == []


def run(*arguments: object) -> Result:
    result = CliRunner().invoke(app, ["diagnose", "--year", "2013", *map(str, arguments)])
    assert result.exit_code == 1, result.output
    return result


def test_by_phone_has_a_line_for_each_phone(path: Path, small: Fleet) -> None:
    lines = run(path, "--by", "phone").stdout.rstrip().split("\n")
    rows = {line.split()[0]: line for line in lines if line.startswith("phone-")}
    assert {*rows} == {*small.truth}
    for phone, codes in small.truth.items():
        printed = [*re.findall(r"\b[A-Z]{2,5}\d{3}\b", rows[phone])]
        assert {*printed} <= {*codes}
        assert bool(printed) == codes[0].isupper()
        assert ("+1" in rows[phone]) == (len(codes) > 1)
    assert max(map(cells, lines[:-1])) <= 80


def test_a_named_phone_is_shown_alone(path: Path, small: Fleet) -> None:
    phone = next(phone for phone, codes in small.truth.items() if codes == ("TLS008",))
    screen = run(path, "--phone", phone).stdout
    assert "TLS008" in screen
    assert phone in screen
    assert not [other for other in small.truth if other != phone and other in screen]
    two = [phone, next(other for other in small.truth if other != phone)]
    assert "2 of 100 phones" in run(path, "--phone", two[0], "--phone", two[1]).stdout


@pytest.mark.slow
def test_a_named_code_shows_its_phones_and_its_fix(path: Path, small: Fleet) -> None:
    for code in ("TLS008", "DHCP001"):
        screen = run(path, "--code", code).stdout
        assert f": {small.counts[code]} of 100 phones show {code}" in screen
        assert "  Fix  " in screen
        assert "  Fixed  " in screen
        listed = {*re.findall(r"phone-\d+", screen)}
        assert listed <= {phone for phone, codes in small.truth.items() if code in codes}
        assert len(listed) == min(small.counts[code], 10)
        ids = {phone["id"] for phone in json.loads(run(path, "--code", code, "-f", "json").stdout)["phones"]}
        assert ids == {phone for phone, codes in small.truth.items() if code in codes}


def test_a_code_that_is_only_a_rival_selects_the_phones_that_list_it(path: Path, report: Findings) -> None:
    leads = {code for row in summary(report.phones).phones for code in row.codes}
    rival = next(each.rule for phone in report.phones for each in phone.diagnoses if each.rule.code not in leads)
    listing = [phone for phone in report.phones if rival.code in {each.rule.code for each in phone.diagnoses}]
    assert len(listing) > 1
    screen = run(path, "--code", rival.code).stdout
    assert f"{len(listing)} of 100 phones show {rival.code}" in screen
    assert rival.title in " ".join(screen.split())


@pytest.mark.parametrize("sort", ["phones", "code", "verdict", "time", "name"])
@pytest.mark.sampled(5)
def test_rows_are_in_the_order_that_is_asked_for(path: Path, report: Findings, sort: str) -> None:
    lines = run(path, "--sort", sort).stdout.split("\n")
    printed = [match[2] or UNKNOWN for line in lines if (match := ROW.match(line))]
    expected = [row.code or UNKNOWN for row in summary(report.phones, sort).causes]  # type: ignore[arg-type]  # a literal
    assert printed == expected[: len(printed)]
    ids = [
        line.split()[0] for line in run(path, "--by", "phone", "--sort", sort).stdout.split("\n") if "phone-" in line
    ]
    assert ids[:FEW] == [row.id for row in summary(report.phones, sort).phones]  # type: ignore[arg-type]  # a literal


def test_the_orders_differ_and_are_what_they_say(report: Findings) -> None:
    def causes(sort: str) -> list[CauseRow]:
        return [*summary(report.phones, sort).causes]  # type: ignore[arg-type]  # a literal

    numbers = [len(row.phones) for row in causes("phones")]
    assert numbers == sorted(numbers, reverse=True)
    codes = [row.code for row in causes("code") if row.code]
    assert codes == sorted(codes)
    words = [row.verdict for row in causes("verdict")]
    assert words == sorted(words, key=["confirmed", "likely", "possible", "unlikely", "unknown"].index)
    times = [row.first for row in causes("time") if row.first]
    assert times == sorted(times)
    last = [row.last for row in summary(report.phones, "time").phones if row.last]
    assert last == sorted(last, reverse=True)


def test_the_worst_phones_come_first(report: Findings, small: Fleet) -> None:
    """A sure cause before a less sure one; of equally sure ones that of most phones; then the phone seen last."""
    rows = [row for row in summary(report.phones).phones if row.codes]
    confirmed = [row for row in rows if row.verdict == "confirmed"]
    assert rows[: len(confirmed)] == confirmed
    numbers = [small.counts[row.codes[0]] for row in confirmed]
    assert numbers == sorted(numbers, reverse=True)
    same = [row.last for row in rows if row.codes == confirmed[0].codes and row.last]
    assert same == sorted(same, reverse=True)


@pytest.mark.slow
def test_json_of_150_phones_takes_less_than_1_mb(tmp_path: Path) -> None:
    fleet = fleet_of(150)
    report = lp.diagnose(str(write(tmp_path / "fleet.log", fleet.by_arrival())), year=2013)
    text = report.to_json()
    assert len(text.encode()) <= 1_000_000
    read = json.loads(text)
    jsonschema.validate(read, SCHEMA)
    assert len(read["phones"]) == 150


def test_a_tie_is_visible_in_the_table(tmp_path: Path) -> None:
    """Code 20 alone has causes with nearly equal scores."""
    line = "local7.err voip_task[440]: CERT     : ERR  - {{acl():653}} server cert is invalid. ctx->error=20."
    story = Story(("TLS003",), "audiocodes_400hd", ["{b} {h} " + line])
    fleet = Fleet(6, stories={"no root": story})
    report = lp.diagnose(str(write(tmp_path / "fleet.log", fleet.by_arrival())), year=2013)
    (row,) = summary(report.phones).causes
    leads = {each.rule.code: each for each in report.phones[0].diagnoses}
    assert row.tied_with == leads[row.code].tied_with != ()
    for width in (80, 120):
        screen = render(report, View(), color=False, width=width)
        assert "(tied with" in screen
        assert f"{row.tied_with[0]})" in screen


def test_failures_that_differ_in_every_phone_are_one_row(tmp_path: Path) -> None:
    refused = STORIES["bad extension"]
    lines = [*refused.lines[:-1], refused.lines[-1] + " Reason: SIP;text={m}"]
    fleet = Fleet(40, stories={"refused": refused._replace(lines=lines)})
    report = lp.diagnose(str(write(tmp_path / "fleet.log", fleet.by_arrival())), year=2013)
    (row,) = summary(report.phones).causes
    assert (row.code, len(row.phones)) == ("", 40)
    assert row.cause == "No known cause: the registrar refused REGISTER: 420 Bad Extension"


def calls(report: Findings) -> int:
    """The number of Python calls that the summary, the table and the shared faults of a report take."""
    profile = Profile()
    profile.runcall(render, report, View(), color=False)
    profile.runcall(shared_faults, report.phones, causes_of)
    return sum(each.callcount for each in profile.getstats())


def test_work_grows_in_proportion_to_the_phones(report: Findings) -> None:
    phones = [replace(phone, id=f"{phone.id}-{copy}") for phone in report.phones for copy in range(10)]
    assert calls(replace(report, phones=tuple(phones))) < 12 * calls(report)


@pytest.mark.slow
def test_memory_for_a_thousand_phones(tmp_path: Path) -> None:
    path = str(write(tmp_path / "fleet.log", fleet_of(MANY).by_arrival()))
    tracemalloc.start()
    lp.diagnose(path, year=2013)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 150_000_000
