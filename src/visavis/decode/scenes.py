"""Cuts and stillness, told from small planes of grey: which frames of a film are worth a look costs microseconds to know."""

import itertools
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.uint8]
"""(h, w) levels of grey of a frame, some 40 to 100 samples a side."""

_OTHER = 0.5
"""Correlation of two neighbouring frames below which they show different scenes."""
_LESS_LIKE = 0.3
"""A cut also is what is less alike than usual by this: two scenes of one film may resemble each other."""
_SOME_CONTRAST = 4.0
"""Standard deviation, levels, below which a plane is too even to be compared: black, white, fog."""
_FLASH = 4
"""Frames: if the picture is back after as many, it was a photographer's flash or a damaged frame and no cut."""
_CELL = 4
"""Samples a side of the areas whose means tell stillness; the mean of 16 takes a quarter of the noise."""
_STILL = 3.0
"""Levels of grey by which no area may have changed in a still picture."""


def likeness(a: Plane, b: Plane) -> float:
    """Return the correlation of two planes, −1 to 1; 1 if either is too even to tell."""
    x, y = a.astype(np.float32), b.astype(np.float32)
    x -= x.mean()
    y -= y.mean()
    spread = float(x.std()), float(y.std())
    if min(spread) < _SOME_CONTRAST:
        return 1.0
    return float((x * y).mean()) / (spread[0] * spread[1])


def cuts(planes: Sequence[Plane]) -> list[int]:
    """Return the positions at which a new scene begins: frame `i` is in another scene than frame `i - 1`.

    Parameters
    ----------
    planes : sequence of (h, w) uint8
        Neighbouring frames in order.
    """
    alike = [likeness(a, b) for a, b in itertools.pairwise(planes)]
    if not alike:
        return []
    usual = float(np.median(alike))
    found = [at + 1 for at, value in enumerate(alike) if value < max(0.0, min(_OTHER, usual - _LESS_LIKE))]
    return [at for at in found if not _flash(planes, at)]


def _flash(planes: Sequence[Plane], at: int) -> bool:
    """Whether the picture from before position `at` is there again a few frames on, or was there a few frames before."""
    return any(
        likeness(planes[before], planes[after]) > 1 - _LESS_LIKE
        for before, after in [*((at - 1, at + n) for n in range(1, _FLASH)), *((at - 1 - n, at) for n in range(1, _FLASH))]
        if before >= 0 and after < len(planes)
    )


def still(a: Plane, b: Plane) -> bool:
    """Whether nothing that could be a face has come, gone or moved between two frames."""
    return bool(np.abs(_areas(a) - _areas(b)).max() <= _STILL)


def _areas(plane: Plane) -> NDArray[np.floating[Any]]:
    height, width = (max(side // _CELL, 1) for side in plane.shape)
    return cv2.resize(plane.astype(np.float32), (width, height), interpolation=cv2.INTER_AREA)
