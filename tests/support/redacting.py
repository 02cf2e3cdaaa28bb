"""What must be equal before and after redaction, and traces to compare by."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import lyncphone_logs as lp
from lyncphone_logs.catalog import read_catalog
from lyncphone_logs.redaction.builtin import redactor_of
from lyncphone_logs.redaction.redactor import LineState, Redactor
from support.daemon_logs import DAEMONS, write_daemon_log
from support.fleet import Fleet
from support.healthy import healthy_lines
from support.made_traces import made_trace
from support.paths import CORPUS, FIXTURES

KEY = bytes(range(32))


def redactor(key: bytes = KEY) -> Redactor:
    return redactor_of(read_catalog(), key)


def redacted(lines: list[str], with_: Redactor) -> list[str]:
    return with_.lines(lines, LineState())


def findings(path: Path) -> Any:
    """Codes, verdicts, scores, failures, journeys, devices and counts of a trace, without its names."""
    try:
        report = lp.diagnose(path)
    except lp.InputError:
        return "no input"
    phones = [
        (
            [(each.rule.code, each.verdict, round(each.score, 4), each.count) for each in phone.diagnoses],
            [(each.kind, each.count) for each in phone.failures],
            [[(each.stage, each.state) for each in boot.journey] for boot in phone.boots],
            (phone.environment, phone.vendor, phone.model, phone.firmware, phone.is_phone),
            [each.rule.code for each in phone.ruled_out],
            len(phone.unknown_errors),
        )
        for phone in report.phones
    ]
    return sorted(phones, key=repr), [(each.lines, each.events, each.unparsed_lines) for each in report.inputs]


def copy_redacted(path: Path, folder: Path, with_: Redactor) -> Path:
    """The redacted trace in a folder, with the time of the file, which may decide the year."""
    text = path.read_bytes().decode("utf-8", "surrogateescape")
    copy = folder / path.name
    copy.write_bytes("\n".join(redacted(text.split("\n"), with_)).encode("utf-8", "surrogateescape"))
    status = path.stat()
    os.utime(copy, ns=(status.st_atime_ns, status.st_mtime_ns))
    return copy


def fixtures() -> list[Path]:
    found = [*FIXTURES.glob("*/*/*.log"), *FIXTURES.glob("time/*.log"), *FIXTURES.glob("log_servers/*.*")]
    return sorted([*found, *FIXTURES.glob("foreign/*.log"), *CORPUS.glob("field*/*.log")])


def generated(folder: Path, seeds: int) -> Iterator[Path]:
    """Traces with noise, of a fleet, of healthy phones, of daemons, and the samples of each grammar."""
    texts = {f"made-{seed}": made_trace(seed).decode() for seed in range(seeds)}
    texts["healthy"] = "\n".join(healthy_lines(1000))
    texts["fleet"] = "\n".join(Fleet(24).by_arrival())
    for grammar in read_catalog().grammars:
        texts[f"samples-{grammar.name}"] = "\n".join(each.line for each in grammar.samples)
    for name, text in texts.items():
        path = folder / f"{name}.log"
        path.write_text(text + "\n", encoding="utf-8")
        yield path
    for program in DAEMONS:
        path = folder / f"daemon-{program}.log"
        write_daemon_log(path)
        yield path


def rule_samples(folder: Path) -> Iterator[Path]:
    """The lines of each sample of each rule."""
    for rule in read_catalog().rules:
        for number, sample in enumerate(rule.sample):
            lines = [each if isinstance(each, str) else each.line for each in sample.lines]
            if lines:
                path = folder / f"{rule.code}-{number}.log"
                path.write_text("\n".join(lines) + "\n", encoding="utf-8")
                yield path
