"""Public logs of other families than AudioCodes: what the program reads in them and answers."""

import pytest
from support.paths import CORPUS

import lyncphone_logs as lp
from lyncphone_logs.events.event import UNPARSED

FIELD, SMALL = CORPUS / "field", CORPUS / "field_min"
pytestmark = pytest.mark.skipif(not CORPUS.exists(), reason="needs the corpus of real lines")

NOT_OF_THE_DEVICE = {1, 2, 3}
"""Test lines of the Kiwi server and of a laptop in the log of the SPA3102."""


def test_each_line_of_an_spa_adapter_is_read() -> None:
    events = list(lp.read_trace(FIELD / "019.log", year=2016).events())
    assert {event.line for event in events if event.kind == UNPARSED} == NOT_OF_THE_DEVICE
    assert {event.grammar for event in events if event.kind != UNPARSED} == {"linksys_spa"}
    assert [event.kind for event in events if event.line == 7] == ["device.restarting"]


def test_an_spa_adapter_reports_that_its_registration_fails() -> None:
    (phone,) = lp.diagnose(SMALL / "K19.log", year=2026).phones
    assert [failure.kind for failure in phone.failures] == ["sip.register.failed"]


@pytest.mark.parametrize("path", [FIELD / "018.log", SMALL / "K18.log"], ids=lambda path: path.stem)
def test_a_polycom_phone_without_its_configuration_uses_the_stored_one(path: str) -> None:
    (phone,) = lp.diagnose(path, year=2026).phones
    kinds = [event.kind for event in lp.read_trace(path, year=2026).events()]
    assert "provisioning.stored_used" in kinds
    assert (phone.diagnoses[0].rule.code, phone.diagnoses[0].verdict) == ("PROV007", "confirmed")
    assert [failure.kind for failure in phone.failures] == []


def test_the_registrar_that_omits_contact_is_a_finding_although_the_adapter_is_registered() -> None:
    (phone,) = lp.diagnose(FIELD / "050.log", year=2025).phones
    assert [(each.rule.code, each.rule.severity) for each in phone.diagnoses] == [("SIP006", "warning")]


def test_a_name_that_is_not_the_registrars_and_not_in_dns_is_a_finding() -> None:
    (phone,) = lp.diagnose(SMALL / "K32.log", year=2026).phones
    assert [each.rule.code for each in phone.diagnoses] == ["PROV008"]
    (phone,) = lp.diagnose(FIELD / "052.log", year=2013).phones
    assert [(each.rule.code, each.verdict) for each in phone.diagnoses] == [("PROV008", "confirmed")]
