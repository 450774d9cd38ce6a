"""Films that any browser plays: H.264 in MP4, 4:2:0, without anything that the original says of itself."""

from fractions import Fraction

import cv2

from visavis.decode.video.encode import Encoding
from visavis.domain.arrays import RgbImage
from visavis.domain.film import FilmFacts

USUAL_RATE = Fraction(25)
"""Frames a second that are declared where the original has no constant rate; the times of the frames are their own."""


def browser_encoding(facts: FilmFacts, *, crf: int) -> Encoding:
    """Return how a clip of a film is written.

    Parameters
    ----------
    facts : FilmFacts
        Of the original: frames keep its times.
    crf : int
        x264's constant rate factor: 18 is close to the original, 28 small.
    """
    return Encoding(
        time_base=facts.time_base,
        rate=facts.rate or USUAL_RATE,
        options={"preset": "veryfast", "crf": str(crf), "profile": "high"},
    )


def fitted_size(facts: FilmFacts, longer_side: int) -> tuple[int, int]:
    """Return (width, height) at most this long, both even as 4:2:0 wants them, never blown up."""
    scale = min(1.0, longer_side / max(facts.width, facts.height))
    width, height = (max(2, int(side * scale) // 2 * 2) for side in (facts.width, facts.height))
    return width, height


def fitted(image_rgb: RgbImage, size: tuple[int, int]) -> RgbImage:
    """Return a frame at this (width, height)."""
    if (image_rgb.shape[1], image_rgb.shape[0]) == size:
        return image_rgb
    return cv2.resize(image_rgb, size, interpolation=cv2.INTER_AREA)
