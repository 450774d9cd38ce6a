import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from visavis.engines.detect import Found, joined, merged, no_faces, overlaps


def found(boxes: list[tuple[float, float, float, float]], scores: list[float]) -> Found:
    count = len(boxes)
    points = np.arange(count * 10, dtype=np.float32).reshape(count, 5, 2)
    return Found(boxes_ltwh=np.array(boxes, np.float32).reshape(count, 4), landmarks_nx5x2=points, scores=np.array(scores, np.float32))


@st.composite
def lists_of_faces(draw: st.DrawFn) -> Found:
    count = draw(st.integers(0, 25))
    boxes = draw(arrays(np.float32, (count, 4), elements=st.floats(1, 200, width=32)))
    scores = draw(arrays(np.float32, count, elements=st.floats(0, 1, width=32)))
    return Found(boxes_ltwh=boxes, landmarks_nx5x2=np.zeros((count, 5, 2), np.float32), scores=scores)


@given(lists_of_faces(), st.floats(0.1, 0.9))
def test_kept_boxes_do_not_overlap_and_every_dropped_one_met_a_better(faces: Found, limit: float) -> None:
    kept = merged(faces, limit)
    for at in range(len(kept)):
        assert (overlaps(kept.boxes_ltwh[at], kept.boxes_ltwh[at + 1 :]) <= limit).all()
    assert list(kept.scores) == sorted(kept.scores, reverse=True)
    for box, score in zip(faces.boxes_ltwh, faces.scores, strict=True):
        met = overlaps(box, kept.boxes_ltwh)
        assert (kept.scores[met > limit] >= score).any() or (kept.boxes_ltwh == box).all(axis=1).any()


def test_overlap_is_intersection_over_union() -> None:
    assert overlaps(np.float32([0, 0, 10, 10]), np.float32([[0, 0, 10, 10], [5, 0, 10, 10], [20, 0, 5, 5]])) == pytest.approx([1, 1 / 3, 0])


def test_a_priority_comes_before_the_score() -> None:
    faces = found([(0, 0, 10, 10), (1, 0, 10, 10)], [0.9, 0.7])
    assert merged(faces, 0.3).scores == pytest.approx([0.9])
    assert merged(faces, 0.3, np.float32([0.9, 1.7])).scores == pytest.approx([0.7])


def test_pixel_centres_meet_when_a_scale_changes() -> None:
    # two pixels of a half-size picture, 0 and 1, lie over pixels 0-1 and 2-3: their centres are 0.5 and 2.5
    faces = found([(0, 1, 4, 6)], [0.9]).mapped(scale_xy=(2, 2))
    assert faces.boxes_ltwh[0] == pytest.approx([0.5, 2.5, 8, 12])
    back = faces.mapped(scale_xy=(0.5, 0.5))
    assert back.boxes_ltwh[0] == pytest.approx([0, 1, 4, 6])
    assert back.landmarks_nx5x2[0] == pytest.approx(found([(0, 1, 4, 6)], [0.9]).landmarks_nx5x2[0])


def test_no_faces_join_and_merge_to_no_faces() -> None:
    assert len(joined([])) == len(merged(no_faces(), 0.3)) == len(joined([no_faces(), no_faces()])) == 0
