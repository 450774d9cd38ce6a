"""Erasing what people order, in files as they are: what was planted is found before and nowhere after, and kills at every step."""

import json
import os
import shutil
import struct
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import rig
import sqlalchemy as sa
from byte_scan import Planted, halves, near, unpacked_codes

from visavis.domain.errors import KeyDestroyed, RefusedError
from visavis.domain.ids import CandidateId
from visavis.index.files import check_files
from visavis.records import key_tables, review_tables, tables
from visavis.records.film_tables import film, sighting
from visavis.records.labels import NewLabel
from visavis.services.erasure import EraseQuestion

LOAN = 2
KNOWN = 120
TRACKS = ((2, 40, 1, 0.1234567), (5, 44, 2, 0.3456789), (20, 59, 3, 0.5678901), (50, 51, 4, 0.7654321))
"""Who is seen in a film, from when to when, in which place."""
STRETCHES = 3 + 3 + 3 + 1
"""Of 15 s, each a sighting of its own."""
NONE = {"rows": 0, "plain rows": 0, "texts": 0, "codes": 0, "plain codes": 0}
STEPS = (
    *(f"{step} 1" for step in ("erasure-hidden", "rows-overwritten", "codes-written", "codes-switched", "codes-discarded")),
    *(f"{step} 1" for step in ("codes-removed", "erased", "erasure-checked", "erasure-signed")),
    *("compacted 1", "erasure-signed 2", "pages-sealed 1", "pages-sealed 2", "seals-pending 1", "seals-checkpointed 1", "seals-written 1"),
    *(f"sql-committed {number}" for number in range(1, 8)),
)


def make(folder: Path) -> Path:
    """An archive of two households; in the second, 180 files show 180 faces; two people own it."""
    folder.mkdir()
    archive = rig.make_archive(folder / "archive", rig.fill(folder / "ours", 60))
    for path in sorted(rig.fill(folder / "loan", 180).iterdir()):
        path.write_bytes(path.read_bytes() + b" of the loan")
    with rig.QuickArchive(archive) as opened:
        opened.add_source(folder / "loan", profile="household", title="Loan")
        opened.ingest(workers=0)
        rig.add_people(opened)
    return archive


def add_film(archive: Path) -> None:
    """Add a film to the second household."""
    rig.film(archive.parent / "loan" / "tracks.mp4", 60, TRACKS)
    with rig.QuickArchive(archive) as opened:
        opened.ingest(workers=0)


def name_faces(archive: Path, faces: list[str]) -> None:
    """Give each of these faces a name of its own, as if people had decided it."""
    with rig.QuickArchive(archive) as opened:
        records = opened._session.records()
        anchors = [records.searches.anchor_of(face) for face in faces]
        with records.work(opened._session.actor) as work:
            for number, anchor in enumerate(anchors):
                new = NewLabel(
                    source_number=LOAN,
                    anchor=anchor,
                    name=f"Known Person {number:03d}",
                    authority="",
                    candidate_id=CandidateId(f"candidate-{number}"),
                    person_id=None,
                )
                records.labels.add(work, new)
            work.leaf("alteration", what="label", labels=len(anchors))


def known(archive: Path) -> tuple[list[str], list[str]]:
    """Return the ids of the film and the pictures that show 120 known faces of the loan, and of those faces."""
    with rig.QuickArchive(archive) as opened:
        query = sa.select(tables.media.c.id, tables.face.c.id).select_from(tables.face.join(tables.appearance).join(tables.media))
        query = query.where(tables.media.c.source_number == LOAN).order_by(tables.media.c.kind, tables.face.c.number)
        found = opened._session.records()._database.ask(query).all()[:KNOWN]
        return sorted({picture for picture, _ in found}), [face for _, face in found]


def stored(archive: Path, pictures: list[str], faces: list[str]) -> tuple[Planted, dict[str, list[bytes]]]:
    """Return what is really stored of them: rows and codes; sealed paths and names, wrapped keys."""
    with rig.QuickArchive(archive) as opened:
        records = opened._session.records()
        ask = records._database.ask
        template, face, media, label = tables.template, tables.face, tables.media, review_tables.label
        query = sa.select(template.c.key, template.c.transform_key_id).join(face).where(face.c.id.in_(faces))
        found = ask(query).all()
        rows = records.rows.read(np.array([row.key for row in found], np.int64))
        plain = [records.rotations.turn_back(row, entry.transform_key_id) for row, entry in zip(rows, found, strict=True)]
        paths = ask(sa.select(tables.location.c.path).join(media).where(media.c.id.in_(pictures))).scalars().all()
        anchors = sa.select(face.c.anchor).where(face.c.id.in_(faces))
        labels = ask(sa.select(label.c.name, label.c.key_id).where(label.c.anchor.in_(anchors))).all()
        keys = [*ask(sa.select(media.c.key_id).where(media.c.id.in_(pictures))).scalars(), *(row.key_id for row in labels)]
        wrapped = ask(sa.select(key_tables.data_key.c.wrapped).where(key_tables.data_key.c.number.in_(keys))).scalars().all()
        numbers = [str(key).encode() for key in keys]
        texts = {"names": [row.name for row in labels], "wrapped keys": list(wrapped), "keys": numbers}
        return Planted(rows=rows, plain=np.array(plain), texts=tuple(paths)), texts


def stored_of_film(archive: Path) -> dict[str, list[bytes]]:
    """Return what is really stored of the film's tracks: places and places in time of faces, hashes of frames, sides of sightings."""
    with rig.QuickArchive(archive) as opened:
        ask = opened._session.records()._database.ask
        faces = ask(sa.select(tables.face.c.anchor, tables.face.c.dhash).where(tables.face.c.dhash.is_not(None))).all()
        sides = {side for row in ask(sa.select(sighting.c.start_left, sighting.c.end_left)) for side in row}
        codes = ask(sa.select(film.c.timecode)).scalars().all()
        return {
            "anchors": [row.anchor.encode() for row in faces],
            "frames": [row.dhash for row in faces],
            "sightings": [struct.pack(">d", side) for side in sorted(sides)],
            "time codes": [code.encode() for code in codes],
        }


def lying(archive: Path, values: list[bytes]) -> int:
    contents = [path.read_bytes() for path in sorted(archive.rglob("*")) if path.is_file()]
    return sum(any(value in content for content in contents) for value in values)


def assert_gone(archive: Path, planted: Planted, texts: dict[str, list[bytes]]) -> None:
    assert planted.found(archive) == NONE
    assert (lying(archive, texts["names"]), lying(archive, texts["wrapped keys"])) == (0, 0)
    with rig.QuickArchive(archive) as opened:
        for key in texts["keys"]:
            with pytest.raises(KeyDestroyed):
                opened._session.records().keys.cipher(int(key))
        assert opened.verify().problems == ()
    assert check_files(archive / "codes") == []


def test_120_known_faces_are_found_in_the_files_before_their_erasure_and_nowhere_after_it(tmp_path):
    archive = make(tmp_path / "one")
    add_film(archive)
    pictures, faces = known(archive)
    name_faces(archive, faces)
    tracks = stored_of_film(archive)
    planted_tracks = {"anchors": len(TRACKS), "frames": len(TRACKS), "sightings": len(TRACKS), "time codes": 1}
    assert {kind: lying(archive, values) for kind, values in tracks.items()} == planted_tracks
    planted, texts = stored(archive, pictures, faces)
    before = planted.found(archive)
    assert (len(faces), before["rows"], before["texts"]) == (KNOWN, KNOWN, len(pictures))
    assert before["codes"] >= 0.8 * KNOWN  # the rest waits in memory, in no file
    assert (lying(archive, texts["names"]), lying(archive, texts["wrapped keys"])) == (KNOWN, len(texts["keys"]))
    with rig.QuickArchive(archive) as opened:
        question = EraseQuestion(media=tuple(pictures))
        scope = opened.erasure.scope(question).counted
        assert (scope["pictures"], scope["names"], scope["codes"]) == (len(pictures), KNOWN, scope["faces"])
        assert scope["stretches of appearances"] == STRETCHES
        run = opened.erasure.run(question)
        assert run.state == "checked"
        (scan,) = (check for check in run.checks if check["check"] == "b")
        assert scan["before"]["row"] == scan["planted"]["row"] == scope["faces"] >= KNOWN
        assert opened.labels.find("Known Person 001") == []
        certificate = rig.certify(opened, run.id)
    told = json.loads(certificate)["certificate"]
    assert all(check["passed"] for check in told["checks"])
    assert not any(value in certificate for kind in ("anchors", "time codes") for value in tracks[kind])
    assert_gone(archive, planted, texts)
    assert {kind: lying(archive, values) for kind, values in tracks.items()} == dict.fromkeys(tracks, 0)
    vectors = np.concatenate(list(unpacked_codes(archive, rig.DIM)))
    assert near(vectors, planted.rows) == 0


def test_of_a_picture_with_other_people_only_the_face_goes_that_was_asked_for(tmp_path):
    archive = make(tmp_path / "one")
    with rig.QuickArchive(archive) as opened:
        total = len(rig.face_ids(opened))
        gone = rig.half_of(opened, LOAN)
        pictures = opened._session.records()._database.peek("SELECT COUNT(*) FROM media")
        run = opened.erasure.run(EraseQuestion(faces=tuple(gone)))
        assert (run.counted["faces"], run.counted["pictures"]) == (len(gone), 0)
        assert opened._session.records()._database.peek("SELECT COUNT(*) FROM media") == pictures
        assert len(rig.face_ids(opened)) == total - len(gone)
        stays = rig.face_ids(opened)[-1]
        assert stays in [one.face_id for one in opened.search(face_id=stays, threshold=0.9).candidates]
        assert opened.verify().problems == ()


@pytest.mark.parametrize("when", STEPS)
def test_an_erasure_killed_at_any_step_is_finished_and_its_certificate_issued_once(tmp_path, killer: rig.Killer, template, when):
    archive, rows = template(tmp_path)
    killer.kill(archive, when, "erase")
    with rig.QuickArchive(archive) as opened:
        if not opened.erasure.all():
            opened.erasure.run(EraseQuestion(faces=tuple(rig.half_of(opened, LOAN))))
        assert opened.erasure.finish() == []
        (run,) = opened.erasure.all()
        file = b""
        for name in ("Ada", "Grace"):
            opened._session.sign_in(name, rig.PASSPHRASE)
            with suppress(RefusedError):  # signed before the kill
                file = opened.erasure.certificate(run.id).file
        assert file
        assert opened.erasure.certificate(run.id).file == file
        assert opened.verify().problems == ()
        issued = "SELECT COUNT(*) FROM leaf WHERE json_extract(body, '$.facts.what') = 'certified'"
        assert opened._session.records()._database.peek(issued) == (1,)
    assert all(check["passed"] for check in json.loads(file)["certificate"]["checks"])
    contents = [path.read_bytes() for path in sorted(archive.rglob("*")) if path.is_file()]
    assert not any(halves(row) in content for content in contents for row in rows)


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """Return a function that copies one archive and tells the rows that an erasure is to take; making it anew takes too long."""
    folder = tmp_path_factory.mktemp("orders") / "made"
    made = make(folder)
    with rig.QuickArchive(made) as opened:
        faces = rig.half_of(opened, LOAN)
    rows = stored(made, [], faces)[0].rows

    def copy(to: Path) -> tuple[Path, np.ndarray]:
        shutil.copytree(folder, to / "made")
        for kept in Path(os.environ["XDG_CONFIG_HOME"]).rglob("*.checkpoint"):  # of the copy before: to its guard this one is older
            kept.unlink()
        return to / "made" / "archive", rows

    return copy
