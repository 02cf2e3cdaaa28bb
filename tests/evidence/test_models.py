"""A stated model must be a name that a phone can have."""

import re

import pytest
from support.paths import FIXTURES

import lyncphone_logs as lp
from lyncphone_logs.catalog import read_catalog
from lyncphone_logs.errors import EvidenceError
from lyncphone_logs.evidence.models import check_model, known_makers


@pytest.mark.parametrize(
    "model",
    [
        "420HD", "440HDG", "405", "405hd", "AudioCodes 420HD", "IP-Phone 430HD", "C448HD", "C450HD", "MP-264",
        "Mediant 800",
        "VVX 411", "VVX411", "vvx-501", "Polycom VVX 350", "VVX", "SoundPoint IP 331", "SPIP_335",
        "SoundStation IP 6000",
        "Trio 8500", "CCX 505", "CX", "CX600", "T46S", "SIP-T46U", "T58A", "T48S Skype", "MP56", "CP925", "W60P",
        "VP59",
        "8841", "CP-8841", "Cisco IP Phone 7821", "8861-3PCC", "SPA504G", "7942G", "D785", "snomD735", "snom 821", "m9",
        "C520", "GXP2160", "GRP2614", "HT801", "HT-812", "8440", "Versity 9553", "e340", "6725", "8540", "4120",
        "LG-Nortel IP 8540",
    ],
)  # fmt: skip
def test_names_of_phones_are_accepted(model: str) -> None:
    check_model(model)


@pytest.mark.parametrize("model", ["banana", "iPhone", "x", "4", "420 monkeys", "1", "Polycom", "firmware 2.0.5", "¾"])
def test_other_words_are_refused_with_the_makers(model: str) -> None:
    with pytest.raises(EvidenceError) as caught:
        check_model(model)
    assert caught.value.what == f"the model {model!r} cannot be used"
    assert caught.value.where == "--model"
    assert all(maker.vendor in caught.value.help for maker in known_makers())


@pytest.mark.parametrize(("model", "close"), [("WX 411", "VVX 411"), ("42OHD", "420HD"), ("gpx2160", "GXP2160")])
def test_the_closest_name_is_suggested(model: str, close: str) -> None:
    with pytest.raises(EvidenceError) as caught:
        check_model(model)
    assert f"did you mean {close!r}?" in caught.value.help


def test_every_name_of_the_table_fits_the_pattern_of_its_maker() -> None:
    for maker in known_makers():
        assert maker.source
        for name in maker.names:
            assert re.fullmatch(maker.pattern, re.sub(r"[\s_/-]+", "", name).casefold()), name
            check_model(name)
    vendors = {maker.vendor for maker in known_makers()}
    # The output of a test command names no model.
    assert {grammar.vendor for grammar in read_catalog().grammars} - {"Lync Server test"} <= vendors


def test_models_that_rules_name_are_accepted() -> None:
    for rule in read_catalog().rules:
        for phones in rule.applies_to:
            if phones.model:
                check_model(phones.model)
    with pytest.raises(EvidenceError):
        check_model("Contoso 1")
    check_model("Contoso 1", ["Contoso 1000"])


def test_models_that_phones_write_are_accepted() -> None:
    events = lp.read_trace(str(FIXTURES)).events()
    models = {str(event.fields["model"]) for event in events if event.fields.get("model")}
    samples = {
        str(sample.fields["model"])
        for grammar in read_catalog().grammars
        for sample in grammar.samples
        if "model" in sample.fields
    }
    assert len(models | samples) > 5
    for model in models | samples:
        check_model(model)


def test_the_model_is_not_checked_if_other_grammars_describe_the_phones() -> None:
    with pytest.raises(EvidenceError):
        lp.read_trace("x.log", model="banana")
    lp.read_trace("x.log", model="banana", grammars=str(FIXTURES.parent / "grammars"))
