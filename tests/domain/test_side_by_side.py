"""Two faces beside each other: level, at one scale, eyes on one line."""

import math

import numpy as np
import pytest

from visavis.domain.face import Box
from visavis.domain.side_by_side import level, usual_landmarks

UPRIGHT = usual_landmarks(Box(left=0.4, top=0.4, width=0.2, height=0.2))


def turned(degrees: float, *, by: float = 1.0) -> np.ndarray:
    """Return the face of `UPRIGHT` turned about the middle of its picture, larger by a factor."""
    angle = math.radians(degrees)
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    return ((UPRIGHT - 0.5) @ turn.T * by + 0.5).astype(np.float32)


def in_view(points: np.ndarray, side: int) -> np.ndarray:
    """Return where points of a square picture stand in its level view."""
    view = level(points, width=side, height=side)
    whole = np.vstack([view.matrix_2x3, (0, 0, 1)])
    return (np.linalg.inv(whole) @ np.column_stack([points * side, np.ones(5)]).T).T[:, :2]


@pytest.mark.parametrize("degrees", [0, 17, -40, 90])
@pytest.mark.parametrize(("by", "side"), [(1.0, 400), (1.7, 1000), (0.3, 3000)])
def test_however_a_face_lies_in_its_picture_it_stands_alike_in_its_view(degrees, by, side):
    assert in_view(turned(degrees, by=by), side) == pytest.approx(in_view(UPRIGHT, 400), abs=0.5)  # pixels; the usual five lean by a hair


def test_the_middle_of_the_eyes_stands_at_one_place_however_a_face_is_turned_away():
    away = UPRIGHT * (0.6, 1.0) + (0.2, 0.0)
    middles = [in_view(points.astype(np.float32), 500)[:2].mean(0) for points in (UPRIGHT, away)]
    assert middles[0] == pytest.approx(middles[1], abs=0.1)


def test_how_far_a_face_was_turned_and_enlarged_is_told():
    view = level(turned(20), width=400, height=400)
    assert view.turned == pytest.approx(-20, abs=0.2)  # degrees; the usual five points are not quite symmetric
    assert level(turned(20, by=2), width=400, height=400).enlarged == pytest.approx(view.enlarged / 2, rel=1e-4)


@pytest.mark.parametrize("degrees", [-5, 3])
def test_a_head_that_leans_no_more_than_its_points_are_sure_of_is_left_as_it_is(degrees):
    view = level(turned(degrees), width=400, height=400)
    assert view.turned == 0
    assert view.matrix_2x3[0, 1] == 0


@pytest.mark.parametrize("points", [np.full((5, 2), 0.5), np.full((5, 2), np.nan)])
def test_points_that_coincide_or_are_no_numbers_have_no_view(points):
    assert level(points.astype(np.float32), width=400, height=400) is None
