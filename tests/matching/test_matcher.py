"""Tests of single fields: equality, conditions, dates and versions."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from support.small_rules import REJECTED, START, event

from lyncphone_logs.matching.matcher import matches, version_matches, version_of
from lyncphone_logs.rules.condition import EventPattern
from lyncphone_logs.validation import validate


@pytest.mark.parametrize(
    ("where", "fields", "expected"),
    [
        ({"reason": "Unknown CA"}, {"reason": "unknown ca"}, True),
        ({"reason": ["a", "b"]}, {"reason": "B"}, True),
        ({"reason": ["a", "b"]}, {"reason": "c"}, False),
        ({"reason": "a"}, {}, None),
        ({"reason": {"contains": "DIGEST"}}, {"reason": "unknown message digest algorithm"}, True),
        ({"reason": {"regex": "^no .*cipher$"}}, {"reason": "no shared cipher"}, True),
        ({"reason": {"regex": "^cipher$"}}, {"reason": "no shared cipher"}, False),
        ({"reason": {"regex": r"(a|aa)+$"}}, {"reason": "a" * 10_000 + "b"}, None),
        ({"reason": "a", "library": "b"}, {"reason": "x"}, False),
    ],
)
def test_field_tests_hold_fail_or_stay_open(
    where: Mapping[str, Any], fields: dict[str, Any], expected: bool | None
) -> None:
    pattern = validate(EventPattern, {"event": "tls.error", "where": where})
    assert matches(pattern, event("tls.error", **fields)) is expected


@pytest.mark.parametrize(
    ("moment", "symptom_at", "expected"),
    [
        (START - timedelta(days=30), 0.0, True),
        (START + timedelta(days=30), 0.0, False),
        (START, 0.0, None),
        (START, None, None),
    ],
)
def test_dates_compare_with_the_symptom_only_beyond_the_unknown_zone(
    moment: datetime, symptom_at: float | None, expected: bool | None
) -> None:
    pattern = validate(
        EventPattern, {"event": "certificate.inspected", "where": {"not_after": {"earlier_than_symptom": True}}}
    )
    assert (
        matches(pattern, event("certificate.inspected", not_after=moment), event(REJECTED, at=symptom_at)) is expected
    )


@pytest.mark.parametrize(
    ("condition", "text", "expected"),
    [
        ("<3.0.1", "2.0.5", True),
        ("<3.0.1", "UC_3.0.1.322", False),
        ("<3.0.1", "3.0.1", False),
        (">3.0.1", "3.0.1", False),
        (">=3.0.1", "UC_3.0.1", True),
        ("<=3.0.1", "3.0.1.0", True),
        (">3.0", "3.0.0.1", True),
        ("=3.0", "3.0.7", True),
        ("<10", "9.9", True),
        ("<3", "unknown", None),
    ],
)
def test_versions_compare_by_number(condition: str, text: str, expected: bool | None) -> None:
    assert version_matches(condition, text) is expected


def test_a_version_is_found_inside_a_device_string() -> None:
    assert version_of("AUDC-IPPhone-405HD_UC_3.1.2.89/11") == (3, 1, 2, 89)
