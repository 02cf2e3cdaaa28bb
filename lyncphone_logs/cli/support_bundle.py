"""The command `support-bundle`: a zip with the redacted trace, its report, versions and assumptions."""

import json
import platform
import zipfile
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lyncphone_logs.cli.options import CLOCKS, FACTS, Paths, finish, with_trace_options
from lyncphone_logs.cli.output import print_messages, redact_messages, replaced_file
from lyncphone_logs.cli.redact import PROMISE, MapFile, check_apart, skipped_notes
from lyncphone_logs.errors import InputError

if TYPE_CHECKING:
    from lyncphone_logs.reports.report import Report
    from lyncphone_logs.trace.trace import Trace

TRACE_FOLDER, REPORT = "trace/", "report"
README = """Support bundle of {program}

report.html     the diagnosis; opens in any browser, without a network
report.json     the same for programs
versions.json   versions, grammars, rule packs and assumptions
trace/          the trace, redacted

Names, addresses and numbers are pseudonyms under a random key, the same ones in all files. Secrets are removed.
Not promised: {promise}.
"""


@with_trace_options(*FACTS, *CLOCKS, "rules", "grammar", "grammars", "full")
def support_bundle(
    paths: Paths,
    output: Annotated[str, typer.Option("-o", "--output", help="Write to this .zip file.")],
    map: MapFile = "",
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Print no notes.")] = False,
    **options: Any,
) -> None:
    """Pack a redacted trace, its report (HTML and JSON), versions and assumptions into one zip file to share."""
    from lyncphone_logs import api
    from lyncphone_logs.cli.options import open_trace
    from lyncphone_logs.redaction.key_map import KeyMap
    from lyncphone_logs.redaction.writing import Redaction
    from lyncphone_logs.sources.discovery import find_sources

    for target in filter(None, (output, map)):
        check_apart(target, paths)
    if "-" in paths:
        raise InputError("a bundle needs inputs that can be read twice", where="-", help="save the trace to a file")
    trace = open_trace(paths, options | {"redact": True, "redaction_map": map})
    redactor = trace.options.redactor
    assert redactor is not None
    redact_messages(redactor.message)
    known = KeyMap(map) if map else None
    redactor.on_replaced = known.note if known else None
    report = api.diagnose(trace)
    notes: list[str] = []
    found = find_sources(paths, trace.is_phone_line, notes)
    with replaced_file(output) as stream, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        Redaction(paths, found, redactor, known).add_to(archive, TRACE_FOLDER)
        for name, parts in _members(report, trace):
            _add(archive, name, parts)
    if known:
        known.save()
    if not quiet:
        print_messages("note", [*skipped_notes(notes, redactor), PROMISE])
    finish(api.problems(trace))


def _members(report: "Report", trace: "Trace") -> "Sequence[tuple[str, Iterable[str]]]":
    from lyncphone_logs.reports import html
    from lyncphone_logs.reports import json as json_report

    return (
        (f"{REPORT}.html", html.document(report)),
        (f"{REPORT}.json", json_report.document_parts(report)),
        ("versions.json", [json.dumps(_versions(report, trace), indent=1)]),
        ("README.txt", [README.format(program=report.tool, promise=PROMISE)]),
    )


def _versions(report: "Report", trace: "Trace") -> dict[str, Any]:
    return {
        "program": report.tool,
        "python": platform.python_version(),
        "system": platform.system(),
        "grammars": [each.name for each in trace.catalog.grammars],
        "rules": len(trace.catalog.rules),
        "rule_packs": [f"{each.name} {each.version}" for each in trace.catalog.packs],
        "assumptions": list(report.notes),
        "problems": [*(each.problem for each in report.inputs if each.problem), *report.problems],
    }


def _add(archive: zipfile.ZipFile, name: str, parts: Iterable[str]) -> None:
    info = zipfile.ZipInfo(name)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o100644 << 16
    with archive.open(info, "w", force_zip64=True) as member:
        for part in [parts] if isinstance(parts, str) else parts:
            member.write(f"{part}\n".encode("utf-8", "backslashreplace"))
