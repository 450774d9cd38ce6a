"""Cuts seconds out of a film into an MP4 that any browser plays."""

from collections.abc import Callable
from fractions import Fraction
from typing import BinaryIO

import cv2
import numpy as np

from visavis.decode.video.base import Film, FilmFrame
from visavis.decode.video.encode import Encoding, FilmWriter
from visavis.domain.arrays import RgbImage

Draw = Callable[[RgbImage, int], RgbImage]
"""(picture at the film's full size, ticks) → picture of the same size: what is to be hidden is hidden here, before anything is resized."""

_RATE = Fraction(30)  # declared where a film has no even rate: it only says how fast a decoder must be
_KEY_EVERY = 50  # frames: a player jumps to within two seconds


def write_clip(
    film: Film,
    target: BinaryIO,
    between: tuple[int, int],
    *,
    draw: Draw | None = None,
    longer_side: int | None = None,
    crf: int = 23,
) -> int:
    """Write the frames of a stretch of time as H.264 in MP4, its index first, without sound and without the film's metadata.

    Parameters
    ----------
    target : binary stream
        Seekable, written and read; stays open.
    between : tuple of int
        First and last moment, ticks, both included; the clip's times begin at its first frame.
    draw : callable, optional
        Is given each frame, upright RGB at the film's size.
    longer_side : int or None
        Of the clip at most, pixels; None = as large as the film.
    crf : int
        x264's constant quality, 0 (best) to 51; 18 can't be told from the film, 28 is a preview.

    Returns
    -------
    int
        Frames written; 0 = there are none in that time, and nothing was written.
    """
    frames = film.between(*between)
    first = next(frames, None)
    if first is None:
        return 0
    image = _drawn(first, draw, longer_side)
    encoding = Encoding(
        time_base=film.facts.time_base,
        rate=film.facts.rate or _RATE,
        options={"preset": "veryfast", "crf": str(crf)},
        container_options={"movflags": "+faststart"},
        key_every=_KEY_EVERY,
    )
    written = 1
    with FilmWriter(target, encoding, width=image.shape[1], height=image.shape[0]) as writer:
        writer.write(image, 0)
        for frame in frames:
            writer.write(_drawn(frame, draw, longer_side), frame.ticks - first.ticks)
            written += 1
    return written


def _drawn(frame: FilmFrame, draw: Draw | None, longer_side: int | None) -> RgbImage:
    image = _shrunk(draw(frame.rgb(), frame.ticks), longer_side) if draw else frame.rgb(longer_side)
    height, width = (side // 2 * 2 for side in image.shape[:2])  # 4:2:0 halves both sides
    return image[:height, :width]


def _shrunk(image: RgbImage, longer_side: int | None) -> RgbImage:
    height, width = image.shape[:2]
    scale = (longer_side or max(height, width)) / max(height, width)
    if scale >= 1:
        return image
    return np.asarray(cv2.resize(image, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_AREA))
