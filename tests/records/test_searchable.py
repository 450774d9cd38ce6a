"""The one view that every search result passes: each way of being hidden hides, and nothing else does."""

import datetime as dt

import pytest
from archive_forge import NOW, Picture, at_cosine

from visavis.domain.errors import InputError
from visavis.domain.identification import Where

HIDING = {
    "the source is not live": "UPDATE source SET state = 'suspended' WHERE number = 1",
    "the source is not live yet": "UPDATE source SET live_from = '2026-11-23' WHERE number = 1",
    "the source has ended": "UPDATE source SET live_until = '2026-11-21' WHERE number = 1",
    "the picture is missing": "UPDATE media SET present = 0 WHERE number = 1",
    "the picture is held": "UPDATE media SET holds = 1 WHERE number = 1",
    "the face is suppressed": "UPDATE face SET state = 'suppressed' WHERE number = 1",
    "the face is restricted": "UPDATE face SET state = 'restricted' WHERE number = 1",
    "the face is being erased": "UPDATE face SET state = 'erasing' WHERE number = 1",
    "the template has expired": "UPDATE template SET expires_at = '2026-11-22T12:00:00.000000Z' WHERE key = 1",
}
SHOWING = {
    "the source begins today": "UPDATE source SET live_from = '2026-11-22'",
    "the source ends today": "UPDATE source SET live_until = '2026-11-22'",
    "the template expires a moment later": "UPDATE template SET expires_at = '2026-11-22T12:00:00.000001Z'",
}


@pytest.fixture
def two(made):
    """Two sources with one face each, both as close to the probe as can be."""
    made.put(made.household("One"), Picture(path="a.jpg", vectors=(at_cosine(1),)))
    made.put(made.household("Two"), Picture(path="b.jpg", vectors=(at_cosine(0.99),)))
    assert [found.path for found in made.search().candidates] == ["a.jpg", "b.jpg"]
    return made


@pytest.mark.parametrize("change", HIDING.values(), ids=HIDING.keys())
def test_a_template_is_hidden_from_every_door_when(two, change):
    face_id = two.search().candidates[0].face_id
    two.sql(change)
    gallery = two.records.gallery
    assert gallery.visible([1, 2], NOW) == {2}
    assert set(gallery.show([1, 2], NOW)) == {2}
    assert gallery.size(Where(), NOW).size == 1
    result = two.search()
    assert [found.path for found in result.candidates] == ["b.jpg"]
    assert result.gallery_size == 1
    with pytest.raises(InputError, match="no searchable face"):
        gallery.key_of(face_id, NOW, frozenset({1, 2}))


@pytest.mark.parametrize("change", SHOWING.values(), ids=SHOWING.keys())
def test_a_template_is_still_shown_when(two, change):
    two.sql(change)
    assert len(two.search().candidates) == 2


def test_an_expired_template_comes_back_if_time_is_asked_for_before_its_end(two):
    two.sql("UPDATE template SET expires_at = '2026-11-22T12:00:00.000000Z'")
    assert two.records.gallery.visible([1, 2], NOW - dt.timedelta(seconds=1)) == {1, 2}
    assert two.records.gallery.visible([1, 2], NOW) == set()


def test_a_picture_whose_every_path_is_missing_is_not_shown_even_if_its_flag_lies(two):
    two.sql("UPDATE location SET missing_since = '2026-11-22T12:00:00.000000Z' WHERE number = 1")
    assert set(two.records.gallery.show([1, 2], NOW)) == {2}


def test_a_face_is_found_by_its_id_only_within_the_sources_that_may_be_searched(two):
    face_id = two.search().candidates[0].face_id
    assert two.records.gallery.key_of(face_id, NOW, frozenset({1})) == 1
    with pytest.raises(InputError, match="no searchable face"):
        two.records.gallery.key_of(face_id, NOW, frozenset({2}))
