"""Appearances in films among the results: one each, with its times, folded where they show one scene."""

import numpy as np
import pytest
from archive_forge import Picture, at_cosine


def filmed(made, *keys: int, media: int, start: int, end: int) -> None:
    """Make of these templates' faces one appearance in a film, behind everybody's back."""
    marks = ",".join(map(str, keys))
    faces = f"SELECT face_number FROM template WHERE key IN ({marks})"
    (first,) = made.sql(f"SELECT MIN(appearance_number) FROM face WHERE number IN ({faces})")[0]
    made.sql(f"UPDATE face SET appearance_number = {first} WHERE number IN ({faces})")
    made.sql(f"UPDATE appearance SET start_ticks = {start}, end_ticks = {end}, time_base = '1/1000', media_number = {media} WHERE number = {first}")
    made.sql(f"UPDATE media SET kind = 'video' WHERE number = {media}")


@pytest.fixture
def mixed(made):
    """A photograph, and a film in which one person is seen from 2 to 5 seconds by three faces, another at 9."""
    source = made.household()
    keys = made.put(
        source,
        Picture(path="still.jpg", vectors=(at_cosine(0.8),)),
        Picture(path="film.mp4", vectors=(at_cosine(0.7), at_cosine(0.9), at_cosine(0.6), at_cosine(0.75, sideways=2))),
    )
    filmed(made, *keys[1:4], media=2, start=2000, end=5000)
    filmed(made, keys[4], media=2, start=9000, end=9500)
    return made


def test_a_track_is_listed_once_by_its_best_face_beside_photographs(mixed):
    found = mixed.search().candidates
    assert [(one.path, round(one.similarity, 2)) for one in found] == [("film.mp4", 0.9), ("still.jpg", 0.8), ("film.mp4", 0.75)]
    assert [(one.start_s, one.end_s) for one in found] == [(2, 5), (0, 0), (9, 9.5)]
    assert [one.moment is None for one in found] == [False, True, False]


def test_the_number_asked_for_counts_appearances_not_faces(mixed):
    assert [one.path for one in mixed.search(top=2).candidates] == ["film.mp4", "still.jpg"]


def test_fused_and_several_probes_list_a_track_once(mixed):
    from archive_forge import probe

    found = mixed.search(probes=(probe(at_cosine(1)), probe(at_cosine(0.95))), same_person=True).candidates
    assert len(found) == 3


def test_a_face_of_a_film_searches(mixed):
    first = mixed.search().candidates[0]
    again = mixed.search(face_id=first.face_id).candidates
    assert again[0].face_id == first.face_id
    assert again[0].similarity == pytest.approx(1, abs=1e-3)


def test_why_tells_each_appearance_of_a_film_once_with_the_rank_that_the_search_gives(mixed):
    ranks = {(one.path, one.start_s): one.rank for one in mixed.search().candidates}
    told = mixed.why("film.mp4")
    assert [(reason.moment.start_ticks / 1000, reason.rank) for reason in told.faces] == [(2, 1), (9, 3)]
    assert all(ranks["film.mp4", reason.moment.start_ticks / 1000] == reason.rank for reason in told.faces)
    assert np.isclose(told.faces[0].similarity, 0.9, atol=1e-3)
