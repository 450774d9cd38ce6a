"""An archive whose faces are made up from each file's bytes: all of the engine but the networks, and quick."""

import datetime as dt
import hashlib
import json
import os
import subprocess
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa
from cinema_forge import SECOND, ScriptedFilm, scripted_part

from visavis.domain.actor import Actor, Role
from visavis.domain.clock import Clock
from visavis.domain.face import AnalysedFace, Box, Quality
from visavis.domain.film import FilmPart, Sampling
from visavis.domain.identification import Threshold
from visavis.domain.media import AnalysedPicture, Outcome, PictureMetadata, Reason
from visavis.index.embedded import Upkeep
from visavis.records import archive as records_archive
from visavis.records import database, tables
from visavis.records.archive import Doors, Records
from visavis.records.files import FileRecord
from visavis.records.films import FilmState
from visavis.records.folder import ArchiveFolder
from visavis.records.passphrase import LIGHT
from visavis.services import rekey_templates
from visavis.services.erasure import EraseQuestion
from visavis.services.ingest.analyse import MediaAnalyser
from visavis.services.ingest.batches import Analysed, Batch, Stretch, Task
from visavis.services.ingest.film_reader import FilmReader
from visavis.services.ingest.parts import Parts
from visavis.services.ingest.pool import Choose, Pool, Result
from visavis.services.people import AddPerson
from visavis.settings import Settings
from visavis.sources.folder import FolderSource
from visavis.wiring import build
from visavis.wiring.archive import Archive
from visavis.wiring.index import EmbeddedKeeper

DIM = 128
PASSPHRASE = "a long passphrase of the tests"
WIDTH, HEIGHT = 400, 300
KILLER = b"this picture ends whoever decodes it"


def faces_of(data: bytes) -> tuple[AnalysedFace, ...]:
    """One face for each letter `f` that the file begins with; all that is known of them follows from its bytes."""
    rng = np.random.default_rng(int.from_bytes(hashlib.sha256(data).digest()[:8], "big"))
    count = len(data) - len(data.lstrip(b"f"))
    return tuple(_face(rng) for _ in range(count))


def _face(rng: np.random.Generator) -> AnalysedFace:
    vector = rng.standard_normal(DIM).astype(np.float32)
    left, top, width, height = rng.uniform(0.0, 0.5, 4).tolist()
    return AnalysedFace(
        box=Box(left=left, top=top, width=width, height=height),
        landmarks_5x2=rng.uniform(0, 1, (5, 2)).astype(np.float32),
        quality=Quality(size_px=90, yaw=0, pitch=0, roll=0, sharpness=40, exposure=0.5, score=0.9, norm=12),
        vector=vector / np.linalg.norm(vector),
    )


def open_below(root: Path, path: str) -> bytes:
    return FolderSource(root).open(path)


class MadeUpAnalyser(MediaAnalyser):
    """Reads and digests as the real one does; a file's faces are those of `faces_of`."""

    def __init__(self, opened: Callable[[str], None] = lambda _path: None) -> None:
        films = FilmReader(lambda root, path: FolderSource(root).stream(path), ScriptedFilm, self._part)
        super().__init__(self._open, chain=None, limits=None, films=films)
        self._opened = opened
        self.analysed: list[str] = []
        self.stretches: list[float] = []

    def _part(self, film: ScriptedFilm, start: int, end: int | None, sampling: Sampling) -> FilmPart:
        self.stretches.append(start / SECOND)
        return scripted_part(film, start, end, sampling)

    def _open(self, root: Path, path: str) -> bytes:
        self._opened(path)
        return open_below(root, path)

    def analyse(self, batch: Batch, wanted: frozenset[int]) -> dict[int, Analysed]:
        return {position: self._picture(batch.files[position].path, self._bytes[position]) for position in sorted(wanted)}

    def _picture(self, path: str, data: bytes) -> Analysed:
        self.analysed.append(path)
        if data == KILLER:
            os._exit(9)
        if data.startswith(b"broken"):
            return Analysed(outcome=Outcome(reason=Reason.UNREADABLE, detail="made so"))
        faces = faces_of(data)
        picture = AnalysedPicture(
            format="jpeg", width=WIDTH, height=HEIGHT, dhash=hashlib.sha256(data).digest()[:16], metadata=PictureMetadata(), faces=faces
        )
        return Analysed(outcome=Outcome(reason=Reason.INDEXED if faces else Reason.NO_FACE, faces=len(faces)), picture=picture)


def settings_of(folder: Path) -> Settings:
    """Return settings whose key file lies beside an archive in a folder `keys`, if there is one: it is copied with what lies about it."""
    keys = folder.parent / "keys"
    return Settings(key_file=keys / "archive.key") if keys.is_dir() else Settings()


def the_doors(folder: Path) -> Doors:
    return build.doors(build.SystemClock(), build.archive_keys(settings_of(folder)))


class InlinePool(Pool):
    """Reads in this process, one batch after the other."""

    def __init__(self, analyser: MadeUpAnalyser) -> None:
        self._workers = []
        self._analyser = analyser

    def __exit__(self, *_: object) -> None:
        self._analyser.close()

    def run(self, batches: Iterable[Task | None], choose: Choose) -> Iterator[Result]:
        for batch in batches:
            if batch is None:
                return
            if isinstance(batch, Stretch):
                yield self._analyser.read(batch)
                continue
            examined = self._analyser.examine(batch)
            yield batch, examined, self._analyser.analyse(batch, choose(batch, examined))


SMALL = Upkeep(tail_rows=24, close_rows=8, segment_rows=80)
"""Seals and merges happen within a few batches."""


class QuickArchive(Archive):
    """The archive as it is wired, with made-up faces, small batches and small segments.

    `workers=0` reads in this process (`analyser` then counts), others in processes as usual.
    """

    def __init__(
        self, folder: Path, *, batch_files: int = 4, step: Callable[[str], None] = lambda _name: None, clock: Clock | None = None
    ) -> None:
        super().__init__(folder, settings_of(folder), clock or build.SystemClock(), step=step)
        self.batch_files = batch_files
        self.opened: list[str] = []
        self.analyser = MadeUpAnalyser(self.opened.append)
        self.build_analyser: Callable[[], MediaAnalyser] = MadeUpAnalyser

    def _parts(self, records: Records, index: object) -> Parts:
        return replace(super()._parts(records, index), batch_files=self.batch_files)

    def _open_pool(self, records: Records, workers: int) -> Pool:
        return Pool(self.build_analyser, workers=workers) if workers else InlinePool(self.analyser)

    def _keeper(self, records: Records) -> EmbeddedKeeper:
        return EmbeddedKeeper(records, self._session.clock, replace(SMALL, step=self._session.step))

    def _recorded(self, records: Records) -> dict[float, Threshold]:
        return {fpir: Threshold(value=value, trial="made up for tests") for fpir, value in ((0.1, -1.0), (0.01, 0.5))}


class Later:
    """A clock that shows a day on which the charters of these tests are over."""

    def now(self) -> dt.datetime:
        return build.SystemClock().now() + dt.timedelta(days=3_000)


def _ingest(archive: Path, step: Callable[[str], None]) -> None:
    with QuickArchive(archive, step=step) as opened:
        opened.ingest(workers=0)


def _expire(archive: Path, step: Callable[[str], None]) -> None:
    with QuickArchive(archive, step=step, clock=Later()) as opened:
        opened.retention.expire()


def _rekey(archive: Path, step: Callable[[str], None]) -> None:
    with pytest.MonkeyPatch.context() as patch, QuickArchive(archive, step=step) as opened:
        patch.setattr(rekey_templates, "BATCH", 60)
        opened.retention.rekey_templates()


def _erase(archive: Path, step: Callable[[str], None]) -> None:
    """Erase half of the faces of the second source, and sign the certificate twice."""
    with QuickArchive(archive, step=step) as opened:
        done = opened.erasure.run(EraseQuestion(faces=tuple(half_of(opened, 2))))
        certify(opened, done.id)


def half_of(archive: Archive, source: int) -> list[str]:
    """Return the ids of every second face of a source."""
    query = sa.select(tables.face.c.id).select_from(tables.face.join(tables.appearance).join(tables.media))
    query = query.where(tables.media.c.source_number == source).order_by(tables.face.c.number)
    return list(archive._session.records()._database.ask(query).scalars())[::2]


def certify(archive: Archive, run: str) -> bytes:
    """Let Ada and Grace sign the certificate of an erasure; return its file."""
    file = b""
    for name in ("Ada", "Grace"):
        archive._session.sign_in(name, PASSPHRASE)
        file = archive.erasure.certificate(run).file
    return file


def add_people(archive: Archive) -> None:
    """Add Ada and Grace, who own the archive."""
    records = archive._session.records()
    AddPerson(records, argon2=LIGHT).run(archive._session.actor, "Ada", [Role.OWNER], PASSPHRASE)
    archive._session.sign_in("Ada", PASSPHRASE)
    AddPerson(records, argon2=LIGHT).run(archive._session.actor, "Grace", [Role.OWNER], PASSPHRASE)


ACTS = {"erase": _erase, "ingest": _ingest, "expire": _expire, "rekey": _rekey}


class Killer:
    """A process that starts acts and sees them killed; `killed.py` says how."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def kill(self, archive: Path, when: str, act: str = "ingest") -> list[str]:
        """Start an act that is killed, and return the steps that it reached."""
        print(f"{act} {when} {archive}", file=self._process.stdin, flush=True)
        answer = json.loads(self._process.stdout.readline())
        assert answer["killed"], (act, when, answer)
        return answer["reached"]


def make_archive(folder: Path, source: Path | None = None) -> Path:
    """Make an archive of made-up faces with one household source."""
    records_archive.create(ArchiveFolder(folder), the_doors(folder), pack_id="made-up", dim=DIM, actor=Actor(name="tester"))
    if source is not None:
        with QuickArchive(folder) as archive:
            archive.add_source(source, profile="household", title="Pictures")
    return folder


def fill(folder: Path, count: int, *, faces: int = 2) -> Path:
    """Write `count` files; file `i` has `i % (faces + 1)` faces."""
    folder.mkdir(parents=True, exist_ok=True)
    for i in range(count):
        (folder / f"{i:05d}.jpg").write_bytes(b"f" * (i % (faces + 1)) + b"-%d" % i)
    return folder


def film(path: Path, seconds: float = 60, seen: Iterable[tuple[float, float, int, float]] = (), **script: object) -> Path:
    """Write a film that says itself who is seen in it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"seconds": seconds, "seen": list(seen), **script}))
    return path


@dataclass(frozen=True, kw_only=True)
class KeptFilm:
    """What an archive holds of one film; times in ticks."""

    reason: str
    detail: str
    faces: int
    stretches: int
    lost_s: float
    frames: int
    appearances: tuple[tuple[int, int, int], ...]
    """(start, end, faces), by start."""
    time_base: Fraction
    vectors: np.ndarray = field(repr=False)


def films(folder: Path) -> dict[str, KeptFilm]:
    """Return the films that an archive holds, by path."""
    records = records_archive.open_records(folder, the_doors(folder), writable=False)
    try:
        found = {}
        for row in records.files.outcomes():
            states = records.films.of([row.media_number] if row.media_number else [])
            if row.media_number in states:
                found[row.path] = _kept_film(records, row, states[row.media_number])
        return found
    finally:
        records.close()


def _kept_film(records: Records, row: FileRecord, state: FilmState) -> KeptFilm:
    ask = records._database.ask
    of = tables.appearance.c
    faces = sa.select(sa.func.count()).where(tables.face.c.appearance_number == of.number).scalar_subquery()
    query = sa.select(of.start_ticks, of.end_ticks, faces).where(of.media_number == row.media_number).order_by(of.start_ticks, of.number)
    template = tables.template
    keys = sa.select(template.c.key, template.c.transform_key_id).select_from(template.join(tables.face).join(tables.appearance))
    kept = ask(keys.where(of.media_number == row.media_number).order_by(template.c.key)).all()
    vectors = [records.rotations.turn_back(records.rows.read(np.array([one.key]))[0], one.transform_key_id) for one in kept]
    return KeptFilm(
        reason=row.reason.value,
        detail=row.detail,
        faces=row.faces,
        stretches=state.stretches,
        lost_s=state.lost_ticks / SECOND,
        frames=state.frames,
        time_base=state.facts.time_base,
        appearances=tuple(tuple(one) for one in ask(query).all()),
        vectors=np.stack(vectors) if vectors else np.empty((0, DIM), np.float32),
    )


def seal_often() -> None:
    """Let the write-ahead log be folded in every few batches, not every 32 MB."""
    database.SEAL_AT_BYTES = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What an archive holds of one file."""

    reason: str
    missing: bool
    sha256: bytes
    present: bool
    boxes_px: np.ndarray = field(repr=False)
    vectors: np.ndarray = field(repr=False)


def contents(folder: Path) -> dict[str, Kept]:
    """Return what an archive holds, by path."""
    records = records_archive.open_records(folder, the_doors(folder), writable=False)
    try:
        ask = records._database.ask
        media = {row.number: row for row in ask(sa.select(tables.media)).all()}
        places = list(records.files.outcomes())
        faces: dict[int | None, list[sa.Row]] = {row.media_number: [] for row in places}
        query = (
            sa.select(tables.appearance.c.media_number, tables.face, tables.template.c.key, tables.template.c.transform_key_id)
            .select_from(tables.appearance.join(tables.face).join(tables.template))
            .order_by(tables.template.c.key)
        )
        for face in ask(query).all():
            faces.setdefault(face.media_number, []).append(face)
        return {row.path: _kept(records, row, media.get(row.media_number), faces[row.media_number]) for row in places}
    finally:
        records.close()


def _kept(records: Records, place: FileRecord, media: sa.Row | None, faces: list[sa.Row]) -> Kept:
    return Kept(
        reason=place.reason.value,
        missing=place.missing,
        sha256=media.sha256 if media else b"",
        present=bool(media and media.present),
        boxes_px=np.array([(f.left * media.width, f.top * media.height, f.width * media.width, f.height * media.height) for f in faces]),
        vectors=_plain(records, faces),
    )


def _plain(records: Records, faces: list[sa.Row]) -> np.ndarray:
    """Return the vectors of faces as they were before the rotation, which differs between archives."""
    rows = records.rows.read(np.array([face.key for face in faces], np.int64))
    return np.array([records.rotations.turn_back(row, face.transform_key_id) for row, face in zip(rows, faces, strict=True)])


def face_ids(archive: Archive, *where: sa.ColumnElement[bool]) -> list[str]:
    """Return the ids of faces, in the order in which they were found."""
    query = sa.select(tables.face.c.id).join(tables.appearance).where(*where).order_by(tables.face.c.number)
    return list(archive._session.records()._database.ask(query).scalars())


def assert_equal(found: dict[str, Kept], wanted: dict[str, Kept]) -> None:
    """Same files, same outcomes, same content; boxes to one pixel, templates to a cosine of 0.99999."""
    assert found.keys() == wanted.keys()
    for path, want in wanted.items():
        have = found[path]
        assert (have.reason, have.missing, have.sha256, have.present) == (want.reason, want.missing, want.sha256, want.present), path
        assert have.boxes_px.shape == want.boxes_px.shape, path
        if len(want.boxes_px):
            assert np.abs(have.boxes_px - want.boxes_px).max() <= 1.0
            lengths = np.linalg.norm(have.vectors, axis=1) * np.linalg.norm(want.vectors, axis=1)
            assert ((have.vectors * want.vectors).sum(axis=1) / lengths).min() >= 0.99999


def assert_sound(folder: Path) -> None:
    """Nothing is wrong with any file of an archive."""
    with QuickArchive(folder) as archive:
        assert archive.verify().problems == ()
