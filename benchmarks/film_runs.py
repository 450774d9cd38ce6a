"""One run over one film in a process of its own: `python -m benchmarks.film_runs HOW FILM [--workers N] [--minutes M]`; prints JSON.

HOW is `decode` (frames and nothing else), `pyav` (the same in PyAV's own loop,
whole film, one worker), `fast`, `normal` or `every-frame` (as Visavis reads films), or `each-embedded`: every
frame through the chain as if it were a photograph, found faces embedded. Workers share the film by stretches of 20 seconds.
"""

import argparse
import dataclasses
import json
import multiprocessing
import resource
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from platformdirs import user_cache_path

from visavis.decode.video.base import Film
from visavis.decode.video.film import open_film
from visavis.domain.arrays import RgbImage
from visavis.domain.face import AnalysedFace
from visavis.domain.film import FilmPart, Sampling
from visavis.domain.media import PixelSource
from visavis.engines.chain import Chain, open_networks
from visavis.engines.closeup import CloseUp
from visavis.engines.embed import BATCH
from visavis.engines.pack import DEFAULT_PACK, find_pack
from visavis.engines.tracking import Sighting
from visavis.services.ingest.film import FilmAnalyser
from visavis.testing.pack_contract import MemoryPicture

DECODE, PYAV, EACH = "decode", "pyav", "each-embedded"
STRETCH = 20
"""Seconds, as ingest reads films."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmRun:
    """What a run did and took.

    Attributes
    ----------
    seconds, cpu_seconds : float
        On the wall, and of processor time, networks loaded and film open.
    network_seconds : float
        Processor time in detection and embedding, of all workers.
    looks, embedded : int
        Frames in which faces were looked for; faces embedded.
    peak_mb : float
        Most resident memory of the process (of one worker: itself).
    """

    frames: int
    film_seconds: float
    seconds: float
    cpu_seconds: float
    network_seconds: float
    looks: int
    embedded: int
    tracks: int
    peak_mb: float


class TimedChain(Chain):
    """A chain that sums up how long its doors take."""

    taken = 0.0
    embedded = 0

    def glance(self, frame_rgb: RgbImage, *, at_ticks: int, longer_side: int | None, beyond: bool = False) -> list[Sighting]:
        """Look for faces in a frame."""
        began = time.process_time()
        found = super().glance(frame_rgb, at_ticks=at_ticks, longer_side=longer_side, beyond=beyond)
        self.taken += time.process_time() - began
        return found

    def describe(self, closeups: Sequence[CloseUp]) -> list[AnalysedFace | None]:
        """Embed faces."""
        began = time.process_time()
        found = super().describe(closeups)
        self.taken += time.process_time() - began
        self.embedded += len(closeups)
        return found

    def each(self, source: PixelSource) -> int:
        """Analyse one frame as a photograph; return 1."""
        began = time.process_time()
        (faces,) = self.analyse([source])
        self.taken += time.process_time() - began
        self.embedded += len(faces) if isinstance(faces, list) else 0
        return 1


def timed_chain() -> TimedChain:
    """Return the default pack's chain, its networks warm: as after minutes of film, they have met each number of faces at once."""
    pack = find_pack(DEFAULT_PACK, [])
    chain = TimedChain(pack, open_networks(pack, cache=user_cache_path("visavis")))
    photo = MemoryPicture(image_rgb=_photo())
    chain.analyse([photo])
    (close,) = (face.close for face in chain.glance(photo.image_rgb, at_ticks=0, longer_side=320) if face.close)
    for faces in range(1, BATCH + 1):
        chain.describe([close] * faces)
    chain.taken, chain.embedded = 0.0, 0
    return chain


def _photo() -> RgbImage:
    from visavis.decode.photo import open_photo

    path = Path(__file__).parents[1] / "examples" / "photos" / "eileen-collins.jpg"
    return open_photo(path.read_bytes()).pixels()


def stretches(film: Film, minutes: float | None) -> list[tuple[int, int | None]]:
    """Return where stretches begin and end, ticks; `minutes` = how much of the film."""
    tick = film.facts.time_base
    length = (film.facts.duration_ticks or 0) * tick
    until = min(length, Fraction(minutes * 60)) if minutes else length
    starts = [int(at * STRETCH / tick) for at in range(max(1, int(-(-until // STRETCH))))]
    return list(zip(starts, [*starts[1:], int(until / tick) if until < length else None], strict=True))


def _plainly(path: Path) -> int:
    """Decode every frame as PyAV's manual does, on one thread; return their number."""
    import av

    with av.open(str(path)) as container:
        context = container.streams.video[0].codec_context
        context.thread_count, context.thread_type = 1, "NONE"
        return sum(1 for _ in container.decode(video=0))


def _part(how: str, film: Film, chain: TimedChain, stretch: tuple[int, int | None]) -> tuple[int, FilmPart | None]:
    if how == DECODE:
        return sum(1 for _ in film.frames(*stretch)), None
    if how == EACH:
        return sum(chain.each(MemoryPicture(image_rgb=frame.rgb())) for frame in film.frames(*stretch)), None
    found = FilmAnalyser(chain).part(film, *stretch, Sampling(how))
    return found.frames, found


def run(how: str, path: Path, minutes: float | None, mine: tuple[int, int] = (0, 1)) -> FilmRun:
    """Read the stretches of a film, or of several workers' share the `mine[0]`-th of `mine[1]`."""
    chain = timed_chain()
    with open_film(path) as film:
        asked = stretches(film, minutes)[mine[0] :: mine[1]]
        began, cpu_began = time.perf_counter(), time.process_time()
        parts = [(_plainly(path), None)] if how == PYAV else [_part(how, film, chain, stretch) for stretch in asked]
        seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - cpu_began
        length = (film.facts.duration_ticks or 0) * film.facts.time_base
    found = [one for _, one in parts if one]
    return FilmRun(
        frames=sum(frames for frames, _ in parts),
        film_seconds=float(min(length, Fraction(minutes * 60)) if minutes else length),
        seconds=seconds,
        cpu_seconds=cpu_seconds,
        network_seconds=chain.taken,
        looks=sum(one.looked for one in found),
        embedded=chain.embedded,
        tracks=sum(len(one.tracks) for one in found),
        peak_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    )


def shared(how: str, path: Path, minutes: float | None, workers: int) -> FilmRun:
    """Run with several workers; the slowest is the time it took."""
    if workers == 1:
        return run(how, path, minutes)
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        runs = pool.starmap(run, [(how, path, minutes, (at, workers)) for at in range(workers)], chunksize=1)
    sums = {
        name: sum(getattr(one, name) for one in runs)
        for name in ("frames", "cpu_seconds", "network_seconds", "looks", "embedded", "tracks")
    }
    most = {name: max(getattr(one, name) for one in runs) for name in ("film_seconds", "seconds", "peak_mb")}
    return FilmRun(**sums, **most)


def main() -> None:
    parser = argparse.ArgumentParser(description="One run over one film.")
    parser.add_argument("how", choices=[DECODE, PYAV, EACH, *Sampling])
    parser.add_argument("film", type=Path)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--minutes", type=float)
    asked = parser.parse_args()
    sys.stdout.write(json.dumps(dataclasses.asdict(shared(asked.how, asked.film, asked.minutes, asked.workers))) + "\n")


if __name__ == "__main__":
    main()
