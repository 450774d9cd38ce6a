"""SMPTE time code against the tables that the industry prints, and against itself."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.domain.film import FilmFacts
from visavis.domain.media import PictureMetadata
from visavis.domain.timecode import parse, timecode_at, write

NTSC, NTSC_DOUBLE, PAL, FILM = Fraction(30000, 1001), Fraction(60000, 1001), Fraction(25), Fraction(24000, 1001)


@pytest.mark.parametrize(
    ("rate", "number", "said"),
    [
        # each minute but the tenth begins at the number 02 (SMPTE ST 12-1, 5.2.2); an hour has 107,892 frames, a day 2,589,408
        (NTSC, 0, "00:00:00;00"),
        (NTSC, 1_799, "00:00:59;29"),
        (NTSC, 1_800, "00:01:00;02"),
        (NTSC, 3_597, "00:01:59;29"),
        (NTSC, 3_598, "00:02:00;02"),
        (NTSC, 17_981, "00:09:59;29"),
        (NTSC, 17_982, "00:10:00;00"),
        (NTSC, 19_782, "00:11:00;02"),
        (NTSC, 107_892, "01:00:00;00"),
        (NTSC, 1_078_920, "10:00:00;00"),
        (NTSC, 2_589_407, "23:59:59;29"),
        (NTSC_DOUBLE, 3_599, "00:00:59;59"),
        (NTSC_DOUBLE, 3_600, "00:01:00;04"),
        (NTSC_DOUBLE, 35_964, "00:10:00;00"),
        (NTSC_DOUBLE, 215_784, "01:00:00;00"),
    ],
)
def test_drop_frame_counting_keeps_to_the_table(rate, number, said):
    assert write(number, rate, drop=True) == said
    assert parse(said, rate) == number


@pytest.mark.parametrize(
    ("rate", "number", "said"),
    [
        (PAL, 90_000, "01:00:00:00"),
        (PAL, 24, "00:00:00:24"),
        (FILM, 24, "00:00:01:00"),
        (NTSC, 1_800, "00:01:00:00"),
        (Fraction(50), 49, "00:00:00:49"),
    ],
)
def test_other_counting_counts_every_number(rate, number, said):
    assert write(number, rate, drop=False) == said
    assert parse(said, rate) == number


@given(rate=st.sampled_from([NTSC, NTSC_DOUBLE, PAL, FILM, Fraction(30)]), number=st.integers(0, 2_000_000), drop=st.booleans())
def test_what_is_written_can_be_read(rate, number, drop):
    assert parse(write(number, rate, drop=drop), rate) == number


@given(number=st.integers(0, 2_589_406))
def test_drop_frame_never_falls_behind_the_clock_by_more_than_two_frames(number):
    hours, minutes, seconds, frames = (int(part) for part in write(number, NTSC, drop=True).replace(";", ":").split(":"))
    assert abs(hours * 3600 + minutes * 60 + seconds + frames / 30 - number / NTSC) < 3 / 30 + 0.01


def test_a_day_has_24_hours():
    assert write(2_589_408, NTSC, drop=True) == "00:00:00;00"
    assert write(25 * 86_400 + 1, PAL, drop=False) == "00:00:00:01"


@pytest.mark.parametrize("said", ["", "10:00:00", "24:00:00:00", "00:60:00:00", "00:00:00:25", "a0:00:00:00", "1:00:00:00"])
def test_what_is_no_time_code_is_none(said):
    assert parse(said, PAL) is None


def test_a_number_that_is_left_out_is_no_time_code():
    assert parse("00:01:00;01", NTSC) is None
    assert parse("00:10:00;01", NTSC) == 17_983


def facts(timecode, rate, time_base):
    return FilmFacts(
        format="mov", codec="prores", width=64, height=64, time_base=time_base, duration_ticks=None, rate=rate, timecode=timecode,
        metadata=PictureMetadata(),
    )  # fmt: skip


def test_a_moment_s_time_code_is_counted_on_from_the_film_s():
    film = facts("09:59:59;28", NTSC, Fraction(1001, 30000))
    assert [timecode_at(film, ticks) for ticks in range(4)] == ["09:59:59;28", "09:59:59;29", "10:00:00;00", "10:00:00;01"]
    rounded = facts("10:00:00:00", PAL, Fraction(1, 1000))  # Matroska: milliseconds
    assert timecode_at(rounded, 3_600_041) == "11:00:00:01"


def test_a_film_without_time_code_or_even_rate_has_none():
    assert timecode_at(facts(None, PAL, Fraction(1, 25)), 7) is None
    assert timecode_at(facts("10:00:00:00", None, Fraction(1, 25)), 7) is None
    assert timecode_at(facts("unknown", PAL, Fraction(1, 25)), 7) is None
