"""Stated facts and the text of the screen become events."""

import subprocess
import sys
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lyncphone_logs.errors import EvidenceError
from lyncphone_logs.events.event import Event
from lyncphone_logs.events.vocabulary import Stage, kinds
from lyncphone_logs.evidence.display import known_messages, read_display
from lyncphone_logs.evidence.stated import state_facts


def summary(event: Event) -> tuple[str, str, str, dict[str, object]]:
    return event.id, event.kind, event.source, dict(event.fields)


def test_each_stated_fact_is_one_event() -> None:
    facts = state_facts(
        firmware="2.0.5", model="420HD", location="external", domain="contoso.com", environment="Lync-OnPrem"
    )
    assert [summary(fact) for fact in facts] == [
        ("fact:firmware", "fact.firmware", "--firmware", {"firmware": "2.0.5"}),
        ("fact:model", "fact.model", "--model", {"model": "420HD", "vendor": "AudioCodes"}),
        ("fact:location", "fact.location", "--location", {"location": "external"}),
        ("fact:domain", "fact.domain", "--domain", {"domain": "contoso.com"}),
        ("fact:environment", "fact.environment", "--environment", {"environment": "lync-onprem"}),
    ]
    assert [fact.text for fact in facts][:2] == ["firmware 2.0.5 (stated)", "model 420HD (stated)"]
    assert all(fact.message == fact.text for fact in facts)


@pytest.mark.parametrize("blank", ["", "  "])
def test_what_is_not_stated_is_no_event(blank: str) -> None:
    assert state_facts(firmware=blank, model=blank, location=blank, domain=blank, environment=blank) == []


def test_case_and_blanks_around_a_fact_make_no_difference() -> None:
    assert [dict(fact.fields) for fact in state_facts(location=" Internal ", domain=" Contoso.COM. ")] == [
        {"location": "internal"},
        {"domain": "contoso.com"},
    ]


@pytest.mark.parametrize(
    ("stated", "where", "in_because", "in_help"),
    [
        ({"location": "intern"}, "--location", "internal or external", "did you mean 'internal'?"),
        ({"location": "on the moon"}, "--location", "internal or external", "--location internal or external"),
        (
            {"domain": "anna@contoso.com"},
            "--domain",
            "complete SIP address",
            "only the part after the @: --domain contoso.com",
        ),
        ({"domain": "sip:anna@contoso.com"}, "--domain", "complete SIP address", "--domain contoso.com"),
        ({"domain": "anna@"}, "--domain", "complete SIP address", "--domain SIPDOMAIN"),
        ({"environment": "lync"}, "--environment", "lync-onprem or sip-gateway or teams", "lync-onprem"),
        ({"firmware": "latest"}, "--firmware", "contains a digit", "--firmware VERSION"),
    ],
)
def test_a_fact_that_cannot_be_used_is_refused_with_what_helps(
    stated: dict[str, str], where: str, in_because: str, in_help: str
) -> None:
    with pytest.raises(EvidenceError) as caught:
        state_facts(**stated)
    assert caught.value.where == where
    assert repr(next(iter(stated.values()))) in caught.value.what
    assert in_because in caught.value.because
    assert in_help in caught.value.help


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Verification failed for the domain contoso.com", "verification-failed"),
        ("Acquiring IP Address", "acquiring-address"),
        ("acquiring  IP\nADDRESS…", "acquiring-address"),
        ("Unable to locate Lync Certificate Web service", "certificate-service-not-found"),
        (
            "Error downloading certificate chain from OCS Registrar. Please try again",
            "certificate-chain-download-failed",
        ),
        ("Unable to contact Registrar for authentication. Please sign in again.", "registrar-not-reached"),
        ("Connection to Microsoft Exchange is unavailable. Please contact your support team", "exchange-unavailable"),
        ("Locating the server to download the certificate", "connecting"),
        ("Connecting to Lync\u00a0Server", "connecting"),
    ],
)
def test_a_known_text_says_what_it_is_known_to_mean(text: str, says: str) -> None:
    event = read_display(text)
    assert (event.id.partition(":")[0], event.kind, event.source) == ("display", "display.message", "--display")
    assert (event.fields["says"], event.fields["text"]) == (says, text)
    assert event.text == event.message == f"the screen says: {' '.join(text.split())}"


@pytest.mark.parametrize(
    ("text", "help"),
    [
        ("Connecting", "one of: "),
        ("connecting to link server", "did you mean 'connecting to lync server'?"),
        ("Verification faild for the domain", "did you mean 'verification failed for the domain'?"),
        ("Please enter your PIN", "one of: verification failed for the domain; acquiring ip address; "),
        ("", "one of: "),
        (" ", "one of: "),
    ],
)
def test_a_text_that_no_rule_can_use_is_refused_with_the_known_ones(text: str, help: str) -> None:
    with pytest.raises(EvidenceError) as caught:
        read_display(text)
    assert caught.value.what == f"the text {text!r} cannot be used"
    assert caught.value.where == "--display"
    assert caught.value.help.startswith(help)


@pytest.mark.parametrize(
    "text",
    [
        "Verification failed for the domain contoso.com",
        "VERIFICATION FAILED FOR THE DOMAIN CONTOSO.COM",
        'Verification failed for the domain "contoso.com".',
        "“Verification failed for the domain ‘contoso.com’.”",
        "Verification failed\nfor the domain: contoso.com, try again",
        "Verification failed for the domain contoso.com…",
        "Verification failed for the domain <contoso.com>!",
    ],
)
def test_the_domain_is_read_from_the_verification_message(text: str) -> None:
    assert read_display(text).fields["domain"] == "contoso.com"


@pytest.mark.parametrize("text", ["Verification failed for the domain", "Verification failed for the domain …"])
def test_a_text_without_a_domain_has_none(text: str) -> None:
    assert "domain" not in read_display(text).fields


@pytest.mark.parametrize(
    ("text", "stage", "means"),
    [
        ("Verification failed for the domain contoso.com", "tls", "tls.server_certificate.rejected"),
        ("Acquiring IP Address", "dhcp", "dhcp.lease.failed"),
        ("Unable to locate Lync Certificate Web service", "root-chain", "sign_in.root_certificate.download_failed"),
        (
            "Unable to contact Registrar for authentication. Please sign in again.",
            "register",
            "sip.registrar.unreachable",
        ),
        ("Connection to Microsoft Exchange is unavailable.", "exchange", None),
        ("Connecting to Lync Server", "tls", None),
    ],
)
def test_a_known_text_belongs_to_a_stage_and_a_failure_to_the_kind_that_says_the_same(
    text: str, stage: str | None, means: str | None
) -> None:
    fields = read_display(text).fields
    assert (fields.get("stage"), fields.get("means")) == (stage, means)


def test_each_known_text_has_a_source_and_a_meaning_of_the_vocabulary() -> None:
    says = kinds()["display.message"].fields["says"].values
    messages = known_messages()
    assert {message.says for message in messages} == set(says) - {"unknown"}
    assert {message.wording for message in messages} == {"seen", "approximate"}
    assert {message.stage for message in messages} <= set(get_args(Stage))
    assert {message.means for message in messages} - {""} <= {name for name, kind in kinds().items() if kind.outcome}
    assert all(message.source and message.match == " ".join(message.match.lower().split()) for message in messages)


@given(st.text(), st.sampled_from([message.match for message in known_messages()]), st.text())
def test_a_known_text_in_any_other_gives_one_event_of_the_vocabulary(before: str, known: str, after: str) -> None:
    event = read_display(f"{before} {known} {after}")
    assert event.fields.keys() <= kinds()["display.message"].fields.keys()
    assert "\n" not in event.text


def test_facts_and_screen_texts_are_read_without_cryptography() -> None:
    program = (
        "import sys, lyncphone_logs.evidence.stated, lyncphone_logs.evidence.display; "
        "sys.exit('cryptography' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
