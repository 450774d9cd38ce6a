"""A few seconds of film that a browser plays, small enough to stand in a page."""

import io
from dataclasses import dataclass
from fractions import Fraction

from visavis.decode.video.browser import browser_encoding, fitted, fitted_size
from visavis.decode.video.encode import FilmWriter
from visavis.decode.video.film import Film
from visavis.domain.film import Moment
from visavis.services.clip.cut import span

LONGER_SIDE = 480
"""Pixels: what a phone shows across."""
CRF = 30
SECONDS = 6.0
"""Longest preview: about 150 kB of a talking head."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A short film; `at_s` is the best moment in it, seconds from its beginning."""

    mp4: bytes
    at_s: float


def preview(film: Film, moment: Moment) -> Preview | None:
    """Return the seconds around the best moment of an appearance, None if no frame there can be decoded."""
    start, end = span(moment, SECONDS)
    size = fitted_size(film.facts, LONGER_SIDE)
    target, first = io.BytesIO(), None
    with FilmWriter(target, browser_encoding(film.facts, crf=CRF), width=size[0], height=size[1]) as writer:
        for frame in film.span(start, end):
            first = frame.ticks if first is None else first
            writer.write(fitted(frame.rgb(max(size)), size), frame.ticks - first)
    if first is None:
        return None
    return Preview(mp4=target.getvalue(), at_s=float(max(Fraction(0), (moment.at_ticks - first) * moment.time_base)))
