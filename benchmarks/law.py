"""What the law's machinery costs: `python -m benchmarks.law [--rows N]`. One thread; prints one JSON object.

Two archives of the same synthetic templates, one as it is, one with ledger, vault and rotation plugged out (`benchmarks.null_plugs`), are
searched in turns (A B A B). Processor time counts; a ratio is formed within a round. A durable commit is a write-ahead log frame that ends
a transaction (https://sqlite.org/fileformat2.html, 4.1): they are counted in the log itself, and their time is told apart, because it
is the drive's and not the processor's.
"""

import argparse
import datetime as dt
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy and faiss are imported
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from benchmarks.null_plugs import null_plugs
from benchmarks.pictures import EXAMPLES
from visavis.domain.arrays import Vectors
from visavis.domain.face import AnalysedFace, Box, Quality
from visavis.domain.identification import ProbePicture
from visavis.domain.media import AnalysedPicture, Outcome, PictureMetadata, Reason
from visavis.records.archive import open_records
from visavis.records.files import ReadFile
from visavis.testing.templates import identity_centres, pictures_of
from visavis.wiring import build
from visavis.wiring.archive import Archive
from visavis.wiring.index import EmbeddedKeeper
from visavis.wiring.tools import create_archive

PICTURES_EACH = 20
BATCH = 2_000
PROBES = 25
BOX = Box(left=0.4, top=0.3, width=0.2, height=0.25)
QUALITY = Quality(size_px=120, yaw=0, pitch=0, roll=0, sharpness=20, exposure=0.5, score=0.9, norm=10)


def face(vector: Vectors) -> AnalysedFace:
    return AnalysedFace(box=BOX, landmarks_5x2=np.full((5, 2), 0.5, np.float32), quality=QUALITY, vector=vector)


def read_file(number: int, vector: Vectors) -> ReadFile:
    """Return a picture of one face as ingest hands it to the records."""
    digest = np.random.default_rng(number).bytes(32)
    picture = AnalysedPicture(
        format="jpeg",
        width=800,
        height=600,
        dhash=digest[:16],
        metadata=PictureMetadata(captured=None, caption=f"Picture {number}"),
        faces=(face(vector),),
    )
    outcome = Outcome(reason=Reason.INDEXED, faces=1)
    path = f"{number // 1000:03}/a picture of somebody {number:06}.jpg"
    return ReadFile(path=path, size=1, mtime_ns=1, outcome=outcome, sha256=digest, picture=picture)


def fill(folder: Path, centres: Vectors, rows: int) -> None:
    """Make an archive with a household source of `rows` pictures of one face each, `PICTURES_EACH` of each person."""
    settings, clock, actor = build.read_settings(), build.SystemClock(), build.current_actor()
    rng = np.random.default_rng(1)
    (folder / "originals").mkdir(parents=True)
    create_archive(folder / "archive", settings=settings)
    with Archive(folder / "archive", settings, clock) as archive:
        archive.add_source(folder / "originals", profile="household", title="Family album")
    records = open_records(folder / "archive", build.doors(clock, build.archive_keys(settings)), writable=True)
    (source,) = records.sources.all()
    with records.work(actor) as work:
        job = records.files.start_job(work, source)
    for start in range(0, rows, BATCH):
        vectors = pictures_of(centres[np.arange(start, min(start + BATCH, rows)) % len(centres)], rng)
        files = [read_file(start + place, vector) for place, vector in enumerate(vectors)]
        with records.work(actor) as work:
            records.intake.commit(work, job, source.roots[0].number, files)
    with records.work(actor) as work:
        records.files.finish_job(work, job, listed=rows)
    EmbeddedKeeper(records, clock).open().close()
    records.close()


def commits_in(log: Path) -> int:
    """Count the transactions that lie in a write-ahead log."""
    content = log.read_bytes()
    frame = 24 + int.from_bytes(content[8:12], "big")
    heads = [content[place : place + 24] for place in range(32, len(content), frame)]
    return sum(head[4:8] != bytes(4) for head in heads if head[8:16] == content[16:24])


@dataclass
class Side:
    """One of the two archives, open, and what was measured of it."""

    folder: Path
    archive: Archive
    cpu: dict[str, list[float]] = field(default_factory=dict)
    wall: dict[str, list[float]] = field(default_factory=dict)

    def measure(self, name: str, search: Callable[[Archive], object], times: int) -> None:
        """Add the seconds of one search, as the mean over several."""
        wall, cpu = time.perf_counter(), time.process_time()
        for _ in range(times):
            search(self.archive)
        self.cpu.setdefault(name, []).append((time.process_time() - cpu) / times)
        self.wall.setdefault(name, []).append((time.perf_counter() - wall) / times)


@contextmanager
def both(place: Path, centres: Vectors, rows: int) -> Iterator[tuple[Side, Side]]:
    """Fill and open the archive as it is, and the one without."""
    with ExitStack() as opened:
        sides = []
        plugs: Sequence[Callable[[], AbstractContextManager[None]]] = (nullcontext, null_plugs)
        for name, plugged in zip(("real", "null"), plugs, strict=True):
            with plugged():
                fill(place / name, centres, rows)
                archive = opened.enter_context(Archive(place / name / "archive", build.read_settings(), build.SystemClock()))
                archive.search(probe(centres[0]))
            sides.append(Side(place / name / "archive", archive))
        yield sides[0], sides[1]


def probe(vector: Vectors) -> ProbePicture:
    return ProbePicture(name="probe.jpg", image_rgb=np.zeros((8, 8, 3), np.uint8), faces=(face(vector),), picked=(1,))


def measure(place: Path, rows: int, rounds: int) -> dict[str, object]:
    centres = identity_centres(max(1, rows // PICTURES_EACH), 128, np.random.default_rng(20261122))
    asked = centres[np.arange(PROBES) * 7 % len(centres)]
    photo = EXAMPLES / "rishi-sunak.jpg"
    with both(place, centres, rows) as (real, null):
        found = [len(real.archive.search(probe(vector)).candidates) for vector in asked]
        for side in (real, null):
            side.archive.search(photo)
        for _ in range(rounds):
            for side in (real, null):
                side.measure("with a template", lambda archive: [archive.search(probe(vector)) for vector in asked], 1)
            for side in (real, null):
                side.measure("with a photograph", lambda archive: archive.search(photo), PROBES)
        answer: dict[str, object] = {"rows": rows, "candidates": float(np.mean(found))}
        for name, each in (("with a template", PROBES), ("with a photograph", 1)):
            ours, theirs = np.array(real.cpu[name]) / each, np.array(null.cpu[name]) / each
            answer[name] = {
                "cpu_ms": float(np.median(ours)) * 1e3,
                "null_cpu_ms": float(np.median(theirs)) * 1e3,
                "ratio": float(np.median(ours / theirs)),
                "ratio_by_round": [round(float(a / b), 3) for a, b in zip(ours, theirs, strict=True)],
                "wall_ms": float(np.median(real.wall[name])) / each * 1e3,
                "null_wall_ms": float(np.median(null.wall[name])) / each * 1e3,
            }
        for side in (real, null):
            log = side.folder / "records.db-wal"
            before = commits_in(log)
            for vector in asked:
                side.archive.search(probe(vector))
            answer[f"commits a search, {side.folder.parent.name}"] = (commits_in(log) - before) / PROBES
    return answer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=7)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place, ExitStack() as kept:
        began = time.perf_counter()
        found = measure(Path(place), asked.rows, asked.rounds)
        del kept
        sys.stdout.write(json.dumps({**found, "seconds": round(time.perf_counter() - began)}, indent=1) + "\n")


if __name__ == "__main__":
    main()
