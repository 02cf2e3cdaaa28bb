"""The environment of a phone: inferred from real headers, contradictions, statement, and search-first reading."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.keyed import keyed
from support.small_rules import SYMPTOM, event, phone_of, rule

import lyncphone_logs as lp
from lyncphone_logs.catalog import read_catalog
from lyncphone_logs.diagnosis.engine import diagnose_phones
from lyncphone_logs.diagnosis.environment import ChosenSteps, Step, steps_for
from lyncphone_logs.diagnosis.findings import Phone
from lyncphone_logs.events.vocabulary import Environment
from lyncphone_logs.parsing.literal_search import is_available
from lyncphone_logs.rules.rule import Check, Remedy

HEAD = "Jul  9 10:00:00 10.1.2.3 voip_task[440]: SIP      : INFO - "
HOSTS = st.from_regex(r"[a-z][a-z0-9]{1,8}(-[a-z0-9]{1,4})?", fullmatch=True)
VERSIONS = st.from_regex(r"[1-9][0-9]?\.[0-9]{1,2}(\.[0-9]{1,4})?", fullmatch=True)
ANSWERS = st.sampled_from(["200 OK", "401 Unauthorized", "403 Forbidden", "404 Not Found", "503 Service Unavailable"])
LINES = {
    "lync-onprem": [
        "SIP/2.0 {answer} CSeq: 3 REGISTER Server: RTC/{version} Content-Length: 0",
        'SIP/2.0 401 Unauthorized CSeq: 1 REGISTER WWW-Authenticate: TLS-DSK realm="SIP Communications Service", '
        'targetname="{host}.contoso.com", version=4',
        'SIP/2.0 403 Forbidden CSeq: 2 REGISTER ms-diagnostics: 4003;source="{host}.contoso.com";reason="Not enabled"',
        'ms-diagnostics: 1013;reason="Significant time skew";source="{host}.contoso.com"',
        "GET https://{host}.contoso.com/CertProv/CertProvisioningService.svc: HTTP/1.1 503 Service Unavailable",
        "initialize_auth_context: TLS-DSK Certificate Provisioning URI https://{host}.contoso.com/CertProv/x.svc",
        "INVITE sip:a@192.0.2.1 SIP/2.0 Call-ID: 1@{host} CSeq: 1 INVITE User-Agent: RTCC/{version}.0 MediationServer",
        "REGISTER sip:sipdir.online.lync.com SIP/2.0 Call-ID: 1@{host} CSeq: 1 REGISTER",
    ],
    "sip-gateway": [
        "REGISTER sip:{host}.ipp.sdg.teams.microsoft.com SIP/2.0 Call-ID: 1@{host} CSeq: 1 REGISTER",
        "SIP/2.0 {answer} To: <sip:{host}@noam.ipp.sdg.teams.microsoft.com> CSeq: 2 REGISTER Content-Length: 0",
    ],
    "teams": [
        "INVITE sip:+15550100@sip.pstnhub.microsoft.com SIP/2.0 Call-ID: 1@{host} CSeq: 1 INVITE",
        "OPTIONS sip:{host}.contoso.com SIP/2.0 Call-ID: 1@{host} CSeq: 1 OPTIONS "
        "User-Agent: Microsoft.PSTNHub.SIPProxy v.{version} i.EUNO.10",
    ],
    "generic-sip": [
        "SIP/2.0 {answer} CSeq: 3 REGISTER Server: Asterisk PBX {version} Content-Length: 0",
        "SIP/2.0 {answer} CSeq: 3 REGISTER Server: FPBX-{version}(11.25.1) Content-Length: 0",
        "SIP/2.0 {answer} CSeq: 3 REGISTER User-Agent: FreeSWITCH-mod_sofia/{version}~64bit Content-Length: 0",
        "SIP/2.0 {answer} CSeq: 3 REGISTER Server: kamailio ({version} (x86_64/linux)) Content-Length: 0",
        "SIP/2.0 {answer} CSeq: 3 REGISTER Server: OpenSIPS ({version} (x86_64/linux)) Content-Length: 0",
        "SIP/2.0 {answer} CSeq: 3 REGISTER Server: Cisco-CUCM{version} Content-Length: 0",
        "NOTIFY sip:a@192.0.2.1 SIP/2.0 Call-ID: 1@{host} CSeq: 1 NOTIFY User-Agent: 3CXPhoneSystem {version} (15502)",
        "SIP/2.0 180 Ringing CSeq: 1 INVITE Server: Cisco-SIPGateway/IOS-{version}.M5 Content-Length: 0",
    ],
}
CASES = [(name, template) for name, templates in LINES.items() for template in templates]
SILENT = [
    'SIP/2.0 401 Unauthorized CSeq: 1 REGISTER WWW-Authenticate: Digest realm="contoso.com"',
    "SIP/2.0 403 Forbidden CSeq: 2 REGISTER User-Agent: AUDC-IPPhone/2.0.5 (420HD; 00908F3BBCBA)",
    "REGISTER sip:teams.microsoft.com.contoso.com SIP/2.0 Call-ID: 1 CSeq: 1 REGISTER",
    "REGISTER sip:x.sdg.teams.microsoft.com.example SIP/2.0 Call-ID: 1 CSeq: 1 REGISTER",
    "INVITE sip:asterisk@contoso.com SIP/2.0 Call-ID: 1 CSeq: 1 INVITE Subject: Asterisk PBX RTC/6.0",
    "SIP/2.0 403 Forbidden CSeq: 2 REGISTER Server: MyRTC/5.0",
    "SIP/2.0 403 Forbidden CSeq: 2 REGISTER Server: CARRIERCLOUD - Microsoft",
]
ONCE = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def diagnosed(folder: Path, *messages: str, **options: object) -> tuple[Phone, tuple[str, ...]]:
    path = folder / "trace.log"
    path.write_text("".join(f"{HEAD}{message}\n" for message in messages), encoding="utf-8")
    report = lp.diagnose(lp.read_trace(path, **options))  # type: ignore[arg-type]
    (phone,) = report.phones
    return phone, report.notes


@pytest.mark.parametrize(("environment", "template"), CASES, ids=[template[:60] for _, template in CASES])
@ONCE
@given(host=HOSTS, version=VERSIONS, answer=ANSWERS)
@pytest.mark.sampled(2)
def test_a_header_shows_the_environment(
    tmp_path: Path, environment: str, template: str, host: str, version: str, answer: str
) -> None:
    line = template.format(host=host, version=version, answer=answer)
    phone, _ = diagnosed(tmp_path, "SIP/2.0 100 Trying CSeq: 2 REGISTER", line)
    assert phone.environment == environment
    assert [each.line for each in phone.environment_evidence] == [2]


@pytest.mark.parametrize("line", SILENT)
def test_nothing_is_inferred_from_the_phone_or_from_a_similar_name(tmp_path: Path, line: str) -> None:
    phone, notes = diagnosed(tmp_path, line)
    assert (phone.vendor, phone.environment, phone.environment_evidence) == ("AudioCodes", "", ())
    assert not [each for each in notes if "is used as stated" in each]


@pytest.mark.parametrize("pair", [*permutations(["lync-onprem", "generic-sip"])])
def test_evidence_of_equal_strength_leaves_the_environment_unknown(tmp_path: Path, pair: tuple[str, str]) -> None:
    lines = [LINES[name][0].format(host="a", version="6.0", answer="403 Forbidden") for name in pair]
    phone, _ = diagnosed(tmp_path, *lines)
    assert (phone.environment, phone.environment_evidence) == ("", ())


def test_the_registrar_counts_more_than_a_peer_of_a_call(tmp_path: Path) -> None:
    phone, _ = diagnosed(
        tmp_path,
        "SIP/2.0 180 Ringing CSeq: 1 INVITE Server: Asterisk PBX 16.2 Content-Length: 0",
        "SIP/2.0 200 OK CSeq: 3 REGISTER Server: RTC/6.0 Content-Length: 0",
    )
    assert (phone.environment, phone.environment_evidence[0].line) == ("lync-onprem", 2)


@pytest.mark.parametrize("stated", get_args(Environment))
def test_a_stated_environment_wins_and_a_note_names_what_the_trace_suggests(tmp_path: Path, stated: str) -> None:
    phone, notes = diagnosed(
        tmp_path, LINES["generic-sip"][0].format(version="16", answer="200 OK"), environment=stated
    )
    assert phone.environment == stated
    assert [each.source for each in phone.environment_evidence] == ["--environment"]
    said = [each for each in notes if "is used as stated" in each]
    assert bool(said) is (stated != "generic-sip")
    assert all(each.endswith(":1 suggests generic-sip") and f"environment {stated} is used" in each for each in said)


def test_a_stated_environment_needs_no_evidence(tmp_path: Path) -> None:
    phone, notes = diagnosed(tmp_path, "SIP/2.0 100 Trying CSeq: 2 REGISTER", environment="Teams")
    assert phone.environment == "teams"
    assert not [each for each in notes if "is used as stated" in each]


@pytest.mark.skipif(not is_available(), reason="hyperscan is not installed")
@pytest.mark.parametrize(("environment", "template"), CASES, ids=[template[:60] for _, template in CASES])
def test_search_first_and_full_reading_infer_the_same(tmp_path: Path, environment: str, template: str) -> None:
    lines = ["nothing of interest", template.format(host="h", version="6.0", answer="403 Forbidden"), "nor here"]
    found = [diagnosed(tmp_path, *lines, full=full)[0] for full in (True, False)]
    assert {each.environment for each in found} == {environment}
    assert found[0].environment_evidence == found[1].environment_evidence


@pytest.mark.skipif(not is_available(), reason="hyperscan is not installed")
def test_a_request_for_a_file_is_found_by_both_ways_of_reading(tmp_path: Path) -> None:
    line = "Jul  9 10:00:00 y ipp[1]: HTTP<6+info  >Request file http://emea.ipp.sdg.teams.microsoft.com/0015.cfg\n"
    path = tmp_path / "t.log"
    path.write_text(line * 3, encoding="utf-8")
    found = [lp.diagnose(lp.read_trace(path, full=full)).phones[0] for full in (True, False)]
    assert found[0].environment == found[1].environment


@pytest.mark.parametrize(
    ("wanted", "given_environment", "state"),
    [
        (["teams"], "", "undecidable"),
        (["teams"], "teams", "supports holds"),
        (["sip-gateway", "teams"], "teams", "supports holds"),
        (["sip-gateway"], "teams", "contradicts holds"),
    ],
)
def test_a_rule_for_some_environments_weighs_less_in_others(
    wanted: list[str], given_environment: str, state: str
) -> None:
    fact = event("fact.environment", at=None, environment=given_environment)
    facts = [fact] if given_environment else []
    phone = phone_of([SYMPTOM], rule("AAA001", applies_to=[{"environment": wanted}]), facts=facts)
    (term,) = [each for each in phone.diagnoses[0].terms if each.clause == "applies-to"]
    assert f"{term.role} {term.state}".endswith(state)


@pytest.mark.parametrize(
    ("environment", "listed"), [("", False), ("generic-sip", False), ("sip-gateway", True)], ids=str
)
def test_a_rule_that_requires_an_environment_is_no_candidate_elsewhere(
    tmp_path: Path, environment: str, *, listed: bool
) -> None:
    phone, _ = diagnosed(tmp_path, "SIP/2.0 404 Not Found CSeq: 2 REGISTER", environment=environment)
    assert ("GW001" in {each.rule.code for each in phone.diagnoses}) is listed


def test_phones_of_one_trace_have_their_own_environments() -> None:
    events = [
        event("sip.register.failed", at=1, status_code=403, server=server)._replace(hostname=host)
        for host, server in [("a", "RTC/6.0"), ("b", "Asterisk PBX 1"), ("c", "x")]
    ]
    phones, _ = diagnose_phones(keyed(events), [], [rule()], {})
    assert [(each.id, each.environment) for each in phones] == [("a", "lync-onprem"), ("b", "generic-sip"), ("c", "")]


@dataclass(frozen=True)
class Advice:
    environment: tuple[str, ...] = ()
    vendor: str = ""


VENDORS = ("", "AudioCodes", "audiocodes", "Polycom Inc.", "snom", "Audio")
ENVIRONMENTS = ("", *get_args(Environment))


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("vendor", VENDORS)
def test_no_rule_gives_a_step_for_another_environment_or_vendor(environment: str, vendor: str) -> None:
    for each in read_catalog().rules:
        items: list[Remedy | Check] = [*each.remedy, *each.checks]
        chosen = steps_for(items, environment, vendor)
        check_choice(items, chosen, environment, vendor)


@given(
    items=st.lists(
        st.builds(
            Advice,
            environment=st.sets(st.sampled_from(get_args(Environment)), max_size=3).map(lambda names: tuple(names)),
            vendor=st.sampled_from(("", "AUDIOCODES", "Polycom", "snom")),
        )
    ),
    environment=st.sampled_from(ENVIRONMENTS),
    vendor=st.sampled_from(VENDORS),
)
def test_a_step_is_chosen_if_and_only_if_both_keys_fit(items: list[Advice], environment: str, vendor: str) -> None:
    check_choice(items, steps_for(items, environment, vendor), environment, vendor)


def check_choice(items: Sequence[Step], chosen: ChosenSteps[Any], environment: str, vendor: str) -> None:
    first_word = vendor.casefold().split(" ")[0]
    for item in items:
        keyed_to = [(item.environment, environment), ([item.vendor.casefold()] * bool(item.vendor), first_word)]
        misses = [known for wanted, known in keyed_to if wanted and known and known not in wanted]
        unknown = [known for wanted, known in keyed_to if wanted and not known]
        assert (item in chosen.steps) is (not misses and not unknown)
        assert (item in chosen.undecided) is (not misses and bool(unknown))
    assert [*chosen.steps] == [item for item in items if item in chosen.steps]


def test_the_caller_is_told_that_only_steps_for_other_phones_exist() -> None:
    only = Advice(("lync-onprem",), "snom")
    assert steps_for([only], "", "") == ((), (only,))
    assert steps_for([only], "lync-onprem", "") == ((), (only,))
    assert steps_for([only], "teams", "") == ((), ())
    assert steps_for([only], "lync-onprem", "Snom") == ((only,), ())
