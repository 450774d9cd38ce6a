"""What the law's machinery costs: `python -m benchmarks.law [--rows N]`. One thread; prints one JSON object.

Two archives of the same synthetic templates, one as it is, one with ledger, vault and rotation plugged out (`benchmarks.null_plugs`), are
searched in turns (A B A B). Processor time counts; a ratio is formed within a round. A durable commit is a write-ahead log frame that ends
a transaction (https://sqlite.org/fileformat2.html, 4.1): they are counted in the log itself, and their time is told apart, because it
is the drive's and not the processor's.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy and faiss are imported
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from numpy.typing import NDArray

from benchmarks.null_plugs import null_plugs
from benchmarks.pictures import EXAMPLES, make_tiny
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
TINY = 1_000
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
    """One of the two archives, open, and the seconds of its searches by the kind of question."""

    folder: Path
    archive: Archive
    cpu: dict[str, list[float]] = field(default_factory=dict)
    wall: dict[str, list[float]] = field(default_factory=dict)

    def measure(self, kind: str, question: ProbePicture | Path) -> None:
        """Add one search."""
        wall, cpu = time.perf_counter(), time.process_time()
        self.archive.search(question)
        self.cpu.setdefault(kind, []).append(time.process_time() - cpu)
        self.wall.setdefault(kind, []).append(time.perf_counter() - wall)

    def rounds(self, kind: str) -> NDArray[np.float64]:
        """Return the median processor time of a search in each round, ms."""
        medians: NDArray[np.float64] = np.median(np.array(self.cpu[kind]).reshape(-1, PROBES), axis=1) * 1e3
        return medians


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


def searches(place: Path, rows: int, rounds: int) -> dict[str, object]:
    """Measure searches with a template at hand, and with a photograph that is read first, as a person searches."""
    centres = identity_centres(max(1, rows // PICTURES_EACH), 128, np.random.default_rng(20261122))
    probes = [probe(centres[number * 7 % len(centres)]) for number in range(PROBES)]
    questions: dict[str, Sequence[ProbePicture | Path]] = {
        "with a template": probes,
        "with a photograph": [EXAMPLES / "rishi-sunak.jpg"] * PROBES,
    }
    with both(place, centres, rows) as (real, null):
        found = [len(real.archive.search(each).candidates) for each in probes]
        for side in (real, null):
            side.archive.search(EXAMPLES / "rishi-sunak.jpg")  # opens the networks
        for _ in range(rounds):
            for kind, asked in questions.items():
                for question in asked:
                    real.measure(kind, question)
                    null.measure(kind, question)
        log = real.folder / "records.db-wal"
        before = commits_in(log)
        for each in probes:
            real.archive.search(each)
        commits = commits_in(log) - before
        return {
            "rows": rows,
            "candidates": float(np.mean(found)),
            **{kind: compared(real, null, kind) for kind in questions},
            "commits_a_search": commits / PROBES,
            "commit_ms": commit_ms(real.folder),
        }


def compared(real: Side, null: Side, kind: str) -> dict[str, object]:
    """Return one kind of search on both sides."""
    ours, theirs = real.rounds(kind), null.rounds(kind)
    return {
        "cpu_ms": float(np.median(ours)),
        "null_cpu_ms": float(np.median(theirs)),
        "ratio_by_round": [round(float(ratio), 3) for ratio in ours / theirs],
        "wall_ms": float(np.median(real.wall[kind])) * 1e3,
        "null_wall_ms": float(np.median(null.wall[kind])) * 1e3,
    }


def commit_ms(folder: Path) -> float:
    """Return the milliseconds on the wall that one durable commit of one leaf takes, from its beginning."""
    records = open_records(folder, build.doors(build.SystemClock(), build.archive_keys(build.read_settings())), writable=False)
    times = []
    for _ in range(PROBES):
        began = time.perf_counter()
        with records.work(build.current_actor()) as work:
            work.leaf("consultation", what="benchmark")
        times.append(time.perf_counter() - began)
    records.close()
    return float(np.median(times)) * 1e3


def batches(place: Path) -> dict[str, int]:
    """Count batches and leaves of an ingest."""
    told: list[str] = []
    make_tiny(place / "tiny", TINY)
    create_archive(place / "archive")
    with Archive(place / "archive", build.read_settings(), build.SystemClock(), step=told.append) as archive:
        archive.add_source(place / "tiny", profile="household", title="Tiny")
        archive.ingest()
        facts = [cast("dict[str, int]", entry.told["facts"]) for entry in archive.ledger.log(operation="collection")]
    return {"batches": told.count("index-added"), "leaves_of_batches": sum("templates" in each for each in facts)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=7)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        found = {**searches(Path(place), asked.rows, asked.rounds), **batches(Path(place) / "batches")}
    sys.stdout.write(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
