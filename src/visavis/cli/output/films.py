"""What a page shows of films: where in its film a moment lies, beside the others of the same film, and a short film to play."""

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from visavis.cli.output.reading import END, best_moment, clock, moment, set_aside
from visavis.domain.film import Moment
from visavis.domain.identification import Candidate

PREVIEW_BYTES = 24 << 20
"""Of short films on one page, at most: mail systems take files up to some 25 to 35 MB, and base64 adds a third."""
MOST_TICKS = 200
"""On one strip; what is more can't be told apart."""
_LEAST_WIDTH = 0.004


class Preview(Protocol):
    """A short film, MP4; `at_s` is its best moment, seconds from its beginning."""

    @property
    def mp4(self) -> bytes:
        """The file."""
        ...

    @property
    def at_s(self) -> float:
        """Its best moment."""
        ...


OpenPreview = Callable[[Candidate], Preview | None]
"""How the page comes by a short film; None = it can't be made now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """One appearance on a strip; `number` is its place on the page, 0 = it is not to be jumped to; `style` is CSS."""

    number: int
    label: str
    style: str
    own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Filmed:
    """A moment as the template wants it.

    Attributes
    ----------
    player : str or None
        The short film as a `data:` URI with the time to start at; None = the page has none.
    command : str
        What cuts a clip.
    """

    span: str
    best: str
    timecode: str
    ends: str
    ticks: tuple[Tick, ...]
    player: str | None
    command: str


class Films:
    """The moments of one page.

    Parameters
    ----------
    numbers : mapping of str to int
        By candidate id, the place on the page of those that a strip may jump to: what is folded away can't be opened from elsewhere.
    open_preview : callable or None
        None = this page plays nothing.
    """

    def __init__(self, candidates: Sequence[Candidate], numbers: Mapping[str, int], open_preview: OpenPreview | None) -> None:
        self._numbers = numbers
        self._open = open_preview
        self._left = PREVIEW_BYTES
        self.left_out = 0
        """Moments of which the page was too full to hold a short film."""
        self._of_film: dict[str, list[tuple[Candidate, Moment]]] = {}
        for one in candidates:
            if one.moment is not None:
                self._of_film.setdefault(one.media_id, []).append((one, one.moment))

    def filmed(self, candidate: Candidate, *, folded: bool) -> Filmed | None:
        """Return a moment, None for a photograph; one that is folded under another is not played."""
        when = candidate.moment
        if when is None:
            return None
        beside = self._of_film[candidate.media_id]
        length = _length(beside)
        return Filmed(
            span=moment(candidate),
            best=best_moment(candidate),
            timecode=candidate.timecode,
            ends=clock(float(length * when.time_base), up=True),
            ticks=tuple(self._tick(one, at, length, own=one is candidate) for one, at in _shown(beside, candidate)),
            player=None if folded or set_aside(candidate) else self._player(candidate),
            command=f"visavis clip {candidate.candidate_id[-END:]} --output clip.mp4",
        )

    def _tick(self, candidate: Candidate, when: Moment, length: Fraction, *, own: bool) -> Tick:
        start = float(when.start_ticks / length)
        width = max(_LEAST_WIDTH, float((when.end_ticks - when.start_ticks) / length))
        style = f"left:{min(start, 1 - _LEAST_WIDTH):.2%};width:{width:.2%}"
        return Tick(number=0 if own else self._numbers.get(candidate.candidate_id, 0), label=moment(candidate), style=style, own=own)

    def _player(self, candidate: Candidate) -> str | None:
        if self._open is None:
            return None
        if self._left <= 0:
            self.left_out += 1
            return None
        made = self._open(candidate)
        if made is None:
            return None
        self._left -= len(made.mp4)
        return f"data:video/mp4;base64,{base64.b64encode(made.mp4).decode('ascii')}#t={made.at_s:.2f}"


def _length(beside: Sequence[tuple[Candidate, Moment]]) -> Fraction:
    """Return how long a film is, ticks: as it says of itself, or up to the last that is known of it."""
    known = [when.duration_ticks or 0 for _, when in beside]
    return Fraction(max(1, *known, *(when.end_ticks for _, when in beside)))


def _shown(beside: Sequence[tuple[Candidate, Moment]], own: Candidate) -> list[tuple[Candidate, Moment]]:
    """Return what stands on a strip, the candidate's own mark last so that it lies on top."""
    others = [pair for pair in beside if pair[0] is not own][: MOST_TICKS - 1]
    return [*others, *(pair for pair in beside if pair[0] is own)]
