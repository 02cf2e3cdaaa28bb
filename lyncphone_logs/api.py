"""Reads a trace, diagnoses it, and compares a rule with it: the functions that the package exports."""

import inspect
import os
from collections.abc import Callable, Iterator, Sequence
from os import PathLike, fspath
from typing import TYPE_CHECKING, TypedDict, TypeVar, Unpack

from lyncphone_logs.catalog import Catalog, read_catalog
from lyncphone_logs.diagnosis import engine, findings
from lyncphone_logs.diagnosis.engine import diagnose_phones
from lyncphone_logs.diagnosis.shared_faults import shared_faults
from lyncphone_logs.errors import InputError, LyncphoneLogsError, RuleError
from lyncphone_logs.events.event import Event
from lyncphone_logs.evidence.stated import state_facts
from lyncphone_logs.matching.regex_limit import limited_regexes
from lyncphone_logs.reports.answer import causes_of
from lyncphone_logs.reports.report import Report
from lyncphone_logs.rules.regex_budget import slow_rule_problems
from lyncphone_logs.rules.rule import Rule
from lyncphone_logs.timestamps.zones import Zones
from lyncphone_logs.trace.counted_hosts import CountedHosts
from lyncphone_logs.trace.trace import PHONES_ONLY, Input, Trace
from lyncphone_logs.trace.trace_options import TraceOptions
from lyncphone_logs.version import program

if TYPE_CHECKING:
    from lyncphone_logs.diagnosis.fix_check import PreviousPhone
    from lyncphone_logs.diagnosis.same_phone import KnownPhone
    from lyncphone_logs.redaction.redactor import Redactor

MIN_YEAR, MAX_YEAR = 1980, 2099
"""Last years of a trace that can be stated. The first syslog was written in 1980."""
MAX_STOPS = 20
"""Inputs without an event of which the place is determined where grammars stop; that takes 30 ms for each."""

MAX_READINGS = 3
"""Readings of a trace for one diagnosis: after each but the last one, rules with slow regexes are removed."""


class ReadOptions(TypedDict, total=False):
    """The keyword options of `read_trace`, with which `diagnose` reads paths."""

    certificate: Sequence[str | PathLike[str]] | str | PathLike[str]
    firmware: str
    model: str
    location: str
    domain: str
    display: Sequence[str] | str
    environment: str
    year: int
    tz: Sequence[str] | str
    since: str
    until: str
    rules: str
    grammar: Sequence[str] | str
    grammars: str
    full: bool | None
    jobs: int
    plugins: bool
    redact: bool
    redaction_map: str


def read_trace(
    *paths: str | PathLike[str],
    certificate: Sequence[str | PathLike[str]] | str | PathLike[str] = (),
    firmware: str = "", model: str = "", location: str = "", domain: str = "",
    display: Sequence[str] | str = (),
    environment: str = "", year: int = 0,
    tz: Sequence[str] | str = (),
    since: str = "", until: str = "",
    rules: str = "",
    grammar: Sequence[str] | str = (),
    grammars: str = "",
    full: bool | None = None,
    jobs: int = 1,
    plugins: bool = True, redact: bool = False, redaction_map: str = "",
) -> Trace:  # fmt: skip
    """A trace of files, folders or `-` (standard input), with facts about the phone and its server.

    `certificate`: files with the server's certificates. `location`: `internal` or `external`. `display`: texts of the
    phone's screen. `environment`: what the phone signs in to: `lync-onprem`, `sip-gateway`, `teams` or `generic-sip`;
    by default it is inferred from the trace. `year`: the last year of the trace. `tz`: its time zone, or `NAME=ZONE`
    for one input. `since` and `until`: times outside of which lines are skipped (2013-07-09T12:00; 12:00 on the last
    day; -2h before the end). `rules`, `grammars`: folders with more of these. `grammar`: those to use. `full`: True
    reads every line for a diagnosis, False only those that a rule may need, None decides by size. `jobs`: processes for
    a large trace, 0 for one per core. `plugins`: whether rule packs are used that `rules` does not name. `redact`:
    replace names, addresses and secrets before anything is read, under a new random key, or that of the file
    `redaction_map`. Raises InputError, EvidenceError, RuleError or GrammarError; of the times only when the events are
    iterated.
    """
    _check_year(year)
    facts = state_facts(firmware=firmware, model=model, location=location, domain=domain, environment=environment)
    facts += [*_read_displays(display), *_inspected(certificate, domain)]
    chosen = [grammar] if isinstance(grammar, str) and grammar else grammar
    catalog = read_catalog(rules, grammars, plugins).only(chosen)
    _check_model("" if grammars else model.strip(), catalog)  # The phones of other grammars may be of any maker.
    rewriter = redactor(catalog, redaction_map) if redact or redaction_map else None
    options = TraceOptions(
        year=year, zones=Zones([tz] if isinstance(tz, str) and tz else tz), since=since, until=until, full=full,
        jobs=jobs, grammars=grammars, redactor=rewriter,
    )  # fmt: skip
    return Trace([fspath(path) for path in paths], catalog, options, _as_shown(facts, rewriter))


def _as_shown(facts: Sequence[Event], rewriter: "Redactor | None") -> Sequence[Event]:
    if rewriter is None:
        return facts
    from lyncphone_logs.redaction.facts import redacted_facts

    return redacted_facts(facts, rewriter)


def redactor(catalog: Catalog, path: str = "") -> "Redactor":
    """A redactor with a new random key, or with that of a map, which is created if there is no such file."""
    from lyncphone_logs.redaction.builtin import redactor_of
    from lyncphone_logs.redaction.key_map import KeyMap

    if not path:
        return redactor_of(catalog)
    known = KeyMap(path)
    known.save()
    return redactor_of(catalog, known.key)


def _check_year(year: int) -> None:
    if year and not MIN_YEAR <= year <= MAX_YEAR:
        help = f"a year of four digits, from {MIN_YEAR} to {MAX_YEAR}"
        raise InputError(f"{year} cannot be the last year of a trace", where="--year", help=help)


def _check_model(model: str, catalog: Catalog) -> None:
    if model:
        from lyncphone_logs.evidence.models import check_model

        check_model(model, [each.model for rule in catalog.rules for each in rule.applies_to])


def _read_displays(texts: Sequence[str] | str) -> Iterator[Event]:
    for text in filter(None, [texts] if isinstance(texts, str) else texts):
        from lyncphone_logs.evidence.display import read_display

        yield read_display(text)


def _inspected(files: Sequence[str | PathLike[str]] | str | PathLike[str], domain: str) -> list[Event]:
    found: list[Event] = []
    for path in [fspath(each) for each in ([files] if isinstance(files, str | PathLike) else files) if each]:
        from lyncphone_logs.evidence.certificate_file import read_certificates

        found += read_certificates(path, domain=domain)
    return found


Function = TypeVar("Function", bound=Callable[..., object])


def lists_options(function: Function) -> Function:
    """Name the options of `read_trace` instead of `**options` in the signature that `help` and completion show."""
    shown = inspect.signature(function)
    own = [each for each in shown.parameters.values() if each.kind is not each.VAR_KEYWORD]
    read = [each for each in inspect.signature(read_trace).parameters.values() if each.kind is each.KEYWORD_ONLY]
    function.__signature__ = shown.replace(parameters=[*own, *read])  # type: ignore[attr-defined]  # read by inspect
    return function


@lists_options
def diagnose(
    trace: Trace | str | PathLike[str],
    *more: str | PathLike[str],
    verify_fix: str | PathLike[str] = "",
    phone: str = "",
    **options: Unpack[ReadOptions],
) -> Report:
    """Diagnose a trace: read it once; memory does not grow with its size, only with the number of its phones.

    `trace` is what `read_trace` returns, or the first of its paths; `more` paths and `options` are those of
    `read_trace`. `verify_fix`: the JSON report of an earlier trace, whose diagnoses are reported as fixed, not fixed,
    or undecided. `phone`: the phone of the trace that is known to be the one phone of that report, if their lines do
    not show it. Raises InputError if it is no such report, or if no input can be read, and the errors of `read_trace`;
    TypeError if a trace is given together with paths or options.
    """
    trace = _opened(trace, more, options)
    catalog = trace.catalog
    previous = _previous(fspath(verify_fix)) if verify_fix else ()
    if rewriter := trace.options.redactor:
        previous = tuple(each._replace(phone=_redacted_phone(each.phone, rewriter)) for each in previous)
        phone = rewriter.phone(phone)
    (phones, notes), slow = _diagnose_phones(trace, previous)
    return Report(
        tool=program(),
        inputs=inputs(trace),
        facts=trace.facts,
        phones=phones,
        rules_tried=len(catalog.rules),
        packs=catalog.packs,
        fixes=_fixes(previous, phones, catalog.rules, phone) if previous else (),
        notes=(*catalog.notes, *trace.assumptions, *notes),
        problems=tuple(map(str, (*_of_run(trace), *slow))),
        counted=trace.counted_hosts,
        paths=trace.paths,
        shared_faults=shared_faults([each for each in phones if each.is_phone], causes_of),
    )


def _diagnose_phones(
    trace: Trace, previous: "Sequence[PreviousPhone]"
) -> tuple[tuple[tuple[findings.Phone, ...], tuple[str, ...]], list[RuleError]]:
    """The phones with notes, and an error for each rule with a regex that takes too long.

    The events before such a regex was stopped are grouped by its rule, too. So the trace is read again without that
    rule: the answer is then that of the other rules, and does not depend on when the regex was stopped.
    """
    catalog = trace.catalog
    vendors = {grammar.name: grammar.vendor for grammar in catalog.grammars}
    hints = {grammar.name: grammar.capture for grammar in catalog.grammars}
    can_be_read_again = not any(map(_is_stream, trace.paths))
    verified = {code for each in previous for code, _ in each.diagnoses}
    wanted = (*trace.wanted_phones, *(each.phone.id for each in previous))
    with limited_regexes() as budget:
        for _ in range(MAX_READINGS):
            stopped = len(budget.stopped)
            trace.counted_hosts = CountedHosts(wanted)
            found = diagnose_phones(
                trace.batches(to_diagnose=True), trace.facts, catalog.rules, vendors, lambda: trace.unseen_kinds,
                verified, hints, _gateways(catalog), counted=trace.counted_hosts,
            )  # fmt: skip
            if len(budget.stopped) == stopped or not can_be_read_again:
                break
        return found, slow_rule_problems(catalog.rules, budget)


def _is_stream(path: str) -> bool:
    return not (os.path.isfile(path) or os.path.isdir(path))


def _previous(path: str) -> "tuple[PreviousPhone, ...]":
    from lyncphone_logs.diagnosis.fix_check import read_previous

    return read_previous(path)


def _redacted_phone(known: "KnownPhone", rewriter: "Redactor") -> "KnownPhone":
    hostnames = tuple(map(rewriter.host, known.hostnames))
    return known._replace(id=rewriter.phone(known.id), mac=rewriter.phone(known.mac), hostnames=hostnames)


def _fixes(
    previous: "Sequence[PreviousPhone]", phones: Sequence[findings.Phone], rules: Sequence[Rule], stated: str
) -> tuple[findings.Fix, ...]:
    from lyncphone_logs.diagnosis.fix_check import fixes

    return fixes(previous, phones, rules, stated)


def _opened(trace: Trace | str | PathLike[str], more: Sequence[str | PathLike[str]], options: ReadOptions) -> Trace:
    if isinstance(trace, str | PathLike):
        return read_trace(trace, *more, **options)
    if not isinstance(trace, Trace):
        raise TypeError(f"diagnose needs paths or what read_trace returns, not a {type(trace).__name__}")
    if more or options:
        given = ", ".join([*map(repr, more), *options])
        raise TypeError(f"the trace has been opened already: pass {given} to read_trace, or the paths to diagnose")
    return trace


def explain(trace: Trace, rule: Rule) -> tuple[findings.Explanation, ...]:
    """Compare a rule of the trace's catalog with each phone of the trace, clause by clause.

    Raises InputError if no input of the trace can be read.
    """
    catalog = trace.catalog
    vendors = {grammar.name: grammar.vendor for grammar in catalog.grammars}
    batches = trace.batches(to_diagnose=True)
    hints = {grammar.name: grammar.capture for grammar in catalog.grammars}
    gateways = _gateways(catalog)
    trace.counted_hosts = CountedHosts(trace.wanted_phones)
    return engine.explain(
        batches, trace.facts, catalog.rules, vendors, rule, lambda: trace.unseen_kinds, hints, gateways,
        trace.counted_hosts,
    )  # fmt: skip


def _gateways(catalog: Catalog) -> frozenset[str]:
    """The names of the grammars of devices that do not sign in."""
    return frozenset(grammar.name for grammar in catalog.grammars if grammar.device == "gateway")


def inputs(trace: Trace) -> tuple[findings.InputSummary, ...]:
    """A summary of each input; complete after the events of the trace have been iterated."""
    if trace.counted_hosts.ended_at:
        for source, tally in trace.inputs:
            tally.account.passed_over_bytes += source.bytes - tally.account.total
    without_event = 0
    found = []
    for each in trace.inputs:
        without_event += not each.tally.events
        found.append(_input(each, trace, says_where=without_event <= MAX_STOPS))
    return tuple(found)


def problems(trace: Trace) -> list[str | LyncphoneLogsError]:
    """Problems with inputs, grammars and rules; complete after the events of the trace have been iterated."""
    return [*(read.problem for read in inputs(trace) if read.problem), *_of_run(trace)]


def _of_run(trace: Trace) -> list[str | LyncphoneLogsError]:
    """Problems that are not those of an input."""
    return [*trace.catalog.problems, *trace.counted_hosts.problems]


def _input(read: Input, trace: Trace, *, says_where: bool) -> findings.InputSummary:
    source, tally = read
    problem, help = _problem(read, trace, says_where=says_where)
    return findings.InputSummary(
        source.path,
        source.sha256,
        source.bytes,
        source.lines,
        tally.account,
        tally.events,
        tally.unparsed_lines,
        problem,
        help,
        tuple(sorted(tally.grammars.items())),
        source.duplicate_lines,
    )


def _problem(read: Input, trace: Trace, *, says_where: bool) -> tuple[str, str]:
    source, tally = read
    if source.problem:
        return source.problem, source.help
    if tally.events or tally.outside_lines or source.duplicate_lines:
        return "", ""
    first = tally.first_unparsed
    if first is None:
        return f"nothing to read in {source.path}: it contains no lines", (
            "save the trace again, with syslog enabled on the phone"
        )
    if tally.looks_like:
        return f"{source.path}: {tally.looks_like}", f"{PHONES_ONLY}, see `lyncphone-logs grammars list`"
    where = f"; line {first.line}: {trace.stops(first)[0]}" if says_where else ""
    return f"no grammar matches any line of {source.path}{where}", (
        "`lyncphone-logs explain --line TEXT` shows where each grammar stops"
    )
