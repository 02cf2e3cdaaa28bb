"""Loads hostile rule files next to a sound one, one after the other, and prints what became of them as JSON.

Run in a process of its own, so that its CPU time can be limited: `python -m support.hostile_run FOLDER SEED COUNT`.
"""

import json
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import lyncphone_logs as lp
from lyncphone_logs.catalog import read_catalog
from lyncphone_logs.reports import explanation
from support.hostile_rules import BOMBS, CODE, NAME, mutants
from support.paths import FIXTURES, FOUNDING

MAX_CPU_SECONDS = 2.0
"""CPU time of one file, from its text to three reports."""
TRACES = (FOUNDING, FIXTURES / "audiocodes_400hd" / "no-dhcp-server" / "trace.log")
SOUND = "sound-rule"


class TooSlow(BaseException):
    """A file took more than MAX_CPU_SECONDS of CPU time."""


def _stop(number: int, frame: FrameType | None) -> None:
    raise TooSlow


def _cases(seed: int, count: int) -> Iterator[tuple[str, str]]:
    yield from ((name, make()) for name, make in BOMBS.items())
    yield from ((f"mutant {number} of seed {seed}", text) for number, text in enumerate(mutants(seed, count)))


def _used(folder: Path, known: list[str]) -> bool:
    """Whether a file is used; if not, it is named, and all other rules are as they were."""
    catalog = read_catalog(str(folder))
    codes = [rule.code for rule in catalog.rules]
    if catalog.problems:
        assert codes == known, "another rule is missing"
        assert len(catalog.problems) == 1, catalog.problems
        assert NAME in catalog.problems[0].where, catalog.problems[0].where
        return False
    assert sorted({*codes} - {CODE}) == known, "another rule is missing"
    for trace in TRACES:
        report = lp.diagnose(trace, rules=str(folder), year=2013)
        str(report)
        report.to_json()
    if rule := catalog.rule(CODE):
        explanation.render_rule(rule, color=False, width=80)
    return True


def main(folder: Path, seed: int, count: int) -> None:
    """Print the numbers of used and refused files, and what went wrong."""
    found: dict[str, list[str]] = {"used": [], "refused": [], "slow": [], "failed": []}
    known = [rule.code for rule in read_catalog(str(folder)).rules]
    signal.signal(signal.SIGPROF, _stop)
    for name, text in _cases(seed, count):
        path = folder / f"{NAME}.toml"
        path.write_bytes(text.encode("utf-8", "surrogateescape"))
        signal.setitimer(signal.ITIMER_PROF, MAX_CPU_SECONDS)
        try:
            found["used" if _used(folder, known) else "refused"].append(name)
        except TooSlow:
            found["slow"].append(name)
        except Exception as error:
            found["failed"].append(f"{name}: {type(error).__name__}: {error}"[:500])
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
    print(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
