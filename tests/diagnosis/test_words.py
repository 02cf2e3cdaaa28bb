"""The words for certainty: coherence of stated facts, the founding line's anchors, facts that were counted."""

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import chain
from typing import Any

import pytest
from support.paths import FIXTURES, FOUNDING

from lyncphone_logs import api
from lyncphone_logs.diagnosis.fact_weights import VALUES as WEIGHED
from lyncphone_logs.diagnosis.findings import Diagnosis
from lyncphone_logs.diagnosis.ranking import MIN_LEAD, MIN_LEAD_OF_OTHER, POSSIBLE

CERTIFICATES = FIXTURES / "certificates"
CHAINS = sorted(str(path) for path in CERTIFICATES.glob("*.pem") if path.name != "not-a-certificate.pem")
VALUES: Mapping[str, Sequence[str]] = {
    "location": ("internal", "external"),
    "firmware": ("0.1.0", "2.0.5", "3.0.1", "3.4.4", "9.9.9"),
    "certificate": CHAINS,
    "environment": ("lync-onprem", "sip-gateway", "teams", "generic-sip"),
}
TRACES = sorted(str(path) for path in FIXTURES.glob("*/*/trace.log"))
SLACK = 1e-9


@cache
def diagnosed(path: str, **stated: Any) -> Mapping[str, Mapping[str, Diagnosis]]:
    report = api.diagnose(api.read_trace(path, year=2013, **stated))
    # A firmware shows that a host is a phone, and only the trace of a phone is itself a subject.
    return {
        phone.id: {each.rule.code: each for each in phone.diagnoses if each.rule.fix_at != "trace"}
        for phone in report.phones
    }


def score(found: Mapping[str, Mapping[str, Diagnosis]], phone: str, code: str) -> float:
    each = found.get(phone, {}).get(code)
    return each.score if each else 0.0


@pytest.mark.parametrize("fact", VALUES)
@pytest.mark.sampled(4)
def test_a_score_without_a_fact_lies_between_its_scores_for_the_values_of_the_fact(fact: str) -> None:
    compared = 0
    for path in TRACES:
        unknown = diagnosed(path)
        known = [diagnosed(path, **{fact: value}) for value in VALUES[fact]]
        pairs = {(phone, code) for found in (unknown, *known) for phone, codes in found.items() for code in codes}
        for phone, code in sorted(pairs):
            scores = [score(each, phone, code) for each in known]
            assert min(scores) - SLACK <= score(unknown, phone, code) <= max(scores) + SLACK, (
                path,
                phone,
                code,
                scores,
            )
            compared += 1
    assert compared > 30


def test_the_founding_line_alone_has_one_likely_cause() -> None:
    (found,) = diagnosed(str(FOUNDING)).values()
    assert [found[code].verdict for code in ("TLS001", "TLS002", "TLS003")] == ["likely", "unlikely", "unlikely"]


def test_a_sign_in_inside_changes_no_word_of_the_founding_line() -> None:
    (found,) = diagnosed(str(FOUNDING), location="internal").values()
    assert [found[code].verdict for code in ("TLS001", "TLS002", "TLS003")] == ["likely", "unlikely", "unlikely"]


def test_a_sign_in_outside_leaves_both_causes_of_the_article_open() -> None:
    (found,) = diagnosed(str(FOUNDING), location="external").values()
    assert "confirmed" not in (found["TLS001"].verdict, found["TLS002"].verdict)
    assert found["TLS002"].verdict == "possible"


def test_a_sha2_chain_alone_does_not_confirm() -> None:
    (found,) = diagnosed(str(FOUNDING), certificate=str(CERTIFICATES / "chain-sha256.pem")).values()
    assert found["TLS001"].verdict == "likely"


def test_each_word_keeps_what_it_promises() -> None:
    for found in chain.from_iterable(diagnosed(path).values() for path in TRACES):
        for each in found.values():
            rivals = [found[code].score for code in each.rivals if code in found]
            if each.rule.is_fact:
                assert (each.verdict, each.score, each.other_cause) == ("confirmed", 1.0, 0.0)
            elif each.verdict == "likely" and not each.consequence_of:
                assert each.score >= MIN_LEAD_OF_OTHER * each.other_cause
                assert len(each.symptoms) > 1 or all(each.score >= MIN_LEAD * rival - SLACK for rival in rivals)
            elif each.verdict == "unlikely":
                assert each.score < POSSIBLE


def test_scores_of_rivals_and_another_cause_add_up_to_one() -> None:
    (found,) = diagnosed(str(FOUNDING)).values()
    assert sum(each.score for each in found.values()) + found["TLS001"].other_cause == pytest.approx(1)


def test_causes_with_nearly_equal_scores_are_tied() -> None:
    trace = FIXTURES / "audiocodes_400hd" / "first-sign-in-outside" / "trace.log"
    (found,) = diagnosed(str(trace)).values()
    assert found["TLS002"].tied_with == ("TLS003",)
    assert found["TLS003"].tied_with == ("TLS002",)


def test_the_probabilities_of_the_values_of_a_fact_add_up_to_one() -> None:
    assert all(sum(value.probability for value in values) == pytest.approx(1) for values in WEIGHED.values())
