"""Pictures and films in one archive: what a search costs there, against pictures alone, a row each: `python -m benchmarks.mixed`.

The rows are made up: N templates in 10,000 pictures of which some are in each of two archives; in the other they are joined by what two
hours of video leave (a track of three faces each 2.4 seconds, 9,000 rows), and the first by as many rows in further pictures, so that both
hold the same number of rows. Each search is whole: clearance, index, join to SQL, its record with a leaf, the answer. Prints one line of
JSON: milliseconds a search, and microseconds a row, in each, and how the ranked list is mixed.
"""

# ruff: noqa: SLF001 - the doors that ingest uses
import argparse
import hashlib
import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.erase import DIM, QUALITY, MadeArchive
from visavis.domain.actor import Actor
from visavis.domain.face import AnalysedFace, Box
from visavis.domain.film import FilmFacts, FilmPart, Sampling, SeenFace, Track
from visavis.domain.identification import ProbePicture, SearchResult
from visavis.domain.media import AnalysedPicture, Outcome, PictureMetadata, Reason
from visavis.records import archive as records_archive
from visavis.records.archive import Records
from visavis.records.files import Job, ReadFile
from visavis.records.film_intake import ReadStretch
from visavis.records.folder import ArchiveFolder
from visavis.settings import Settings
from visavis.wiring import build

TICKS = 1000
STRETCH_S, TRACK_S, FACES_A_TRACK = 15, 2.4, 3
ALIKE = 0.05
"""Of the templates show the searched person, so that every list is full."""


def face(vector: NDArray[np.float32], number: int) -> AnalysedFace:
    """Return a made face in one of a hundred places."""
    box = Box(left=number % 10 / 12, top=number // 10 % 10 / 12, width=0.1, height=0.12)
    return AnalysedFace(box=box, landmarks_5x2=np.zeros((5, 2), np.float32), quality=QUALITY, vector=vector)


def vectors(count: int, person: NDArray[np.float32], seed: int) -> NDArray[np.float32]:
    """Return unit vectors, a twentieth of them near a person's."""
    rng = np.random.default_rng(seed)
    made = rng.standard_normal((count, DIM)).astype(np.float32) / np.sqrt(DIM)
    near = rng.random(count) < ALIKE
    made[near] = person + 0.8 * made[near]
    unit: NDArray[np.float32] = made / np.linalg.norm(made, axis=1, keepdims=True)
    return unit


def pictures(count: int, person: NDArray[np.float32], first: int) -> Iterator[ReadFile]:
    """Yield made pictures of one face each."""
    for number, vector in enumerate(vectors(count, person, first), start=first):
        digest = hashlib.sha256(f"picture {number}".encode()).digest()
        read = AnalysedPicture(
            format="jpeg", width=800, height=600, dhash=digest[:16], metadata=PictureMetadata(), faces=(face(vector, number),)
        )
        outcome = Outcome(reason=Reason.INDEXED, faces=1)
        yield ReadFile(path=f"{number:06}.jpg", size=1000, mtime_ns=1, outcome=outcome, sha256=digest, picture=read)


def stretches(hours: float, person: NDArray[np.float32]) -> Iterator[ReadStretch]:
    """Yield the stretches of one made film; its `media_number` is filled in by whoever commits it."""
    digest = hashlib.sha256(b"film").digest()
    count, tracks = round(hours * 3600 / STRETCH_S), round(STRETCH_S / TRACK_S)
    facts = FilmFacts(
        format="mov",
        codec="h264",
        width=1280,
        height=720,
        time_base=Fraction(1, TICKS),
        duration_ticks=count * STRETCH_S * TICKS,
        rate=Fraction(25),
        timecode=None,
        metadata=PictureMetadata(),
    )
    file = ReadFile(path="film.mov", size=1000, mtime_ns=1, outcome=Outcome(reason=Reason.UNFINISHED), sha256=digest)
    for number in range(count):
        own = vectors(tracks * FACES_A_TRACK, person, 1_000_000 + number).reshape(tracks, FACES_A_TRACK, DIM)
        start = number * STRETCH_S * TICKS
        part = FilmPart(
            from_ticks=start,
            to_ticks=start + STRETCH_S * TICKS,
            tracks=tuple(track(start + round(place * TRACK_S * TICKS), faces) for place, faces in enumerate(own)),
            frames=STRETCH_S * 25,
            damaged=0,
            looked=STRETCH_S * 5,
            gap_ticks=1,
        )
        how = {"file": file, "facts": facts, "sampling": Sampling.NORMAL, "stretch_ticks": STRETCH_S * TICKS}
        yield ReadStretch.of(part, **how, number=number, lost_ticks=0, last=number == count - 1)


def track(start: int, faces: NDArray[np.float32]) -> Track:
    """Return a track of two seconds with a face every half of it."""
    seen = []
    for place, vector in enumerate(faces):
        at = start + place * TICKS // 2
        seen.append(SeenFace(at_ticks=at, face=face(vector, at), dhash=hashlib.sha256(str(at).encode()).digest()[:16]))
    return Track(start_ticks=start, end_ticks=start + 2 * TICKS, best=tuple(seen), first=seen[0], last=seen[-1])


@contextmanager
def archive(folder: Path, files: Sequence[ReadFile], film: Iterator[ReadStretch]) -> Iterator[MadeArchive]:
    """Make an archive of these and open it."""
    doors = build.doors(build.SystemClock(), build.archive_keys(Settings()))
    records_archive.create(ArchiveFolder(folder), doors, pack_id="made-up", dim=DIM, actor=Actor(name="bench"))
    root = folder.parent / f"root of {folder.name}"
    root.mkdir()
    with MadeArchive(folder, Settings(), build.SystemClock()) as opened:
        opened.add_source(root, profile="household", title="Made")
        with opened._session.writing() as records:
            fill(opened, records, files, film)
            with opened._open_index(records):
                pass  # codes of every row, before anything is measured
        yield opened


def fill(opened: MadeArchive, records: Records, files: Sequence[ReadFile], film: Iterator[ReadStretch]) -> None:
    """Commit pictures and stretches as ingest does."""
    (source,) = records.sources.all()
    actor, root, number = opened._session.actor, source.roots[0].number, None
    with records.work(actor) as work:
        job: Job = records.files.start_job(work, source)
        records.intake.commit(work, job, root, files)
    for stretch in film:
        with records.work(actor) as work:
            read = replace(stretch, file=replace(stretch.file, media_number=number))
            number, _ = records.film_intake.commit(work, job, root, read, records.film_intake.plan(work, read))
    with records.work(actor) as work:
        records.files.finish_job(work, job, listed=len(files))
        work.leaf("alteration", what="finished")


def probe(person: NDArray[np.float32], seed: int) -> ProbePicture:
    """Return a photograph of the person, a little different each time."""
    vector = person + 0.3 * np.random.default_rng(seed).standard_normal(DIM).astype(np.float32) / np.sqrt(DIM)
    shown = np.zeros((8, 8, 3), np.uint8)
    found = face((vector / np.linalg.norm(vector)).astype(np.float32), 1)
    return ProbePicture(name="probe.jpg", image_rgb=shown, faces=(found,), picked=(1,))


def search(opened: MadeArchive, picture: ProbePicture) -> tuple[float, SearchResult]:
    """Search once; return processor milliseconds, and the answer."""
    began = time.process_time()
    found = opened.search(picture, top=50, threshold=0.5)
    return (time.process_time() - began) * 1e3, found


def main() -> None:
    """Measure, and print one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=10_000)
    parser.add_argument("--hours", type=float, default=2.0)
    parser.add_argument("--searches", type=int, default=40)
    given = parser.parse_args()
    person = np.zeros(DIM, np.float32)
    person[0] = 1
    rows = round(given.hours * 3600 / STRETCH_S) * round(STRETCH_S / TRACK_S) * FACES_A_TRACK
    with tempfile.TemporaryDirectory() as place, ExitStack() as opened:
        os.environ["XDG_CONFIG_HOME"] = place
        base = list(pictures(given.pictures, person, 0))
        more = list(pictures(rows, person, given.pictures))
        archives = {
            "mixed": opened.enter_context(archive(Path(place) / "mixed", base, stretches(given.hours, person))),
            "pictures": opened.enter_context(archive(Path(place) / "pictures", [*base, *more], iter(()))),
        }
        times: dict[str, list[float]] = {name: [] for name in archives}
        kinds: Counter[str] = Counter()
        sizes = {}
        for number in range(given.searches + 3):
            for name, one in archives.items():
                ms, found = search(one, probe(person, number))
                sizes[name] = found.gallery_size
                if number >= 3:  # the first ones open files and caches
                    times[name].append(ms)
                    kinds.update(f"{name}: {candidate.kind}" for candidate in found.candidates)
        ratios = [a / b for a, b in zip(times["mixed"], times["pictures"], strict=True)]
        told = {
            "rows": sizes,
            "ms": {name: float(np.median(values)) for name, values in times.items()},
            "us_a_row": {name: float(np.median(values)) * 1e3 / sizes[name] for name, values in times.items()},
            "ratio_by_search": ratios,
            "listed": dict(kinds),
        }
        sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
