"""Reads generated long lines, each with a limit of CPU time: `python long_lines.py SEED COUNT FOLDER`.

Prints the number of each case before it, and what it is, so that a caller knows which one exceeded the limit.
"""

import random
import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import lyncphone_logs as lp
from lyncphone_logs.catalog import read_catalog
from lyncphone_logs.events import pasted
from lyncphone_logs.reports import line_meaning
from lyncphone_logs.trace.unparsed import unparsed_shapes

ROOT = Path(__file__).parents[2]
MAX_SECONDS = 3
SIZE = 32_000
PUMPS = (
    " ", "\t", "  \t", "a", "A", "0", "9", "1.", "1:", "-", "_", "=", "==", ":", "::", ";", "; ", ",", ", ", ".",
    "..", "/",
    "\\", "\\\\", '\\"', '"', '""', '" "', "'", "''", "`", "[", "]", "[]", "[[", "(", ")", "()", "<", ">", "<>",
    "<14>", "{",
    "}", '{"a":', "|", "#", "#012", "#015#012", "^M", "\\r\\n", "\\n", "&", "&lt;", "&amp;", "\u00a0", "\u2028",
    "“", "”",
    "‘", "é", "0x", "0x1", "x=", "x=y ", "x='", 'x="', "key=value;", "k:v ", "Via: ", "Via: SIP/2.0/UDP a",
    'From: "', "v: ",
    "SIP/2.0 ", "SIP/2.0 200 ", "INVITE sip:a SIP/2.0 ", "sip:", "sip:a@b", "SEP", "SEP0011", "urn:uuid:", "00:11:",
    "0011.", "Jul 9 ", "2013-07-09T12:00:00Z ", "12:00:00 ", "1373364000 ", "10.0.0.1 ", "fe80::", "host ", "a.b.",
    "a-",
    "a@", "@", "%", "%20", "%ASA-6-", "$", "!", "?", "*", "+", "~", "error ", "error=", "ctx->error=", "ERR", "alert ",
    "message repeated 2 times: [", "last message repeated ", "User-Agent: ", "password: x A", "CN=", "/CN=", "DC=a,",
    "subject: ", "-----BEGIN ", "----", "\x1b[", "#033[", "\x00", "\x7f", "<?xml ", "<a>", "</a>", "v=0 ",
    "m=audio ", "Aa",
)  # fmt: skip
FRAMINGS = (
    "", "<14>", "<14>Jul  9 12:00:00 phone ", "Jul  9 12:00:00 phone ", "2013-07-09T12:00:00+02:00 phone ",
    '<14>1 2013-07-09T12:00:00Z phone app 1 - [a b="c"] ', "2013-07-09 12:00:00\tLocal0.Info\t192.0.2.1\t",
    "12:00:00.123  192.0.2.1  local0.info  ", '{"@timestamp":"2013-07-09T12:00:00Z","message":"',
    "Jul  9 2013 12:00:00: ",
)  # fmt: skip


def lines() -> list[str]:
    """Lines of each grammar and of each trace of the fixtures."""
    found = [line for grammar in read_catalog().grammars for each in grammar.samples for line in each.line.split("\n")]
    for path in sorted((ROOT / "fixtures").rglob("trace*.log")):
        found += path.read_text(encoding="utf-8", errors="replace").split("\n")[:12]
    return [line for line in dict.fromkeys(found) if line]


def cases(seed: int) -> Iterator[tuple[str, str]]:
    """What a line is, and the line: one of the lines with something repeated at a position of it."""
    choose = random.Random(seed)
    known = lines()
    while True:
        line, framing = choose.choice(known), choose.choice(FRAMINGS) if choose.random() < 0.5 else ""
        line = framing + line
        pump = choose.choice(PUMPS) + (choose.choice(PUMPS) if choose.random() < 0.3 else "")
        if choose.random() < 0.15:
            start = choose.randrange(len(line))
            pump = line[start : start + choose.randrange(1, 24)]
        position = choose.choice([0, len(line), *(choose.randrange(len(line) + 1) for _ in range(4))])
        end = line[position:] if choose.random() < 0.7 else choose.choice(["", "!", "\\", '"', "'x"])
        text = line[:position] + pump * (SIZE // len(pump.encode("utf-8", "replace"))) + end
        yield f"{pump!r} at {position} of {line!r}", text.replace("\n", " ")


def read(path: Path, text: str) -> None:
    """Read the file as the commands do."""
    report = lp.diagnose(path, full=True, year=2013)
    str(report)
    report.to_json()
    unparsed_shapes(lp.read_trace(path, year=2013).batches()).ranked()
    pasted.in_context(text)
    line_meaning.readings(text, read_catalog().grammars)


def main(seed: int, count: int, folder: Path) -> None:
    """Read so many lines. The process ends by a signal if one exceeds the limit."""
    path = folder / "long.log"
    lp.diagnose(ROOT / "fixtures" / "audiocodes_400hd" / "founding-line" / "trace.log", full=True)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    for number, (what, text) in enumerate(cases(seed), 1):
        print(number, what, flush=True)
        path.write_bytes(text.encode("utf-8", "replace") + b"\n")
        resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + MAX_SECONDS + 1, hard))
        read(path, text)
        if number == count:
            return


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
