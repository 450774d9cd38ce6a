"""One frame of a film: nothing is converted before somebody asks."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from visavis.decode.orientation import swaps_sides, upright
from visavis.domain.arrays import RgbImage

Luma = NDArray[np.uint8]
"""(h, w) uint8: brightness only."""


class FilmFrame(Protocol):
    """What a film yields.

    Attributes
    ----------
    ticks : int
        Presentation time, from the film's first frame.
    key : bool
        Can be decoded without any frame before it.
    """

    @property
    def ticks(self) -> int:
        """Presentation time, ticks from the film's first frame."""
        ...

    @property
    def key(self) -> bool:
        """Whether it can be decoded without any frame before it."""
        ...

    def rgb(self, longer_side: int | None = None) -> RgbImage:
        """Convert.

        Parameters
        ----------
        longer_side : int or None
            Of the result, where the frame is larger; None = full size.

        Returns
        -------
        (h, w, 3) uint8
            Upright RGB, square pixels, deinterlaced, the caller's own.
        """
        ...

    def luma(self, longer_side: int) -> Luma:
        """Return brightness at a small size, cheaply: (h, w) uint8, upright, square pixels, fields not parted."""
        ...


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


class DecodedFrame:
    """A frame as FFmpeg decoded it.

    Parameters
    ----------
    frame : av.VideoFrame
    ticks : int
    key : bool
    shape : Shape
    progressive : callable or None
        Returns the frame with its two fields made one, where it has two.
    """

    def __init__(self, frame: Any, ticks: int, *, key: bool, shape: Shape, progressive: Callable[[], Any] | None = None) -> None:
        self.ticks = ticks
        self.key = key
        self._frame = frame
        self._shape = shape
        self._progressive = progressive

    def rgb(self, longer_side: int | None = None) -> RgbImage:
        """Convert: upright RGB, square pixels, deinterlaced."""
        source = self._progressive() if self._progressive else self._frame
        width, height = self._shape.scaled(longer_side)
        smaller = width < source.width
        picture = source.reformat(width=width, height=height, format="rgb24", interpolation="AREA" if smaller else "BICUBIC")
        return upright(picture.to_ndarray(), self._shape.orientation)

    def luma(self, longer_side: int) -> Luma:
        """Return brightness at a small size."""
        width, height = self._shape.scaled(longer_side)
        picture = self._frame.reformat(width=width, height=height, format="gray", interpolation="FAST_BILINEAR")
        return upright(picture.to_ndarray()[:, :, None], self._shape.orientation)[:, :, 0]
