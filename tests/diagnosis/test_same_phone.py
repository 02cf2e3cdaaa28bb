"""Which phone of a trace is a phone of an earlier report, and which may be another one."""

from time import process_time
from typing import Any

import pytest
from support.sample_report import phone

from lyncphone_logs.diagnosis.findings import Phone
from lyncphone_logs.diagnosis.same_phone import Match, known_phone, match_phones

ONE, OTHER = "0004f2000001", "0004f2000002"
FILE: dict[str, Any] = {"id": "trace.log", "basis": "file"}


def named(host: str, **changed: Any) -> dict[str, Any]:
    return {"id": host, "basis": "host name", "hostnames": (host,)} | changed


def found(**changed: Any) -> Phone:
    return phone(**({"vendor": "", "model": "", "firmware": "", "diagnoses": (), "boots": ()} | changed))


def matched(old: list[dict[str, Any]], new: list[dict[str, Any]], stated: str = "") -> list[Match]:
    return match_phones([known_phone(**({"vendor": "", "model": ""} | each)) for each in old],
                        [found(**each) for each in new], stated)  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "because"),
    [
        (named("a", mac=ONE), named("b", mac=ONE), f"same phone by MAC address {ONE}"),
        ({"id": ONE, "basis": "MAC address"}, named("b", mac=ONE), f"same phone by MAC address {ONE}"),
        ({"id": f"a {ONE}", "basis": "host name and MAC address"}, named("b", mac=ONE), "same phone by MAC address"),
        (named("Phone-A"), named("phone-a"), "same phone by host name phone-a"),
        (named("phone-a"), named("phone-a.contoso.com"), "same phone by host name phone-a"),
        ({"id": "phone-a", "basis": "host name"}, named("phone-a"), "same phone by host name phone-a"),
        (named("a", model="420HD"), named("a", model="AudioCodes 420HD"), "same phone by host name a"),
        (named("x", hostnames=("x", "b")), named("b"), "same phone by host name b"),
        (named("192.0.2.1"), named("192.0.2.1"), "same phone by IP address 192.0.2.1, unless DHCP has assigned it"),
    ],
)
def test_the_same_phone(old: dict[str, Any], new: dict[str, Any], because: str) -> None:
    (match,) = matched([old], [new])
    assert match.phone is not None
    assert match.because.startswith(because)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (named("a", mac=ONE), named("a", mac=OTHER)),
        (named("a"), named("b")),
        (named("192.0.2.1"), named("192.0.2.10")),
        (named("a", vendor="Yealink"), named("a", vendor="snom")),
        (named("a", model="420HD"), named("a", model="440HD")),
        ({"id": ONE, "basis": "MAC address"}, {"id": OTHER, "basis": "MAC address"}),
        (FILE | {"vendor": "Yealink"}, FILE | {"vendor": "snom"}),
    ],
)
def test_another_phone(old: dict[str, Any], new: dict[str, Any]) -> None:
    (match,) = matched([old], [new])
    assert match.phone is None
    assert match.because.startswith(f"this is another phone: the report is about {old['id']} (")
    assert f"the trace about {new['id']} (" in match.because


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (FILE, FILE),
        (FILE, named("a")),
        (named("a"), FILE),
        (named("localhost"), named("localhost")),
        (named("SIP-T46S", model="SIP-T46S"), named("SIP-T46S", model="SIP-T46S")),
        (named("192.0.2.1"), named("a")),
        ({"id": ONE, "basis": "MAC address"}, named("a")),
        (named("a", mac="000000000000"), FILE | {"mac": "000000000000"}),
    ],
)
def test_a_phone_that_may_be_another(old: dict[str, Any], new: dict[str, Any]) -> None:
    (match,) = matched([old], [new])
    assert match.phone is None
    assert match.because.startswith("it is not certain that this is the same phone")
    assert match.because.endswith(f"shows it, or state it with --phone {new['id']}")


def test_phones_are_found_in_linear_time_and_a_claimed_one_is_no_other() -> None:
    hosts = [named(f"p{number}") for number in range(2000)]
    started = process_time()
    assert all(each.phone for each in matched(hosts, hosts[::-1]))
    assert process_time() - started < 2


def test_only_the_one_phone_of_a_report_can_be_stated() -> None:
    first, _ = matched([FILE, FILE | {"id": "b.log"}], [FILE])
    assert "--phone" not in first.because


def test_a_stated_phone_is_the_one_of_the_report_unless_it_is_known_to_differ() -> None:
    assert matched([FILE], [FILE], "trace.log")[0].phone is not None
    assert matched([named("a")], [named("b")], "b")[0].phone is None
    assert matched([FILE, FILE | {"id": "b.log"}], [FILE], "trace.log")[0].phone is None


def test_two_phones_that_match_one_are_both_uncertain() -> None:
    behind_relay = [named("a"), named("a", id=f"a {OTHER}", basis="host name and MAC address")]
    assert [each.phone for each in matched(behind_relay, [named("a")])] == [None, None]
    assert [each.phone for each in matched([named("a")], [named("a"), named("x", hostnames=("a",))])] == [None]


def test_a_reason_names_the_phone_that_is_no_other_one_and_at_most_three() -> None:
    first, second = matched([named("a"), FILE], [named("a"), FILE | {"id": "b.log"}])
    assert first.phone is not None
    assert "the trace about b.log (known only by its file)" in second.because
    (match,) = matched([named("a")], [named(f"p{number}") for number in range(9)])
    assert match.because.endswith("p2 (host name) and 6 more")
    assert matched([named("a")], [])[0].because == "the trace has no line of a phone"
