"""What the firmware of a phone can do: known good from a sourced version on, unknown before it, asked by rules."""

import re

import pytest
from support.keyed import keyed
from support.small_rules import SYMPTOM, clause, event, phone_of, rule, term_of

from lyncphone_logs.authoring.mutation import survivors
from lyncphone_logs.catalog import read_catalog
from lyncphone_logs.diagnosis.engine import diagnose_phones
from lyncphone_logs.events.codes import citation, rows
from lyncphone_logs.matching.capabilities import KIND, capabilities, capability_rows, firmware_can
from lyncphone_logs.rules.condition import Condition, EventPattern

GOOD = clause(role="contradicts", event=KIND, where={"sha256": "yes"})


@pytest.mark.parametrize(
    ("vendor", "model", "firmware", "expected"),
    [
        ("AudioCodes", "420HD", "UC_2.2.16.600", "yes"),
        ("AudioCodes", "420HD", "2.2.17", "yes"),
        ("AudioCodes", "420HD", "2.2.16.599", "unknown"),
        ("AudioCodes", "420HD", "3.0.1.429", "unknown"),
        ("AudioCodes", "audiocodes 420hd", "3.4.3", "yes"),
        ("", "420HD", "3.4.4", "yes"),
        ("AudioCodes", "", "3.4.4", "yes"),
        ("AudioCodes", "", "3.0.1", "unknown"),
        ("AudioCodes", "450HD", "2.2.16.600", "unknown"),
        ("Yealink", "SIP-T28P", "2.72.14.2", "unknown"),
        ("Yealink", "SIP-T46S", "66.86.5.1", "yes"),
        ("Yealink", "T46S", "66.85.0.5", "unknown"),
        ("Yealink", "T46S", "28.83.0.130", "unknown"),
        ("Polycom", "VVX 411", "6.4.3.5814", "yes"),
        ("Polycom", "SoundPoint IP 450", "3.2.6", "unknown"),
        ("AudioCodes", "T46S", "66.86.5.1", "unknown"),
        ("", "T46S", "66.86.5.1", "yes"),
        ("Cisco", "405", "3.4.4", "unknown"),
        ("", "", "3.4.4", "unknown"),
        ("AudioCodes", "420HD", "none", "unknown"),
    ],
)
def test_a_version_is_good_from_a_sourced_one_of_its_model_and_branch_on(
    vendor: str, model: str, firmware: str, expected: str
) -> None:
    assert firmware_can("sha256", vendor, model, firmware) == expected


def test_each_row_has_a_known_capability_a_value_a_source_and_a_date() -> None:
    assert {row.capability for row in capability_rows()} == set(capabilities())
    for row in rows("firmware_capabilities"):
        assert row["value"] in ("yes", "no", "unknown")
        assert citation(row["source"]).url
        assert re.fullmatch(r"20\d\d-\d\d-\d\d", row["date"])
        assert re.compile(row["model"])
    for known in capability_rows():
        assert known.first, known
        assert known.below in ((), max(known.first, known.below)), known


@pytest.mark.parametrize(
    ("stated", "state"),
    [
        ({"firmware": "3.4.4", "model": "420HD"}, "holds"),
        ({"firmware": "3.0.1", "model": "420HD"}, "undecidable"),
        ({"model": "420HD"}, "undecidable"),
        ({}, "undecidable"),
    ],
)
def test_a_clause_holds_or_is_undecidable(stated: dict[str, str], state: str) -> None:
    facts = [event(f"fact.{name}", at=None, **{name: value}) for name, value in stated.items()]
    found = phone_of([SYMPTOM], rule("AAA001", GOOD), facts=facts)
    assert term_of(found.diagnoses[0], "a").state == state


def test_a_clause_that_asks_for_the_opposite_is_refuted() -> None:
    facts = [event("fact.firmware", at=None, firmware="3.4.4"), event("fact.model", at=None, model="420HD")]
    asked = clause(event=KIND, where={"sha256": "no"})
    found = phone_of([SYMPTOM], rule("AAA001", asked), facts=facts)
    assert term_of(found.diagnoses[0], "a").state == "refuted"


@pytest.mark.parametrize(("before", "state"), [("UC_3.4.3", "holds"), ("UC_2.0.5", "undecidable")])
def test_a_phone_that_was_updated_within_the_trace_is_undecided(before: str, state: str) -> None:
    events = [
        event("device.identified", at=0, model="420HD", firmware=before),
        SYMPTOM,
        event("device.identified", at=50, model="420HD", firmware="UC_3.4.4"),
    ]
    ((phone,), _) = diagnose_phones(keyed(events), [], [rule("AAA001", GOOD)], {})
    assert term_of(phone.diagnoses[0], "a").state == state


def test_the_evidence_is_the_line_that_states_the_firmware() -> None:
    events = [event("device.identified", at=0, model="420HD", firmware="UC_3.4.4"), SYMPTOM]
    ((phone,), _) = diagnose_phones(keyed(events), [], [rule("AAA001", GOOD)], {})
    (shown,) = (each for each in phone.diagnoses[0].evidence if each.clause == "a")
    assert (shown.event.text, shown.event.fields["firmware"]) == ("device.identified", "UC_3.4.4")


def test_an_unknown_capability_does_not_load() -> None:
    with pytest.raises(Exception, match=r"fact\.device has no field .sha257."):
        rule("AAA001", clause(event=KIND, where={"sha257": "yes"}))


def test_mutation_notices_that_a_capability_is_not_tested() -> None:
    catalog = read_catalog()
    signature = catalog.rule("TLS001")
    assert signature is not None
    assert [each for each in survivors(signature, catalog.rules, catalog.grammars) if "firmware" in each] == []


def names_a_version(pattern: EventPattern) -> bool:
    test = pattern.where.get("firmware")
    # Cisco's versions begin with the models that they are for: sip88xx.
    names_models = isinstance(test, Condition) and "xx" in test.regex
    return test is not None and not names_models and not (isinstance(test, Condition) and test.compared)


def test_a_rule_that_names_a_firmware_version_names_the_phones_too() -> None:
    for each in read_catalog().rules:
        if any(names_a_version(pattern) and not {"model", "vendor"} & set(pattern.where) for pattern in each.patterns):
            assert each.applies_to, each.code
            assert all(wanted.model or wanted.vendor for wanted in each.applies_to), each.code
