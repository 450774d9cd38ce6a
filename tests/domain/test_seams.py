"""A track that a stretch cuts in two is one appearance; two people, two shots and two moments are not."""

import numpy as np
import pytest
from archive_forge import at_cosine
from cinema_forge import GAP, SECOND, Seen, part, person
from hypothesis import given
from hypothesis import strategies as st

from visavis.domain.seams import ALIKE, DIFFERENT, MOST_FACES, Edge, joins, worth_adding

HERE = Seen(start=0, end=30, vector=person(0))


def edge(seen: Seen, seconds: float) -> Edge:
    """Return where an appearance stood at the end of a stretch."""
    return Edge(at_ticks=round(seconds * SECOND), box=seen.at(seconds).face.box, vectors=seen.vector[None])


def joined(before: Seen, after: Seen, *, seam: float = 15.0) -> dict[int, int]:
    return joins([edge(before, min(before.end, seam - 0.04))], part([after], seam, seam + 15).tracks, gap_ticks=GAP)


def test_a_face_that_stays_is_one_appearance():
    assert joined(HERE, HERE) == {0: 0}


@pytest.mark.parametrize(
    ("why", "before", "after"),
    [
        ("somebody else stands there", HERE, Seen(start=0, end=30, vector=person(1))),
        ("the face is elsewhere", HERE, Seen(start=0, end=30, vector=person(0), left=0.7)),
        ("it comes later", HERE, Seen(start=15.6, end=30, vector=person(0))),
        ("it had gone", Seen(start=0, end=14.4, vector=person(0)), HERE),
    ],
)
def test_two_tracks_stay_apart_when(why, before, after):
    assert joined(before, after) == {}, why


def test_each_track_joins_the_one_that_it_is_most_like():
    near = at_cosine(0.9)
    both = [Seen(start=0, end=30, vector=near), HERE]
    tracks = part(both, 15, 30).tracks
    edges = [edge(HERE, 14.96), edge(both[0], 14.96)]
    found = joins(edges, tracks, gap_ticks=GAP)
    assert {np.allclose(edges[before].vectors[0], tracks[place].first.face.vector) for place, before in found.items()} == {True}
    assert len(found) == 2


@given(st.permutations(range(4)))
def test_the_order_in_which_appearances_are_given_changes_nothing(order):
    people = [Seen(start=0, end=30, vector=person(number), left=0.15 * number) for number in range(4)]
    edges = [edge(people[number], 14.96) for number in order]
    tracks = part(people, 15, 30).tracks
    found = joins(edges, tracks, gap_ticks=GAP)
    assert all(edges[before].vectors[0] @ tracks[place].first.face.vector > ALIKE for place, before in found.items())
    assert len(found) == 4


def test_a_face_that_shows_nothing_new_is_not_kept_twice_and_an_appearance_keeps_few():
    (track,) = part([HERE], 0, 15).tracks
    assert worth_adding(np.empty((0, 16), np.float32), track) == (0,)
    assert worth_adding(person(0)[None], track) == ()
    assert worth_adding(at_cosine(DIFFERENT - 0.01)[None], track) == (0,)
    assert worth_adding(np.stack([person(number % 8 + 1) for number in range(MOST_FACES)]), track) == ()
