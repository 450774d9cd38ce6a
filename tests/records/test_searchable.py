"""The one view that every search result passes: each way of being hidden hides, and nothing else does."""

import datetime as dt

import numpy as np
import pytest
from archive_forge import NOW, Picture, at_cosine, year
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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
    assert list(gallery.miscounted()) == []
    result = two.search()
    assert [found.path for found in result.candidates] == ["b.jpg"]
    assert result.gallery_size == 1
    with pytest.raises(InputError, match="no searchable face"):
        gallery.vector_of(face_id, NOW, frozenset({1, 2}))


@pytest.mark.parametrize("change", SHOWING.values(), ids=SHOWING.keys())
def test_a_template_is_still_shown_when(two, change):
    two.sql(change)
    assert len(two.search().candidates) == 2


def test_a_count_that_was_changed_alone_is_found(two):
    two.sql("UPDATE source SET templates = 5 WHERE number = 2")
    two.sql('UPDATE "case" SET searches = 0')
    source, case = two.records.gallery.miscounted()
    assert source == "records.db: source 2 counts other templates than its pictures have"
    assert case.endswith("counts other searches than were made")


def test_an_expired_template_comes_back_if_time_is_asked_for_before_its_end(two):
    two.sql("UPDATE template SET expires_at = '2026-11-22T12:00:00.000000Z'")
    assert two.records.gallery.visible([1, 2], NOW - dt.timedelta(seconds=1)) == {1, 2}
    assert two.records.gallery.visible([1, 2], NOW) == set()


def test_a_picture_whose_every_path_is_missing_is_not_shown_even_if_its_flag_lies(two):
    two.sql("UPDATE location SET missing_since = '2026-11-22T12:00:00.000000Z' WHERE number = 1")
    assert set(two.records.gallery.show([1, 2], NOW)) == {2}


def test_a_face_is_found_by_its_id_only_within_the_sources_that_may_be_searched(two):
    face_id = two.search().candidates[0].face_id
    np.testing.assert_allclose(two.records.gallery.vector_of(face_id, NOW, frozenset({1})), at_cosine(1), atol=1e-3)
    with pytest.raises(InputError, match="no searchable face"):
        two.records.gallery.vector_of(face_id, NOW, frozenset({2}))


SPELLS = st.lists(
    st.tuples(
        st.sampled_from(
            (
                "UPDATE media SET holds = 1 WHERE number = {}",
                "UPDATE media SET present = 0 WHERE number = {}",
                "UPDATE face SET state = 'restricted' WHERE number = {}",
                "UPDATE template SET expires_at = '2026-11-22T12:00:00.000000Z' WHERE key = {}",
                "UPDATE template SET expires_at = '2026-11-23T12:00:00.000000Z' WHERE key = {}",
                "UPDATE source SET state = 'suspended' WHERE number = {}",
            )
        ),
        st.integers(1, 12),
    ),
    max_size=8,
)

PLAIN = (
    "UPDATE media SET holds = 0, present = 1",
    "UPDATE face SET state = 'plain'",
    "UPDATE template SET expires_at = NULL",
    "UPDATE source SET state = 'live'",
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(spells=SPELLS, sources=st.sets(st.integers(1, 2)), since=st.none() | st.integers(1960, 1968))
def test_the_quick_count_is_the_count_of_the_view_under_any_mix_of_hiding(made, spells, sources, since):
    if not made.records.sources.all():
        for title in ("One", "Two"):
            source = made.household(title)
            dates = (year(1962), None, year(1966))
            pictures = [Picture(path=f"{title}{i}", vectors=(at_cosine(0.1 * i), at_cosine(0.5)), date=dates[i]) for i in range(3)]
            made.put(source, *pictures)
    for statement in PLAIN:
        made.sql(statement)
    for spell, number in spells:
        made.sql(spell.format(number))
    day = None if since is None else dt.date(since, 6, 1).toordinal()
    counted = made.records.gallery.size(Where(sources=frozenset(sources), since=day), NOW)
    seen = made.records.gallery.visible(range(1, 13), NOW)
    facts = made.sql("SELECT t.key, m.source_number, m.captured_last FROM template t JOIN face f ON f.number = t.face_number "
                     "JOIN appearance a ON a.number = f.appearance_number JOIN media m ON m.number = a.media_number")  # fmt: skip
    shown = [last for key, source, last in facts if key in seen and source in sources]
    assert counted.size == sum(day is None or (last is not None and last >= day) for last in shown)
    assert counted.undated == (0 if day is None else sum(last is None for last in shown))
