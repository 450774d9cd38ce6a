"""What is done to a face of a film is done to its appearance, and nothing else of the film; what was asked for one lasts for the next."""

import numpy as np
import pytest
from archive_forge import ACTOR, NOW, MadeArchive, at_cosine
from cinema_forge import SECOND, Seen, appearances, person, put_film

from visavis.domain.identification import Where
from visavis.records.erasure import Scope
from visavis.records.film_tables import sighting

TURNING = (
    Seen(start=0, end=14.96, vector=person(0)),
    Seen(start=15, end=30, vector=at_cosine(0.6)),
    Seen(start=5, end=25, vector=person(3), left=0.7),
)
"""One who turns at the seam, so that two faces of one appearance are kept, and another."""


def face_ids(made: MadeArchive) -> list[str]:
    return [row[0] for row in made.sql("SELECT id FROM face ORDER BY number")]


def erase(made: MadeArchive, **which: object) -> dict[str, int]:
    selected = made.records.erasure_scope.select(**which)
    planted, counted = made.records.erasure_scope.planted(selected), made.records.erasure_scope.count(selected)
    with made.records.work(ACTOR) as work:
        for source in {*selected.media, *selected.faces}:
            media, faces = selected.media.get(source, ()), selected.faces.get(source, ())
            made.records.erasures.hide(work, Scope(ground="request", source_number=source, media=media, faces=faces))
    assert not set(made.records.gallery.visible(planted.keys, NOW))
    made.records.erasures.settle(lambda: made.records.work(ACTOR), made.index.remove)
    assert not any(made.records.erasure_scope.remains(planted).values())
    sought = [planted.rows[0].astype("<f2").tobytes(), *(anchor.encode() for anchor in planted.anchors)]
    assert not made.records.lies(sought).any()
    assert list(made.records.integrity()) == []
    return counted


def test_erasing_one_face_of_a_film_takes_its_whole_appearance_and_no_other(made):
    put_film(made, made.household(), TURNING, seconds=30)
    assert appearances(made) == [(0, 29.96, 2), (5, 25, 1)]
    counted = erase(made, faces=face_ids(made)[-1:])
    assert (counted["faces"], counted["rows of templates"], counted["stretches of appearances"]) == (2, 2, 2)
    assert appearances(made) == [(5, 25, 1)]
    assert made.sql("SELECT templates FROM media") == [(1,)]
    assert made.records.gallery.size(Where(), NOW).size == 1


def test_erasing_a_film_takes_its_times_and_how_far_it_was_read(made):
    put_film(made, made.household(), TURNING, seconds=30)
    erase(made, media=[made.sql("SELECT id FROM media")[0][0]])
    for table in ("media", "film", "appearance", sighting.name, "face", "template", "location"):
        assert made.sql(f"SELECT count(*) FROM {table}") == [(0,)], table


def test_a_film_of_which_a_face_was_erased_half_read_goes_on_and_what_comes_is_an_appearance_of_its_own(made):
    source = made.household()
    number = put_film(made, source, TURNING, seconds=30, stretches=range(1))
    erase(made, faces=face_ids(made)[:1])
    put_film(made, source, TURNING, seconds=30, stretches=range(1, 2), media_number=number)
    assert appearances(made) == [(5, 25, 1), (15, 29.96, 1)]
    assert list(made.records.integrity()) == []


def test_of_an_appearance_whose_faces_end_apart_the_rest_stays(made):
    source = made.household()
    put_film(made, source, TURNING, seconds=30)
    made.sql("UPDATE template SET expires_at = '2026-01-01T00:00:00.000000Z' WHERE key = 1")
    with made.records.work(ACTOR) as work:
        made.records.erasures.hide(
            work, Scope(ground="expired", source_number=source.number, faces=made.records.retention.expired_faces(source.number, NOW))
        )
    made.records.erasures.settle(lambda: made.records.work(ACTOR), made.index.remove)
    assert appearances(made) == [(0, 29.96, 1), (5, 25, 1)]


def restrict(made: MadeArchive, face_id: str) -> None:
    columns = "id, kind, received_at, first_received, due_first, due, policy, country, key_id, probe_key_id"
    made.sql(f"INSERT INTO request ({columns}) VALUES ('r', 'restriction', '', '2026-01-01', '2026-01-01', '2026-01-01', '', 'FR', 0, 0)")
    with made.records.work(ACTOR) as work:
        made.records.corrections.restrict(work, "r", [face_id])
        work.leaf("alteration", what="restricted")


def test_a_face_that_joins_an_appearance_is_as_restricted_as_those_before_it_and_as_free_when_it_ends(made):
    source = made.household()
    number = put_film(made, source, TURNING[:2], seconds=30, stretches=range(1))
    restrict(made, face_ids(made)[0])
    put_film(made, source, TURNING[:2], seconds=30, stretches=range(1, 2), media_number=number)
    assert appearances(made) == [(0, 29.96, 2)]
    assert made.sql("SELECT DISTINCT state FROM face") == [("restricted",)]
    assert made.records.gallery.size(Where(), NOW).size == 0
    with made.records.work(ACTOR) as work:
        made.records.corrections.lift(work, "r")
        work.leaf("alteration", what="lifted")
    assert made.records.gallery.size(Where(), NOW).size == 2


@pytest.mark.parametrize("which", [0, 1])
def test_restricting_either_face_of_an_appearance_restricts_both(made, which):
    put_film(made, made.household(), TURNING, seconds=30)
    restrict(made, [row[0] for row in made.sql("SELECT id FROM face WHERE appearance_number = 1 ORDER BY number")][which])
    assert made.sql("SELECT appearance_number, state FROM face ORDER BY number, appearance_number") == [
        (1, "restricted"),
        (2, "plain"),
        (1, "restricted"),
    ]


def test_who_asks_is_told_of_every_face_of_their_appearance(made):
    put_film(made, made.household(), TURNING, seconds=30)
    held = made.records.holdings.faces(face_ids(made)[:1])
    assert [face.number for face in held] == [1, 3]
    (film,) = made.records.holdings.pictures({1})
    assert film.kind == "film"


def test_two_faces_of_one_appearance_are_at_their_own_times(made):
    put_film(made, made.household(), TURNING, seconds=30)
    rows = made.sql("SELECT at_ticks, anchor FROM face WHERE appearance_number = 1 ORDER BY number")
    assert [at / SECOND for at, _ in rows] == pytest.approx([7.48, 22.48])
    assert [anchor.split("/")[1] for _, anchor in rows] == [str(at) for at, _ in rows]
    assert np.all([len(anchor.split("/")[0]) == 64 for _, anchor in rows])
