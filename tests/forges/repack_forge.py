"""An archive on its way to another pack: originals whose grey says which face they show, and networks that read it."""

import hashlib
import io
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import cinema_forge
import cv2
import numpy as np
from archive_forge import ACTOR, DIM, MadeArchive, Picture, at_cosine, face, probe
from PIL import Image

from visavis.decode.limits import FilmLimits, Limits
from visavis.decode.originals import OriginalPixels
from visavis.domain.errors import UnreadablePicture
from visavis.domain.film import FilmPart, Sampling, SeenFace, Track
from visavis.domain.media import Outcome, Reason
from visavis.index.exact import ExactIndex
from visavis.records import archive as records_archive
from visavis.records.files import ReadFile
from visavis.records.film_intake import ReadStretch
from visavis.services.repack import Admission, Repack, Target

OTHER = "other@1"
OTHER_DIM = 2 * DIM
SIDE = 48
SECOND = 1_000
"""Ticks of the films here."""


def picture_bytes(number: int) -> bytes:
    """Return a picture whose grey says its number."""
    return cv2.imencode(".png", np.full((SIDE, SIDE, 3), number, np.uint8))[1].tobytes()


def film_bytes(greys: Sequence[int]) -> bytes:
    """Return a film of one frame a second, each all of one grey."""
    first, *others = (Image.fromarray(np.full((SIDE, SIDE), grey, np.uint8)) for grey in greys)
    stream = io.BytesIO()
    first.save(stream, "GIF", save_all=True, append_images=others, duration=SECOND, loop=0)
    return stream.getvalue()


def other_vector(number: int) -> np.ndarray:
    vector = np.random.default_rng(number).normal(size=OTHER_DIM).astype(np.float32)
    return vector / np.linalg.norm(vector)


class Originals:
    """The folder of originals, and the networks of the other pack."""

    def __init__(self, count: int) -> None:
        self.files = {f"{number}.png": picture_bytes(number) for number in range(count)}
        self.refused: dict[str, str] = {}
        self.opened: list[str] = []
        self.asked: list[tuple[str, str, str, int]] = []

    def open(self, _root, path: str) -> bytes:
        if path not in self.files:
            raise UnreadablePicture("gone", reason=Reason.VANISHED)
        return self.files[path]

    def stream(self, root, path: str) -> io.BytesIO:
        self.opened.append(path)
        return io.BytesIO(self.open(root, path))

    def pixels(self) -> OriginalPixels:
        return OriginalPixels(open_file=self.open, open_stream=self.stream, limits=Limits(), film_limits=FilmLimits())

    def admit(self, _source: int, path: str, *, step: str, kind: str, faces: int) -> Admission:
        self.asked.append((path, step, kind, faces))
        return Admission(rule=self.refused.get(f"{step} {path}", ""))

    def target(self, pack: str = OTHER, dim: int = OTHER_DIM) -> Target:
        def embed(sources):
            numbers = [int(source.pixels()[SIDE // 4, SIDE // 4, 0]) for source, _ in sources]
            made = [other_vector(number) if dim == OTHER_DIM else at_cosine(0.1, sideways=1 + number % (DIM - 1)) for number in numbers]
            return [(np.stack([v] * len(f)), np.full(len(f), 7.0, np.float32)) for v, (_, f) in zip(made, sources, strict=True)]

        return Target(pack_id=pack, dim=dim, embed=embed)


class Moving:
    """A made archive whose pictures have files."""

    def __init__(self, made: MadeArchive, count: int) -> None:
        self.made, self.originals = made, Originals(count)
        self.source = made.household()
        for number in range(count):
            self.put(number)

    def put(self, number: int, vector: np.ndarray | None = None) -> None:
        data = self.originals.files.setdefault(f"{number}.png", picture_bytes(number))
        self.commit(f"{number}.png", data, at_cosine(0.9, sideways=1 + number % (DIM - 1)) if vector is None else vector)

    def commit(self, path: str, data: bytes, vector: np.ndarray) -> None:
        read = Picture(path=path, vectors=(vector[:DIM],)).read()
        analysed = replace(read.picture, faces=(face(vector),))
        file = replace(read, sha256=hashlib.sha256(data).digest(), picture=analysed, outcome=Outcome(reason=Reason.INDEXED, faces=1))
        files = self.made.records.files
        with self.made.records.work(ACTOR) as work:
            job = files.start_job(work, self.source)
            done = self.made.records.intake.commit(work, job, self.source.roots[0].number, [file])
        for seq, rows in self.made.records.gallery.replay(done.seq - 1):
            self.made.index.add(rows, seq)

    def put_film(self, greys: Sequence[int], people: Sequence[Sequence[int]], *, path: str = "film.gif") -> None:
        """Commit a film whose frames have these greys; each person's faces were found at these seconds."""
        data = self.originals.files[path] = film_bytes(greys)
        tracks = tuple(self._track(place, seconds) for place, seconds in enumerate(people))
        ticks = SECOND * len(greys)
        said = cinema_forge.facts(seconds=None)
        read = ReadStretch.of(
            FilmPart(from_ticks=0, to_ticks=ticks, tracks=tracks, frames=len(greys), damaged=0, looked=len(greys), gap_ticks=SECOND),
            file=ReadFile(
                path=path,
                size=9,
                mtime_ns=1,
                outcome=Outcome(reason=Reason.UNFINISHED),
                sha256=hashlib.sha256(data).digest(),
                expires_at=None,
            ),
            facts=replace(said, time_base=Fraction(1, SECOND), duration_ticks=ticks),
            sampling=Sampling.NORMAL,
            stretch_ticks=ticks,
            number=0,
            lost_ticks=0,
            last=True,
        )
        records = self.made.records
        with records.work(ACTOR) as work:
            job = records.files.start_job(work, self.source)
            plan = records.film_intake.plan(work, read)
            _, done = records.film_intake.commit(work, job, self.source.roots[0].number, read, plan)
        for seq, rows in records.gallery.replay(done.seq - 1):
            self.made.index.add(rows, seq)

    def _track(self, place: int, seconds: Sequence[int]) -> Track:
        vectors = np.random.default_rng([place, *seconds]).normal(size=(len(seconds), self.made.records.dim)).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        seen = [SeenFace(at_ticks=at * SECOND, face=face(vector), dhash=bytes(16)) for at, vector in zip(seconds, vectors, strict=True)]
        return Track(start_ticks=seen[0].at_ticks, end_ticks=seen[-1].at_ticks, best=tuple(seen), first=seen[0], last=seen[-1])

    def repack(self, step=lambda _: None) -> Repack:
        return Repack(self.made.records, originals=self.originals.pixels(), admit=self.originals.admit, step=step)

    def run(self, **options):
        report = self.repack().run(ACTOR, self.originals.target(), **options)
        self.reopen()
        return report

    def reopen(self) -> None:
        made = self.made
        made.close()
        made.records = records_archive.open_records(made.folder / "archive", made.doors, writable=True)
        made.index = ExactIndex(made.records.dim, made.clock)
        made.permission = type(made.permission)(made.records, made.permission._rules, floor=-1.0)
        for seq, rows in made.records.gallery.replay(0):
            made.index.add(rows, seq)

    def found(self, vector: np.ndarray) -> list[tuple[str, float]]:
        result = self.made.search(probes=(probe(vector),), top=None, threshold=-1)
        return [(candidate.path, round(candidate.similarity, 3)) for candidate in result.candidates]

    def sound(self) -> bool:
        return list(self.made.records.integrity()) == []
