"""Turns pixels upright by the eight EXIF orientations (EXIF 2.32, tag 0x0112)."""

import numpy as np

from visavis.domain.arrays import RgbImage

UPRIGHT = 1


def swaps_sides(orientation: int) -> bool:
    """Whether the upright picture is as wide as the stored one is high."""
    return orientation in {5, 6, 7, 8}


def upright(image_rgb: RgbImage, orientation: int) -> RgbImage:
    """Turn a stored picture upright.

    Parameters
    ----------
    image_rgb : (H, W, 3) uint8
        As stored.
    orientation : int
        1 to 8; anything else is taken as 1.

    Returns
    -------
    (h, w, 3) uint8
        C-contiguous.
    """
    image = image_rgb.transpose(1, 0, 2) if swaps_sides(orientation) else image_rgb
    # after the transposition (5): rows are flipped for 3, 4, 7, 8, columns for 2, 3, 6, 7
    if orientation in {3, 4, 7, 8}:
        image = image[::-1]
    if orientation in {2, 3, 6, 7}:
        image = image[:, ::-1]
    return np.ascontiguousarray(image)
