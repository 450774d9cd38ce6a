"""What the law says of a film is asked again of each stretch: objections, orders and ends of charters, consents, the size of a trial."""

from dataclasses import replace
from pathlib import Path

import pytest
import rig
from cinema_forge import SECOND
from test_long_films import ingest, near, spans

from visavis.decode.limits import Limits
from visavis.domain.actor import Actor
from visavis.domain.media import Outcome, Reason
from visavis.services.suppress import Suppress, SuppressRequest

SEEN = ((2, 100, 1, 0.1), (30, 70, 2, 0.6))
ME = Actor(name="tester")


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    rig.film(tmp_path / "pictures" / "film.mp4", 120, SEEN)
    return tmp_path / "pictures"


def object_to(archive: Path, number: int) -> None:
    """Object to the face with this number."""
    with rig.QuickArchive(archive) as opened, opened._session.writing() as records, opened._open_index(records) as index:
        (face_id,) = (row[0] for row in records._database.raw.execute("SELECT id FROM face WHERE number = ?", (number,)))
        suppress = Suppress(records, rig.open_below, Limits())
        report = suppress.run(SuppressRequest(actor=ME, because="asked", faces=(face_id,)))
        assert report.unseen == 0
        records.erasures.settle(lambda: records.work(ME), index.remove)


def test_a_face_of_a_film_that_was_objected_to_does_not_come_back_with_the_same_film(tmp_path, pictures):
    archive = rig.make_archive(tmp_path / "archive", pictures)
    ingest(archive)
    object_to(archive, 1)
    assert near(spans(rig.films(archive)["film.mp4"]), ((30, 70),))
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "same.mov").write_bytes((pictures / "film.mp4").read_bytes())
    with rig.QuickArchive(archive) as opened:
        opened.add_source(tmp_path / "elsewhere", profile="household", title="Elsewhere")
    ingest(archive)
    assert near(spans(rig.films(archive)["same.mov"]), ((30, 70),))
    rig.assert_sound(archive)


def test_an_objection_to_a_face_in_a_half_read_film_goes_on_with_it(tmp_path, pictures, killer):
    archive = rig.make_archive(tmp_path / "archive", pictures)
    killer.kill(archive, "index-added 4")
    object_to(archive, 1)
    assert near(spans(rig.films(archive)["film.mp4"]), ((30, 60),))
    ingest(archive)
    assert near(spans(rig.films(archive)["film.mp4"]), ((30, 70),))
    with rig.QuickArchive(archive) as opened:
        assert opened._session.records().suppressions.totals() == {1: 2}, "once when it was taken out, once when it was met again"


def frozen(archive: Path, state: str) -> None:
    with rig.QuickArchive(archive) as opened, opened._session.writing() as records, records.work(ME) as work:
        records.retention.set_state(work, records.sources.all()[0], state)


def test_a_film_of_a_source_that_is_frozen_while_it_is_read_stops_and_goes_on_when_it_is_live_again(tmp_path, pictures):
    archive = rig.make_archive(tmp_path / "archive", pictures)
    with rig.QuickArchive(archive) as opened:
        part = opened.analyser._part

        def freezing(film, start, end, sampling):
            if start == 60 * SECOND:
                opened._session.records()._database.raw.execute("UPDATE source SET state = 'frozen'")
            return part(film, start, end, sampling)

        opened.analyser._films._find_tracks = freezing
        opened.ingest(workers=0)
        (record,) = opened.outcomes()
        assert record.reason == "unfinished"
        assert record.detail == "refused: source-live: before adding: the source is frozen"
    assert spans(rig.films(archive)["film.mp4"]) == [(2, 60), (30, 60)]
    frozen(archive, "live")
    ingest(archive)
    assert near(spans(rig.films(archive)["film.mp4"]), ((2, 100), (30, 70)))


def test_each_stretch_of_a_film_is_a_picture_of_the_number_that_a_profile_takes(tmp_path, pictures):
    archive = rig.make_archive(tmp_path / "archive", pictures)
    with rig.QuickArchive(archive) as opened:
        opened.ingest(workers=0)
        assert opened._session.records().files.picture_count(1) == 8


class AskingForConsents:
    """The gate, but for a film it wants a consent an appearance, and there is one."""

    def __init__(self, gate) -> None:
        self._gate = gate

    def __getattr__(self, name):
        return getattr(self._gate, name)

    def admit(self, source, item):
        if item.kind == "film" and item.faces > 1:
            return Outcome(reason=Reason.REFUSED, detail="consent-given: before adding: it shows more people than have consented to it")
        return self._gate.admit(source, item)


def test_of_a_film_that_shows_more_people_than_have_consented_nothing_stays(tmp_path, pictures, monkeypatch):
    rig.fill(pictures, 3)
    archive = rig.make_archive(tmp_path / "archive", pictures)
    parts = rig.QuickArchive._parts

    def asking(self, records, index):
        made = parts(self, records, index)
        return replace(made, gate=AskingForConsents(made.gate))

    monkeypatch.setattr(rig.QuickArchive, "_parts", asking)
    with rig.QuickArchive(archive) as opened:
        opened.ingest(workers=0)
        found = {record.path: (record.reason, record.media_number) for record in opened.outcomes()}
        assert found["film.mp4"] == ("refused", None)
        assert opened.status().sources[0].searchable == 3
        receipts = opened._session.records().erasures.receipts()
        assert [(one.ground, one.pictures, one.faces) for one in receipts] == [("consent", 1, 1)]
    rig.assert_sound(archive)
