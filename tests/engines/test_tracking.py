from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from visavis.domain.face import Detection
from visavis.engines.closeup import CloseUp
from visavis.engines.tracking import Sighting, Tracker, Tracklet, agree, linked, paired

SECOND = 1000
ANNA, BORIS, CARLA = (np.eye(256, dtype=np.float32)[at] for at in range(3))


def sighting(
    at: int, x: float, *, who: NDArray[np.float32] = ANNA, size: float = 50, sure: bool = True, y: float = 100, merit: float = 0.5
) -> Sighting:
    detection = Detection(box_px=(x, y, size, size), landmarks_5x2=np.zeros((5, 2), np.float32), score=0.9 if sure else 0.4)
    pixels = np.zeros((1, 1, 3), np.uint8)
    close = CloseUp(image_rgb=pixels, scale=1, offset_xy=(0, 0), frame_wh=(640, 360), detection=detection, merit=merit)
    return Sighting(at_ticks=at, detection=detection, sure=sure, thumb=who, close=close)


def followed(*looks: Sequence[Sighting], patience: int = 2 * SECOND, every: int = SECOND // 2) -> list[Tracklet]:
    tracker = Tracker(patience_ticks=patience)
    for number, look in enumerate(looks):
        tracker.see(number * every, look)
    return tracker.end()


def times(tracklets: Sequence[Tracklet]) -> list[tuple[int, int]]:
    return [(one.first.at_ticks, one.last.at_ticks) for one in tracklets]


def test_a_face_that_moves_by_its_own_size_from_look_to_look_is_one_tracklet() -> None:
    looks = [[sighting(at * 500, 60 * at)] for at in range(6)]
    assert times(followed(*looks)) == [(0, 2500)]


def test_two_faces_that_cross_keep_their_own_tracklets() -> None:
    looks = [[sighting(at * 500, 40 * at), sighting(at * 500, 200 - 40 * at, who=BORIS)] for at in range(6)]
    tracklets = followed(*looks)
    assert times(tracklets) == [(0, 2500)] * 2
    assert {int(np.argmax(one.last.thumb)) for one in tracklets} == {0, 1}
    assert all(np.array_equal(one.first.thumb, one.last.thumb) for one in tracklets)


def test_another_face_in_the_same_place_begins_another_tracklet() -> None:
    assert times(followed([sighting(0, 10)], [sighting(500, 10, who=BORIS)])) == [(0, 0), (500, 500)]


def test_a_weak_detection_begins_nothing_but_goes_on_with_what_is_there() -> None:
    assert followed([sighting(0, 10, sure=False)]) == []
    assert times(followed([sighting(0, 10)], [sighting(500, 10, sure=False)])) == [(0, 500)]


@pytest.mark.parametrize(("looks_without", "tracklets"), [(3, 1), (6, 2)])
def test_a_face_that_is_missed_for_less_than_the_patience_is_still_the_same(looks_without: int, tracklets: int) -> None:
    back = (looks_without + 1) * 500
    assert len(followed([sighting(0, 10)], *[[]] * looks_without, [sighting(back, 10)])) == tracklets


def test_looks_far_apart_lose_nobody_whom_no_look_between_has_missed() -> None:
    assert times(followed([sighting(0, 10)], [sighting(10 * SECOND, 12)], every=10 * SECOND)) == [(0, 10 * SECOND)]


def test_where_nothing_changed_faces_stay_without_a_look() -> None:
    tracker = Tracker(patience_ticks=SECOND)
    tracker.see(0, [sighting(0, 10)])
    tracker.stay(500)
    tracker.stay(1000)
    (one,) = tracker.end()
    assert (one.last.at_ticks, one.sure_looks) == (1000, 1)


def test_a_tracklet_keeps_its_best_close_up_and_the_best_of_other_views() -> None:
    other = np.sqrt(np.float32(0.7)) * ANNA + np.sqrt(np.float32(0.3)) * BORIS  # still alike enough to go on
    looks = [sighting(0, 10, merit=0.3), sighting(500, 10, merit=0.6), sighting(1000, 10, who=other, merit=0.2)]
    looks += [sighting(1500, 10, who=np.float32(0.55) * other + np.float32(0.83) * CARLA, merit=0.4)]
    looks += [sighting(2000, 10, who=BORIS * np.float32(0.1), merit=0.1)]
    (one, _) = followed(*[[look] for look in looks])
    assert [view.merit for view in one.views] == [0.6, 0.4]
    assert one.first.close is None
    assert one.last.close is None  # close-ups are heavy; only views keep theirs


def test_looks_agree_when_every_sure_face_of_one_is_in_the_other() -> None:
    assert agree([sighting(0, 10)], [sighting(500, 20)])
    assert agree([], [sighting(0, 10, sure=False)])
    assert not agree([sighting(0, 10)], [])
    assert not agree([], [sighting(0, 10)])
    assert not agree([sighting(0, 10)], [sighting(500, 400)])


def test_tracklets_of_one_template_are_linked_over_a_gap_and_others_are_not() -> None:
    pieces = followed([sighting(0, 10)], [sighting(500, 100, who=BORIS)], [sighting(1000, 30, who=BORIS * np.float32(0.4))])
    anna, boris = np.eye(128, dtype=np.float32)[:2]
    assert linked(pieces, [anna, boris, anna], similarity=0.4, patience_ticks=2 * SECOND) == [[0, 2], [1]]
    assert linked(pieces, [anna, boris, anna], similarity=0.4, patience_ticks=SECOND // 2) == [[0], [1], [2]]
    assert linked([], [], similarity=0.4, patience_ticks=SECOND) == []


def test_two_tracklets_at_one_time_are_two_faces_however_alike() -> None:
    pieces = followed([sighting(0, 10), sighting(0, 300)], [sighting(500, 10), sighting(500, 300)])
    same = np.eye(128, dtype=np.float32)[0]
    assert linked(pieces, [same, same], similarity=0.4, patience_ticks=SECOND) == [[0], [1]]


def test_a_tracklet_seen_only_while_another_was_missed_may_be_that_other() -> None:
    looks = [[sighting(0, 10)], [sighting(500, 10, who=BORIS)], [sighting(1000, 10, who=BORIS)], [sighting(1500, 10)]]
    pieces = followed(*looks)
    assert times(pieces) == [(0, 1500), (500, 1000)]
    anna, boris = np.eye(128, dtype=np.float32)[:2]
    assert linked(pieces, [anna, anna], similarity=0.4, patience_ticks=SECOND) == [[0, 1]]
    assert linked(pieces, [anna, boris], similarity=0.4, patience_ticks=SECOND) == [[0], [1]]
    together = followed(looks[0], looks[1], [*looks[2], sighting(1000, 60)], looks[3])
    assert linked(together, [anna, anna], similarity=0.4, patience_ticks=SECOND) == [[0], [1]]


def test_of_two_that_a_look_saw_together_the_more_alike_is_what_became_of_a_third() -> None:
    pieces = followed([sighting(0, 10)], [], [sighting(1000, 10, who=BORIS), sighting(1000, 70, who=CARLA)])
    basis = np.eye(128, dtype=np.float32)
    vectors = [basis[0], np.float32(0.6) * basis[0] + np.float32(0.8) * basis[1], np.float32(0.8) * basis[0] + np.float32(0.6) * basis[2]]
    assert linked(pieces, vectors, similarity=0.4, patience_ticks=SECOND) == [[0, 2], [1]]


@given(st.lists(st.lists(st.floats(0, 1), min_size=3, max_size=3), max_size=5))
def test_pairs_use_each_row_and_column_once_and_nothing_worthless(rows: list[list[float]]) -> None:
    worth = np.array(rows).reshape(len(rows), 3)
    pairs = paired(worth)
    assert len({row for row, _ in pairs}) == len({column for _, column in pairs}) == len(pairs)
    assert all(worth[pair] > 0 for pair in pairs)
