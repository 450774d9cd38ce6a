import datetime as dt

import pytest

from visavis.domain.errors import InputError
from visavis.domain.jobs import Hours, JobProgress

NIGHT = Hours(since=dt.time(19), until=dt.time(7), zone="Europe/Paris")
LUNCH = Hours(since=dt.time(12), until=dt.time(13, 30), zone="Europe/Paris")


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("hours", "moment", "within"),
    [
        (NIGHT, "2026-01-10T18:00+00:00", True),
        (NIGHT, "2026-01-10T17:59+00:00", False),
        (NIGHT, "2026-01-10T05:59+00:00", True),
        (NIGHT, "2026-01-10T06:00+00:00", False),
        (LUNCH, "2026-01-10T11:00+00:00", True),
        (LUNCH, "2026-01-10T12:30+00:00", False),
        (LUNCH, "2026-07-10T10:00+00:00", True),
        (LUNCH, "2026-07-10T12:00+00:00", False),
        (NIGHT, "2026-10-25T00:30+00:00", True),
        (NIGHT, "2026-10-25T01:30+00:00", True),
    ],
)
def test_hours_go_by_the_clocks_of_their_zone_past_midnight_and_through_the_year(hours, moment, within):
    assert hours.hold(at(moment)) is within


@pytest.mark.parametrize("zone", ["", "Mars/Base", "../../etc/passwd", "Europe", "x" * 300, "Europe/Paris\0"])
def test_hours_have_a_zone_that_there_is(zone):
    with pytest.raises(InputError, match="no time zone"):
        Hours(since=dt.time(19), until=dt.time(7), zone=zone)


def test_hours_that_end_when_they_begin_are_refused():
    with pytest.raises(InputError, match="end when they begin"):
        Hours(since=dt.time(7), until=dt.time(7), zone="UTC")


def progress(**said: object) -> JobProgress:
    return JobProgress(**{"at": at("2026-01-10T18:00+00:00"), "files_done": 20, "files_total": 80, "read": 20, "faces": 3, **said})


def test_what_is_left_goes_by_files_or_where_there_is_film_by_film():
    assert (progress(files_per_s=2.0).share, progress(files_per_s=2.0).seconds_left) == (0.25, 30.0)
    film = progress(film_s=30.0, film_total_s=120.0, film_speed=3.0, files_per_s=0.1)
    assert (film.share, film.seconds_left) == (0.25, 30.0)


def test_nothing_is_promised_that_nobody_knows():
    assert (progress(files_total=None).share, progress(files_total=None).seconds_left) == (None, None)
    assert progress().seconds_left is None
    assert progress(film_total_s=9.0).seconds_left is None
    assert progress(files_done=0, files_total=0).share == 1.0
