"""Writes fixtures/screens/: what the program prints for typical inputs, at 80 and 120 columns.

Run from the top of the checkout: PYTHONPATH=.:tests python tests/support/screens.py
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from lyncphone_logs.cli.options import open_trace
from lyncphone_logs.reports import screen
from lyncphone_logs.reports.page import Terminal
from lyncphone_logs.reports.report import Report
from support.fleet import Fleet, write
from support.paths import FIXTURES, ROOT

FOLDER = FIXTURES / "screens"
WIDTHS = (80, 120)


class Screen(NamedTuple):
    """A case: the paths that a user names, the options, and the greatest numbers of rows and words at 80 columns.

    `phones`: the paths do not exist, but are made for a fleet of this many phones.
    """

    paths: tuple[str, ...]
    options: dict[str, object]
    rows: int
    words: int = 10_000
    phones: int = 0


def story(name: str, *, rows: int = 24, words: int = 170, **options: object) -> Screen:
    """The trace of a story, named as from its own folder."""
    return Screen((f"{name}/trace.log",), {"year": 2013} | options, rows, words)


CHAIN = "certificates/chain-sha256.pem"
SCREENS: dict[str, Screen] = {
    "founding": story("audiocodes_400hd/founding-line"),
    "founding-certificate": story("audiocodes_400hd/founding-line", certificate=CHAIN),
    "founding-certificate-firmware": story(
        "audiocodes_400hd/founding-line", certificate=CHAIN, firmware="3.4.0", model="420HD"
    ),
    "founding-external": story("audiocodes_400hd/founding-line", location="external"),
    "two-causes": story("audiocodes_400hd/clock-never-set", rows=36, words=255),
    "tied-causes": story("yealink/root-certificate-unknown"),
    "option-43": story("polycom_ucs/option-43-unusable"),
    "healthy": story("audiocodes_400hd/signed-in", rows=6),
    "registrar-403": story("grandstream/registration-refused"),
    "provisioning-failure": story("yealink/provisioning-server-silent"),
    "nothing-readable": Screen(("foreign/c-program.log",), {}, 4),
    "foreign-log": Screen(("foreign/nginx.log",), {}, 4),
    "fleet-50": Screen(("fleet",), {"year": 2013}, 30, phones=50),
    "fleet-1000": Screen(("phones.log",), {"year": 2013}, 30, phones=1000),
}


@contextmanager
def inside(folder: Path) -> Iterator[None]:
    """Change the working directory, so that paths are short."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


@cache
def report_of(name: str) -> Report:
    """The report of a case."""
    from lyncphone_logs import api

    case = SCREENS[name]
    if not case.phones:
        with inside(FIXTURES):
            return api.diagnose(open_trace(case.paths, dict(case.options)))
    with TemporaryDirectory() as folder, inside(Path(folder)):
        fleet = Fleet(case.phones)
        if case.paths == ("fleet",):
            fleet.folder(Path("fleet"))
        else:
            write(Path(case.paths[0]), fleet.by_arrival())
        return api.diagnose(open_trace(case.paths, dict(case.options)))


def rendered(name: str, width: int) -> str:
    """What the program prints for a case."""
    return screen.render(report_of(name), terminal=Terminal(color=False, width=width)) + "\n"


def path_of(name: str, width: int) -> Path:
    """The file with the expected screen."""
    return FOLDER / f"{name}-{width}.txt"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name in SCREENS:
        for width in WIDTHS:
            path_of(name, width).write_text(rendered(name, width), encoding="utf-8")
    print(f"{len(SCREENS) * len(WIDTHS)} screens in {FOLDER.relative_to(ROOT)}")
