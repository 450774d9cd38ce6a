"""A few seconds of film that a browser plays, small enough to stand in a page."""

import io
from dataclasses import dataclass

from visavis.decode.video.base import Film
from visavis.decode.video.clip import write_clip
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
    target = io.BytesIO()
    if not write_clip(film, target, (start, end), longer_side=LONGER_SIDE, crf=CRF):
        return None
    return Preview(mp4=target.getvalue(), at_s=float((moment.at_ticks - start) * moment.time_base))
