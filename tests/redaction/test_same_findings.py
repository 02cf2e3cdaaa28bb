"""A redacted trace has the findings of the original: `diagnose(redact(x)) == redact(diagnose(x))`."""

from pathlib import Path

import pytest
from support.redacting import copy_redacted, findings, fixtures, generated, redacted, redactor, rule_samples

from lyncphone_logs.catalog import read_catalog
from lyncphone_logs.syslog.unwrap import unwrap

PARTS = 5
MIN_FIXTURES, MIN_GENERATED, MIN_SAMPLES = 110, 30, 1500


def differing(paths: list[Path], folder: Path) -> list[str]:
    folder.mkdir()
    made = redactor()
    return [path.name for path in paths if findings(path) != findings(copy_redacted(path, folder, made))]


@pytest.mark.sampled(5)
@pytest.mark.parametrize("part", range(PARTS))
def test_of_every_fixture_and_field_case(part: int, tmp_path: Path) -> None:
    paths = fixtures()
    assert len(paths) >= MIN_FIXTURES
    assert differing(paths[part::PARTS], tmp_path / "redacted") == []


@pytest.mark.slow
def test_of_generated_traces(tmp_path: Path) -> None:
    paths = list(generated(tmp_path, 6))
    assert len(paths) >= MIN_GENERATED
    assert differing(paths, tmp_path / "redacted") == []


@pytest.mark.slow
def test_of_every_sample_of_every_rule(tmp_path: Path) -> None:
    paths = list(rule_samples(tmp_path))
    assert len(paths) >= MIN_SAMPLES
    assert differing(paths, tmp_path / "redacted") == []


def test_every_sample_of_a_grammar_stays_of_its_kind() -> None:
    made, wrong, count = redactor(), [], 0
    for grammar in read_catalog().grammars:
        for sample in grammar.samples:
            (shown,) = redacted([sample.line], made)
            read = [grammar.read(unwrap(text).text) for text in (sample.line, shown)]
            count += 1
            if len({each and each.kind for each in read}) > 1:
                wrong.append((sample.line, shown))
    assert count > 500
    assert wrong == []
