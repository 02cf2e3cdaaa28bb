"""Stamps are read as written; what they omit comes from the anchor and is marked as assumed."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lyncphone_logs.timestamps.formats import Anchor, ParsedStamp, day_stands_first, read_stamp

NOWHERE = Anchor(None, "")
JULY = Anchor(datetime(2013, 7, 10, 12, 0), "file time")
NOTHING = ParsedStamp(None, None, "none")


@pytest.mark.parametrize(
    ("stamp", "latest", "expected"),
    [
        ("Jul 10 11:59:59", datetime(2013, 7, 10, 12), datetime(2013, 7, 10, 11, 59, 59)),
        ("Jul 11 12:00:00", datetime(2013, 7, 10, 12), datetime(2013, 7, 11, 12)),
        ("Jul 11 12:00:01", datetime(2013, 7, 10, 12), datetime(2012, 7, 11, 12, 0, 1)),
        ("Dec 31 23:59:59", datetime(2014, 1, 1, 0, 5), datetime(2013, 12, 31, 23, 59, 59)),
        ("Jan  1 00:00:01", datetime(2013, 12, 31, 23, 59), datetime(2014, 1, 1, 0, 0, 1)),
        ("Feb 29 10:00:00", datetime(2014, 3, 1), datetime(2012, 2, 29, 10)),
        ("Feb 29 10:00:00", datetime(2012, 2, 27), datetime(2008, 2, 29, 10)),
        ("Feb 29 10:00:00", datetime(1904, 1, 1), datetime(1896, 2, 29, 10)),
        ("Jul  9 01:02:03.045", datetime(2013, 7, 10), datetime(2013, 7, 9, 1, 2, 3, 45000)),
        ("JUL 9 01:02:03", datetime(2013, 7, 10), datetime(2013, 7, 9, 1, 2, 3)),
        ("Jul  9 01:02:60", datetime(2013, 7, 10), datetime(2013, 7, 9, 1, 2, 59)),
        ("Dec 31 00:00:00", datetime.max, datetime(9999, 12, 31)),
        ("10-07@11:59:59.938", datetime(2013, 7, 10, 12), datetime(2013, 7, 10, 11, 59, 59, 938000)),
        ("29-02@10:00:00.000", datetime(2014, 3, 1), datetime(2012, 2, 29, 10)),
        ("1028171642", datetime(2013, 12, 31), datetime(2013, 10, 28, 17, 16, 42)),
        ("1231235959", datetime(2014, 1, 1, 0, 5), datetime(2013, 12, 31, 23, 59, 59)),
        ("0229100000", datetime(2014, 3, 1), datetime(2012, 2, 29, 10)),
        ("0101000012", datetime(2013, 7, 10), datetime(2013, 1, 1, 0, 0, 12)),
        ("1231235960", datetime(2014, 1, 1), datetime(2013, 12, 31, 23, 59, 59)),
        ("1012101010", datetime(2013, 12, 31), datetime(2013, 10, 12, 10, 10, 10)),
    ],
)
def test_a_stamp_without_year_means_the_latest_that_fits(stamp: str, latest: datetime, expected: datetime) -> None:
    assert read_stamp(stamp, Anchor(latest, "file time")) == ParsedStamp(expected, None, "assumed-year")


def test_a_year_that_the_user_stated_is_not_exceeded() -> None:
    stated = Anchor(datetime(2013, 12, 31, 23, 59, 59), "--year")
    assert read_stamp("Jan  1 10:00:00", stated).time == datetime(2013, 1, 1, 10)
    assert read_stamp("Dec 31 23:59:59", stated).time == datetime(2013, 12, 31, 23, 59, 59)


@pytest.mark.parametrize(
    ("stamp", "time", "utc"),
    [
        (
            "2023-10-11T22:14:15.003Z",
            datetime(2023, 10, 11, 22, 14, 15, 3000),
            datetime(2023, 10, 11, 22, 14, 15, 3000),
        ),
        ("2023-10-11T22:14:15+02:00", datetime(2023, 10, 11, 22, 14, 15), datetime(2023, 10, 11, 20, 14, 15)),
        ("2023-12-31T22:14:15-0530", datetime(2023, 12, 31, 22, 14, 15), datetime(2024, 1, 1, 3, 44, 15)),
        ("2023-10-11T22:14:15", datetime(2023, 10, 11, 22, 14, 15), None),
        ("2023-10-11 22:14:15,123456789", datetime(2023, 10, 11, 22, 14, 15, 123456), None),
        ("2016-12-31T23:59:60Z", datetime(2016, 12, 31, 23, 59, 59), datetime(2016, 12, 31, 23, 59, 59)),
        ("2024.04.25 10:15:00", datetime(2024, 4, 25, 10, 15), None),
        ("25-04-2024 10:15:00", datetime(2024, 4, 25, 10, 15), None),
        ("04-25-2024\t10:15:00", datetime(2024, 4, 25, 10, 15), None),
        ("04-04-2024 10:15:00", datetime(2024, 4, 4, 10, 15), None),
        ("12-25-2024 10:15:00", datetime(2024, 12, 25, 10, 15), None),
        ("12-12-2024 10:15:00", datetime(2024, 12, 12, 10, 15), None),
        ("Sat Jan 25 21:55:54 2014", datetime(2014, 1, 25, 21, 55, 54), None),
        ("31/7/2013 9:08:07:45", datetime(2013, 7, 31, 9, 8, 7, 45000), None),
        ("7/31/2013 09:08:07:045", datetime(2013, 7, 31, 9, 8, 7, 45000), None),
        ("31/07/2013 09:08:07", datetime(2013, 7, 31, 9, 8, 7), None),
        ("Jan  5 21:55:54 2014", datetime(2014, 1, 5, 21, 55, 54), None),
        ("0210281716", datetime(2002, 10, 28, 17, 16), None),
        ("1312312359", datetime(2013, 12, 31, 23, 59), None),
        ("0100000000", datetime(1970, 1, 1), None),
        (
            "1696364494.711319",
            datetime(2023, 10, 3, 20, 21, 34, 711319),
            datetime(2023, 10, 3, 20, 21, 34, 711319),
        ),
        ("999999999.5", datetime(2001, 9, 9, 1, 46, 39, 500000), datetime(2001, 9, 9, 1, 46, 39, 500000)),
    ],
)
@pytest.mark.parametrize("anchor", [NOWHERE, JULY])
def test_a_complete_stamp_needs_no_anchor(stamp: str, time: datetime, utc: datetime | None, anchor: Anchor) -> None:
    assert read_stamp(stamp, anchor) == ParsedStamp(time, utc, "exact")


@pytest.mark.parametrize(("first", "second"), [(4, 5), (12, 4), (4, 12)])
def test_an_undecided_order_of_day_and_month_is_read_the_american_way_and_marked(first: int, second: int) -> None:
    reading = read_stamp(f"{first:02}-{second:02}-2024 10:15:00", NOWHERE)
    assert reading == ParsedStamp(datetime(2024, first, second, 10, 15), None, "assumed-date")


@pytest.mark.parametrize(
    ("stamp", "expected"),
    [
        ("10:44:11.299", datetime(2013, 7, 10, 10, 44, 11, 299000)),
        ("12:00:00.000", datetime(2013, 7, 10, 12)),
        ("12:00:00.001", datetime(2013, 7, 9, 12, 0, 0, 1000)),
    ],
)
def test_a_stamp_without_date_means_the_last_day_on_which_it_is_not_after_the_anchor(
    stamp: str, expected: datetime
) -> None:
    assert read_stamp(stamp, JULY) == ParsedStamp(expected, None, "assumed-date")


@pytest.mark.parametrize("stamp", ["011511.006", "000000.405", "1005959.999", "10000000.000"])
@pytest.mark.parametrize("anchor", [NOWHERE, JULY])
def test_a_time_since_boot_is_no_time_of_day(stamp: str, anchor: Anchor) -> None:
    assert read_stamp(stamp, anchor) == ParsedStamp(None, None, "uptime")


@pytest.mark.parametrize(
    "stamp", ["Jul 10 11:59:59", "10:44:11.299", "Feb 29 00:00:00", "10-07@11:59:59.938", "1028171642"]
)
def test_without_an_anchor_nothing_is_assumed(stamp: str) -> None:
    assert read_stamp(stamp, NOWHERE) == NOTHING


@pytest.mark.parametrize(
    "stamp",
    [
        "", "-", "Jul", "Feb 30 10:00:00", "Foo 10 10:00:00", "Jul 10 24:00:00", "Jul 10 10:60:00", "Jul 10 10:00:61",
        "2023-13-01T00:00:00", "2023-02-29T00:00:00", "0000-01-01T00:00:00", "13-13-2024 10:00:00", "25:00:00.000",
        "2023-10-11T22:14:15+24:00", "0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-05:00", "٠1:00:00.000",
        "Jul 10 10:00:00 ", "Jul 0 10:00:00", "10:00:00 2014", "Sat Feb 29 10:00:00 2014", "31-02@10:00:00.000",
        "10-13@10:00:00", "0230100000", "1028170000.", "102817164", "10281716421", "9999999999", "0200000000",
        "006000.000", "000060.000", "00000.000", "000000.4051", "1696364494", "1696364494.",
    ],
)  # fmt: skip
def test_an_impossible_stamp_is_no_time_and_no_error(stamp: str) -> None:
    assert read_stamp(stamp, JULY) == NOTHING


@pytest.mark.parametrize(("latest", "stamp"), [(datetime.min, "Dec 31 23:00:00"), (datetime.min, "10:00:00.000")])
def test_an_anchor_at_the_beginning_of_time_leaves_nothing_to_assume(latest: datetime, stamp: str) -> None:
    assert read_stamp(stamp, Anchor(latest, "file time")) == NOTHING


@pytest.mark.parametrize("day_first", [True, False])
@pytest.mark.parametrize("stamp", ["04/05/2024 10:15:00", "04-05-2024 10:15:00", "4/5/2024 10:15:00:000"])
def test_other_dates_of_the_source_determine_the_order_of_day_and_month(stamp: str, day_first: bool) -> None:
    reading = read_stamp(stamp, Anchor(None, "", day_first=day_first))
    assert reading == ParsedStamp(datetime(2024, *((5, 4) if day_first else (4, 5)), 10, 15), None, "exact")


def test_a_date_with_slashes_is_read_day_first_and_marked() -> None:
    assert read_stamp("4/5/2024 10:15:00", NOWHERE) == ParsedStamp(datetime(2024, 5, 4, 10, 15), None, "assumed-date")


@pytest.mark.parametrize(
    ("stamp", "expected"),
    [
        ("13/5/2024 10:15:00", True), ("5-13-2024 10:15:00", None), ("05-13-2024 10:15:00", False),
        ("13/13/2024 10:15:00", None), ("4/5/2024 10:15:00", None), ("Jul 10 11:59:59", None), ("", None),
    ],
)  # fmt: skip
def test_a_number_over_twelve_is_the_day(stamp: str, expected: bool | None) -> None:
    assert day_stands_first(stamp) is expected


NUMBER = st.integers(0, 99)
ANCHORS = st.builds(Anchor, st.none() | st.datetimes(), st.sampled_from(["--year", "file time", ""]))
STAMPS = st.one_of(
    st.text(),
    st.builds(
        "{} {:2} {:02}:{:02}:{:02}".format, st.sampled_from(["Jan", "Feb", "dec"]), NUMBER, NUMBER, NUMBER, NUMBER
    ),
    st.builds("{:04}-{:02}-{:02}T{:02}:00:00.5{:+03}:00".format, st.integers(0, 9999), NUMBER, NUMBER, NUMBER, NUMBER),
    st.builds("{:02}-{:02}-{:04} {:02}:00:00".format, NUMBER, NUMBER, st.integers(0, 9999), NUMBER),
    st.builds("{:02}:{:02}:{:02}.1".format, NUMBER, NUMBER, NUMBER),
    st.builds("{}/{}/{:04} {}:00:00:{}".format, NUMBER, NUMBER, st.integers(0, 9999), NUMBER, NUMBER),
    st.builds("{:02}-{:02}@{:02}:{:02}:00.5".format, NUMBER, NUMBER, NUMBER, NUMBER),
    st.builds("{:02}{:02}{:02}{:02}{:02}".format, NUMBER, NUMBER, NUMBER, NUMBER, NUMBER),
    st.builds("{:02}{:02}{:02}.001".format, NUMBER, NUMBER, NUMBER),
    st.builds("{}.{}".format, st.integers(0, 9999999999), NUMBER),
)


@given(STAMPS, ANCHORS)
def test_any_text_is_a_reading(stamp: str, anchor: Anchor) -> None:
    reading = read_stamp(stamp, anchor)
    assert (reading.time is None) == (reading.quality in {"none", "uptime"})
    assert reading.utc is None or reading.time is not None


@given(st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1)), st.integers(0, 363 * 86400))
def test_a_stamp_of_the_last_year_is_read_back(latest: datetime, age: int) -> None:
    moment = (latest - timedelta(seconds=age)).replace(microsecond=0)
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    for stamp in (
        f"{months[moment.month - 1]} {moment.day:2} {moment:%H:%M:%S}",
        f"{moment:%d-%m@%H:%M:%S}",
        f"{moment:%m%d%H%M%S}",
    ):
        assert read_stamp(stamp, Anchor(latest, "file time")).time == moment
