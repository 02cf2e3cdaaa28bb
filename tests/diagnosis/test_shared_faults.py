"""Faults that many phones show at the same time, in generated traces. All lines are synthetic."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

import lyncphone_logs as lp
from lyncphone_logs.diagnosis.findings import SharedFault
from lyncphone_logs.reports.fleet import View
from lyncphone_logs.reports.fleet_text import render

START = datetime(2013, 7, 9, 10)
EXPIRED = "local7.err voip_task[440]: CERT     : ERR  - {a():653} server cert is invalid. ctx->error=10."
NO_ROOT = EXPIRED.replace("=10.", "=20.")
REFUSED = "HT801 [c0:74:ad:00:00:{n:02}] [1.0.49.2] GS_ATA: USER.DEBUG  SIP/2.0 420 Bad Extension CSeq: 2 REGISTER"
SILENT = "0004130000{n:02} [ERROR ] SIP: Registrar 7351@192.0.2.{server} timed out"


def own(seconds: float, host: str, text: str = EXPIRED) -> str:
    return f"{START + timedelta(seconds=seconds):%b %e %H:%M:%S} {host} {text}"


def utc(seconds: float, host: str, text: str = EXPIRED) -> str:
    message = text.partition(": ")[2]
    return f"<187>1 {START + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%S}Z {host} voip_task 440 - - {message}"


def kiwi(seconds: float, host: str, text: str = EXPIRED, shown: str = "") -> str:
    moment = START + timedelta(seconds=seconds)
    return (
        f"{moment:%Y-%m-%d %H:%M:%S}\tLocal7.Error\t{host}\t{shown or f'{moment:%b %e %H:%M:%S}'} {text[11:].strip()}"
    )


def found(path: Path, lines: Iterable[str], **options: object) -> tuple[SharedFault, ...]:
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return lp.diagnose(str(path), year=2013, **options).shared_faults  # type: ignore[arg-type]  # of read_trace


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "trace.log"


def hosts(count: int, prefix: str = "phone") -> list[str]:
    return [f"{prefix}-{number:03}" for number in range(count)]


def burst(count: int, first: float = 0, step: float = 1, prefix: str = "phone", text: str = EXPIRED) -> list[str]:
    return [own(first + step * number, host, text) for number, host in enumerate(hosts(count, prefix))]


def sizes(faults: Sequence[SharedFault]) -> list[tuple[str, int]]:
    return [(fault.code or fault.kind, len(fault.phones)) for fault in faults]


def test_four_phones_are_too_few(log: Path) -> None:
    assert found(log, burst(4)) == ()


def test_five_phones_within_60_seconds_share_a_fault(log: Path) -> None:
    (fault,) = found(log, burst(5, step=15))
    assert (fault.code, fault.kind, fault.clock) == ("TLS008", "", "phone")
    assert fault.phones == tuple(hosts(5))
    assert (fault.first, fault.last) == (START, START + timedelta(seconds=60))


def test_five_phones_within_61_seconds_do_not(log: Path) -> None:
    assert found(log, [*burst(4), own(61, "late")]) == ()


def test_only_the_first_time_of_a_phone_counts(log: Path) -> None:
    early = [own(-600 * number, host) for number, host in enumerate(hosts(5), 1)]
    assert found(log, [*sorted(early), *burst(5)]) == ()


def test_two_bursts_are_two_faults_the_larger_first(log: Path) -> None:
    faults = found(log, [*burst(6), *burst(9, first=3600, prefix="other")])
    assert sizes(faults) == [("TLS008", 9), ("TLS008", 6)]


def test_the_largest_group_is_reported_and_no_phone_twice(log: Path) -> None:
    """A phone just before a burst neither splits it nor is counted with a part of it."""
    faults = found(log, [own(-30, "early"), *burst(12, step=5)])
    assert sizes(faults) == [("TLS008", 12)]


def test_a_fault_that_goes_on_all_the_time_is_not_shared(log: Path) -> None:
    """Eight a minute for an hour: each minute has more than five phones, and none stands out."""
    assert found(log, burst(480, step=7.5)) == ()


def test_a_group_stands_out_from_a_fault_that_goes_on_all_the_time(log: Path) -> None:
    lines = sorted([*burst(120, step=30), *burst(30, first=1800, prefix="other")])
    ((code, size),) = sizes(found(log, lines))
    assert code == "TLS008"
    assert 30 <= size <= 33


def test_rivals_do_not_report_a_fault_again(log: Path) -> None:
    """Code 20 has three possible causes; they are one fault."""
    lines = burst(7, text=NO_ROOT)
    (phone, *_) = lp.diagnose(_written(log, lines), year=2013).phones
    assert len([each for each in phone.diagnoses if each.verdict == "possible"]) > 1
    assert [size for _, size in sizes(found(log, lines))] == [7]


def test_a_failure_without_a_known_cause_is_shared_by_its_kind(log: Path) -> None:
    (fault,) = found(log, [own(n, host, REFUSED.format(n=n)) for n, host in enumerate(hosts(5))])
    assert (fault.code, fault.kind) == ("", "sip.register.failed")
    assert fault.what == "the registrar refused REGISTER: 420 Bad Extension"


def test_phones_without_times_do_not_count(log: Path) -> None:
    lines = [f"<187>{host} {EXPIRED.partition(' ')[2]}" for host in hosts(3)]
    folder = log.with_name("folder")
    folder.mkdir()
    for host in hosts(9):
        (folder / f"{host}.log").write_text(f"{EXPIRED}\n", encoding="utf-8")
    assert lp.diagnose(str(folder)).shared_faults == ()
    assert found(log, [*lines, *burst(4)]) == ()


def test_phones_of_several_files_share_a_fault(tmp_path: Path) -> None:
    for number, host in enumerate(hosts(6)):
        (tmp_path / f"{host}.log").write_text(f"{own(number * 8, host)}\n", encoding="utf-8")
    assert sizes(lp.diagnose(str(tmp_path), year=2013).shared_faults) == [("TLS008", 6)]


def test_the_collector_s_clock_is_the_best_one(log: Path) -> None:
    """The phones' own clocks are hours apart."""
    shown = [f"Jul  9 {number:02}:00:00" for number in range(6)]
    lines = [kiwi(number * 10, host, shown=shown[number]) for number, host in enumerate(hosts(6))]
    (fault,) = found(log, lines)
    assert (fault.clock, fault.first, fault.last) == ("collector", START, START + timedelta(seconds=50))
    spread = [kiwi(number * 100, host, shown="Jul  9 09:00:00") for number, host in enumerate(hosts(6))]
    assert found(log, spread) == ()


def test_a_clock_that_was_never_set_counts_only_by_its_collector(log: Path) -> None:
    unset = [
        line.replace(f"{START.year}", "1970").replace("07-09T10", "01-01T00")
        for line in (utc(number, host) for number, host in enumerate(hosts(8)))
    ]
    assert found(log, unset) == ()
    received = [kiwi(number, host, shown=f"Jan  1 00:00:{number + 2:02}") for number, host in enumerate(hosts(8))]
    ((fault),) = found(log, received)
    assert (fault.clock, len(fault.phones), fault.first) == ("collector", 8, START)


def test_utc_is_better_than_the_phones_own_clocks(tmp_path: Path) -> None:
    """Two sites, two hours apart: at the same moment their clocks show different times."""
    for number, host in enumerate(hosts(6)):
        moment = number * 5 + (7200 if number % 2 else 0)
        (tmp_path / f"{host}.log").write_text(f"{own(moment, host)}\n", encoding="utf-8")
    zones = [f"phone-{number:03}.log={'Europe/Helsinki' if number % 2 else 'Europe/London'}" for number in range(6)]
    options = [f"{tmp_path}/{zone}" for zone in zones]
    assert lp.diagnose(str(tmp_path), year=2013).shared_faults == ()
    (fault,) = lp.diagnose(str(tmp_path), year=2013, tz=options).shared_faults
    assert (fault.clock, fault.first, len(fault.phones)) == ("utc", datetime(2013, 7, 9, 9), 6)


def test_times_of_different_clocks_are_not_compared(log: Path) -> None:
    """Three phones with UTC and three with only their own clock, which may be in another zone."""
    names = hosts(6)
    mixed = [(utc if number % 2 else own)(number, host) for number, host in enumerate(names)]
    assert found(log, mixed) == ()
    assert sizes(found(log, [utc(number, host) for number, host in enumerate(names)])) == [("TLS008", 6)]


def test_what_happened_names_only_what_all_phones_have_in_common(log: Path) -> None:
    (same,) = found(log, [own(n, host, SILENT.format(n=n, server=9)) for n, host in enumerate(hosts(6))])
    (different,) = found(log, [own(n, host, SILENT.format(n=n, server=n)) for n, host in enumerate(hosts(6))])
    assert same.what == "the registrar 192.0.2.9 did not answer"
    assert different.what == "the registrar did not answer"


def test_a_shared_fault_is_printed_once_and_is_in_json(log: Path) -> None:
    report = lp.diagnose(_written(log, burst(12, step=4)), year=2013)
    text = render(report, View(), color=False)
    assert "12 phones within 60 s (10:00:00 to 10:00:44): the phone rejected the server's" in text
    assert text.count("12 phones within") == 1
    (written,) = json.loads(report.to_json())["shared_faults"]
    assert written == {
        "code": "TLS008",
        "kind": "",
        "what": "the phone rejected the server's certificate",
        "count": 12,
        "phones": hosts(12),
        "first": "2013-07-09T10:00:00",
        "last": "2013-07-09T10:00:44",
        "clock": "phone",
    }


def _written(path: Path, lines: Iterable[str]) -> str:
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return str(path)
