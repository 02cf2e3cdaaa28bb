"""What each rule advises, for each environment and vendor: no command, menu or name of another world."""

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple, get_args

import pytest
from support.small_rules import rule

from lyncphone_logs.catalog import read_catalog
from lyncphone_logs.diagnosis.environment import steps_for
from lyncphone_logs.events.vocabulary import Environment
from lyncphone_logs.reports.answer import step_text
from lyncphone_logs.rules.rule import Applicability, Check, Remedy, Rule

ENVIRONMENTS = ("", *get_args(Environment))
ON_PREMISES, CLOUD = frozenset({"lync-onprem"}), frozenset({"sip-gateway", "teams"})


class World(NamedTuple):
    """Words that belong to some environments only."""

    words: str
    environments: frozenset[str]


WORLDS = (
    World(r"\b[A-Z][a-z]+-Cs(?!Online|Teams)[A-Z]\w+", ON_PREMISES),
    World(r"\b[A-Z][a-z]+-Cs(?:Online|Teams)\w+|\b[A-Z][a-z]+-Mg[A-Z]\w+", CLOUD),
    World(r"\bLync Server\b|\bSkype for Business(?: Server)?\b(?! Online)|\bLync\b(?! Phone Edition)", ON_PREMISES),
    World(
        r"\bManagement Shell\b|\bFront End\b|\bEdge Server\b|\bTopology Builder\b|\bDeployment Wizard\b", ON_PREMISES
    ),
    World(r"\bCertProv\b|\bRTCLOCAL\b|\brtc(?:srv|mgmt)\b|\bCMS\b|\bDHCPUtil\b", ON_PREMISES),
    World(r"\bTeams\b|\bEntra\b|\bSIP Gateway\b|\bIntune\b", CLOUD),
    World(r"\bAsterisk\b|\bFreePBX\b|\b3CX\b|\bFreeSWITCH\b|\bKamailio\b", frozenset({"generic-sip"})),
)
VENDORS = {
    "AudioCodes": r"AudioCodes|\b4[0-9]0HD\b|\b405HD\b|\b(?:security|network|voip|provisioning|system)/[a-z_]+/",
    "Polycom": r"\bPoly(?:com)?\b|\bVVX\b|\bSoundPoint\b|\bdevice\.(?:sec|set|prov|sntp)\b|\blog\.level\.change\b",
    "Yealink": r"\bYealink\b|\bstatic\.[a-z]+\.",
    "snom": r"\b[Ss]nom\b",
    "Grandstream": r"\bGrandstream\b",
    "Spectralink": r"\bSpectralink\b",
    "Cisco": r"\bCisco\b(?! switch)|\bCTL\b|\bITL\b|\bSEP<?MAC",
}
"""For each maker, words that mean its phones. A step that names several makers has a part for each."""
MADE_UP = re.compile(r"\b(?:contoso|fabrikam|example)\b", re.IGNORECASE)
"""Names of examples: a reader copies a command. What the reader must put in is in capitals, such as SERVER."""

CONDITION = re.compile(r"(?:For|If)\b")
"""A sentence with a condition of its own names the world that it is for."""
CLOUD_HOST = re.compile(r"lync|teams|outlook")


def texts(item: Remedy | Check) -> list[str]:
    """All that a report may print of a step or a check."""
    if isinstance(item, Check):
        return [item.says, *item.commands]
    return [item.who, step_text(item), item.undo]


def misfits(checked: Rule, environment: str, vendor: str) -> Iterator[str]:
    items: list[Remedy | Check] = [*checked.remedy, *checked.checks]
    for item in steps_for(items, environment, vendor).steps:
        said = " · ".join(texts(item))
        for world in WORLDS:
            found = re.search(world.words, said)
            is_elsewhere = found is not None and environment not in world.environments
            if found and is_elsewhere and not has_condition(said, found.start()) and not shows(checked, world):
                yield f"{checked.code} in {environment or 'no known environment'}: {found[0]!r} in {said!r}"
        makers = [name for name, words in VENDORS.items() if re.search(words, said)]
        if vendor and len(makers) == 1 and vendor not in makers:
            yield f"{checked.code} for {vendor}: {makers[0]} in {said!r}"
        if found := MADE_UP.search(said):
            yield f"{checked.code}: {found[0]!r} in {said!r}"


def has_condition(said: str, position: int) -> bool:
    """Whether the sentence at a position begins with a condition."""
    return CONDITION.match(re.split(r"[.·] ", said[:position])[-1]) is not None


def shows(checked: Rule, world: World) -> bool:
    """Whether each symptom of the rule shows the world: a token that Entra refused, a host of a cloud service."""
    return world.environments == CLOUD and all(
        set(each.kinds) <= {"sign_in.token.refused", "sign_in.failed"} or CLOUD_HOST.search(str(each.where))
        for each in checked.explains
    )


def may_apply(checked: Rule, environment: str, vendor: str) -> bool:
    """Whether the rule is about such phones, as far as its scopes say."""

    def excludes(wanted: Applicability) -> bool:
        is_elsewhere = bool(wanted.environment and environment) and environment not in wanted.environment
        return is_elsewhere or bool(wanted.vendor and vendor and wanted.vendor != vendor)

    if checked.requires_environment and environment not in checked.requires_environment:
        return False
    return not any(scope and all(map(excludes, scope)) for scope in (checked.applies_to, checked.only_for))


@cache
def all_misfits() -> dict[str, list[str]]:
    """By code, what does not fit for any environment and vendor."""
    found: dict[str, list[str]] = {}
    for checked in read_catalog().rules:
        phones = [(environment, vendor) for environment in ENVIRONMENTS for vendor in ("", *VENDORS)]
        said = [each for phone in phones if may_apply(checked, *phone) for each in misfits(checked, *phone)]
        if said:
            found[checked.code] = list(dict.fromkeys(said))
    return found


def test_no_step_names_a_command_menu_or_environment_that_does_not_fit() -> None:
    assert all_misfits() == {}, "key the step to its environment or vendor, or say it without these words"


def step(what: str, **given: object) -> Rule:
    """A rule with one step."""
    return rule("AAA001", remedy=[{"who": "w", "what": what, "undo": "u"} | given])


@pytest.mark.parametrize(
    ("checked", "environment", "vendor", "word"),
    [
        (step("Run Get-CsUser."), "teams", "", "Get-CsUser"),
        (step("Run Get-CsUser."), "", "", "Get-CsUser"),
        (step("Run Get-CsUser."), "lync-onprem", "", ""),
        (step("Run Get-CsUser.", environment=["lync-onprem"]), "teams", "", ""),
        (step("Run Get-CsOnlineUser."), "lync-onprem", "", "Get-CsOnlineUser"),
        (step("Run Get-CsOnlineUser."), "teams", "", ""),
        (step("Set security/ca_certificate/0/uri."), "", "Polycom", "AudioCodes"),
        (step("Set security/ca_certificate/0/uri."), "", "AudioCodes", ""),
        (step("AudioCodes: set a. Yealink: set b."), "", "Polycom", ""),
        (step("Ask for sip.contoso.com."), "", "", "contoso"),
    ],
)
def test_what_does_not_fit(checked: Rule, environment: str, vendor: str, word: str) -> None:
    said = list(misfits(checked, environment, vendor))
    assert (len(said), word in "".join(said)) == (1 if word else 0, True)
