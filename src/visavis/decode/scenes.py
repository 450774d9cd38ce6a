"""Cuts and stillness, told from small planes of grey: which frames of a film are worth a look costs microseconds to know."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.uint8]
"""(h, w) levels of grey of a frame, some 40 to 100 samples a side."""

_OTHER = 0.4
"""Likeness of two neighbouring frames below which they show different scenes."""
_LESS_LIKE = 0.3
"""A cut is also less alike than usual by this: much may move in a film of few frames."""
_BACK = 0.8
"""Likeness from which the picture of before is there again."""
_SOME_CONTRAST = 4.0
"""Standard deviation, levels, below which a plane is too even to be compared: black, white, fog."""
_FLASH = 4
"""Frames: if the picture is back after as many, it was a photographer's flash or a damaged frame and no cut."""
_CELL = 4
"""Samples a side of the areas whose means tell stillness; the mean of 16 takes a quarter of the noise."""
_STILL = 3.0
"""Levels of grey by which no area may have changed in a still picture."""


@dataclass(frozen=True, slots=True)
class Trace:
    """What is kept of a frame to compare it with others.

    Attributes
    ----------
    shape : (n,) float32
        Its samples less their mean, of length 1; all zeros where there is nothing to compare.
    areas : (h, w) float32
        Mean levels of its areas.
    """

    shape: NDArray[np.float32] = field(repr=False)
    areas: NDArray[np.float32] = field(repr=False)


def trace(plane: Plane) -> Trace:
    """Return what is kept of a frame."""
    samples = plane.astype(np.float32)
    height, width = (max(side // _CELL, 1) for side in plane.shape)
    areas = np.asarray(cv2.resize(samples, (width, height), interpolation=cv2.INTER_AREA), np.float32)
    shape = samples.ravel()
    shape -= shape.mean()
    length = float(np.sqrt(shape @ shape))
    contrast = length / math.sqrt(len(shape))
    return Trace(shape / length if contrast >= _SOME_CONTRAST else shape * 0, areas)


def likeness(a: Trace, b: Trace) -> float:
    """Return the correlation of two frames, −1 to 1; 1 if either is too even to tell."""
    return float(a.shape @ b.shape) if a.shape.any() and b.shape.any() else 1.0


def cuts(traces: Sequence[Trace]) -> list[int]:
    """Return the positions at which a new scene begins: frame `i` is in another scene than frame `i - 1`.

    Parameters
    ----------
    traces : sequence of Trace
        Neighbouring frames in order.
    """
    alike = [likeness(a, b) for a, b in itertools.pairwise(traces)]
    if min(alike, default=1.0) >= _OTHER:
        return []
    usual = float(np.median(alike))
    found = [at + 1 for at, value in enumerate(alike) if value < max(0.0, min(_OTHER, usual - _LESS_LIKE))]
    return [at for at in found if not _flash(traces, at)]


def _flash(traces: Sequence[Trace], at: int) -> bool:
    """Whether the picture from before position `at` is there again a few frames on, or was there a few frames before."""
    before, now = traces[at - 1], traces[at]
    after, earlier = traces[at + 1 : at + _FLASH], traces[max(0, at - _FLASH) : at - 1]
    return any(likeness(before, one) > _BACK for one in after) or any(likeness(now, one) > _BACK for one in earlier)


def still(a: Trace, b: Trace) -> bool:
    """Whether nothing that could be a face has come, gone or moved between two frames."""
    return bool(np.abs(a.areas - b.areas).max() <= _STILL)
