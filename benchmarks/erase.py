"""Faces erased in one order from a large archive, while another process goes on searching it.

`python -m benchmarks.erase [--rows 1000000] [--faces 10000]` prints one line of JSON: seconds of the order with its five checks, bytes that
it wrote (`/proc/self/io`), the seconds of its steps, and how many searches were answered meanwhile, with the slowest.
"""

# ruff: noqa: SLF001 - it measures behind the door
import argparse
import contextlib
import hashlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from multiprocessing import get_context
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa

from visavis.domain.actor import Actor
from visavis.domain.face import AnalysedFace, Box, Quality
from visavis.domain.identification import Threshold
from visavis.domain.media import AnalysedPicture, Outcome, PictureMetadata, Reason
from visavis.law.clear import clear_erasure_check
from visavis.records import archive as records_archive
from visavis.records import tables
from visavis.records.archive import Records
from visavis.records.files import ReadFile
from visavis.records.folder import ArchiveFolder
from visavis.services.erasure import EraseQuestion
from visavis.settings import Settings
from visavis.wiring import build
from visavis.wiring.archive import Archive

DIM, FACES_A_PICTURE, PICTURES_A_BATCH = 128, 10, 1_000
QUALITY = Quality(size_px=90, yaw=0, pitch=0, roll=0, sharpness=40, exposure=0.5, score=0.9, norm=12)


class MadeArchive(Archive):
    """An archive whose templates no pack has made."""

    def _recorded(self, records: Records) -> dict[float, Threshold]:  # noqa: ARG002 - the door's shape
        return {0.01: Threshold(value=0.5, trial="made for this measurement")}


def fill(folder: Path, rows: int) -> None:
    """Make an archive with so many faces of nobody."""
    doors = build.doors(build.SystemClock(), build.archive_keys(Settings()))
    records_archive.create(ArchiveFolder(folder), doors, pack_id="made-up", dim=DIM, actor=Actor(name="bench"))
    pictures = folder.parent / "pictures"
    pictures.mkdir()
    with MadeArchive(folder, Settings(), build.SystemClock()) as archive:
        archive.add_source(pictures, profile="household", title="Made")
        with archive._session.writing() as records:
            (source,) = records.sources.all()
            for start in range(0, rows // FACES_A_PICTURE, PICTURES_A_BATCH):
                batch = [_picture(start + i) for i in range(PICTURES_A_BATCH)]
                with records.work(archive._session.actor) as work:
                    job = records.files.start_job(work, source)
                    records.intake.commit(work, job, source.roots[0].number, batch)
                    records.files.finish_job(work, job, listed=len(batch))


def _picture(number: int) -> ReadFile:
    rng = np.random.default_rng(number)
    vectors = rng.standard_normal((FACES_A_PICTURE, DIM), np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    numbers = rng.uniform(0.0, 0.5, (FACES_A_PICTURE, 14)).astype(np.float32)
    faces = tuple(
        AnalysedFace(
            box=Box(left=float(own[0]), top=float(own[1]), width=float(own[2]), height=float(own[3])),
            landmarks_5x2=own[4:].reshape(5, 2),
            quality=QUALITY,
            vector=vector,
        )
        for vector, own in zip(vectors, numbers, strict=True)
    )
    digest = hashlib.sha256(str(number).encode()).digest()
    picture = AnalysedPicture(format="jpeg", width=800, height=600, dhash=digest[:16], metadata=PictureMetadata(), faces=faces)
    outcome = Outcome(reason=Reason.INDEXED, faces=len(faces))
    return ReadFile(path=f"{number:07d}.jpg", size=1000, mtime_ns=1, outcome=outcome, sha256=digest, picture=picture)


def search_on(folder: Path, ready: Event, stop: Event, told: Any) -> None:
    """Search the archive again and again, as a reader; tell how often, and the slowest."""
    rng, seconds = np.random.default_rng(1), []
    with MadeArchive(folder, Settings(), build.SystemClock()) as archive:
        records, _ = archive._searching()
        ready.set()
        while not stop.is_set():
            probe = rng.standard_normal(DIM).astype(np.float32)
            began = time.perf_counter()
            records, index = archive._searching()
            at = build.SystemClock().now()
            clearance = clear_erasure_check(archive._session.actor, archive._session.rules, frozenset({1}), floor=-1.0, at=at)
            hits = index.search(probe / np.linalg.norm(probe), 50, None, clearance)
            records.gallery.visible(hits.keys.tolist(), at)
            seconds.append(time.perf_counter() - began)
            time.sleep(0.05)
    told.put((len(seconds), sorted(seconds)[len(seconds) // 2], max(seconds)))


@contextlib.contextmanager
def searching(folder: Path, numbers: dict[str, object]) -> Iterator[None]:
    """Keep another process searching meanwhile."""
    context = get_context("spawn")
    ready, stop, told = context.Event(), context.Event(), context.Queue()
    process = context.Process(target=search_on, args=(folder, ready, stop, told))
    process.start()
    ready.wait(600)
    try:
        yield
    finally:
        stop.set()
        numbers["searches"], numbers["search_median_s"], numbers["search_slowest_s"] = told.get(timeout=600)
        process.join()


def written() -> int:
    """Return how many bytes this process has had written to the disk."""
    lines = Path("/proc/self/io").read_text(encoding="ascii").splitlines()
    return int(dict(line.split(": ") for line in lines)["write_bytes"])


def main() -> None:
    """Measure, and print one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--faces", type=int, default=10_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        os.environ["XDG_CONFIG_HOME"] = place
        folder, numbers = Path(place) / "archive", dict[str, object](rows=given.rows, faces=given.faces)
        began = time.perf_counter()
        fill(folder, given.rows)
        sys.stderr.write(f"filled in {time.perf_counter() - began:.0f} s\n")
        steps: dict[str, float] = {}
        clock = time.perf_counter
        with MadeArchive(folder, Settings(), build.SystemClock(), step=lambda name: steps.__setitem__(name, clock())) as archive:
            with archive._session.writing() as records, archive._open_index(records):
                pass  # codes of every row, before anything is measured
            every = sa.select(tables.face.c.id).where(tables.face.c.number % (given.rows // given.faces) == 1)
            faces = tuple(archive._session.records()._database.ask(every).scalars())
            with searching(folder, numbers):
                before, began = written(), clock()
                steps.clear()
                run = archive.erasure.run(EraseQuestion(faces=faces))
                numbers |= {"seconds": clock() - began, "bytes_written": written() - before, "state": run.state}
        numbers["steps_s"] = {name: round(at - began, 1) for name, at in steps.items() if at >= began}
        numbers["archive_bytes"] = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        sys.stdout.write(json.dumps(numbers) + "\n")


if __name__ == "__main__":
    main()
