"""Pictures made worse on purpose, to measure what that costs: made damage, named as made, and never stored.

Strengths are relative to the face, since a face of 90 pixels and one of 900 do not suffer alike from one pixel of blur.
"""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from visavis.domain.arrays import RgbImage

_DRAWN = 3
"""How much finer than the scan a print is drawn, so that the scan has greys."""
_LARGEST = 8192
"""Pixels of the longer side while drawing: a small face in a large picture gets coarser dots, not gigabytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Degradation:
    """One way to make a picture worse.

    Attributes
    ----------
    key : str
        For programs.
    how : str
        What is done, in words.
    apply : callable
        ((H, W, 3) uint8 RGB, size of the face in its pixels) → (h, w, 3) uint8 RGB.
    """

    key: str
    how: str
    apply: Callable[[RgbImage, float], RgbImage]


def black_and_white(image_rgb: RgbImage, _face_px: float) -> RgbImage:
    """Keep the luma alone."""
    return _grey(cv2.cvtColor(image_rgb, cv2.COLOR_RGB2GRAY))


def halftone(dots: int, scanned_px: int) -> Callable[[RgbImage, float], RgbImage]:
    """Return what prints a picture in black dots on a screen at 45 degrees and scans the print.

    Each dot is the part of its cell where luma lies below (1 + cos x cos y) / 2: dark grounds leave white holes.

    Parameters
    ----------
    dots : int
        Across the face.
    scanned_px : int
        Pixels a dot.
    """

    def screen(image_rgb: RgbImage, face_px: float) -> RgbImage:
        height, width = image_rgb.shape[:2]
        scale = min(dots * scanned_px * _DRAWN / face_px, _LARGEST / max(height, width))
        size = max(_DRAWN, round(width * scale)), max(_DRAWN, round(height * scale))
        luma = cv2.cvtColor(image_rgb, cv2.COLOR_RGB2GRAY)
        luma = cv2.resize(luma, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
        turn = np.float32(np.sqrt(2) * np.pi / (scanned_px * _DRAWN))
        across, down = (np.cos(np.arange(side, dtype=np.float32) * turn) for side in size)
        printed = np.where(luma > 255 * (np.outer(down, across) + 1) / 2, np.uint8(255), np.uint8(0))
        scanned = cv2.resize(printed, (size[0] // _DRAWN, size[1] // _DRAWN), interpolation=cv2.INTER_AREA)
        return _grey(np.asarray(scanned, np.uint8))

    return screen


def blur(image_rgb: RgbImage, face_px: float) -> RgbImage:
    """Blur by a Gaussian whose sigma is 2 % of the face."""
    return np.asarray(cv2.GaussianBlur(image_rgb, (0, 0), sigmaX=0.02 * face_px), np.uint8)


def low_bit_rate(image_rgb: RgbImage, _face_px: float) -> RgbImage:
    """Save as a JPEG of quality 10 and read that."""
    _, data = cv2.imencode(".jpg", cv2.cvtColor(image_rgb, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 10])
    return np.asarray(cv2.cvtColor(cv2.imdecode(data, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB), np.uint8)


def shrink_to(pixels: int) -> Callable[[RgbImage, float], RgbImage]:
    """Return what makes a picture small enough for its face to have so many pixels; smaller faces stay as they are."""

    def shrink(image_rgb: RgbImage, face_px: float) -> RgbImage:
        scale = min(1.0, pixels / face_px)
        size = max(1, round(image_rgb.shape[1] * scale)), max(1, round(image_rgb.shape[0] * scale))
        return np.asarray(cv2.resize(image_rgb, size, interpolation=cv2.INTER_AREA), np.uint8)

    return shrink


def _grey(luma: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> RgbImage:
    return np.repeat(luma[:, :, None], 3, axis=2)


DEGRADATIONS = (
    Degradation(key="black-and-white", how="made black-and-white (luma)", apply=black_and_white),
    # a face 20 mm wide at 150 lines to the inch, scanned at 300 dots to the inch
    Degradation(key="fine-halftone", how="made halftone: 118 dots across the face, scanned at 2 pixels a dot", apply=halftone(118, 2)),
    # a face 15 mm wide at 85 lines to the inch, scanned at 340 dots to the inch
    Degradation(key="coarse-halftone", how="made halftone: 50 dots across the face, scanned at 4 pixels a dot", apply=halftone(50, 4)),
    Degradation(key="blur", how="made blur: Gaussian, sigma 2 % of the face", apply=blur),
    Degradation(key="low-bit-rate", how="made low bit rate: JPEG of quality 10", apply=low_bit_rate),
    Degradation(key="40-px", how="made small: face of 40 pixels", apply=shrink_to(40)),
    Degradation(key="30-px", how="made small: face of 30 pixels", apply=shrink_to(30)),
    Degradation(key="20-px", how="made small: face of 20 pixels", apply=shrink_to(20)),
)
"""What a report of `visavis evaluate identify --degrade` holds."""
