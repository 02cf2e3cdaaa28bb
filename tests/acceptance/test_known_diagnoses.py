"""The 64 diagnoses that a voice engineer asked for, with their rules: fixtures/known_diagnoses.csv."""

import csv

import pytest
from support.paths import FIXTURES

from lyncphone_logs.catalog import read_catalog

TABLE = FIXTURES / "known_diagnoses.csv"
CANDIDATES = [f"R{number:02}" for number in range(1, 65)]


def rows() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_table_names_each_candidate_and_each_rule_once() -> None:
    assert sorted({row["candidate"] for row in rows()}) == CANDIDATES
    codes = [row["code"] for row in rows()]
    assert sorted(codes) == sorted(set(codes))


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row['candidate']} {row['code']}")
def test_each_code_of_the_table_is_a_rule_of_that_name_with_a_remedy_and_a_verification(row: dict[str, str]) -> None:
    (rule,) = (rule for rule in read_catalog().rules if rule.code == row["code"])
    assert rule.name == row["name"]
    assert rule.remedy
    assert rule.verify.kinds
