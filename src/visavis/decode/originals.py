"""The pixels behind a record: of a picture, or of one frame of a film."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from visavis.decode.limits import FilmLimits, Limits
from visavis.decode.photo import open_photo
from visavis.domain.arrays import RgbImage

OpenStream = Callable[[Path, str], AbstractContextManager[BinaryIO]]
"""(root, path below it) to a seekable stream; raises `UnreadablePicture` where it can't be reached."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginalPixels:
    """Opens originals.

    Attributes
    ----------
    open_file, open_stream : callable
        (root, path below it) to a picture's bytes, and to a film as a seekable stream.
    """

    open_file: Callable[[Path, str], bytes]
    open_stream: OpenStream
    limits: Limits
    film_limits: FilmLimits

    def read(self, root: Path, path: str, *, at_ticks: int | None, longer_side: int) -> RgbImage:
        """Return a picture, or with `at_ticks` the frame that a film shows then: (H, W, 3) uint8, upright RGB, no smaller than asked for.

        Raises
        ------
        UnreadablePicture
            It can't be reached or decoded.
        """
        if at_ticks is None:
            return open_photo(self.open_file(root, path), limits=self.limits).pixels(longer_side)
        from visavis.decode.video.film import open_film

        with self.open_stream(root, path) as stream, open_film(stream, limits=self.film_limits) as film:
            return film.at(at_ticks, longer_side)
