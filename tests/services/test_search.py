"""A search from clearance to record, on vectors whose every similarity is known."""

import dataclasses
import datetime as dt
import json

import numpy as np
import pytest
from archive_forge import ACTOR, BOX, DIM, NOW, PACK, THRESHOLD, Picture, at_cosine, probe, year

from visavis.domain.errors import InputError, RefusedError
from visavis.domain.face import Box
from visavis.records.vault import PathSealer
from visavis.services.search import run as search_run


def paths(result) -> list[str]:
    return [found.path for found in result.candidates]


def searches(made) -> list[tuple]:
    return made.sql("SELECT id, gallery_size, threshold, pack_id, policy, purpose, case_id, filters FROM search ORDER BY at, id")


@pytest.fixture
def family(made):
    """One household of four pictures, from alike to unlike."""
    source = made.household()
    cosines = {"alike.jpg": 0.9, "similar.jpg": 0.7, "distant.jpg": 0.3, "stranger.jpg": -0.1}
    made.put(source, *(Picture(path=path, vectors=(at_cosine(cosine),)) for path, cosine in cosines.items()))
    return made


def test_candidates_come_by_similarity_and_only_from_the_threshold_on(family):
    result = family.search()
    assert paths(result) == ["alike.jpg", "similar.jpg"]
    assert [found.rank for found in result.candidates] == [1, 2]
    np.testing.assert_allclose([found.similarity for found in result.candidates], [0.9, 0.7], atol=1e-3)
    assert (result.gallery_size, result.threshold, result.pack, result.at) == (4, THRESHOLD, PACK, NOW)


def test_the_threshold_is_inclusive(family):
    exact = family.search().candidates[1].similarity
    assert paths(family.search(threshold=exact)) == ["alike.jpg", "similar.jpg"]
    above = float(np.nextafter(np.float32(exact), np.float32(1)))
    assert paths(family.search(threshold=above)) == ["alike.jpg"]


def test_a_threshold_of_the_user_is_told_as_theirs(family):
    assert family.search(threshold=0.25).threshold.trial == "set by the user"


def test_top_cuts_the_list_and_all_does_not(family):
    assert paths(family.search(top=1)) == ["alike.jpg"]
    assert len(family.search(top=None, threshold=-1).candidates) == 4


def test_a_list_that_was_cut_says_so(family):
    assert family.search(top=1).notices == ("the list ends at --top 1; there may be more: --all",)
    assert family.search(top=5).notices == family.search(top=None).notices == ()


def test_all_brings_every_candidate_however_many(made, monkeypatch):
    monkeypatch.setattr(search_run, "FIRST_DEPTH", 8)
    source = made.household()
    made.put(source, *(Picture(path=f"{number}.jpg", vectors=(at_cosine(0.9 - number / 1000),)) for number in range(100)))
    result = made.search(top=None)
    assert len(result.candidates) == 100
    assert paths(result)[:3] == ["0.jpg", "1.jpg", "2.jpg"]


def test_hidden_neighbours_do_not_use_up_the_list(made):
    source = made.household()
    near = [Picture(path=f"near{number}.jpg", vectors=(at_cosine(0.99 - number / 10_000),)) for number in range(600)]
    far = [Picture(path=f"far{number}.jpg", vectors=(at_cosine(0.8 - number / 100),)) for number in range(12)]
    made.put(source, *near, *far)
    made.sql("UPDATE media SET holds = 1 WHERE number <= 600")
    result = made.search(top=10)
    assert paths(result) == [f"far{number}.jpg" for number in range(10)]
    assert result.gallery_size == 12


def test_candidates_of_equal_similarity_come_by_age(made):
    source = made.household()
    made.put(source, *(Picture(path=f"{number}.jpg", vectors=(at_cosine(0.8),)) for number in range(5)))
    assert paths(made.search()) == [f"{number}.jpg" for number in range(5)]


def test_near_duplicates_carry_one_group_in_order_of_rank(made):
    moment, other = bytes(16), b"\xff" * 16
    nearly = bytes([0b11]) + bytes(15)
    pictures = {
        "best.jpg": (0.9, moment, BOX),
        "other.jpg": (0.85, other, BOX),
        "copy.jpg": (0.8, nearly, BOX),
        "same place, another corner.jpg": (0.75, moment, Box(left=0.0, top=0.0, width=0.1, height=0.1)),
    }
    source = made.household()
    for path, (cosine, dhash, box) in pictures.items():
        made.put(source, Picture(path=path, vectors=(at_cosine(cosine),), dhash=dhash, box=box))
    assert [(found.path, found.group) for found in made.search().candidates] == [
        ("best.jpg", "g1"),
        ("other.jpg", "g2"),
        ("copy.jpg", "g1"),
        ("same place, another corner.jpg", "g3"),
    ]


def test_several_photos_of_one_person_count_each_face_by_its_best(made):
    source = made.household()
    made.put(source, Picture(path="young.jpg", vectors=(at_cosine(1),)), Picture(path="old.jpg", vectors=(at_cosine(0),)))
    young, old = probe(at_cosine(1)), probe(at_cosine(0))
    result = made.search(probes=(young, old), same_person=True)
    assert sorted(paths(result)) == ["old.jpg", "young.jpg"]  # each is 1 but for the rounding of a turned row
    np.testing.assert_allclose([found.similarity for found in result.candidates], [1, 1], atol=1e-3)
    assert {found.probe_face for found in result.candidates} == {1}


def test_fused_photos_are_one_probe_their_mean(made):
    source = made.household()
    made.put(source, Picture(path="young.jpg", vectors=(at_cosine(1),)), Picture(path="old.jpg", vectors=(at_cosine(0),)))
    result = made.search(probes=(probe(at_cosine(1)), probe(at_cosine(0))), fuse=True)
    np.testing.assert_allclose([found.similarity for found in result.candidates], [np.sqrt(0.5)] * 2, atol=1e-3)


def test_each_candidate_says_which_of_several_faces_it_resembles(made):
    source = made.household()
    made.put(source, Picture(path="first.jpg", vectors=(at_cosine(1),)), Picture(path="third.jpg", vectors=(at_cosine(0),)))
    several = probe(at_cosine(1), at_cosine(0, sideways=5), at_cosine(0), picked=(1, 3))
    assert {found.path: found.probe_face for found in made.search(probes=(several,)).candidates} == {"first.jpg": 1, "third.jpg": 3}


def test_a_face_of_the_archive_finds_itself_and_its_likes(family):
    first = family.search().candidates[0]
    result = family.search(face_id=first.face_id)
    assert paths(result)[0] == "alike.jpg"
    assert result.candidates[0].similarity == pytest.approx(1, abs=1e-3)
    assert result.probes == ()


def test_a_face_id_that_is_unknown_or_hidden_now_is_an_input_error(family):
    first = family.search().candidates[0]
    family.sql("UPDATE face SET state = 'restricted' WHERE number = 1")
    for face_id in (first.face_id, "nobody"):
        with pytest.raises(InputError, match="no searchable face"):
            family.search(face_id=face_id)


def test_dates_keep_what_may_lie_between_them_and_count_what_has_none(made):
    source = made.household()
    pictures = {"1962.jpg": year(1962), "1970.jpg": year(1970), "undated.jpg": None, "undated too.jpg": None}
    made.put(source, *(Picture(path=path, vectors=(at_cosine(0.9),), date=date) for path, date in pictures.items()))
    result = made.search(since=dt.date(1962, 12, 31), until=dt.date(1969, 12, 31))
    assert paths(result) == ["1962.jpg"]
    assert (result.gallery_size, result.undated_left_out) == (1, 2)
    assert paths(made.search(since=dt.date(1963, 1, 1))) == ["1970.jpg"]
    assert paths(made.search(until=dt.date(1970, 1, 1))) == ["1962.jpg", "1970.jpg"]
    assert made.search().undated_left_out == 0


@pytest.mark.parametrize(
    "asked",
    [
        {"since": dt.date(2020, 1, 2), "until": dt.date(2020, 1, 1)},
        {"threshold": 1.5},
        {"threshold": float("nan")},
        {"top": 0},
        {"probes": ()},
        {"probes": (probe(at_cosine(1), picked=()),)},
        {"probes": (probe(at_cosine(1)),), "face_id": "a face too"},
        {"sources": ("Nobody",)},
        {"case_id": "no such case"},
    ],
    ids=repr,
)
def test_a_question_without_an_answer_is_an_input_error_and_not_recorded(family, asked):
    with pytest.raises(InputError):
        family.search(**asked)
    assert searches(family) == []


def test_several_sources_are_searched_together_or_one_by_one(made):
    made.put(made.household("Family"), Picture(path="a.jpg", vectors=(at_cosine(0.9),)))
    made.put(made.household("Attic"), Picture(path="b.jpg", vectors=(at_cosine(0.8),)))
    assert [(found.path, found.source_title) for found in made.search().candidates] == [("a.jpg", "Family"), ("b.jpg", "Attic")]
    assert paths(made.search(sources=("Attic",))) == ["b.jpg"]
    assert made.search(sources=("Attic",)).gallery_size == 1


def test_an_archive_source_is_refused_without_its_case_and_the_remedy_names_it(made):
    source = made.archive()
    made.put(source, Picture(path="a.jpg", vectors=(at_cosine(0.9),)))
    with pytest.raises(RefusedError) as caught:
        made.search()
    assert made.case_of(source) in caught.value.remedy
    assert searches(made) == []
    assert paths(made.search(case_id=made.case_of(source))) == ["a.jpg"]


def test_without_a_case_only_the_household_is_searched_and_the_answer_says_what_was_left_out(made):
    made.put(made.household(), Picture(path="ours.jpg", vectors=(at_cosine(0.9),)))
    museum = made.archive()
    made.put(museum, Picture(path="theirs.jpg", vectors=(at_cosine(0.95),)))
    result = made.search()
    assert (paths(result), result.gallery_size) == (["ours.jpg"], 1)
    (notice,) = result.notices
    assert "Museum" in notice
    assert made.case_of(museum) in notice


def test_a_face_of_an_archive_source_is_no_probe_for_a_search_without_its_case(made):
    made.put(made.household(), Picture(path="ours.jpg", vectors=(at_cosine(0.9),)))
    museum = made.archive()
    made.put(museum, Picture(path="theirs.jpg", vectors=(at_cosine(0.95),)))
    theirs = made.search(case_id=made.case_of(museum)).candidates[0].face_id
    with pytest.raises(InputError, match="no searchable face"):
        made.search(face_id=theirs)


def test_no_more_candidates_leave_than_the_clearance_lets_through(family, monkeypatch):
    def capped(*_: object, **__: object) -> int:
        return 1

    monkeypatch.setattr("visavis.law.clear._most_candidates", capped)
    assert paths(family.search(top=50)) == ["alike.jpg"]
    assert paths(family.search(top=None)) == ["alike.jpg"]


def test_a_search_is_recorded_with_all_that_an_auditor_asks(family):
    result = family.search(since=None, threshold=0.6, reason="who is this?")
    ((search_id, size, threshold, pack, policy, purpose, case_id, filters),) = searches(family)
    assert (search_id, case_id) == (result.search_id, result.case_id)
    assert (size, threshold, pack, purpose) == (4, 0.6, PACK, "private")
    assert policy.startswith("eu ")
    assert json.loads(filters) == {"sources": [1], "since": None, "until": None}
    kept = family.sql("SELECT id, rank, face_number, similarity FROM candidate ORDER BY rank")
    assert [(row[0], row[1], row[3]) for row in kept] == [(found.candidate_id, found.rank, found.similarity) for found in result.candidates]
    (body,) = (json.loads(row[0]) for row in family.sql("SELECT body FROM leaf ORDER BY seq DESC LIMIT 1"))
    assert (body["operation"], body["case"], body["purpose"]) == ("consultation", case_id, "private")
    assert (body["objects"]["search"], body["gallery_size"], body["threshold"]) == (search_id, 4, "0.6000")
    assert (body["model"], body["policy"], body["sources"], body["facts"]["candidates"]) == (PACK, policy, [1], 2)


def test_a_search_that_finds_nobody_is_recorded_too(family):
    assert family.search(probes=(probe(at_cosine(-1)),)).candidates == ()
    assert len(searches(family)) == 1


def test_every_search_writes_one_leaf(family):
    before = len(family.sql("SELECT seq FROM leaf"))
    family.search()
    family.search()
    assert len(family.sql("SELECT seq FROM leaf")) == before + 2


def test_an_archive_without_a_source_refuses_and_says_how_to_add_one(made):
    with pytest.raises(RefusedError) as caught:
        made.search()
    assert "source add" in caught.value.remedy


def test_a_source_whose_charter_no_longer_holds_is_left_out_and_named(family):
    family.archive("Museum")
    key = family.records.sources.one("Museum").key_id
    charter = PathSealer(family.records.vault).seal("charter.toml", 'profile = "archive"', row="2/1", key=key)
    family.sql(f"UPDATE charter SET toml = x'{charter.hex()}' WHERE source_number = 2")
    result = family.search()
    assert len(result.candidates) == 2
    assert any("Museum" in notice for notice in result.notices)


def test_a_case_is_found_by_the_end_of_its_id(family):
    case_id = family.search().case_id
    assert family.search(case_id=case_id[-6:]).case_id == case_id


def test_a_probe_of_any_direction_finds_what_an_exact_comparison_finds(made):
    rng = np.random.default_rng(7)
    vectors = rng.normal(size=(60, DIM)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    made.put(made.household(), *(Picture(path=f"{number}.jpg", vectors=(vector,)) for number, vector in enumerate(vectors)))
    wanted = np.argsort(-(vectors @ vectors[3]))[:10]
    found = made.search(probes=(probe(vectors[3]),), threshold=-1, top=10)
    assert paths(found) == [f"{number}.jpg" for number in wanted]
    assert ACTOR.name not in repr(dataclasses.replace(found, signed_by=()))
