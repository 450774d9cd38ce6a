"""Sources and their cases: who shares one, and by which words a source is found."""

import datetime as dt

import pytest
from archive_forge import ACTOR

from visavis.domain.errors import InputError


def test_a_second_household_source_joins_the_case_of_the_first(made):
    first, second = made.household("Family"), made.household("Attic")
    (case,) = made.records.cases.all()
    assert (case.kind, case.purpose, case.open_until) == ("shared", "private", None)
    assert case.sources == {first.number, second.number}


def test_each_archive_source_has_a_standing_case_of_its_own(made):
    first, second = made.archive("Museum"), made.archive("Library")
    assert made.case_of(first) != made.case_of(second)
    assert {case.kind for case in made.records.cases.all()} == {"standing"}


def test_a_source_is_found_by_its_id_its_ends_and_its_title(made):
    source = made.household("Family")
    for wanted in (source.id, source.id[:8], source.id[-8:], source.id[-4:], "Family"):
        assert made.records.sources.one(wanted) == source


@pytest.mark.parametrize("wanted", ["", "f", "fam", "Nobody", "%"])
def test_words_that_name_no_source_are_an_input_error(made, wanted):
    made.household("Family")
    with pytest.raises(InputError, match="no source") as caught:
        made.records.sources.one(wanted)
    assert "source list" in caught.value.remedy


def test_a_title_that_two_sources_bear_names_neither(made):
    made.clock.at += dt.timedelta(seconds=1)
    first = made.household("Family")
    made.folder = made.folder / "elsewhere"
    made.folder.mkdir()
    second = made.household("Family")
    with pytest.raises(InputError, match="2 sources"):
        made.records.sources.one("Family")
    assert made.records.sources.one(first.id) == first
    assert made.records.sources.one(second.id) == second


def test_the_charter_is_kept_as_it_was_given_and_its_version_counted(made):
    source = made.archive("Museum")
    assert source.charter_version == 1
    assert 'article = "9(2)(j)"' in source.charter_toml


def test_a_root_that_is_offline_says_since_when_and_why_until_it_is_back(made):
    source = made.household()
    with made.records.work(ACTOR) as work:
        made.records.sources.mark_root(work, source.roots[0], offline_why="the folder is empty")
    began = made.clock.at
    made.clock.at += dt.timedelta(days=1)
    offline = made.records.sources.one(source.id)
    with made.records.work(ACTOR) as work:
        made.records.sources.mark_root(work, offline.roots[0], offline_why="still empty")
    (root,) = made.records.sources.one(source.id).roots
    assert (root.offline_since, root.offline_why) == (began, "still empty")
    with made.records.work(ACTOR) as work:
        made.records.sources.mark_root(work, root, offline_why=None)
    back = made.records.sources.one(source.id)
    assert not back.offline
    assert back.roots[0].offline_why == ""
