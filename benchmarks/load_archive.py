"""The archive that the load measurement searches: many faces of nobody, distributed like real ones, and the index alone beside them."""

import hashlib
import time
from pathlib import Path

import numpy as np

from visavis.domain.arrays import Vectors
from visavis.domain.clearance import Clearance
from visavis.domain.face import AnalysedFace, Box, Quality
from visavis.domain.identification import Where
from visavis.domain.media import AnalysedPicture, Outcome, PictureMetadata, Reason
from visavis.law.clear import clear_erasure_check
from visavis.records.archive import open_records
from visavis.records.files import ReadFile
from visavis.testing.templates import identity_centres, pictures_of
from visavis.wiring import build
from visavis.wiring.archive import Archive
from visavis.wiring.index import EmbeddedKeeper
from visavis.wiring.tools import create_archive

DIM, FACES_A_PICTURE, PICTURES_A_BATCH, PICTURES_EACH = 128, 10, 500, 20
QUALITY = Quality(size_px=90, yaw=0, pitch=0, roll=0, sharpness=40, exposure=0.5, score=0.9, norm=12)
DEPTH = 500
"""Hits that a search asks of the index at first."""


def fill(folder: Path, rows: int) -> None:
    """Make an archive with two household sources: `made`, of `rows` faces of people who do not exist, and `fresh`, still empty."""
    settings, clock, actor = build.read_settings(), build.SystemClock(), build.current_actor()
    for name in ("made", "fresh"):
        (folder / name).mkdir(parents=True)
    create_archive(folder / "archive", settings=settings)
    with Archive(folder / "archive", settings, clock) as archive:
        for name in ("made", "fresh"):
            archive.add_source(folder / name, profile="household", title=name)
    rng = np.random.default_rng(1)
    centres = identity_centres(max(1, rows // PICTURES_EACH), DIM, rng)
    records = open_records(folder / "archive", build.doors(clock, build.archive_keys(settings)), writable=True)
    source = records.sources.one("made")
    with records.work(actor) as work:
        job = records.files.start_job(work, source)
    pictures = rows // FACES_A_PICTURE
    for start in range(0, pictures, PICTURES_A_BATCH):
        batch = [_picture(number, centres, rng) for number in range(start, min(start + PICTURES_A_BATCH, pictures))]
        with records.work(actor) as work:
            records.intake.commit(work, job, source.roots[0].number, batch)
    with records.work(actor) as work:
        records.files.finish_job(work, job, listed=pictures)
    EmbeddedKeeper(records, clock).open().close()
    records.close()


def _picture(number: int, centres: Vectors, rng: np.random.Generator) -> ReadFile:
    people = np.arange(number * FACES_A_PICTURE, (number + 1) * FACES_A_PICTURE) % len(centres)
    faces = tuple(
        AnalysedFace(
            box=Box(left=place / FACES_A_PICTURE, top=0.4, width=0.08, height=0.12),
            landmarks_5x2=np.full((5, 2), 0.5, np.float32),
            quality=QUALITY,
            vector=vector,
        )
        for place, vector in enumerate(pictures_of(centres[people], rng))
    )
    digest = hashlib.sha256(str(number).encode()).digest()
    picture = AnalysedPicture(format="jpeg", width=800, height=600, dhash=digest[:16], metadata=PictureMetadata(), faces=faces)
    outcome = Outcome(reason=Reason.INDEXED, faces=len(faces))
    return ReadFile(path=f"{number:07d}.jpg", size=1000, mtime_ns=1, outcome=outcome, sha256=digest, picture=picture)


def bare_index(folder: Path, searches: int) -> list[tuple[float, float]]:
    """Return the seconds, on the wall and of the processor, of searches of the index alone, one after the other, in this process."""
    settings, clock = build.read_settings(), build.SystemClock()
    records = open_records(folder / "archive", build.doors(clock, build.archive_keys(settings)), writable=False)
    index, seconds = EmbeddedKeeper(records, clock).open(), list[tuple[float, float]]()
    clearance: Clearance = clear_erasure_check(build.current_actor(), build.rules(), frozenset({1, 2}), floor=-1.0, at=clock.now())
    for probe in identity_centres(searches, DIM, np.random.default_rng(2)):
        wall, cpu = time.perf_counter(), time.process_time()
        index.search(probe, DEPTH, Where(sources=clearance.sources), clearance)
        seconds.append((time.perf_counter() - wall, time.process_time() - cpu))
    index.close()
    records.close()
    return seconds[searches // 10 :]
