"""What a film is to those who read it, whatever it is stored in."""

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack
from types import TracebackType
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from visavis.domain.arrays import RgbImage
from visavis.domain.errors import UnreadablePicture
from visavis.domain.film import FilmFacts
from visavis.domain.media import Reason

Luma = NDArray[np.uint8]
"""(h, w) uint8: brightness only."""


class FilmFrame(Protocol):
    """What a film yields; it may be kept as long as wanted."""

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


class Film(ABC):
    """A film within the limits, opened by `film.open_film`; a context manager. For one thread, and one reading at a time.

    Attributes
    ----------
    facts : FilmFacts
    """

    facts: FilmFacts

    def __init__(self) -> None:
        self.closing = ExitStack()
        """What is to be closed with the film."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Give back memory, and the file if `open_film` opened it."""
        self.closing.close()

    @property
    @abstractmethod
    def damaged(self) -> int:
        """Frames of the stretches read so far that are missing: they could not be decoded, or their piece of the file is gone."""

    @abstractmethod
    def frames(
        self, start_ticks: int = 0, end_ticks: int | None = None, *, key_frames_only: bool = False, apart_ticks: int = 0
    ) -> Iterator[FilmFrame]:
        """Read one stretch: from the first key frame at or after `start_ticks` to the first one at or after `end_ticks`, in order of time.

        Asking for another reading ends this one. Stretches that follow each other are read on without a seek.

        Parameters
        ----------
        start_ticks : int
            0 or less: from the first frame, whatever it is.
        end_ticks : int or None
            None = to the end of the film.
        key_frames_only : bool
            The others are not even decoded.
        apart_ticks : int
            Every second frame may be left out, and `damaged` not know of it, where no other is built upon it, nothing is missing so
            far and those that remain are no further apart than this; 0 = none is left out.

        Yields
        ------
        FilmFrame
            Later than the one before. Frames that can't be decoded are passed over, and counted in `damaged`.

        Raises
        ------
        OSError
            The file can no longer be read.
        """

    @abstractmethod
    def run(self, start_ticks: int, end_ticks: int) -> Iterator[FilmFrame]:
        """Read from the last key frame at or before `start_ticks` up to `end_ticks`, included; `damaged` stays as it was."""

    def between(self, start_ticks: int, end_ticks: int) -> Iterator[FilmFrame]:
        """Read the frames of exactly these moments, both included, whatever frames they begin and end with."""
        for frame in self.run(start_ticks, end_ticks):
            if frame.ticks >= start_ticks:
                yield frame

    def at(self, ticks: int, longer_side: int | None = None) -> RgbImage:
        """Decode the frame that is shown at a moment: the last one at or before it.

        Raises
        ------
        UnreadablePicture
            No frame there can be decoded.
        """
        shown = deque(self.run(ticks, ticks), maxlen=1)
        if not shown:
            raise UnreadablePicture("no frame can be decoded there", reason=Reason.UNREADABLE)
        return shown[0].rgb(longer_side)
