"""The framing of a line is separated from the phone's own line, and its values are read."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lyncphone_logs.events.event import SEVERITIES
from lyncphone_logs.syslog import unwrap
from lyncphone_logs.syslog.framing import SyslogPrefix, parse_prefix, parse_prefixes
from lyncphone_logs.syslog.framing_patterns import ALL, FACILITIES, compiled_pattern
from lyncphone_logs.syslog.unwrap import repeats

OWN = "voip_task[440]: CERT     : ERR  - {acl_user_tls_server_validation():653} server cert is invalid. ctx->error=7."
STAMP = "Jul 10 09:08:07"
ISO = "2023-10-11T22:14:15.003123+02:00"


def framed(name: str, stamp: str = "", owner: str = "phone", received: str = "", **more: str) -> SyslogPrefix:
    return SyslogPrefix(framing=name, stamp=stamp, stamp_owner=owner if stamp else "", received=received, **more)  # type: ignore[arg-type]


LOCAL7 = {"facility": "local7", "severity": "err"}
SENDER = {"hostname": "10.0.0.9"}
PHONE = {"hostname": "405HD-00908f112233"}

# Synthetic, made from the shapes in the sources named; real lines are marked.
HEADERS = [
    ("", framed("none")),
    ("local7.err ", framed("facility.severity", **LOCAL7)),  # real: the founding line
    ("local7.warn ", framed("facility.severity", facility="local7", severity="warning")),
    ("Kernel.Panic\t", framed("facility.severity", facility="kern", severity="emerg")),
    # BusyBox sysklogd/syslogd.c, timestamp_and_log and parse_fac_prio_20
    (f"{STAMP} 405HD-00908f112233 local7.err ", framed("busybox", STAMP, **LOCAL7, **PHONE)),
    (f"{STAMP}.123 405HD-00908f112233 local7.err ", framed("busybox", f"{STAMP}.123", **LOCAL7, **PHONE)),
    (f"{STAMP} 10.0.0.9 <1023> ", framed("busybox", STAMP, hostname="10.0.0.9")),
    (f"{STAMP} 10.0.0.9 <99> ", framed("busybox", STAMP, hostname="10.0.0.9", facility="ntp", severity="err")),
    (f"{STAMP} local7.err ", framed("busybox", STAMP, **LOCAL7)),
    # RFC 3164; without host as BusyBox -R forwards it, without both as -S writes it
    (f"<187>{STAMP} 405HD-00908f112233 ", framed("rfc3164", STAMP, **LOCAL7, **PHONE)),
    (f"<187>{STAMP} ", framed("rfc3164", STAMP, **LOCAL7)),
    (f"<187> {STAMP} ", framed("rfc3164", STAMP, **LOCAL7)),
    (f"{STAMP} 405HD-00908f112233 ", framed("rfc3164", STAMP, **PHONE)),
    (f"{STAMP} fe80::290:8fff:fe11:2233 ", framed("rfc3164", STAMP, hostname="fe80::290:8fff:fe11:2233")),
    (f"{STAMP} ", framed("rfc3164", STAMP)),
    ("JAN  1 00:00:05 ", framed("rfc3164", "JAN  1 00:00:05")),
    ("<187>", framed("rfc3164", **LOCAL7)),
    # RFC 5424 section 6
    (
        '<187>1 2023-10-11T22:14:15.003Z 405HD-00908f112233 voip_task 440 ID47 [a@1 k="v" l="\\"]\\\\"][b@2] ',
        framed("rfc5424", "2023-10-11T22:14:15.003Z", **LOCAL7, **PHONE, app_name="voip_task", procid="440"),
    ),
    ("<187>1 - - - - - - \ufeff", framed("rfc5424", **LOCAL7)),
    ("<187>1 - - - - - - ï»¿", framed("rfc5424", **LOCAL7)),
    (f"<187>2 {ISO} host app - - - ", framed("rfc5424", ISO, **LOCAL7, hostname="host", app_name="app")),
    (f"<187>1 {ISO} host app 1 - ", framed("rfc5424", ISO, **LOCAL7, hostname="host", app_name="app", procid="1")),
    # rsyslog, RSYSLOG_FileFormat and RSYSLOG_ForwardFormat
    (f"{ISO} 405HD-00908f112233 ", framed("rsyslog-iso", ISO, **PHONE)),
    (f"{ISO} ", framed("rsyslog-iso", ISO)),
    (f"<187>{ISO} 405HD-00908f112233 ", framed("rsyslog-iso", ISO, **LOCAL7, **PHONE)),
    # Kiwi, Lire::Syslog(3pm); the tab becomes a blank in copying
    *(
        (f"{stamp}{gap}Local7.Error{gap}10.0.0.9{gap}", framed("kiwi", stamp, "collector", stamp, **LOCAL7, **SENDER))
        for stamp in ("2024-04-25 10:15:00", "04-25-2024 10:15:00", "25-04-2024 10:15:00", "2024.04.25 10:15:00")
        for gap in ("\t", " ")
    ),
    # AudioCodes Syslog Viewer
    (
        "10:44:11.299  10.15.77.55  local7.err  ",
        framed("audiocodes-viewer", "10:44:11.299", "collector", "10:44:11.299", **LOCAL7, hostname="10.15.77.55"),
    ),
    # SpectraLink p-Logger
    ("JUL 10 09:08:07 10.0.0.9:11133>", framed(
        "p-logger", "JUL 10 09:08:07", "collector", "JUL 10 09:08:07", **SENDER,
    )),
    ("JUL 10 09:08:07 10.0.0.9:11133>Jul 10 16:06:27.00 ", framed(
        "p-logger+rfc3164", "Jul 10 16:06:27.00", "phone", "JUL 10 09:08:07", **SENDER,
    )),
    # two framings
    (
        f"2024-04-25 10:15:00\tLocal0.Debug\t10.0.0.9\t<187>{STAMP} ",
        framed("kiwi+rfc3164", STAMP, "phone", "2024-04-25 10:15:00", **LOCAL7, hostname="10.0.0.9"),
    ),
    (
        "2024-04-25 10:15:00 Local0.Debug 10.0.0.9 local7.err ",
        framed(
            "kiwi+facility.severity", "2024-04-25 10:15:00", "collector", "2024-04-25 10:15:00",
            **LOCAL7, hostname="10.0.0.9",
        ),
    ),
    (f"{STAMP} 10.0.0.9 Jan  1 00:00:05 ", framed("rfc3164+rfc3164", "Jan  1 00:00:05", "phone", STAMP, **SENDER)),
    (f"{STAMP} Jan  1 00:00:05 ", framed("rfc3164+rfc3164", "Jan  1 00:00:05", "phone", STAMP)),
    (f"local7.err {STAMP} ", framed("facility.severity+rfc3164", STAMP, **LOCAL7)),
    (f"<187>{STAMP} 10.0.0.9 kern.info ", framed(
        "rfc3164+facility.severity", STAMP, facility="kern", severity="info", hostname="10.0.0.9",
    )),
    (f"10:44:11.299  10.15.77.55  local7.err  <13>1 {ISO} host app 7 - - ", framed(
        "audiocodes-viewer+rfc5424", ISO, "phone", "10:44:11.299",
        facility="user", severity="notice", hostname="host", app_name="app", procid="7",
    )),
]  # fmt: skip


@pytest.mark.parametrize(("header", "expected"), HEADERS, ids=[repr(header) for header, _ in HEADERS])
def test_each_framing_has_its_fields_and_ends_before_the_phones_own_line(header: str, expected: SyslogPrefix) -> None:
    found = parse_prefix(header + OWN)
    assert found.start == len(header)
    assert found == expected._replace(start=len(header))


@pytest.mark.parametrize(
    ("line", "framing", "host", "own"),
    [
        # docs.tenzir.com/v4.19/formats/syslog; its version 8 is wrong and tolerated
        (
            "<165>8 2023-10-11T22:14:15.003Z mymachineexamplecom evntslog 1370 ID47 "
            '[exampleSDID@32473 eventSource="Application" eventID="1011"] Event log entry',
            "rfc5424", "mymachineexamplecom", "Event log entry",
        ),
        ("<34>Nov 16 14:55:56 mymachine PROGRAM: Freeform", "rfc3164", "mymachine", "PROGRAM: Freeform"),
        # SolarWinds SEM, accepted syslog data
        ("2024.04.25 10:15:00 Local7.info 10.0.0.1 This is my message", "kiwi", "10.0.0.1", "This is my message"),
        # github.com/rsyslog/rsyslog issue 5372
        (
            "May  3 16:37:14 c9-ionos-rsyslog rsyslogd[8905]: nsd_ossl:OpenSSL Error Stack",
            "rfc3164", "c9-ionos-rsyslog", "rsyslogd[8905]: nsd_ossl:OpenSSL Error Stack",
        ),
        # AudioCodes SBC manual 7.3
        (
            "10:44:11.299 10.15.77.55 local0.notice [S=511941] [SID=736502:31:12079] (N 483455) ReleaseAddress.",
            "audiocodes-viewer", "10.15.77.55", "[S=511941] [SID=736502:31:12079] (N 483455) ReleaseAddress.",
        ),
        ("<133>[S=1718460] [SID=b9027c:24:198171]", "rfc3164", None, "[S=1718460] [SID=b9027c:24:198171]"),
        # the 8020/8030 administration guide, page 112
        (
            "JAN 21 12:51:26 172.29.76.67:11133>Jan 21 19:50:46.00 0090.7a05.18f6 (172.029.076.067) [0000] Successful",
            "p-logger+rfc3164", "172.29.76.67", "0090.7a05.18f6 (172.029.076.067) [0000] Successful",
        ),
        ("May 19 02:40:38 192.168.1.14 GS_LOG: [00:0b:82:00:a1:be][000] Ethernet", "rfc3164", "192.168.1.14",
         "GS_LOG: [00:0b:82:00:a1:be][000] Ethernet"),
        # Yealink pads the tag to four characters
        ("<134>Feb  6 14:33:07 GUI [1100:1178]: ANDR<6+info >", "rfc3164", None, "GUI [1100:1178]: ANDR<6+info >"),
        ("Sep 10 16:00:48 syslog[422]: <0> | LEVEL4 |", "rfc3164", None, "syslog[422]: <0> | LEVEL4 |"),
        # synthetic
        (f"{STAMP} CERT     : ERR  - x", "rfc3164", None, "CERT     : ERR  - x"),
        (f"{STAMP} cafe:0:1: x", "rfc3164", None, "cafe:0:1: x"),
        (f"{STAMP} 10.0.0.9 [S=17] x", "rfc3164", "10.0.0.9", "[S=17] x"),
        (f"{STAMP} last message repeated 3 times", "rfc3164", None, "last message repeated 3 times"),
        (f"{STAMP} message repeated 3 times: [ x]", "rfc3164", None, "message repeated 3 times: [ x]"),
        (f"{STAMP} phone last message repeated 3 times", "rfc3164", "phone", "last message repeated 3 times"),
        (f"{STAMP} 4924 NOT x", "rfc3164", None, "4924 NOT x"),
        (f"<13>1 {ISO} h a 1 - [bad structured data] x", "rfc5424", "h", "[bad structured data] x"),
        (STAMP, "rfc3164", None, ""),
    ],
)  # fmt: skip
def test_the_framing_of_real_lines_ends_before_the_phones_text(
    line: str, framing: str, host: str | None, own: str
) -> None:
    found = parse_prefix(line)
    assert (found.framing, found.hostname, line[found.start :]) == (framing, host, own)


@pytest.mark.parametrize(
    "line",
    [
        "", OWN, "foo.bar x", "local8.err x", "local7.loud x", "local7.errx x", "local7err x", "<192>x", "<007>x",
        "<>x", "2024-04-25 10:15:00 Local7.Loud 10.0.0.1 x", "10:44:11.299 10.15.77.55 nothing.notice x",
        "Foo 10 09:08:07 x",
        "Jul 10 09:08 x", "10:44:11 10.15.77.55 local0.notice x", "0100000000|sip |4|00|x", f" {STAMP} x",
    ],
)  # fmt: skip
def test_text_that_only_resembles_a_framing_has_no_prefix(line: str) -> None:
    assert parse_prefix(line) == SyslogPrefix()


@pytest.mark.parametrize("pri", range(192))
def test_a_priority_is_facility_times_eight_plus_severity(pri: int) -> None:
    found = parse_prefix(f"<{pri}>{STAMP} {OWN}")
    assert (found.facility, found.severity) == (FACILITIES[pri // 8], SEVERITIES[pri % 8])


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (OWN, (1, OWN)),
        ("message repeated 3 times: [ original ]", (3, "original")),
        ("voip_task[440]: message repeated 12 times: [ CERT : ERR - [x]]", (12, "voip_task[440]: CERT : ERR - [x]")),
        ("GUI [1100:1178]: message repeated 2 times: [x]", (2, "GUI [1100:1178]: x")),
        ("tag: message repeated 2 times: [ cut at 800 by", (2, "tag: cut at 800 by")),
        ("last message repeated 3 times", (3, None)),
        ("last message repeated 1 time", (1, None)),
        ("syslogd: last message repeated 3 times", (3, None)),
        ("message repeated 0 times: [ x]", (1, "message repeated 0 times: [ x]")),
        ("the message repeated 3 times: [ x]", (1, "the message repeated 3 times: [ x]")),
        ("last message repeated 3 times ago", (1, "last message repeated 3 times ago")),
    ],
)
def test_repeat_notices_have_a_number_and_the_line(line: str, expected: tuple[int, str | None]) -> None:
    assert repeats(line) == expected


PIECES = st.sampled_from(
    [STAMP, ISO, "<187>", "<187>1", "local7.err", "10.0.0.9", "10:44:11.299", "2024-04-25", " ", "\t", "tag[1]:", "::",
     "[a b=\"", "\\", "-", "message repeated 3 times: [", "]", "last message repeated 2 times", "\n", "٣", "\x00"]
)  # fmt: skip


@given(st.text() | st.lists(PIECES | st.text(max_size=3), max_size=12).map("".join))
def test_any_text_has_a_prefix_and_a_count_without_an_error(text: str) -> None:
    found = parse_prefix(text)
    count, line = repeats(text[found.start :])
    assert 0 <= found.start <= len(text)
    assert found.framing.count("+") <= 1
    assert found.stamp in text
    assert found.received in text
    assert found.facility in (None, *FACILITIES)
    assert found.severity in (None, *SEVERITIES)
    assert (found.stamp == "") == (found.stamp_owner == "")
    assert count >= 1
    assert line is None or len(line) <= len(text)


MIXED_HEADS = st.sampled_from(
    ["", "<13>", "<30>Jul  9 12:00:00 ", "Jul  9 12:00:00 host ", "Jul  9 12:00:00 ", "local7.err ",
     "2013-07-09 12:00:00\tLocal7.Error\t192.0.2.1\t", "12:00:00.123  192.0.2.1 local0.notice ", "-", "x: ",
     "<13>1 2013-07-09T12:00:00Z - app - - - ", "2013-07-09T12:00:00.5+02:00 h "]
)  # fmt: skip


@given(st.lists(st.tuples(MIXED_HEADS, MIXED_HEADS, st.text(max_size=5)).map("".join), max_size=12))
def test_many_lines_have_the_prefixes_of_each_line(lines: list[str]) -> None:
    columns = parse_prefixes(lines)
    assert [columns.prefix(row) for row in range(len(lines))] == [parse_prefix(line) for line in lines]


HOSTILE_HEADS = [
    "",
    STAMP,
    f"{STAMP} h ",
    "<187>",
    f'<187>1 {ISO} h a p m [a b="',
    f"{ISO} ",
    "10:44:11.299 ",
    "tag: message ",
]


@pytest.mark.parametrize("unit", [" ", "a", "1:", "[", "Jan 1 ", "<1>", '[a b="', "\\", ".", "message repeated "])
@pytest.mark.parametrize("head", HOSTILE_HEADS)
def test_a_hostile_line_of_64_kib_has_a_prefix(head: str, unit: str) -> None:
    line = head + unit * (65536 // len(unit))
    found = parse_prefix(line)
    assert found.start <= len(line)
    assert repeats(line) == (1, line)


def unbounded_repeats_that_backtrack(pattern: str) -> int:
    """How many unbounded repeats of a pattern are not possessive."""
    own = re.sub(r"\\.|\[[^]]*\]", "x", pattern)
    return len(re.findall(r"[*+](?!\+)(?<![*+}?]\+)|,\}(?!\+)", own))


def test_no_unbounded_repeat_backtracks() -> None:
    notices = [value for value in vars(unwrap).values() if isinstance(value, re.Pattern)]
    patterns = [*map(compiled_pattern, ALL), *notices]
    assert len(patterns) == 13
    assert [unbounded_repeats_that_backtrack(pattern.pattern) for pattern in patterns] == [0] * 13
    assert unbounded_repeats_that_backtrack(r"a+b*[+*]c++d*+\+(?:e)*f{1,}") == 4
