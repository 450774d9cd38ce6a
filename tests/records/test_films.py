"""A film's stretches become appearances that search finds; cutting its reading short changes nothing of what is held in the end."""

import pytest
from archive_forge import NOW, MadeArchive, Picture, at_cosine
from cinema_forge import SECOND, Seen, appearances, dump, person, put_film

from visavis.domain.identification import Where

PLAN = (
    Seen(start=2, end=40, vector=person(0), pace=0.005),
    Seen(start=10, end=14, vector=person(1), left=0.7),
    Seen(start=20, end=20.8, vector=person(2), left=0.7),
    Seen(start=29.8, end=60, vector=person(3), top=0.05),
)
TRUTH = [(2, 40, 1), (10, 14, 1), (20, 20.8, 1), (29.8, 59.96, 1)]


def test_a_track_that_stretches_cut_is_one_appearance_and_one_row_of_the_index(made):
    put_film(made, made.household(), PLAN)
    assert appearances(made) == TRUTH
    assert made.records.gallery.size(Where(), NOW).size == 4
    assert made.sql("SELECT templates FROM media") == [(4,)]
    assert list(made.records.integrity()) == []


@pytest.mark.parametrize("cut", [1, 2, 3])
def test_a_film_that_was_cut_short_and_resumed_holds_what_an_undisturbed_one_does(made, tmp_path, empty_archive, cut):
    put_film(made, made.household(), PLAN)
    other = MadeArchive(tmp_path / "other", empty_archive)
    source = other.household()
    number = put_film(other, source, PLAN, stretches=range(cut))
    put_film(other, source, PLAN, stretches=range(cut, 4), media_number=number)
    assert dump(other) == dump(made)
    other.close()


def test_a_film_that_is_half_read_is_found_already_and_says_so(made):
    source = made.household()
    number = put_film(made, source, PLAN, stretches=range(2))
    (found,) = made.search().candidates
    assert (found.kind, found.path) == ("film", "film.mp4")
    assert made.records.files.counts(source_number=source.number) == {"unfinished": 1}
    half = made.records.films.half_read(source.number)
    assert (half.films, half.read_s) == (1, 30.0)
    put_film(made, source, PLAN, stretches=range(2, 4), media_number=number)
    assert made.records.files.counts(source_number=source.number) == {"indexed": 1}
    assert made.records.films.half_read(source.number).films == 0


def test_a_hit_in_a_film_says_its_moment_and_one_in_a_picture_has_none(made):
    source = made.household()
    put_film(made, source, PLAN)
    (key,) = made.put(source, Picture(path="a.jpg", vectors=(at_cosine(1),)))
    shown = made.records.gallery.show([1, key], NOW)
    moment = shown[1].moment
    assert (moment.start_s, moment.end_s, moment.at_s) == (2.0, 40.0, pytest.approx(8.48))
    assert (str(moment.rate), moment.timecode, moment.at_ticks) == ("25", "10:00:00:00", round(8.48 * SECOND))
    assert shown[key].moment is None
    assert shown[1].dhash != shown[key].dhash
    assert len(made.search().candidates) == 2


def test_a_stretch_that_could_not_be_read_loses_itself_only(made):
    source = made.household()
    number = put_film(made, source, PLAN, lost=(1,))
    assert appearances(made) == [(2, 14.96, 1), (10, 14, 1), (30, 40, 1), (30, 59.96, 1)]
    (state,) = made.records.films.of([number]).values()
    assert (state.lost_ticks, state.stretches, state.finished, state.read_s) == (15 * SECOND, 4, True, 60.0)
