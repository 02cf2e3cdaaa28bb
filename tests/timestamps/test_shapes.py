"""Stamps of every shape in the table are found in a line and read."""

import time
from datetime import datetime

import pytest

from lyncphone_logs.timestamps.formats import Anchor, read_stamp
from lyncphone_logs.timestamps.shapes import SHAPES, plain_stamp, stamps_in

YEAR = Anchor(datetime(2013, 12, 31), "--year")
NINTH = datetime(2013, 7, 9, 10)


def at(hour: int, milliseconds: int) -> datetime:
    return datetime(2013, 7, 9, hour, 0, 0, milliseconds * 1000)


# Forms of syslog-ng's and rsyslog's own test suites, and of the tools named; the texts around them are made up.
STAMPS = [
    ("Dec  3 2019 09:10:12", ": phone x", datetime(2019, 12, 3, 9, 10, 12), None),
    ("2013-07-09 10:00:00,987+01:00", " phone", at(10, 987), at(9, 987)),
    ("2013-07-09T10:00:00+02", " phone", NINTH, datetime(2013, 7, 9, 8)),
    ("2013-07-09T10:00:00.15600000000000000000000000+01:00", " b", at(10, 156), at(9, 156)),
    ("2013-07-09 10:00:00 UTC", " phone", NINTH, NINTH),
    ("Tue 2013-07-09 10:00:00 CEST", " phone", NINTH, None),
    ("Tue Jul  9 10:00:00 CEST 2013", " phone", NINTH, None),
    ("Jul  9 10:00:00 2013", " phone", NINTH, None),
    ("Jul  9 10:00:00", " 7351 phone", NINTH, None),
    ("Jul 9 10:00:00.411", ": phone", datetime(2013, 7, 9, 10, 0, 0, 411000), None),
    ("Jul  9 10:00:00 PM.685 UTC", ": a", at(22, 685), at(22, 685)),
    ("July 9, 2013 12:00:00 AM", " a", datetime(2013, 7, 9), None),
    ("09/Jul/2013:10:00:00 +0200", "] a", NINTH, datetime(2013, 7, 9, 8)),
    ("Tue, 09 Jul 2013 10:00:00 GMT", "] a", NINTH, NINTH),
    ("9-Jul-2013 10:00:00", " a", NINTH, None),
    ("2013 Jul  9 10:00:00.250", " a", datetime(2013, 7, 9, 10, 0, 0, 250000), None),
    ("7/9/2013, 10:00:00 PM", " a", datetime(2013, 7, 9, 22), None),
    ("09.07.2013 10:00:00", " a", NINTH, None),
    ("2013/07/09 10:00:00", " a", NINTH, None),
    ("20130709T100000Z", " a", NINTH, NINTH),
    ("07/09 10:00:00.5", " a", datetime(2013, 7, 9, 10, 0, 0, 500000), None),
    ("1373364000.25", " a", datetime(2013, 7, 9, 10, 0, 0, 250000), datetime(2013, 7, 9, 10, 0, 0, 250000)),
    ("1373364000123", " a", datetime(2013, 7, 9, 10, 0, 0, 123000), datetime(2013, 7, 9, 10, 0, 0, 123000)),
]  # fmt: skip


@pytest.mark.parametrize("before", ["", "<187>", "[", "12:", "a.log:", "a.log-", "RP/0/RP0/CPU0:", "\t", "*"])
@pytest.mark.parametrize(("stamp", "after", "moment", "utc"), STAMPS, ids=lambda each: str(each)[:30])
def test_a_stamp_is_found_and_read(before: str, stamp: str, after: str, moment: datetime, utc: datetime | None) -> None:
    line = f"{before}{stamp}{after}"
    (found,) = stamps_in(line, len(line))
    assert (found.start, found.end, found.text) == (len(before), len(before) + len(stamp), stamp)
    parsed = read_stamp(stamp, YEAR)
    assert (parsed.time, parsed.utc) == (moment, utc)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_every_example_is_of_its_shape(shape: object) -> None:
    example = shape.example  # type: ignore[attr-defined]
    assert [found.text for found in stamps_in(f"{example} a", 100)] == [example]
    assert read_stamp(example, YEAR).time
    assert plain_stamp(plain_stamp(example)) or plain_stamp(example)


def test_whole_seconds_of_unix_time_are_no_stamp_of_polycom() -> None:
    assert [found.text for found in stamps_in("1373364000 phone", 20)] == ["@1373364000"]
    assert read_stamp("@1373364000", YEAR).time == NINTH
    assert list(stamps_in("1112100001|so   |4|00|", 30)) == []


@pytest.mark.parametrize(
    "text",
    ["", "5060", "version 2.72.14.2", "1.0.49.2", "a 10.0.0.9:514", "May I", "5:30", "2013", "12:34:56:78:9a:bc"],
)
def test_other_numbers_are_no_stamps(text: str) -> None:
    assert list(stamps_in(text, len(text))) == []
    assert plain_stamp(text) == ""


@pytest.mark.parametrize(
    "unit", ["1", "2013-", "Jul ", "10:", " ", "Mon, ", "1373364000", "2013-07-09 10:00:00.", "\t"]
)
def test_the_search_takes_linear_time(unit: str) -> None:
    def seconds(size: int) -> float:
        text = unit * size
        start = time.process_time()
        for _ in range(3):
            list(stamps_in(text, len(text)))
        return time.process_time() - start

    seconds(100)
    assert seconds(16_000) < 40 * max(seconds(1_000), 0.0005)
