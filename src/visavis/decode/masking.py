"""Faces of other people, made unrecoverable: their pixels are replaced by one grey that is computed from nothing in the picture.

It is done on the decoded original, before any resizing or encoding: a filter that came later would mix what is hidden into what is shown.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from visavis.domain.arrays import RgbImage, check_image
from visavis.domain.face import Box

GREY = 127
"""Of 255, in each channel."""
MARGIN = 0.3
"""Of the box's longer side, on each side: hair, ears and chin tell who somebody is."""
BLEED_PX = 20
"""How far, in pixels of the original, a pixel within a box may have changed others: a JPEG spreads it over its block of 16 (colour at half
size), at most 15 pixels beyond, and smooth upsampling of colour adds 2 or 3."""


def mask_faces(image_rgb: RgbImage, *, others: Sequence[Box], own: Sequence[Box] = (), held: Sequence[Box] = ()) -> RgbImage:
    """Return a copy in which other people's faces are grey.

    Parameters
    ----------
    image_rgb : (H, W, 3) uint8
        Upright RGB, at the full size of the original.
    others : sequence of Box
        Faces to hide, with `MARGIN` around them.
    own : sequence of Box
        Faces to show: only the margin around another's face gives way to them. The other's box itself, and what its pixels may have bled
        into, is hidden also where the two overlap: a picture that differs only within `others` comes out the same.
    held : sequence of Box
        Where another's face may be that was not found in this frame of a film: hidden with a margin as the others, but never within `own`.

    Returns
    -------
    (H, W, 3) uint8
        The caller's own.
    """
    height, width = check_image(image_rgb).shape[:2]
    hidden = np.zeros((height, width), bool)
    for rows, columns in _areas((*others, *held), hidden, margin=MARGIN):
        hidden[rows, columns] = True
    for rows, columns in _areas(own, hidden, margin=0.0, least=0):
        hidden[rows, columns] = False
    for rows, columns in _areas(others, hidden, margin=0.0):
        hidden[rows, columns] = True
    masked = image_rgb.copy()
    masked[hidden] = GREY
    return masked


def mask_rest(image_rgb: RgbImage, *, own: Sequence[Box]) -> RgbImage:
    """Return a picture of one grey in which only these faces stand.

    Parameters
    ----------
    image_rgb : (H, W, 3) uint8
        Upright RGB, at the full size of the original.
    own : sequence of Box
        Faces to show, without any margin.
    """
    height, width = check_image(image_rgb).shape[:2]
    masked = np.full_like(image_rgb, GREY)
    for rows, columns in _areas(own, np.empty((height, width), bool), margin=0.0, least=0):
        masked[rows, columns] = image_rgb[rows, columns]
    return masked


def _areas(boxes: Iterable[Box], picture: np.ndarray, *, margin: float, least: int = BLEED_PX) -> Iterable[tuple[slice, slice]]:
    """Yield each box in pixels, rounded outwards, with its margin, cut at the picture's edges."""
    height, width = picture.shape
    for box in boxes:
        left, top, across, down = box.pixels(width=width, height=height)
        around = max(least, margin * max(across, down))
        first_column, last_column = _span(left, across, around, width)
        first_row, last_row = _span(top, down, around, height)
        yield slice(first_row, last_row), slice(first_column, last_column)


def _span(start: float, length: float, around: float, limit: int) -> tuple[int, int]:
    first, last = int(np.floor(start - around)), int(np.ceil(start + length + around))
    return min(max(0, first), limit), min(max(0, last), limit)
