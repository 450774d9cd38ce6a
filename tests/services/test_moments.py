"""Appearances in films among the results: one each, with its times, folded where they show one scene."""

import pytest
from archive_forge import Picture, at_cosine, probe
from cinema_forge import Seen, put_film


@pytest.fixture
def mixed(made):
    """A photograph, and a film in which one person is seen from 2 to 5 seconds by three faces (over a seam), another at 9."""
    source = made.household()
    made.put(source, Picture(path="still.jpg", vectors=(at_cosine(0.8),)))
    put_film(
        made,
        source,
        [
            Seen(start=12, end=40, vector=at_cosine(0.9)),
            Seen(start=50, end=50.64, vector=at_cosine(0.75, sideways=2), left=0.6),
        ],
    )
    return made


def test_a_track_is_listed_once_by_its_best_face_beside_photographs(mixed):
    found = mixed.search().candidates
    assert [(one.path, round(one.similarity, 2)) for one in found] == [("film.mp4", 0.9), ("still.jpg", 0.8), ("film.mp4", 0.75)]
    assert [(round(one.start_s, 2), round(one.end_s, 2)) for one in found] == [(12, 40), (0, 0), (50, 50.64)]
    assert [one.moment is None for one in found] == [False, True, False]
    assert all(one.start_s <= one.at_s <= one.end_s for one in found)


def test_a_moment_has_its_time_code_and_a_photograph_has_none(mixed):
    _, still, other = mixed.search().candidates
    assert (still.timecode, still.at_s) == ("", 0)
    assert other.at_s == pytest.approx(50.32)
    assert other.timecode == "10:00:50:08"


def test_the_number_asked_for_counts_appearances_not_faces(mixed):
    assert [one.path for one in mixed.search(top=2).candidates] == ["film.mp4", "still.jpg"]


def test_several_probes_list_a_track_once(mixed):
    found = mixed.search(probes=(probe(at_cosine(1)), probe(at_cosine(0.95))), same_person=True).candidates
    assert len(found) == 3


def test_a_face_of_a_film_searches(mixed):
    first = mixed.search().candidates[0]
    again = mixed.search(face_id=first.face_id).candidates
    assert again[0].media_id == first.media_id
    assert again[0].similarity == pytest.approx(1, abs=1e-3)


def test_why_tells_each_appearance_of_a_film_once_with_the_rank_that_the_search_gives(mixed):
    ranks = {(one.path, one.start_s): one.rank for one in mixed.search().candidates}
    told = mixed.why("film.mp4")
    assert [(reason.moment.start_s, reason.rank) for reason in told.faces] == [(12, 1), (50, 3)]
    assert all(ranks["film.mp4", reason.moment.start_s] == reason.rank for reason in told.faces)


def test_appearances_of_one_scene_fold_and_those_of_another_do_not(made):
    """Shot and countershot: the same framing again and again; then the person elsewhere."""
    source = made.household()
    plan = [Seen(start=start, end=start + 1, vector=at_cosine(0.9 - start / 1000)) for start in (2, 6, 11)]
    put_film(made, source, plan)
    made.sql(f"UPDATE face SET dhash = x'{'5a' * 16}'")
    made.sql(f"UPDATE face SET dhash = x'{'a5' * 16}' WHERE number = 3")
    assert [one.group for one in made.search().candidates] == ["g1", "g1", "g2"]
