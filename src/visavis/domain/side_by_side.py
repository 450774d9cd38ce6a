"""Where a face has to be cut out of its picture to stand beside another: both level, at one scale, eyes on one line.

The picture is turned, scaled and shifted, never warped: what is compared must be what was photographed.
"""

import cmath
import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from visavis.domain.arrays import Landmarks5
from visavis.domain.face import Box

VIEW_SIDE: Final = 560
"""Pixels of a view: what half a laptop's screen shows."""
_FIVE: Final = (complex(38.3, 51.6), complex(73.5, 51.6), complex(56.0, 71.7), complex(41.5, 92.3), complex(70.7, 92.3))
"""The usual five points in a crop of 112 pixels (https://arxiv.org/abs/1801.07698, as its authors' code has them), made level."""
_ACROSS: Final = 208.0
"""How much of that scale a view spans: hair, ears and chin belong to what is compared."""
_SHIFT: Final = complex(48, 42)
LEAST_TURN: Final = 6.0
"""Degrees: a picture is turned from here on. The points of one face, found in its photograph and in its kept crop, tell tilts that differ
by up to 5 degrees (13 faces of examples/photos), and a head that stands straight must not be made to lean."""
_SMALLEST_SPREAD: Final = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """How a view lies in a picture.

    Attributes
    ----------
    matrix_2x3 : (2, 3) float64
        From pixels of the view to pixels of the picture.
    turned : float
        Degrees by which the picture is turned to stand level, clockwise on the screen; 0 = not at all.
    enlarged : float
        View pixels per picture pixel.
    """

    matrix_2x3: NDArray[np.float64]
    turned: float
    enlarged: float


def level(landmarks_5x2: Landmarks5, *, width: int, height: int) -> Level | None:
    """Return the level view of a face.

    Scale and angle are those of the least-squares similarity transform (Umeyama 1991) of all five points, which hold also where a face is
    turned and its eyes lie close together; the middle of the eyes then decides where it stands.

    Parameters
    ----------
    landmarks_5x2 : (5, 2) float32
        Ratios of the upright picture; eye, eye, nose, mouth, mouth, pairs left to right in the image.
    width, height : int
        Of the picture, pixels.

    Returns
    -------
    Level or None
        None where the points coincide.
    """
    points = [complex(x * width, y * height) for x, y in landmarks_5x2.tolist()]
    goal = [(point + _SHIFT) * (VIEW_SIDE / _ACROSS) for point in _FIVE]
    middle, target = sum(points) / 5, sum(goal) / 5
    spread = sum(abs(point - middle) ** 2 for point in points)
    if not math.isfinite(spread) or math.sqrt(spread / 5) < _SMALLEST_SPREAD:
        return None
    factor = sum((point - middle).conjugate() * (end - target) for point, end in zip(points, goal, strict=True)) / spread
    if abs(factor) < 1e-6:
        return None
    if abs(math.degrees(cmath.phase(factor))) < LEAST_TURN:
        factor = complex(abs(factor))
    back = 1 / factor
    shift = (points[0] + points[1]) / 2 - back * (goal[0] + goal[1]) / 2
    matrix = np.array([[back.real, -back.imag, shift.real], [back.imag, back.real, shift.imag]])
    return Level(matrix_2x3=matrix, turned=math.degrees(cmath.phase(factor)), enlarged=abs(factor))


def usual_landmarks(box: Box) -> Landmarks5:
    """Return where eyes, nose and mouth usually lie in a face's box, (5, 2) float32 ratios: for a face of which no more is known."""
    across, down = (0.30, 0.70, 0.50, 0.34, 0.66), (0.40, 0.40, 0.58, 0.77, 0.77)
    points = [(box.left + x * box.width, box.top + y * box.height) for x, y in zip(across, down, strict=True)]
    return np.array(points, dtype=np.float32)
