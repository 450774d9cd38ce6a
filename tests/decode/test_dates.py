import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.decode.dates import parse_date
from visavis.decode.file_names import date_in_name
from visavis.domain.media import DateOrigin, Precision


def day(text):
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("written", "text", "first", "last", "precision"),
    [
        ("2016:05:14 09:30:00", "2016-05-14T09:30:00", "2016-05-14", "2016-05-14", Precision.SECOND),
        ("2016-05-14T09:30:00.123+02:00", "2016-05-14T09:30:00", "2016-05-14", "2016-05-14", Precision.SECOND),
        ("2016-05-14T09:30Z", "2016-05-14T09:30:00", "2016-05-14", "2016-05-14", Precision.SECOND),
        ("20160514T093000+0200", "2016-05-14T09:30:00", "2016-05-14", "2016-05-14", Precision.SECOND),
        ("2016-05-14", "2016-05-14", "2016-05-14", "2016-05-14", Precision.DAY),
        ("20160514", "2016-05-14", "2016-05-14", "2016-05-14", Precision.DAY),
        ("1962-02", "1962-02", "1962-02-01", "1962-02-28", Precision.MONTH),
        ("1960-02", "1960-02", "1960-02-01", "1960-02-29", Precision.MONTH),
        ("19620500", "1962-05", "1962-05-01", "1962-05-31", Precision.MONTH),
        (" 1962 ", "1962", "1962-01-01", "1962-12-31", Precision.YEAR),
        ("19620000", "1962", "1962-01-01", "1962-12-31", Precision.YEAR),
        ("circa 1962", "circa 1962", "1957-01-01", "1967-12-31", Precision.RANGE),
        ("ca. 1962", "circa 1962", "1957-01-01", "1967-12-31", Precision.RANGE),
        ("1962~", "circa 1962", "1957-01-01", "1967-12-31", Precision.RANGE),
        ("1960s", "1960s", "1960-01-01", "1969-12-31", Precision.RANGE),
        ("196X", "1960s", "1960-01-01", "1969-12-31", Precision.RANGE),
        ("1958/1962", "1958/1962", "1958-01-01", "1962-12-31", Precision.RANGE),
        ("1958-1962", "1958/1962", "1958-01-01", "1962-12-31", Precision.RANGE),
        ("between 1958 and 1962", "1958/1962", "1958-01-01", "1962-12-31", Precision.RANGE),
        ("1958-03/1958-05-07", "1958-03/1958-05-07", "1958-03-01", "1958-05-07", Precision.RANGE),
    ],
)
def test_a_date_is_read_as_exactly_as_it_is_written(written, text, first, last, precision):
    found = parse_date(written, DateOrigin.CSV)
    assert found is not None
    assert (found.text, found.first, found.last, found.precision) == (text, day(first), day(last), precision)
    assert found.origin is DateOrigin.CSV


@pytest.mark.parametrize(
    ("written", "first", "last", "precision"),
    [
        ("before 1970", None, "1969-12-31", Precision.BEFORE),
        ("before 1970-05", None, "1970-04-30", Precision.BEFORE),
        ("after 1950", "1951-01-01", None, Precision.AFTER),
        ("../1970", None, "1970-12-31", Precision.BEFORE),
        ("1950/..", "1950-01-01", None, Precision.AFTER),
    ],
)
def test_open_dates_leave_one_side_open(written, first, last, precision):
    found = parse_date(written, DateOrigin.CSV)
    assert found is not None
    assert (found.first, found.last, found.precision) == (first and day(first), last and day(last), precision)
    assert found.text == written


@pytest.mark.parametrize(
    "written",
    [
        "", "0000:00:00 00:00:00", "    :  :     :  :  ", "2016:13:01 00:00:00", "2015-02-29", "1826", "1700-01-01", "2100-01-01", "9999",
        "12345", "201", "yesterday", "1962/1958", "before", "before tomorrow", "circa 1066", "1962-00-05", "20160514 party", "1962 x",
    ],
)  # fmt: skip
def test_what_is_no_possible_date_is_none(written):
    assert parse_date(written, DateOrigin.CSV) is None


@given(st.text(max_size=30))
def test_no_text_makes_it_fail(text):
    found = parse_date(text, DateOrigin.CSV)
    assert found is None or found.first is None or found.last is None or found.first <= found.last


@given(st.dates(min_value=dt.date(1827, 1, 1), max_value=dt.date(2099, 12, 31)))
def test_what_is_spelt_is_read_again_alike(date):
    for text in (f"{date}", f"{date:%Y-%m}", f"{date:%Y}", f"before {date:%Y}", f"after {date}"):
        found = parse_date(text, DateOrigin.CSV)
        assert found is not None
        assert parse_date(found.text, DateOrigin.CSV) == found


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("IMG_20160514_093000.jpg", "2016-05-14T09:30:00"),
        ("PXL_20210513_093000123.MP.jpg", "2021-05-13T09:30:00"),
        ("20160514_093000(1).jpg", "2016-05-14T09:30:00"),
        ("Screenshot_2016-05-14-09-30-00.png", "2016-05-14T09:30:00"),
        ("2016-05-14 09.30.00.jpg", "2016-05-14T09:30:00"),
        ("Photo 2016-05-14 at 09.30.00.jpeg", "2016-05-14T09:30:00"),
        ("IMG-20160514-WA0001.jpg", "2016-05-14"),
        ("2016-05-14 Wedding.jpg", "2016-05-14"),
        ("Wedding 2016.05.14 0017.jpg", "2016-05-14"),
        ("1962-05 Confirmation.tif", "1962-05"),
        ("1962 Weihnachten.jpg", "1962"),
        ("1962_Élise.jpg", "1962"),
    ],
)
def test_a_date_in_a_file_name_is_read(name, text):
    found = date_in_name(name)
    assert found is not None
    assert (found.text, found.origin) == (text, DateOrigin.FILE_NAME)


@pytest.mark.parametrize(
    "name",
    [
        "DSC_1962.jpg", "1962.jpg", "1920x1080 wallpaper.jpg", "IMG_20161314_093000.jpg", "120160514123.jpg", "scan_20150302.tif",
        "Scan 2015-03-02.jpg", "photo.jpg", "1234 street.jpg", "", "3021 AD.jpg", "00001962 x.jpg",
    ],
)  # fmt: skip
def test_a_number_that_is_no_date_is_none(name):
    assert date_in_name(name) is None
