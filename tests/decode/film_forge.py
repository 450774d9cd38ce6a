"""Small films with known truth, each rendered once a session, and ways to damage them."""

import functools
import io
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from visavis.decode.video.base import Film
from visavis.decode.video.film import open_film
from visavis.testing.films import MadeFilm, Part, Pose, Scene, Script, Studio, encodings, render

WALK = Part(portrait="rishi-sunak.jpg", start=Pose(x=0.25, size=0.5), end=Pose(x=0.75, size=0.5))
STAND = Part(portrait="eileen-collins.jpg", start=Pose(size=0.3), end=Pose(size=0.6))
SCRIPT = Script(scenes=(Scene(seconds=1, parts=(WALK,)), Scene(seconds=1.2, parts=(STAND,))), width=256, height=144)
"""55 frames; DNxHR takes none smaller than 256 x 120."""
KEY_EVERY = 10
RATE = SCRIPT.rate

Make = Callable[..., MadeFilm]


def maker(photos: Path) -> Make:
    """Return what renders `SCRIPT` in one of the ways of `encodings`; what else is said changes the encoding, `uneven` the script."""
    studio = Studio(photos)

    @functools.cache
    def make(way: str, *, uneven: bool = False, interlaced: bool = False, **said: object) -> MadeFilm:
        encoding = encodings(RATE, key_every=KEY_EVERY)[way]
        for name, value in said.items():
            # options are added to those of the way; they come as pairs, so that the call can be remembered
            added = {**getattr(encoding, name), **dict(value)} if isinstance(value, tuple) else value
            encoding = replace(encoding, **{name: added})
        return render(studio, replace(SCRIPT, uneven=uneven, rate=encoding.rate * (1 + interlaced)), encoding, interlaced=interlaced)

    return make


def opened(data: bytes, **said: object) -> Film:
    return open_film(io.BytesIO(data), **said)


def times(film: Film, start: Fraction | int = 0, end: Fraction | int | None = None) -> list[Fraction]:
    """Seconds of the frames of a stretch, exactly."""
    tick = film.facts.time_base
    return [one.ticks * tick for one in film.frames(round(start / tick), None if end is None else round(end / tick))]


def stretches(data: bytes, seconds: Fraction, *, cold: bool) -> list[list[Fraction]]:
    """Read a film in stretches, from the last to the first (`cold`: each in a film opened for it), or one after the other."""
    with opened(data) as film:
        count = int(times(film)[-1] / seconds) + 1
        if not cold:
            return [times(film, n * seconds, (n + 1) * seconds) for n in range(count)]
    found = []
    for n in reversed(range(count)):
        with opened(data) as film:
            found.append(times(film, n * seconds, (n + 1) * seconds))
    return found[::-1]


def zeroed(data: bytes, start: float, end: float) -> bytes:
    """Overwrite a share of a file's middle with zeros."""
    first, last = int(len(data) * start), int(len(data) * end)
    return data[:first] + bytes(last - first) + data[last:]


def joined(parts: list[list[Fraction]]) -> list[Fraction]:
    """Put the frames of all stretches behind one another."""
    return [time for part in parts for time in part]
