"""Tracks against the truth of a made film: who was found, what was not there, and how far off starts and ends are."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from visavis.domain.film import SeenFace, Track
from visavis.testing.films import Sighting

_SAME_PLACE = 0.3
"""Intersection over union from which a track's face is the one that was drawn; detectors' boxes differ in what they take in."""
_AFTERGLOW = 0.5
"""Seconds around a sighting for which its face may be half there: coming in, going out, fading."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmScore:
    """What became of the sightings of one or more films.

    Attributes
    ----------
    found : tuple of Sighting
        Those to be found that a track shows.
    missed : tuple of Sighting
        Those that none shows.
    doubled : int
        Tracks beyond the first of one sighting.
    invented : tuple of Track
        Tracks of nobody.
    errors : tuple of float
        Seconds between true and found, of starts and ends of what was found.
    """

    found: tuple[Sighting, ...]
    missed: tuple[Sighting, ...]
    doubled: int
    invented: tuple[Track, ...]
    errors: tuple[float, ...]

    @property
    def recall(self) -> float:
        """Share of the sightings to be found that were."""
        return 1.0 if not self.missed else len(self.found) / (len(self.found) + len(self.missed))

    @property
    def precision(self) -> float:
        """Share of the tracks that are one person's one appearance."""
        wrong = self.doubled + len(self.invented)
        return 1.0 if not wrong else len(self.found) / (len(self.found) + wrong)

    @property
    def boundary_error(self) -> float:
        """Median of `errors`, seconds."""
        return float(np.median(self.errors)) if self.errors else 0.0

    def plus(self, other: "FilmScore") -> "FilmScore":
        """Return the score of both films."""
        return FilmScore(
            found=self.found + other.found,
            missed=self.missed + other.missed,
            doubled=self.doubled + other.doubled,
            invented=self.invented + other.invented,
            errors=self.errors + other.errors,
        )


def score(
    tracks: Sequence[Track], truth: Sequence[Sighting], *, time_base: Fraction, smallest_px: float = 40, shortest: float = 1.0
) -> FilmScore:
    """Compare the tracks of one film with the truth.

    Parameters
    ----------
    tracks : sequence of Track
        Of the whole film.
    truth : sequence of Sighting
        From `films.render`.
    time_base : Fraction
        Seconds a tick.
    smallest_px, shortest : float
        Sightings below this size (pixels) or time (seconds) need not be found; if they are, nothing is wrong with it.
    """
    shown = [_whose(track, truth, time_base) for track in tracks]
    due = [at for at, one in enumerate(truth) if one.smallest_px >= smallest_px and one.seconds >= shortest]
    mine = {at: [track for track, whose in zip(tracks, shown, strict=True) if whose == at] for at in range(len(truth))}
    errors: list[float] = []
    for at in due:
        if mine[at]:
            start, end = min(one.start_ticks for one in mine[at]) * time_base, max(one.end_ticks for one in mine[at]) * time_base
            errors += [float(abs(start - truth[at].start)), float(abs(end - truth[at].end))]
    return FilmScore(
        found=tuple(truth[at] for at in due if mine[at]),
        missed=tuple(truth[at] for at in due if not mine[at]),
        doubled=sum(max(0, len(of) - 1) for of in mine.values()),
        invented=tuple(track for track, whose in zip(tracks, shown, strict=True) if whose is None),
        errors=tuple(errors),
    )


def _whose(track: Track, truth: Sequence[Sighting], time_base: Fraction) -> int | None:
    """Return the position of the sighting that a track shows: of those whose place it keeps to, the one that it shares most time with."""
    start, end = track.start_ticks * time_base, track.end_ticks * time_base
    shared = {at: min(end, one.end) - max(start, one.start) for at, one in enumerate(truth) if _shows(track, one, time_base)}
    return max(shared, key=shared.__getitem__, default=None)


def _shows(track: Track, sighting: Sighting, time_base: Fraction) -> bool:
    """Whether the most of a track's faces lie where the person was drawn."""
    faces = [track.first, *track.best, track.last]
    return sum(_lies(face, sighting, time_base) for face in faces) * 2 > len(faces)


def _lies(face: SeenFace, sighting: Sighting, time_base: Fraction) -> bool:
    seconds = face.at_ticks * time_base
    time, box = min(sighting.boxes, key=lambda one: abs(one[0] - seconds))
    return abs(time - seconds) <= _AFTERGLOW and face.face.box.overlap(box) >= _SAME_PLACE
