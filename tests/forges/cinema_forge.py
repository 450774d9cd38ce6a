"""Films whose truth is made: who is seen when and where follows from a plan, and stretches from it; no frame is decoded."""

import hashlib
import itertools
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import BinaryIO

import numpy as np
from archive_forge import ACTOR, GOOD, MadeArchive, at_cosine, face

from visavis.domain.errors import UnreadablePicture
from visavis.domain.face import Box
from visavis.domain.film import FilmFacts, FilmPart, Sampling, SeenFace, Track
from visavis.domain.media import Outcome, PictureMetadata, Reason
from visavis.records.files import ReadFile
from visavis.records.film_intake import ReadStretch
from visavis.records.sources import SourceRecord

TICK = Fraction(1, 90_000)
SECOND = 90_000
GAP = SECOND // 2
STRETCH = 15 * SECOND


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A face that is there from `start` to `end` seconds, moving evenly to the right by `pace` of the width a second."""

    start: float
    end: float
    vector: np.ndarray
    left: float = 0.1
    top: float = 0.3
    pace: float = 0.0

    def at(self, seconds: float) -> SeenFace:
        """Return it at a moment."""
        box = Box(left=self.left + self.pace * (seconds - self.start), top=self.top, width=0.2, height=0.3)
        ticks = round(seconds * SECOND)
        dhash = hashlib.sha256(str(ticks).encode()).digest()[:16]
        return SeenFace(at_ticks=ticks, face=face(self.vector, box=box, quality=GOOD), dhash=dhash)


class ScriptedFilm:
    """A film whose bytes say, as JSON, how long it is and who is seen in it when; stretches of it break or kill as it says.

    `{"seconds": 60, "seen": [[start, end, person, left], …], "broken": [numbers of stretches], "deadly": […], "unsaid": true}`
    """

    def __init__(self, stream: BinaryIO, _name: str = "") -> None:
        data = stream.read()
        if not data.startswith(b"{"):
            raise UnreadablePicture("no film", reason=Reason.UNREADABLE)
        self.script = json.loads(data)
        self.seconds = float(self.script["seconds"])
        self.facts = facts(seconds=None if self.script.get("unsaid") else self.seconds)

    def close(self) -> None:
        pass


def scripted_part(film: ScriptedFilm, start: int, end: int | None, _sampling: Sampling) -> FilmPart:
    """Return what a stretch of a scripted film gives."""
    number = start // STRETCH
    if number in film.script.get("deadly", ()):
        os._exit(9)
    if number in film.script.get("broken", ()):
        raise UnreadablePicture("made so", reason=Reason.UNREADABLE)
    plan = [Seen(start=a, end=b, vector=somebody(who), left=left) for a, b, who, left in film.script["seen"]]
    return part(plan, min(start / SECOND, film.seconds), min(film.seconds, film.seconds if end is None else end / SECOND))


def somebody(number: int, dim: int = 128) -> np.ndarray:
    """Return the vector of a person, unlike all others."""
    vector = np.random.default_rng(number).standard_normal(dim).astype(np.float32)
    return vector / np.linalg.norm(vector)


def facts(*, seconds: float | None = 60.0, caption: str = "") -> FilmFacts:
    return FilmFacts(
        format="mp4",
        codec="h264",
        width=640,
        height=360,
        time_base=TICK,
        duration_ticks=None if seconds is None else round(seconds * SECOND),
        rate=Fraction(25),
        timecode="10:00:00:00",
        metadata=PictureMetadata(caption=caption),
    )


def part(plan: Sequence[Seen], start: float, end: float) -> FilmPart:
    """Return what a stretch of a film gives: every face of the plan, cut at the stretch's two ends."""
    tracks = []
    for seen in sorted(plan, key=lambda one: one.start):
        first, last = max(seen.start, start), min(seen.end, end - 0.04)
        if first < last:
            best = seen.at((first + last) / 2)
            times = {"start_ticks": round(first * SECOND), "end_ticks": round(last * SECOND)}
            tracks.append(Track(**times, best=(best,), first=seen.at(first), last=seen.at(last)))
    frames = round((end - start) * 25)
    return FilmPart(
        from_ticks=round(start * SECOND),
        to_ticks=round(end * SECOND),
        tracks=tuple(sorted(tracks, key=lambda track: track.start_ticks)),
        frames=frames,
        damaged=0,
        looked=frames // 5,
        gap_ticks=GAP,
    )


def put_film(
    made: MadeArchive,
    source: SourceRecord,
    plan: Sequence[Seen],
    *,
    path: str = "film.mp4",
    seconds: float = 60.0,
    stretches: range | None = None,
    media_number: int | None = None,
    lost: Sequence[int] = (),
) -> int:
    """Commit a film, or some stretches of it, as ingest would; return its number."""
    every = range(int(-(-seconds // 15)))
    digest = hashlib.sha256(path.encode()).digest()
    number = media_number
    with made.records.work(ACTOR) as work:
        job = made.records.files.start_job(work, source)
        work.leaf("collection", what="begun")
    for place in stretches or every:
        file = ReadFile(
            path=path, size=9, mtime_ns=1, outcome=Outcome(reason=Reason.UNFINISHED), sha256=digest, media_number=number, expires_at=None
        )
        found = None if place in lost else part(plan, place * 15, min(seconds, place * 15 + 15))
        read = ReadStretch.of(
            found,
            file=file,
            facts=facts(seconds=seconds),
            sampling=Sampling.NORMAL,
            stretch_ticks=STRETCH,
            number=place,
            lost_ticks=STRETCH if place in lost else 0,
            last=place == every[-1],
        )
        with made.records.work(ACTOR) as work:
            whole = made.records.film_intake.plan(work, read)
            number, committed = made.records.film_intake.commit(work, job, source.roots[0].number, read, whole)
        if committed.keys:
            for seq, rows in made.records.gallery.replay(committed.seq - 1):
                made.index.add(rows, seq)
    assert number is not None
    return number


def person(number: int) -> np.ndarray:
    """Return the vector of one of a few people who are nothing alike; number 0 is whom searches look for unless told otherwise."""
    return at_cosine(1) if number == 0 else at_cosine(0, sideways=number)


def appearances(made: MadeArchive) -> list[tuple[float, float, int]]:
    """Return (start s, end s, faces) of every appearance, by start."""
    rows = made.sql(
        "SELECT a.start_ticks, a.end_ticks, count(f.number) FROM appearance a LEFT JOIN face f ON f.appearance_number = a.number "
        "GROUP BY a.number ORDER BY a.start_ticks, a.number"
    )
    return [(start / SECOND, end / SECOND, faces) for start, end, faces in rows]


def dump(made: MadeArchive) -> list[tuple[object, ...]]:
    """Return what an archive holds of its films, without ids and times of day."""
    queries = (
        "SELECT media_number, start_ticks, end_ticks FROM appearance ORDER BY number",
        "SELECT appearance_number, anchor, at_ticks, state FROM face ORDER BY number",
        "SELECT face_number, segment, row FROM template ORDER BY key",
        "SELECT appearance_number, start_ticks, end_ticks, start_left, end_left FROM sighting ORDER BY number",
        "SELECT media_number, stretches, frames, damaged, looked, lost_ticks, finished_at IS NULL FROM film ORDER BY media_number",
        "SELECT reason, faces, media_number FROM location ORDER BY path_mark",
        "SELECT templates, present FROM media ORDER BY number",
    )
    return list(itertools.chain.from_iterable(made.sql(query) for query in queries))
