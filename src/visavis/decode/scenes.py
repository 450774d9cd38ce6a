"""Cuts and stillness, told from small planes of grey: which frames of a film are worth a look costs microseconds to know."""

import itertools
import math
from collections.abc import Sequence
from functools import cached_property
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.uint8]
"""(h, w) levels of grey of a frame, some 40 to 100 samples a side."""

ALIKE = 0.8
"""Likeness from which two frames show one scene, whatever is between them for a moment."""
_OTHER = 0.4
"""Likeness of two neighbouring frames below which they show different scenes."""
_FAR = 0.1
"""The same of frames that are seconds apart: who moves meanwhile takes much of the picture along."""
_LESS_LIKE = 0.3
"""A cut is also less alike than usual by this: much may move in a film of few frames."""
_SOME_CONTRAST = 4.0
"""Standard deviation, levels, below which a plane is too even to be compared: black, white, fog."""
_FLASH = 4
"""Frames: if the picture is back after as many, it was a photographer's flash or a damaged frame and no cut."""
_CELL = 4
"""Samples a side of the areas whose means tell stillness; the mean of 16 takes a quarter of the noise."""
_STILL = 3.0
"""Levels of grey above which an area has changed."""


class Trace:
    """What is kept of a frame to compare it with others.

    Parameters
    ----------
    plane : (h, w) uint8
        Its levels of grey, small.
    """

    def __init__(self, plane: Plane) -> None:
        self.plane = plane
        samples = plane.astype(np.float32).ravel()
        samples -= np.add.reduce(samples) / samples.size
        length = math.sqrt(float(samples @ samples))
        even = length < _SOME_CONTRAST * math.sqrt(samples.size)
        self.shape = None if even else samples / length

    def likeness(self, other: Self) -> float:
        """Return the correlation of two frames, −1 to 1; 1 if either is too even to tell."""
        return 1.0 if self.shape is None or other.shape is None else float(self.shape @ other.shape)

    def changed(self, other: Self) -> NDArray[np.bool_]:
        """Return in which areas of the frame something has come, gone or moved: (h, w), rows and columns of equal size."""
        return np.asarray(np.abs(self._areas - other._areas) > _STILL)

    @cached_property
    def _areas(self) -> NDArray[np.float32]:
        height, width = (max(side // _CELL, 1) for side in self.plane.shape)
        return np.asarray(cv2.resize(self.plane.astype(np.float32), (width, height), interpolation=cv2.INTER_AREA), np.float32)


def cuts(traces: Sequence[Trace], *, close: bool = True) -> list[int]:
    """Return the positions at which a new scene begins: frame `i` is in another scene than frame `i - 1`.

    Parameters
    ----------
    traces : sequence of Trace
        Neighbouring frames in order.
    close : bool
        Whether a second holds many of them: only then what is usual there tells movement from a cut, and what is there again a few
        frames on a cut from a flash.
    """
    alike = [a.likeness(b) for a, b in itertools.pairwise(traces)]
    if min(alike, default=1.0) >= _OTHER:
        return []
    least = max(0.0, min(_OTHER, float(np.median(alike)) - _LESS_LIKE)) if close else _FAR
    found = [at + 1 for at, value in enumerate(alike) if value < least]
    return [at for at in found if not (close and _flash(traces, at))]


def _flash(traces: Sequence[Trace], at: int) -> bool:
    """Whether the picture from before position `at` is there again a few frames on, or was there a few frames before."""
    before, now = traces[at - 1], traces[at]
    after, earlier = traces[at + 1 : at + _FLASH], traces[max(0, at - _FLASH) : at - 1]
    return any(before.likeness(one) > ALIKE for one in after) or any(now.likeness(one) > ALIKE for one in earlier)
