"""Faces of films on their way to another pack: cut out of the frames that they were found in, or left where a film can't be read."""

import numpy as np
import pytest
from archive_forge import ACTOR, PACK
from repack_forge import OTHER, Moving, film_bytes, other_vector

from visavis.decode.video.base import Film
from visavis.domain.errors import SetupError, UnreadablePicture
from visavis.records.erasure import Scope
from visavis.services.repack import EndRepack, films

GREYS = (100, 110, 120, 130, 140)
PEOPLE = ((1, 3), (3, 4))


@pytest.fixture
def moving(made) -> Moving:
    """An archive of one photograph and a film of two people, of whom one frame shows both."""
    archive = Moving(made, 1)
    archive.put_film(GREYS, PEOPLE)
    return archive


def kept(moving: Moving) -> list[tuple]:
    faces = moving.made.sql("SELECT number, id, anchor, appearance_number, at_ticks FROM face ORDER BY number")
    return faces + moving.made.sql("SELECT number, media_number, start_ticks, end_ticks FROM appearance ORDER BY number")


def similar(moving: Moving, grey: int) -> float:
    """Return how alike the film's nearest appearance is to a face of a frame of this grey."""
    return max(similarity for path, similarity in moving.found(other_vector(grey)) if path == "film.gif")


def test_each_face_is_embedded_from_the_frame_that_it_was_found_in_and_stays_the_face_that_it_is(moving):
    before = kept(moving)
    report = moving.run()
    assert (report.state, report.templates, report.unread) == ("switched", 5, {})
    assert [similar(moving, grey) for grey in (110, 130, 140)] == [1.0] * 3
    assert similar(moving, 120) < 0.9
    assert kept(moving) == before
    assert moving.sound()
    EndRepack(moving.made.records).confirm(ACTOR)
    moving.reopen()
    assert (similar(moving, 140), kept(moving)) == (1.0, before)
    assert moving.sound()


def test_a_film_is_opened_once_for_all_its_faces_and_no_frame_is_decoded_twice(moving, monkeypatch):
    moving.put_film(range(30), [range(30)] * 3, path="crowd.gif")
    asked, at = [], Film.at
    monkeypatch.setattr(Film, "at", lambda self, ticks: asked.append(ticks) or at(self, ticks))
    assert moving.run().templates == 95
    assert moving.originals.opened == ["film.gif", "crowd.gif"]
    crowd = asked[3:]
    assert crowd == sorted(crowd)
    assert len(crowd) <= 30 + 1  # a transaction may end between two faces of a frame


def test_the_law_is_asked_of_films_before_a_byte_is_read_and_before_storing(moving):
    moving.run()
    assert moving.originals.asked[2:] == [("film.gif", "decode", "film", 2), ("film.gif", "index", "film", 2)]


@pytest.mark.parametrize(("step", "opened"), [("decode", []), ("index", ["film.gif"])])
def test_a_film_that_the_law_refuses_holds_the_switch_up(moving, step, opened):
    moving.originals.refused = {f"{step} film.gif": "order"}
    report = moving.run()
    assert (report.state, report.templates, report.refused, report.unread) == ("unfinished", 1, {"order": 4}, {})
    assert moving.originals.opened == opened


def test_a_film_that_is_missing_or_another_now_is_left_and_taken_up_by_the_next_run(moving):
    whole = moving.originals.files.pop("film.gif")
    report = moving.run()
    assert (report.state, report.unread, len(report.pictures)) == ("unfinished", {"vanished": 4}, 1)
    moving.originals.files["film.gif"] = film_bytes(range(5))
    assert moving.run().unread == {"changed": 4}
    moving.originals.files["film.gif"] = whole
    report = moving.run()
    assert (report.state, report.templates) == ("switched", 4)


def test_without_the_extra_that_reads_films_they_are_left(moving, monkeypatch):
    def refuse(*_args, **_options):
        raise SetupError("films are read with PyAV, which is not installed")

    monkeypatch.setattr(films, "open_film", refuse)
    assert moving.run().unread == {"unsupported": 4}


def test_a_frame_that_cannot_be_read_costs_its_own_faces_only(moving, monkeypatch):
    def gone_at_three(self, ticks):
        if ticks == 3_000:
            raise UnreadablePicture("no frame can be decoded there", reason="unreadable")
        return at(self, ticks)

    at = Film.at
    monkeypatch.setattr(Film, "at", gone_at_three)
    report = moving.run()
    assert (report.templates, report.unread, len(report.pictures)) == (3, {"unreadable": 2}, 1)


def test_films_left_behind_are_filled_in_later(moving):
    whole, before = moving.originals.files.pop("film.gif"), kept(moving)
    report = moving.run(leave_behind=True)
    assert (report.state, report.after) == ("switched", 1)
    EndRepack(moving.made.records).confirm(ACTOR)
    moving.reopen()
    moving.originals.files["film.gif"] = whole
    report = moving.repack().fill_in(ACTOR, moving.originals.target(), moving.made.index)
    assert (report.templates, report.after) == (4, 5)
    assert (similar(moving, 130), kept(moving)) == (1.0, before)
    assert moving.sound()


def test_films_that_came_after_the_switch_are_embedded_with_the_old_pack_on_the_way_back(moving):
    moving.run()
    moving.put_film(GREYS[::-1], PEOPLE, path="later.gif")
    EndRepack(moving.made.records).back(ACTOR)
    moving.reopen()
    assert moving.made.records.pack_id == PACK
    assert moving.made.records.repackings.waiting.count(spare=False) == 4
    moving.repack().fill_in(ACTOR, moving.originals.target(PACK, moving.made.records.dim), moving.made.index)
    assert moving.made.records.repackings.waiting.count(spare=False) == 0
    assert moving.sound()


class Stopped(BaseException):
    pass


def test_a_run_that_is_cut_short_within_a_film_goes_on_behind_what_is_written(moving):
    moving.put_film(range(30), [range(30)] * 3, path="crowd.gif")
    written = []

    def stop(step: str) -> None:
        written.append(step)
        if written.count("repack-written") == 3:  # the photograph, one film, half of the other
            raise Stopped

    with pytest.raises(Stopped):
        moving.repack(stop).run(ACTOR, moving.originals.target())
    moving.reopen()
    assert moving.sound()
    assert moving.made.records.pack_id == PACK
    report = moving.run()
    assert (report.state, report.templates) == ("switched", 95 - 1 - 4 - 48)
    assert moving.made.records.pack_id == OTHER
    assert moving.sound()


def test_a_face_of_a_film_that_is_erased_meanwhile_is_gone_from_both_packs(moving):
    moving.run()
    records = moving.made.records
    query = "SELECT {} FROM {} JOIN face f ON f.number = face_number WHERE f.number IN (2, 5) ORDER BY key"  # no other shows their frames
    planted = []
    for table, rows in (("template", records.rows), ("spare_template", records.repackings.spare_rows())):
        keys = np.array([key for (key,) in moving.made.sql(query.format("key", table))], np.int64)
        planted += [row.tobytes() for row in rows.read(keys).astype("<f2")]
    assert len(planted) == 4
    assert records.lies(planted).all()
    with records.work(ACTOR) as work:
        records.erasures.hide(work, Scope(ground="request", source_number=moving.source.number, faces=(2, 5)))
    records.erasures.settle(lambda: records.work(ACTOR), moving.made.index.remove)
    assert not records.lies(planted).any()
    assert moving.sound()


def test_a_restricted_face_of_a_film_is_not_worked_on(moving):
    moving.made.sql("UPDATE face SET state = 'restricted' WHERE number = 2")
    report = moving.run()
    assert (report.state, report.templates, report.left_alone) == ("switched", 4, 1)
