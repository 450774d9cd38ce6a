"""Video: what is found against the truth of made films, and what it costs beside decoding and beside embedding every frame.

`python -m benchmarks.run --only video`; a quarter of an hour. Films are drawn from `examples/photos` by `visavis.testing.film_scripts`.
"""

import io
import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from benchmarks import fresh
from benchmarks.film_runs import DECODE, EACH, PYAV, FilmRun, timed_chain
from benchmarks.fresh import Spread, spread
from visavis.decode.video.film import open_film
from visavis.domain.film import Sampling
from visavis.engines.chain import Chain
from visavis.services.ingest.film import FilmAnalyser
from visavis.testing.film_scores import FilmScore, score
from visavis.testing.film_scripts import PLANS, Plan, common_film, short_appearances
from visavis.testing.films import Studio, encodings, render

EXAMPLES = Path(__file__).parents[1] / "examples" / "photos"
CODECS = ("hevc-mp4", "vp9-webm", "av1-mkv", "mpeg2-ts", "prores-mov", "dnxhr-mxf", "mjpeg-avi")
IN_EACH_CODEC = ("pan, zoom, cut", "fade, turn", "come and go")
SIZES: Mapping[str, tuple[int, int, Fraction]] = {"360p": (640, 360, Fraction(1)), "1080p": (1920, 1080, Fraction(1, 6))}
"""Width, height, minutes."""
GRAIN = 3.0
X264 = {"preset": "fast", "crf": "23"}
"""As films commonly are; `ultrafast`, in which the test set is made, leaves out half of what a decoder has to do."""
LENGTHS = (10, 120)
"""Minutes, for memory."""
EACH_MINUTES = "0.1667"
HOURS = 10_000

Add = Callable[..., None]
"""`Report.add` of `benchmarks.run`."""


def measure(add: Add, place: Path, rounds: int) -> None:
    """Add the rows of the report."""
    accuracy(add)
    films = {name: make(place, name, *size) for name, size in SIZES.items()}
    for name, film in films.items():
        for cores in (1, 2):
            speed(add, f"{name}, {cores} core(s)", film, rounds, cores=cores)
    memory(add, films["360p"], place)


def quick(add: Add, place: Path, rounds: int) -> None:
    """Add the rows of speed on one core only: five minutes instead of fifteen."""
    for name, size in SIZES.items():
        speed(add, f"{name}, 1 core(s)", make(place, name, *size), rounds, cores=1)


def accuracy(add: Add) -> None:
    """Recall, precision and the error of starts and ends, in each way of sampling and in each codec."""
    studio, chain = Studio(EXAMPLES), timed_chain()
    for sampling in Sampling:
        total = one_score([judged(studio, chain, plan, sampling) for plan in PLANS.values()])
        add(f"test set, {sampling}", told(total), bar="recall 1, invented 0, 0.25 s" if sampling is Sampling.NORMAL else "")
        brief = judged(studio, chain, short_appearances(), sampling, shortest=0)
        add(f"shots of 0.08 to 0.8 s between others, {sampling}", told(brief))
    for codec in CODECS:
        scores = [judged(studio, chain, PLANS[name], Sampling.NORMAL, codec=codec) for name in IN_EACH_CODEC]
        add(f"{len(scores)} films of the test set in {codec}, normal", told(one_score(scores)))


def judged(studio: Studio, chain: Chain, plan: Plan, sampling: Sampling, *, codec: str = "h264-mp4", shortest: float = 1) -> FilmScore:
    encoding = replace(encodings(plan.script.rate, bit_rate=plan.bit_rate)[codec], rotation=plan.rotation)
    made = render(studio, plan.script, encoding)
    with open_film(io.BytesIO(made.data)) as film:
        part = FilmAnalyser(chain).part(film, 0, None, sampling)
        return score(part.tracks, made.sightings, time_base=film.facts.time_base, shortest=shortest)


def one_score(scores: list[FilmScore]) -> FilmScore:
    total = scores[0]
    for other in scores[1:]:
        total = total.plus(other)
    return total


def told(one: FilmScore) -> str:
    due = len(one.found) + len(one.missed)
    return (
        f"recall {one.recall:.3f} of {due}, precision {one.precision:.3f}, doubled {one.doubled}, invented {len(one.invented)}, "
        f"starts and ends off by {one.boundary_error:.2f} s (median), {max(one.errors, default=0):.2f} s (most)"
    )


def make(place: Path, name: str, width: int, height: int, minutes: Fraction) -> Path:
    """Render a common film."""
    script = common_film(width=width, height=height, minutes=minutes, noise=GRAIN)
    encoding = replace(encodings(script.rate, key_every=125)["h264-mp4"], options=X264)
    path = place / f"{name}.mp4"
    path.write_bytes(render(Studio(EXAMPLES), script, encoding).data)
    return path


def speed(add: Add, where: str, film: Path, rounds: int, *, cores: int) -> None:
    """Time the ways of reading a film, alternating."""
    ways: dict[str, tuple[str, ...]] = {PYAV: (), DECODE: (), Sampling.FAST: (), Sampling.NORMAL: (), EACH: ("--minutes", EACH_MINUTES)}
    runs: dict[str, list[FilmRun]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, words in ways.items():
            runs[name].append(once(name, film, cores, *words))
    normal, decode, each = runs[Sampling.NORMAL], runs[DECODE], runs[EACH]
    fewer = [_ms(b, c) / _ms(a, c) for a, b, c in zip(normal, each, decode, strict=True)]
    add(f"{where}: detection and embedding of every frame over normal's", spread(fewer), bar="≥ 15")
    add(f"{where}: ms of detection and embedding a frame, normal", spread([_ms(a, b) for a, b in zip(normal, decode, strict=True)]))
    for alone, said in ((decode, "decoding alone"), (runs[PYAV], "PyAV's own loop over all frames")):
        whole = spread([a.cpu_seconds / b.cpu_seconds for a, b in zip(normal, alone, strict=True)])
        add(f"{where}: processor time in all over {said}, normal", whole, bar="≤ 2")
    for name in (DECODE, Sampling.FAST, Sampling.NORMAL, EACH):
        times_real = spread([one.film_seconds / one.seconds for one in runs[name]])
        add(f"{where}: × real time, {name}", times_real)
        a_core = spread([one.film_seconds / one.cpu_seconds for one in runs[name]])
        add(f"{where}: the same a core, by processor time", a_core)
        if name in (Sampling.FAST, Sampling.NORMAL):
            add(
                f"{where}: machine-days for {HOURS:,} hours, {name} (by processor time)", f"{_days(times_real)} ({_days(a_core)} of a core)"
            )
    add(f"{where}: looks and embeddings in {normal[0].film_seconds:.0f} s, normal", f"{normal[0].looks} and {normal[0].embedded}")


def once(how: str, film: Path, cores: int, *words: str) -> FilmRun:
    workers = 1 if how == PYAV else cores
    said = fresh.run("-m", "benchmarks.film_runs", how, str(film), "--workers", str(workers), *words, cores=min(cores, os.cpu_count() or 1))
    return FilmRun(**json.loads(said.splitlines()[-1]))


def _ms(run: FilmRun, alone: FilmRun) -> float:
    """Return the milliseconds of detection and embedding a frame of the film, decoded or left out; `alone` read them all."""
    return run.network_seconds / run.film_seconds * alone.film_seconds / alone.frames * 1e3


def _days(times_real: Spread) -> str:
    return f"{HOURS / times_real.median / 24:,.1f}"


def memory(add: Add, film: Path, place: Path) -> None:
    """Peak memory of one process that reads a film of ten minutes and one of two hours."""
    peaks = []
    for minutes in LENGTHS:
        path = place / f"{minutes}.mkv"
        repeat(film, path, minutes)
        peaks.append(once(Sampling.NORMAL, path, 1).peak_mb)
        path.unlink()
    add(f"peak memory, MB, at {LENGTHS[0]} and {LENGTHS[1]} minutes", f"{peaks[0]:.0f} and {peaks[1]:.0f}")
    add("the same, ratio", f"{peaks[1] / peaks[0]:.3f}", bar="≤ 1.2")


def repeat(film: Path, target: Path, minutes: int) -> None:
    """Write a film of some minutes by repeating one of a minute, packet by packet."""
    import av

    with av.open(str(film)) as source, av.open(str(target), "w") as made:
        stream = made.add_stream_from_template(source.streams.video[0])
        for packet in _packets(source, minutes):
            packet.stream = stream
            made.mux(packet)


def _packets(source: Any, minutes: int) -> Iterator[Any]:
    shift = 0
    for _ in range(minutes):
        source.seek(0)
        end = 0
        for packet in source.demux(video=0):
            if packet.dts is None:
                continue
            end = max(end, packet.pts + packet.duration)
            packet.pts += shift
            packet.dts += shift
            yield packet
        shift += end
