"""Faces of other people in a film: hidden where they are found, where they were missed, and a while before and after."""

import itertools
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from visavis.decode.moving_masks import BRIDGE_S, HOLD_S, FacesAt, HiddenAt, hide
from visavis.domain.face import Box

RATE = 25
TICK = Fraction(1, 1000)
STEP = 1000 // RATE


def standing(left: float = 0.4, top: float = 0.3, side: float = 0.1) -> Box:
    return Box(left=left, top=top, width=side, height=side)


def film(count: int, seen: dict[int, Box], own: Box | None = None) -> list[FacesAt]:
    return [FacesAt(at_ticks=n * STEP, own=own, others=(seen[n],) if n in seen else ()) for n in range(count)]


def covers(hidden: HiddenAt, face: Box) -> bool:
    """Whether one mask hides a face whole."""
    slack = 1e-9
    return any(
        box.left <= face.left + slack
        and box.top <= face.top + slack
        and box.left + box.width >= face.left + face.width - slack
        and box.top + box.height >= face.top + face.height - slack
        for box in (*hidden.seen, *hidden.held)
    )


def test_a_face_that_is_missed_in_every_second_frame_is_hidden_in_all():
    face = standing()
    plan = hide(film(20, dict.fromkeys(range(0, 20, 2), face)), TICK)
    assert all(covers(one, face) for one in plan)


@settings(max_examples=50)
@given(
    path=st.lists(st.tuples(st.floats(-0.012, 0.012), st.floats(-0.012, 0.012)), min_size=60, max_size=60),
    kept=st.sets(st.integers(0, 59), min_size=3),
)
def test_a_walker_found_in_few_frames_is_hidden_at_every_one_on_a_line_between_two(path, kept):
    """Between two sightings the hull holds any straight way."""
    left, top, boxes = 0.4, 0.4, []
    for across, down in path:
        left, top = left + across, top + down
        boxes.append(standing(left, top))
    first, last = min(kept), max(kept)
    straight = {n: boxes[n] for n in kept}
    known = sorted(kept)
    for before, after in itertools.pairwise(known):
        for n in range(before + 1, after):
            share = (n - before) / (after - before)
            straight[n] = standing(
                boxes[before].left + share * (boxes[after].left - boxes[before].left),
                boxes[before].top + share * (boxes[after].top - boxes[before].top),
            )
    plan = hide(film(60, {n: boxes[n] for n in kept}), TICK)
    assert all(covers(plan[n], straight[n]) for n in range(first, last + 1))


def test_a_mask_stays_a_second_before_and_after_and_grows():
    face = standing()
    plan = hide(film(100, {50: face}), TICK)
    hold = int(HOLD_S * RATE)
    assert [n for n, one in enumerate(plan) if one.seen or one.held] == list(range(50 - hold, 50 + hold + 1))
    assert plan[51].held[0].width < plan[60].held[0].width


def test_a_face_that_is_away_for_longer_than_the_bridge_is_two():
    face, away = standing(), int(BRIDGE_S * RATE)
    assert all(covers(one, face) for one in hide(film(away + 1, {0: face, away: face}), TICK))
    apart = hide(film(away + 2, {0: face, away + 1: face}), TICK)
    assert not covers(apart[away // 2], face)


def test_two_who_cross_are_both_hidden_in_the_frames_where_one_is_found():
    """Whoever is taken for whom, both masks stay."""
    count, frames = 50, []
    for n in range(count):
        one, other = standing(0.2 + 0.01 * n), standing(0.7 - 0.01 * n)
        near = abs(one.left - other.left) < one.width
        frames.append(FacesAt(at_ticks=n * STEP, own=None, others=(one,) if near else (one, other)))
    plan = hide(frames, TICK)
    assert all(covers(plan[n], standing(0.7 - 0.01 * n)) and covers(plan[n], standing(0.2 + 0.01 * n)) for n in range(count))


def test_times_count_not_frames():
    """Of a film with a varying rate: a second is a second, whatever the number of frames in it."""
    at = [0, 10, 20, 900, 1100, 5000]
    frames = [FacesAt(at_ticks=ticks, own=None, others=(standing(),) if ticks == 0 else ()) for ticks in at]
    assert [bool(one.held or one.seen) for one in hide(frames, TICK)] == [True, True, True, True, False, False]
