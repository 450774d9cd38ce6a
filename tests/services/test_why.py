"""Why a picture is, or is not, among the results: the same words, rank and similarity as the search itself."""

import datetime as dt

import numpy as np
import pytest
from archive_forge import Picture, at_cosine, probe, year

from visavis.domain.errors import InputError, RefusedError


@pytest.fixture
def family(made):
    source = made.household()
    cosines = {"alike.jpg": 0.9, "similar.jpg": 0.7, "distant.jpg": 0.3}
    made.put(source, *(Picture(path=path, vectors=(at_cosine(cosine),), date=year(1962)) for path, cosine in cosines.items()))
    made.put(source, Picture(path="landscape.jpg"))
    return made


def test_a_result_is_explained_with_the_search_s_own_rank_and_similarity(family):
    family.sql("UPDATE media SET holds = 1 WHERE number = 1")
    (found,) = family.search().candidates
    why = family.why("similar.jpg")
    (face,) = why.faces
    assert (face.rank, face.similarity) == (found.rank, found.similarity)
    assert why.verdict == face.verdict == "among the results, rank 1"
    assert (why.outcome, why.missing, why.threshold.value) == ("indexed", False, 0.5)


def test_a_face_below_the_threshold_is_said_to_be_below_it(family):
    why = family.why("distant.jpg")
    assert why.verdict == "below the threshold of 0.500"
    assert why.faces[0].rank == 3
    assert why.faces[0].similarity == pytest.approx(0.3, abs=1e-3)


def test_a_face_beyond_the_end_of_the_list_is_said_to_be_beyond_it(family):
    assert family.why("similar.jpg", top=1).verdict == "rank 2, beyond the first 1 that the search shows"
    assert family.why("similar.jpg", top=None).verdict == "among the results, rank 2"


def test_a_picture_without_a_face_says_so(family):
    why = family.why("landscape.jpg")
    assert (why.outcome, why.faces) == ("no-face", ())
    assert why.verdict == "it has no face to search: no-face"


def test_a_missing_file_says_that_its_faces_are_hidden_and_compares_none(family):
    family.sql("UPDATE location SET missing_since = '2026-11-22T12:00:00.000000Z' WHERE media_number = 1")
    family.sql("UPDATE media SET present = 0 WHERE number = 1")
    why = family.why("alike.jpg")
    assert why.missing
    assert "not there at the last ingest" in why.verdict
    assert [(face.similarity, face.rank) for face in why.faces] == [(None, None)]


@pytest.mark.parametrize("state", ["suppressed", "restricted", "erasing"])
def test_a_face_that_may_not_be_seen_is_not_compared(family, state):
    family.sql(f"UPDATE face SET state = '{state}' WHERE number = 1")
    why = family.why("alike.jpg")
    assert why.verdict.startswith("hidden")
    assert why.faces[0].similarity is None


def test_a_file_that_nobody_has_read_is_unknown(family):
    why = family.why("nowhere.jpg")
    assert (why.outcome, why.faces) == ("unknown", ())
    assert "visavis ingest" in why.verdict


def test_a_file_is_found_by_its_whole_path_through_links_and_dots_too(family, tmp_path):
    root = family.root("Family")
    (tmp_path / "link").symlink_to(root)
    for path in (root / "alike.jpg", root / "." / ".." / root.name / "alike.jpg", tmp_path / "link" / "alike.jpg"):
        assert family.why(path).verdict == "among the results, rank 1"


def test_a_date_filter_that_keeps_a_picture_out_is_named(family):
    why = family.why("alike.jpg", since=dt.date(1990, 1, 1))
    assert why.verdict == "left out by the date filter"
    assert why.faces[0].rank is None


def test_no_face_of_a_source_outside_the_clearance_is_compared(family):
    museum = family.archive()
    family.put(museum, Picture(path="theirs.jpg", vectors=(at_cosine(0.95),)))
    why = family.why("theirs.jpg")
    assert why.faces == ()
    assert "not searched here" in why.verdict
    assert family.why("theirs.jpg", case_id=family.case_of(museum)).verdict == "among the results, rank 1"


def test_a_searched_source_s_file_comes_before_another_source_s_of_the_same_name(family):
    museum = family.archive()
    family.put(museum, Picture(path="alike.jpg", vectors=(at_cosine(0.2),)))
    assert family.why("alike.jpg").faces[0].similarity == pytest.approx(0.9, abs=1e-3)
    assert family.why("alike.jpg", case_id=family.case_of(museum)).faces[0].similarity == pytest.approx(0.2, abs=1e-3)


def test_every_face_of_a_picture_is_explained_and_the_nearest_gives_the_verdict(family):
    family.put(family.records.sources.one("Family"), Picture(path="group.jpg", vectors=(at_cosine(0.1), at_cosine(0.8))))
    why = family.why("group.jpg")
    np.testing.assert_allclose([face.similarity for face in why.faces], [0.1, 0.8], atol=1e-3)
    assert why.verdict == "among the results, rank 2"


def test_why_is_recorded_as_a_search(family):
    family.why("alike.jpg")
    assert family.sql("SELECT COUNT(*) FROM search") == [(1,)]


def test_why_takes_one_face_only(family):
    with pytest.raises(InputError, match="one face"):
        family.why("alike.jpg", probes=(probe(at_cosine(1), at_cosine(0), picked=(1, 2)),))


def test_why_is_refused_where_a_search_is(made):
    made.archive()
    with pytest.raises(RefusedError):
        made.why("alike.jpg")
    assert made.sql("SELECT COUNT(*) FROM search") == [(0,)]
