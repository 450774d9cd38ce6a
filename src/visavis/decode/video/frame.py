"""One frame of a film: nothing is converted before somebody asks."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from visavis.decode.orientation import swaps_sides, upright
from visavis.decode.video import library
from visavis.decode.video.base import Luma
from visavis.domain.arrays import RgbImage


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How stored frames are shown.

    Attributes
    ----------
    width, height : int
        Upright and with square pixels.
    orientation : int
        1 to 8, as in EXIF, from the display matrix.
    """

    width: int
    height: int
    orientation: int

    def scaled(self, longer_side: int | None) -> tuple[int, int]:
        """Return (width, height) **as stored** (before turning) of a frame whose longer side is at most this."""
        width, height = (self.height, self.width) if swaps_sides(self.orientation) else (self.width, self.height)
        share = min(1.0, (longer_side or max(width, height)) / max(width, height))
        return max(1, round(width * share)), max(1, round(height * share))


class Converter:
    """Scales and converts frames on one thread, and keeps FFmpeg's tables from frame to frame."""

    def __init__(self) -> None:
        reformatter = library.load().video.reformatter.VideoReformatter
        self._colour, self._grey = reformatter(), reformatter()

    def rgb(self, frame: Any, width: int, height: int) -> RgbImage:
        """Return (height, width, 3) RGB, as stored."""
        means = "AREA" if width < frame.width else "BICUBIC"
        made = self._colour.reformat(frame, width=width, height=height, format="rgb24", interpolation=means, threads=1)
        return np.asarray(made.to_ndarray(), np.uint8)

    def luma(self, frame: Any, width: int, height: int) -> Luma:
        """Return (height, width) brightness of single samples, as stored: means of areas would take five times as long."""
        made = self._grey.reformat(frame, width=width, height=height, format="gray", interpolation="FAST_BILINEAR", threads=1)
        return np.asarray(made.to_ndarray(), np.uint8)


class DecodedFrame:
    """A frame as FFmpeg decoded it.

    Parameters
    ----------
    frame : av.VideoFrame
    ticks : int
    shape : Shape
    converter : Converter
    progressive : callable or None
        Returns the frame with its two fields made one, where it has two.
    """

    def __init__(self, frame: Any, ticks: int, *, shape: Shape, converter: Converter, progressive: Callable[[], Any] | None = None) -> None:
        self.ticks = ticks
        self.key = bool(frame.key_frame)
        self._frame = frame
        self._shape = shape
        self._converter = converter
        self._progressive = progressive

    def rgb(self, longer_side: int | None = None) -> RgbImage:
        """Convert: upright RGB, square pixels, deinterlaced."""
        frame = self._progressive() if self._progressive else self._frame
        return upright(self._converter.rgb(frame, *self._shape.scaled(longer_side)), self._shape.orientation)

    def luma(self, longer_side: int) -> Luma:
        """Return brightness at a small size."""
        grey = self._converter.luma(self._frame, *self._shape.scaled(longer_side))
        return upright(grey[:, :, None], self._shape.orientation)[:, :, 0]
