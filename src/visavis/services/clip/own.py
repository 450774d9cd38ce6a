"""Which of the faces in each frame is the one that a clip is made for: told by its template, frame by frame.

Overlap alone would carry the name of one face over to the next at a cut, or where two people cross. So a face is shown in a frame if its
template says so there, or if it stands, without a jump and without being very unlike, between two frames in which templates said so, at
most half a second from each.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from visavis.decode.moving_masks import FacesAt
from visavis.domain.arrays import Vectors
from visavis.domain.face import AnalysedFace, Box

BRIDGE_S = Fraction(1, 2)
"""How far from a frame whose template told it a face may be shown without one: a blink, a blur, a hand."""
STEP_OVERLAP = 0.4
"""Intersection over union of the same face in two frames that follow each other."""
DOUBT = 0.5
"""Of the threshold: what is less alike than this is another's face even for a frame, as in a shot of a few frames."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The faces that were found in one frame."""

    at_ticks: int
    faces: tuple[AnalysedFace, ...]


def faces_at(frames: Sequence[Found], own: Vectors, *, threshold: float, time_base: Fraction) -> list[FacesAt]:
    """Tell, in each frame, the face to show from the others.

    Parameters
    ----------
    frames : sequence of Found
        Every frame, in order of time.
    own : (N, D) float32
        Unit templates of the face to show.
    threshold : float
        Least cosine to one of them; of several faces in one frame the most alike is taken, and the others count as others.
    time_base : Fraction
        Seconds a tick.

    Returns
    -------
    list of FacesAt
        One a frame.
    """
    alike = [_alike(frame.faces, own) for frame in frames]
    told = [_most(values, threshold) for values in alike]
    ahead = _carried(frames, told, time_base, range(len(frames)))
    back = _carried(frames, told, time_base, range(len(frames) - 1, -1, -1))
    shown = [
        one if one == other and one is not None and values[one] >= DOUBT * threshold else None
        for one, other, values in zip(ahead, back, alike, strict=True)
    ]
    return [_split(frame, which) for frame, which in zip(frames, shown, strict=True)]


def _alike(faces: Sequence[AnalysedFace], own: Vectors) -> list[float]:
    return [float(np.max(own @ face.vector)) for face in faces]


def _most(alike: Sequence[float], threshold: float) -> int | None:
    best = max(range(len(alike)), key=lambda number: alike[number], default=None)
    return best if best is not None and alike[best] >= threshold else None


def _carried(frames: Sequence[Found], told: Sequence[int | None], time_base: Fraction, order: range) -> list[int | None]:
    """Follow the face from each frame that told it over those that did not, in one direction."""
    carried: list[int | None] = [None] * len(frames)
    box: Box | None = None
    since = 0
    for place in order:
        which = told[place]
        if which is not None:
            since = frames[place].at_ticks
        elif box is not None and abs(frames[place].at_ticks - since) * time_base <= BRIDGE_S:
            which = _next(frames[place].faces, box)
        carried[place] = which
        box = None if which is None else frames[place].faces[which].box
    return carried


def _next(faces: Sequence[AnalysedFace], box: Box) -> int | None:
    """Return the face that stands where the box stood; None where there is none, or more than one."""
    near = [number for number, face in enumerate(faces) if face.box.overlap(box) > 0]
    return near[0] if len(near) == 1 and faces[near[0]].box.overlap(box) >= STEP_OVERLAP else None


def _split(frame: Found, which: int | None) -> FacesAt:
    return FacesAt(
        at_ticks=frame.at_ticks,
        own=None if which is None else frame.faces[which].box,
        others=tuple(face.box for number, face in enumerate(frame.faces) if number != which),
    )
