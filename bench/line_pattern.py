"""One line pattern in all dialects: hand-written for `re`, RE2 and Rust, as an lnav format, and as pyparsing.

The pattern parses a generated line (generate.py, framing rsyslog) into eleven fields. It knows less than the grammar
(programs by name, blanks at fixed positions), but reads the same lines into the same fields, which a test checks. The
exception is `syslogd started:`, one line per boot, where it reads the first word as the program.
"""

import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyparsing as pp

FIELDS = (
    "stamp", "host", "facility", "severity", "app_name", "procid", "component", "level", "function", "source_line",
    "message",
)  # fmt: skip

BY_HAND = (
    r"^(?P<stamp>[A-Z][a-z]{2} [ 0-9][0-9] [0-9]{2}:[0-9]{2}:[0-9]{2}) (?P<host>[^ ]+) "
    r"(?P<facility>[a-z0-9]+)\.(?P<severity>[a-z]+) "
    r"(?P<app_name>voip_task|udhcpc|ntpd|syslogd|klogd|init)(?:(?:\[(?P<procid>[0-9]+)\])?| started): "
    r"(?:(?P<component>[A-Za-z][A-Za-z0-9_]*) *: (?P<level>[A-Za-z]+) *- "
    r"(?:\{(?P<function>[^ (){}]+)\(\):(?P<source_line>[0-9]+)\} )?)?(?P<message>.*)$"
)

LITERAL = "server cert is invalid"
SCHEMA = "https://lnav.org/schemas/format-v1.schema.json"


def expression() -> "pp.ParserElement":
    """The same line as pyparsing: rsyslog's framing, and the unchanged header of the built-in grammar."""
    # Imported here: a large parent would count in the peak memory of its children.
    import pyparsing as pp

    from lyncphone_logs.catalog import read_catalog

    grammar = read_catalog().grammar("audiocodes_400hd")
    if grammar is None:
        raise LookupError("there is no grammar audiocodes_400hd")
    framing = (
        pp.Regex(r"[A-Z][a-z]{2} [ 0-9][0-9] [0-9]{2}:[0-9]{2}:[0-9]{2}")("stamp")
        + pp.Regex(r"[^ ]+")("host")
        + pp.Regex(r"[a-z0-9]+")("facility")
        + "."
        + pp.Regex(r"[a-z]+")("severity")
    )
    return framing + grammar.specification[0][1]


def write_lnav_format(folder: Path) -> None:
    """Write an lnav format file for these lines into a folder for lnav's option -I."""
    # lnav requires its own names for these two fields.
    pattern = BY_HAND.replace("?P<stamp>", "?P<timestamp>").replace("?P<message>", "?P<body>").replace("?P<", "?<")
    texts = [name for name in FIELDS if name not in ("stamp", "message", "source_line")]
    values = {name: {"kind": "string", "identifier": True} for name in texts}
    form = {
        "title": "400HD",
        "description": "Generated lines of an AudioCodes 400HD phone",
        "regex": {"line": {"pattern": pattern}},
        "timestamp-format": ["%b %e %H:%M:%S"],
        "level-field": "severity",
        "value": values | {"source_line": {"kind": "integer", "foreign-key": True}},
        "sample": [{"line": f"Jan 10 10:00:01 h local7.err voip_task[440]: CERT     : ERR  - {LITERAL}."}],
    }
    target = folder / "formats" / "phone"
    target.mkdir(parents=True)
    (target / "phone.json").write_text(json.dumps({"$schema": SCHEMA, "phone_log": form}), encoding="utf-8")
