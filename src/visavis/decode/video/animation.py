"""Animated GIF and WebP as films, by Pillow. Every frame counts as a key frame: all before it are decoded again anyway."""

import itertools
from collections.abc import Iterator
from fractions import Fraction

import cv2
import numpy as np

from visavis.decode import raster
from visavis.decode.file_names import date_in_name
from visavis.decode.formats import Format
from visavis.decode.limits import FilmLimits
from visavis.decode.video.base import Film, FilmFrame, Luma
from visavis.decode.video.timing import durations
from visavis.domain.arrays import RgbImage
from visavis.domain.errors import UnreadablePicture
from visavis.domain.film import FilmFacts
from visavis.domain.media import PictureMetadata, Reason

_MILLISECOND = Fraction(1, 1000)
_PIXELS_IN_ALL = 20_000_000_000
"""Of all frames: 10,000 of full HD. A few kilobytes can declare any number of frames of any size."""


class AnimationFrame:
    """One frame, decoded."""

    key = True

    def __init__(self, image_rgb: RgbImage, ticks: int) -> None:
        self.ticks = ticks
        self._image = image_rgb

    def rgb(self, longer_side: int | None = None) -> RgbImage:
        """Return a copy, scaled."""
        height, width = self._image.shape[:2]
        share = min(1.0, (longer_side or max(width, height)) / max(width, height))
        if share == 1:
            return self._image.copy()
        size = (max(1, round(width * share)), max(1, round(height * share)))
        return np.asarray(cv2.resize(self._image, size, interpolation=cv2.INTER_AREA), np.uint8)

    def luma(self, longer_side: int) -> Luma:
        """Return brightness at a small size."""
        return np.asarray(cv2.cvtColor(self.rgb(longer_side), cv2.COLOR_RGB2GRAY), np.uint8)


class Animation(Film):
    """An animated GIF or WebP; the doors are those of `base.Film`.

    Raises
    ------
    UnreadablePicture
        Damaged, over a limit, or a picture that does not move.
    """

    def __init__(self, data: bytes, found: Format, file_name: str, limits: FilmLimits) -> None:
        super().__init__()
        self._data, self._format = data, found
        lasting = durations(data)
        if len(lasting) < 2:
            raise UnreadablePicture(f"{found}: one picture, not a film", reason=Reason.UNREADABLE)
        self._starts = [0, *itertools.accumulate(lasting[:-1])]
        image = raster.open_raster(data, found)
        limits.check_frame(image.width, image.height)
        limits.check_length(sum(lasting) / 1000)
        if image.width * image.height * len(lasting) > _PIXELS_IN_ALL:
            raise UnreadablePicture(f"{len(lasting)} frames of {image.width} x {image.height} pixels: a bomb", reason=Reason.TOO_LARGE)
        self._damaged = 0
        self.facts = FilmFacts(
            format=found,
            codec=found,
            width=image.width,
            height=image.height,
            time_base=_MILLISECOND,
            duration_ticks=sum(lasting),
            rate=None,
            timecode=None,
            metadata=PictureMetadata(captured=date_in_name(file_name)),
        )
        next(raster.decode_all(data, found))

    @property
    def damaged(self) -> int:
        """Frames of the stretches read so far that are missing."""
        return self._damaged

    def frames(
        self,
        start_ticks: int = 0,
        end_ticks: int | None = None,
        *,
        key_frames_only: bool = False,  # noqa: ARG002 (all of them are)
        apart_ticks: int = 0,  # noqa: ARG002 (each is built upon)
    ) -> Iterator[FilmFrame]:
        """Read one stretch."""
        due = sum(at >= start_ticks and (end_ticks is None or at < end_ticks) for at in self._starts)
        for frame in self._shown():
            if due == 0:
                return
            if frame.ticks >= start_ticks:
                due -= 1
                yield frame
        self._damaged += due

    def run(self, start_ticks: int, end_ticks: int) -> Iterator[FilmFrame]:
        """Read from the last frame at or before `start_ticks`."""
        first = max((at for at in self._starts if at <= start_ticks), default=0)
        for frame in self._shown():
            if frame.ticks > end_ticks:
                return
            if frame.ticks >= first:
                yield frame

    def _shown(self) -> Iterator[AnimationFrame]:
        """Decode from the beginning on; what follows a damaged frame builds upon it, and is lost."""
        try:
            for image, at in zip(raster.decode_all(self._data, self._format), self._starts, strict=False):
                yield AnimationFrame(image, at)
        except UnreadablePicture:
            return
