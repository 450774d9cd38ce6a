"""What to hide in each frame of a film: faces that were found there, and those that were missed between two looks or just beyond them.

A detector that finds a face in nine frames of ten would show it in the tenth. So a mask goes by tracks: from one sighting of a face to the
next of it the whole ground between the two is hidden, and before the first and after the last one the mask stays for a while and grows.
Two tracks that are taken for one hide too much, never too little.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from visavis.domain.face import Box

BRIDGE_S = Fraction(3)
"""Longest time without a sighting that a mask bridges: somebody who turns round or bends down is back by then."""
HOLD_S = Fraction(1)
"""How long a mask stays before the first and after the last sighting: a face that comes into sharpness, or turns away, is known so long."""
DRIFT = 0.5
"""Of the box's longer side, how far a held mask grows on each side within a second; whoever walks past moves a head or two."""
REACH = 1.5
"""Of the boxes' longer side: middles further apart than this, and a second's drift for each second between, are not taken for one face."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FacesAt:
    """Faces found in one frame.

    Attributes
    ----------
    own : Box or None
        The face that the film is cut for, where it was told in this very frame.
    others : tuple of Box
        Every other face found.
    """

    at_ticks: int
    own: Box | None
    others: tuple[Box, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HiddenAt:
    """What to hide in one frame.

    Attributes
    ----------
    own : tuple of Box
        The face to show; empty = it is not told here, and nothing is spared.
    seen : tuple of Box
        Other faces found in this frame: hidden whatever they overlap.
    held : tuple of Box
        Where a face may be that was not found: hidden, but for the face to show.
    """

    at_ticks: int
    own: tuple[Box, ...]
    seen: tuple[Box, ...]
    held: tuple[Box, ...]


@dataclass(slots=True)
class _Track:
    """Sightings of what is taken for one face: (place of the frame, box)."""

    sightings: list[tuple[int, Box]]


def hide(frames: Sequence[FacesAt], time_base: Fraction) -> list[HiddenAt]:
    """Plan the masks of a stretch of film.

    Parameters
    ----------
    frames : sequence of FacesAt
        Every frame, in order of time.
    time_base : Fraction
        Seconds a tick.

    Returns
    -------
    list of HiddenAt
        One a frame.
    """
    seconds = [frame.at_ticks * time_base for frame in frames]
    held: list[list[Box]] = [[] for _ in frames]
    for track in _tracks(frames, seconds):
        for place, box in _between(track):
            held[place].append(box)
        for place, box in _beyond(track, seconds):
            held[place].append(box)
    return [
        HiddenAt(at_ticks=frame.at_ticks, own=() if frame.own is None else (frame.own,), seen=frame.others, held=tuple(boxes))
        for frame, boxes in zip(frames, held, strict=True)
    ]


def _tracks(frames: Sequence[FacesAt], seconds: Sequence[Fraction]) -> list[_Track]:
    """Join sightings to the nearest track that can reach them, the nearest pairs first."""
    tracks: list[_Track] = []
    for place, frame in enumerate(frames):
        open_tracks = [track for track in tracks if seconds[place] - seconds[track.sightings[-1][0]] <= BRIDGE_S]
        pairs = sorted(
            (distance, number, which)
            for number, track in enumerate(open_tracks)
            for which, box in enumerate(frame.others)
            if (distance := _distance(track.sightings[-1], (place, box), seconds)) is not None
        )
        joined: set[int] = set()
        moved: set[int] = set()
        for _, number, which in pairs:
            if number not in joined and which not in moved:
                open_tracks[number].sightings.append((place, frame.others[which]))
                joined.add(number)
                moved.add(which)
        tracks += [_Track([(place, box)]) for which, box in enumerate(frame.others) if which not in moved]
    return tracks


def _distance(before: tuple[int, Box], after: tuple[int, Box], seconds: Sequence[Fraction]) -> float | None:
    """Return how far apart two sightings are, in sides of the larger box; None = too far for one face."""
    (place, old), (later, new) = before, after
    across, down = max(old.width, new.width), max(old.height, new.height)
    if not across or not down:
        return None
    sideways = abs(old.left + old.width / 2 - new.left - new.width / 2) / across
    up = abs(old.top + old.height / 2 - new.top - new.height / 2) / down
    distance = max(sideways, up)
    return distance if distance <= REACH + DRIFT * float(seconds[later] - seconds[place]) else None


def _between(track: _Track) -> Iterator[tuple[int, Box]]:
    """Yield the hull of two sightings for each frame between them."""
    for (first, box), (last, other) in zip(track.sightings, track.sightings[1:], strict=False):
        for place in range(first + 1, last):
            yield place, _hull(box, other)


def _beyond(track: _Track, seconds: Sequence[Fraction]) -> Iterator[tuple[int, Box]]:
    """Yield the growing mask before the first and after the last sighting."""
    (first, box), (last, other) = track.sightings[0], track.sightings[-1]
    for place in reversed(range(first)):
        if (away := seconds[first] - seconds[place]) > HOLD_S:
            break
        yield place, _grown(box, float(away))
    for place in range(last + 1, len(seconds)):
        if (away := seconds[place] - seconds[last]) > HOLD_S:
            break
        yield place, _grown(other, float(away))


def _hull(one: Box, other: Box) -> Box:
    left, top = min(one.left, other.left), min(one.top, other.top)
    right = max(one.left + one.width, other.left + other.width)
    bottom = max(one.top + one.height, other.top + other.height)
    return Box(left=left, top=top, width=right - left, height=bottom - top)


def _grown(box: Box, seconds: float) -> Box:
    across, down = DRIFT * seconds * box.width, DRIFT * seconds * box.height
    return replace(box, left=box.left - across, top=box.top - down, width=box.width + 2 * across, height=box.height + 2 * down)
