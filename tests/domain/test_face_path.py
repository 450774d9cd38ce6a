"""A face in a film is known again by when and where it is."""

from hypothesis import given
from hypothesis import strategies as st

from visavis.domain.face import Box
from visavis.domain.face_path import FacePath


def box(left: float, top: float = 0.3) -> Box:
    return Box(left=left, top=top, width=0.1, height=0.2)


WALK = FacePath.through([(100, box(0.1)), (0, box(0.0)), (200, box(0.5))])


def test_between_two_points_a_face_moves_evenly_and_before_and_after_it_is_nowhere():
    assert WALK.at(50).left == 0.05
    assert WALK.at(150).left == 0.3
    assert (WALK.at(-1), WALK.at(201)) == (None, None)


def test_two_paths_meet_where_both_are_in_one_place_at_one_time():
    assert WALK.meets(FacePath.through([(150, box(0.31)), (170, box(0.4))]))
    assert FacePath.through([(40, box(0.9)), (150, box(0.31)), (400, box(0.9))]).meets(WALK)
    assert not WALK.meets(FacePath.through([(150, box(0.1)), (170, box(0.1))])), "elsewhere"
    assert not WALK.meets(FacePath.through([(201, box(0.5)), (300, box(0.5))])), "later"
    assert not WALK.meets(FacePath.through([(150, Box(left=0.3, top=0.3, width=0.3, height=0.6))])), "another size"


def test_a_path_goes_on_in_one_that_begins_where_it_ended():
    assert WALK.goes_on_in(FacePath.through([(210, box(0.52)), (300, box(0.9))]), gap_ticks=10)
    assert not WALK.goes_on_in(FacePath.through([(211, box(0.52))]), gap_ticks=10)
    assert not WALK.goes_on_in(FacePath.through([(210, box(0.7))]), gap_ticks=10)
    assert not WALK.goes_on_in(FacePath.through([(200, box(0.5))]), gap_ticks=10), "at the same time is not afterwards"


sides = st.floats(0.0, 1.0, width=32)
points = st.tuples(st.integers(-(2**40), 2**40), st.builds(Box, left=sides, top=sides, width=sides, height=sides))


@given(st.lists(points, max_size=6))
def test_what_is_stored_is_what_is_read(made):
    path = FacePath.through(made)
    assert FacePath.from_bytes(path.to_bytes()) == path
