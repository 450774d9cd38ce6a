"""Frames that no other is built upon may be left out: every second one at most, and nothing is then missing."""

import itertools
from fractions import Fraction

import pytest
from film_forge import opened, times, zeroed

from visavis.decode.video.losses import Losses
from visavis.decode.video.sparing import Sparing

B_FRAMES = (("preset", "fast"), ("bf", "3"), ("b_strategy", "0"))
FAR = Fraction(1, 8)


def sparsely(data: bytes, apart: Fraction = FAR, **said: object) -> tuple[list[Fraction], int]:
    with opened(data, **said) as film:
        tick = film.facts.time_base
        found = [one.ticks * tick for one in film.frames(apart_ticks=int(apart / tick))]
        return found, film.damaged


@pytest.mark.parametrize("way", ["h264-mp4", "h264-mkv", "h264-ts"])
def test_no_two_neighbours_are_left_out_and_none_of_them_is_missed(make, way):
    made = make(way, options=B_FRAMES)
    found, damaged = sparsely(made.data)
    assert len(found) < 0.8 * len(made.times)
    assert damaged == 0
    left_out = [at for at, time in enumerate(made.times) if time not in set(found)]
    assert set(found) < set(made.times)
    assert all(later - earlier > 1 for earlier, later in itertools.pairwise(left_out))


def test_the_next_reading_gives_all_frames_again(make):
    made = make("h264-mp4", options=B_FRAMES)
    with opened(made.data) as film:
        list(film.frames(apart_ticks=int(FAR / film.facts.time_base)))
        assert times(film) == list(made.times)


def test_none_is_left_out_where_frames_would_be_too_far_apart(make):
    made = make("h264-mp4", options=B_FRAMES)
    found, _ = sparsely(made.data, Fraction(1, 16))
    assert found == list(made.times)


def test_a_hole_is_counted_as_if_all_frames_were_read(make):
    broken = zeroed(make("h264-mp4", options=B_FRAMES).data, 0.45, 0.5)
    with opened(broken) as film:
        times(film)
        counted = film.damaged
    _, damaged = sparsely(broken)
    assert damaged > 0
    assert abs(damaged - counted) <= 2


def test_a_frame_is_spared_only_between_two_that_are_not():
    sparing = Sparing(40)
    decoded = [0, 160, 80, 40, 120, 320, 200, 240, 280]  # a pyramid of B frames, and three of which the last is between two
    assert [sparing.may_spare(ticks) for ticks in decoded] == [False, False, False, True, True, False, False, False, True]
    assert sparing.spared_before(80) == [40]
    assert sparing.spared_before(120) == []  # it came: others were built upon it
    assert sparing.spared_before(None) == [280]


def test_nothing_is_spared_behind_a_loss():
    losses = Losses(40, sparing=Sparing(40))
    assert [losses.may_spare(ticks) for ticks in (0, 80, 40)] == [False, False, True]
    losses.report()
    assert [losses.may_spare(ticks) for ticks in (160, 120)] == [False, False]
