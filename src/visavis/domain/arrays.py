"""The array convention of the whole house, stated once and checked at its doors.

Pictures are `(H, W, 3) uint8`, **RGB**, upright (EXIF orientation applied), row 0 at the top; pixel `(0, 0)` is the *centre* of the
top-left pixel. Points are `(x, y)`, x to the right, y down. Boxes of the chain are in pixels; boxes that leave the engine are ratios
of the upright picture. BGR exists only inside the detector, whose network was trained on it.
"""

import numpy as np
from numpy.typing import NDArray

from visavis.domain.errors import InputError

RgbImage = NDArray[np.uint8]
"""(H, W, 3) uint8, RGB, upright."""
Landmarks5 = NDArray[np.float32]
"""(5, 2) float32, pixels: eye, eye, nose, mouth corner, mouth corner; pairs left to right **in the image**."""
Vectors = NDArray[np.float32]
"""(N, D) float32."""
Keys = NDArray[np.int64]
"""(N,) int64 index keys."""


def check_image(image_rgb: RgbImage) -> RgbImage:
    """Raise `InputError` unless `image_rgb` is a non-empty (H, W, 3) uint8 array; return it."""
    if image_rgb.dtype != np.uint8 or image_rgb.ndim != 3 or image_rgb.shape[2] != 3 or 0 in image_rgb.shape:
        raise InputError(f"a picture is a non-empty (H, W, 3) uint8 array, RGB; got {image_rgb.dtype} {image_rgb.shape}")
    return image_rgb


def frozen(array: NDArray[np.generic]) -> None:
    """Make `array` read-only in place: values of the domain don't change after birth."""
    array.setflags(write=False)
