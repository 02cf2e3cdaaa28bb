"""`rules test`: the rules that compete in a sample are those of its own pack and of the packs before it."""

from pathlib import Path

import pytest
from support.small_rules import REJECTED

from lyncphone_logs.authoring.rule_samples import check_rule, rivals_by_code
from lyncphone_logs.catalog import read_catalog
from lyncphone_logs.cli.app import run

LINE = "voip_task[440]: CERT     : ERR  - {f():653} server cert is invalid. ctx->error=7."
PRIVATE = f"""code = "ZZZ001"
name = "private-cause"
title = "Our own cause"
severity = "error"
cause = "c"
impact = "i"
explains = [{{ event = "{REJECTED}", fault = "documented", signature = "seen", source = "s", says = "s" }}]
verify = {{ event = "sip.register.succeeded", says = "v" }}
references = [{{ title = "r" }}]
remedy = [{{ who = "w", where = "x", what = "y", undo = "z" }}]

[[clause]]
id = "a"
role = "supports"
strength = "decisive"
event = "{REJECTED}"
where = {{ verify_code = {{ at_least = 1.0 }} }}
fault = "documented"
signature = "seen"
source = "s"
says = "s"

[[sample]]
kind = "positive"
says = "the line"
verdict = "likely"
lines = ['{LINE}']
"""


@pytest.fixture
def private(tmp_path: Path) -> Path:
    (tmp_path / "private-cause.toml").write_text(PRIVATE, encoding="utf-8")
    return tmp_path


def test_a_private_rule_fails_no_sample_of_the_built_in_rules(
    private: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    catalog = read_catalog(str(private))
    known = catalog.rule("TLS001")
    assert known
    assert list(check_rule(known, catalog.rules, catalog.grammars)) != []
    assert run(["rules", "test", "TLS001", "--rules", str(private)]) == 0
    assert capsys.readouterr().out.endswith(" 0 failures\n")


def test_a_private_rule_competes_with_all_rules(private: Path) -> None:
    catalog = read_catalog(str(private))
    rivals = rivals_by_code(catalog.packs)
    assert {rule.code for rule in rivals["ZZZ001"]} == {rule.code for rule in catalog.rules}
    assert {rule.code for rule in rivals["TLS001"]} == {rule.code for rule in read_catalog().rules}


def test_a_replaced_rule_competes_with_the_rules_that_its_own_pack_replaces(tmp_path: Path) -> None:
    text = PRIVATE.replace("ZZZ001", "TLS008").replace("private-cause", "certificate-expired")
    (tmp_path / "certificate-expired.toml").write_text(text, encoding="utf-8")
    rivals = rivals_by_code(read_catalog(str(tmp_path)).packs)
    titles = {code: [rule.title for rule in rivals[code] if rule.code == "TLS008"] for code in ("TLS001", "TLS008")}
    assert titles["TLS008"] == ["Our own cause"]
    assert titles["TLS001"] != ["Our own cause"]
