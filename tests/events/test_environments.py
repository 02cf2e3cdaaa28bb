"""The table of what shows an environment: its rows fit the vocabulary, and phones are no evidence for themselves."""

import re
from typing import get_args

import pytest

from lyncphone_logs.cli.options import PhoneEnvironment
from lyncphone_logs.events.environments import Clue, clues, environment_kinds
from lyncphone_logs.events.vocabulary import Environment, kinds

PHONE_AGENTS = (
    "AUDC-IPPhone/2.2.8.61 (440HDG-Rev0; 00908F602AAC)",
    "AUDC-IPPhone-405HD_UC_3.1.2.89/11",
    "Audiocodes-Sip-Gateway-Mediant 800/v.7.20A.258",
    "Yealink SIP-T28P 2.72.14.2 00:15:65:18:72:eb",
    "Grandstream HT801 1.0.49.2 c074ad000020",
    "Cisco-CP7821/12.1.1",
    "snomD735/10.1.37.11",
    "PolycomVVX-VVX_411-UA/5.9.5.0614",
    "CPE/1.0.522.101 OCPhone/1.0.522.101",
)


def test_every_environment_can_be_inferred_and_stated() -> None:
    known = set(get_args(Environment))
    assert {clue.environment for clue in clues()} == known
    assert set(kinds()["fact.environment"].fields["environment"].values) == known
    assert set(PhoneEnvironment) == known


@pytest.mark.parametrize("row", clues(), ids=lambda row: row.shows)
def test_a_row_names_kinds_and_fields_of_the_vocabulary(row: Clue) -> None:
    re.compile(row.pattern)
    for key in row.kinds:
        assert any(row.strength(kind) == row.kinds[key] for kind in kinds() if f"{kind}.".startswith(f"{key}."))
    for name in row.fields:
        assert any(name in row.fields_of(kind) for kind in kinds() if row.strength(kind))


def test_no_row_has_a_kind_of_lines_without_meaning() -> None:
    assert environment_kinds().isdisjoint({"log.message", "unparsed"})


@pytest.mark.parametrize("agent", PHONE_AGENTS)
def test_the_agent_of_a_phone_shows_no_environment(agent: str) -> None:
    rows = [row for row in clues() if "user_agent" in row.fields]
    assert rows
    assert not [row.shows for row in rows if re.search(row.pattern, agent, re.IGNORECASE)]
