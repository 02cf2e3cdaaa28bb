"""The accessor `frame.phone` of DataFrames: diagnoses the lines of a frame.

A frame names its lines by the columns `source` and `line`. Each method reads these lines again from their files, with
the options of `read_trace`, so it depends on nothing but the frame and its files. The accessor hides the attribute of
the column `phone`, which is `frame["phone"]`.
"""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, NoReturn, Unpack

from lyncphone_logs.api import ReadOptions, diagnose, lists_options, read_trace
from lyncphone_logs.diagnosis.journey import STAGES
from lyncphone_logs.errors import InputError
from lyncphone_logs.events.batch import Batch
from lyncphone_logs.events.dataframe import rows_frame
from lyncphone_logs.events.event import Event
from lyncphone_logs.events.vocabulary import reached
from lyncphone_logs.reports.report import Report
from lyncphone_logs.sources.archives import INSIDE
from lyncphone_logs.sources.source import STDIN
from lyncphone_logs.trace.trace import REDACTED, Trace
from lyncphone_logs.trace.unparsed import unparsed_shapes

if TYPE_CHECKING:
    import pandas as pd

COLUMN = (
    'frame["phone"] is the column; frame.phone is the accessor of lyncphone_logs: diagnose, journey, timeline, unparsed'
)
DEVICE = "device"
"""The family of events about the phone itself: starts, crashes, alarms."""


class PhoneAccessor:
    """`frame.phone`: the methods for the lines of a frame. Each raises AttributeError if the frame does not name them.

    They raise InputError if a source cannot be read again or has changed, or if the frame is that of a redacted trace,
    and the errors of `read_trace`.
    """

    def __init__(self, frame: "pd.DataFrame") -> None:
        self._frame = frame

    @lists_options
    def diagnose(
        self, *, verify_fix: str | os.PathLike[str] = "", phone: str = "", **options: Unpack[ReadOptions]
    ) -> Report:
        """The report on exactly the lines in the frame. The options are those of `lyncphone_logs.diagnose`."""
        return diagnose(self._trace(options), verify_fix=verify_fix, phone=phone)

    @lists_options
    def journey(self, **options: Unpack[ReadOptions]) -> "pd.DataFrame":
        """How far each sign-in got: a row for each phone, boot and stage, with the line that shows the state.

        `stage` is an ordered category, in the order of the sign-in. `state` is `passed`, `failed`, `not seen` or
        `not checkable`.
        """
        rows = [
            (phone.id, boot.id, each.stage, each.state, *_location(each.evidence))
            for phone in diagnose(self._trace(options)).phones
            for boot in phone.boots
            for each in boot.journey
        ]
        dtypes: dict[str, str | tuple[str, ...]] = {
            "phone": "str", "boot": "int32", "stage": STAGES, "state": "str", "time": "datetime64[us]",
            "source": "str", "line": "Int32",
        }  # fmt: skip
        return rows_frame(rows, dtypes)

    @lists_options
    def timeline(self, **options: Unpack[ReadOptions]) -> "pd.DataFrame":
        """The rows that matter, by time: failures, changed states of stages and phones, clock jumps, lost lines.

        The columns are those of the frame. A row without a time follows the row before it.
        """
        self._check("time")
        shown = set(_turning_points(self._trace(options).batches()))
        frame = self._frame
        by_time = frame["time"].groupby(frame["source"]).ffill().reset_index(drop=True)
        located = zip(frame["source"].tolist(), frame["line"].tolist(), strict=True)
        rows = by_time[[location in shown for location in located]].sort_values(kind="stable", na_position="first")
        return frame.iloc[rows.index]

    @lists_options
    def unparsed(self, **options: Unpack[ReadOptions]) -> "pd.DataFrame":
        """The shapes of lines that no grammar reads and of messages of no known kind, frequent ones first.

        `example` is masked as far as the program recognizes names and numbers; `source` and `line` locate the first.
        """
        names = ("count", "what", "grammar", "component", "example", "source", "line")
        found = unparsed_shapes(self._trace(options).batches()).ranked()
        dtypes = {name: "int64" if name in ("count", "line") else "str" for name in names}
        return rows_frame([[getattr(each, name) for name in names] for each in found], dtypes)

    def _trace(self, options: ReadOptions) -> Trace:
        self._check("source", "line")
        if self._frame.attrs.get(REDACTED):
            raise InputError(
                "frame.phone cannot read the lines of this frame again",
                because="the frame is redacted, its files are not",
                help="write a redacted copy with `lyncphone-logs redact`, and read that",
            )
        located = self._frame[["source", "line"]].dropna()
        lines = {str(source): {*map(int, part)} for source, part in located.groupby("source", observed=True)["line"]}
        if not lines:
            raise InputError("the frame has no lines", help="frame.phone needs rows with a source and a line")
        return read_trace(*dict.fromkeys(map(_file_of, lines)), **options).only(lines)

    def _check(self, *names: str) -> None:
        missing = [name for name in names if name not in self._frame.columns]
        if missing:
            columns = " and ".join(map(repr, missing))
            raise AttributeError(f"frame.phone needs the columns {columns}, which this frame does not have")

    def __repr__(self) -> str:
        return f"<{COLUMN}>"

    def __getattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"the accessor has no attribute {name!r}: {COLUMN}")

    def _refuse(self, *_: object) -> NoReturn:
        raise TypeError(COLUMN)

    # Without these, `frame[frame.phone == "x"]` would select by False, and the others would not name the column.
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __getitem__ = __iter__ = __len__ = __contains__ = _refuse
    __hash__ = None  # type: ignore[assignment]  # it cannot be compared


def _location(evidence: tuple[Event, ...]) -> tuple[object, object, object]:
    return (evidence[0].time, evidence[0].source, evidence[0].line) if evidence else (None, None, None)


def _file_of(source: str) -> str:
    """The file that holds a source: itself, or the archive of which it is a member."""
    if source.partition(INSIDE)[0] == STDIN:
        raise InputError("cannot read standard input again", help="save it to a file and read that")
    parts = source.split(INSIDE)
    paths = [source, *(INSIDE.join(parts[:count]) for count in range(1, len(parts)))]
    return next((path for path in paths if os.path.exists(path)), source)


def _turning_points(batches: Iterator[Batch]) -> Iterator[tuple[str, int]]:
    """Source and line of each event that failed, changed the state of a stage or phone, or has an event derived."""
    states: dict[tuple[str, int, str], str] = {}
    for batch in batches:
        for row in sorted({*batch.parsed, *batch.derived}):
            event = batch.event(row)
            if _is_turn(event, states) or row in batch.derived:
                yield event.source, event.line


def _is_turn(event: Event, states: dict[tuple[str, int, str], str]) -> bool:
    """Whether the event is a failure or changes the last state of its stage, or of the phone; records the state."""
    found = reached(event.kind, event.fields) or ((DEVICE, event.kind) if event.family == DEVICE else None)
    if found is None:
        return False
    of, state = found
    key = event.phone, event.boot, of
    before, states[key] = states.get(key), state
    return state == "failed" or state != before
