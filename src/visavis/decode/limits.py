"""How much one file may ask of the machine, checked on its header before a pixel is decoded."""

from dataclasses import dataclass

from visavis.domain.errors import UnreadablePicture
from visavis.domain.media import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds on one picture.

    Attributes
    ----------
    file_bytes : int
        Larger files are not read.
    pixels : int
        250 million: the largest medium-format backs give 151 million, stitched panoramas and A2 scans at 600 dpi a little more.
        Decoded, this is 750 MB.
    side : int
        Longest side; JPEG's own bound.
    shortest_side : int
        Below 16 pixels no detector finds a face.
    expansion : int
        Decoded bytes for each byte of the file, looked at only above `expansion_free_pixels`: deflate reaches 1,032, a blank bitonal
        page far more, and both are harmless while they are small.
    """

    file_bytes: int = 512 * 2**20
    pixels: int = 250_000_000
    side: int = 65_535
    shortest_side: int = 16
    expansion: int = 2_000
    expansion_free_pixels: int = 64_000_000

    def check_file(self, size: int) -> None:
        """Raise `UnreadablePicture` (empty, too large) for a file of `size` bytes."""
        if size == 0:
            raise UnreadablePicture("the file is empty", reason=Reason.EMPTY)
        if size > self.file_bytes:
            raise UnreadablePicture(f"{size:,} bytes; the limit is {self.file_bytes:,}", reason=Reason.TOO_LARGE)

    def check_picture(self, width: int, height: int, file_bytes: int) -> None:
        """Raise `UnreadablePicture` (too large, too small) for a picture that declares this size in a file of `file_bytes`."""
        pixels = width * height
        if pixels > self.pixels or max(width, height) > self.side:
            raise UnreadablePicture(
                f"{width} x {height} pixels declared; the limit is {self.pixels:,} pixels, {self.side:,} a side", reason=Reason.TOO_LARGE
            )
        if pixels > self.expansion_free_pixels and pixels * 3 > file_bytes * self.expansion:
            raise UnreadablePicture(f"{file_bytes:,} bytes declare {width} x {height} pixels: a bomb", reason=Reason.TOO_LARGE)
        if min(width, height) < self.shortest_side:
            raise UnreadablePicture(
                f"{width} x {height} pixels; nothing below {self.shortest_side} a side is looked at", reason=Reason.TOO_SMALL
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmLimits:
    """Bounds on one film.

    Attributes
    ----------
    file_bytes : int
        512 GiB: a day of camera masters at 50 megabits a second.
    seconds : int
        Of running time.
    pixels : int
        Of one frame: 8K has 33 million.
    shortest_side : int
        Below 16 pixels no detector finds a face.
    """

    file_bytes: int = 512 * 2**30
    seconds: int = 24 * 3600
    pixels: int = 40_000_000
    shortest_side: int = 16

    def check_file(self, size: int) -> None:
        """Raise `UnreadablePicture` (empty, too large) for a film of `size` bytes."""
        if size == 0:
            raise UnreadablePicture("the file is empty", reason=Reason.EMPTY)
        if size > self.file_bytes:
            raise UnreadablePicture(f"{size:,} bytes; the limit for films is {self.file_bytes:,}", reason=Reason.TOO_LARGE)

    def check_frame(self, width: int, height: int) -> None:
        """Raise `UnreadablePicture` (too large, too small) for frames of this size."""
        if width * height > self.pixels:
            raise UnreadablePicture(f"{width} x {height} pixels; the limit for films is {self.pixels:,} pixels", reason=Reason.TOO_LARGE)
        if min(width, height) < self.shortest_side:
            raise UnreadablePicture(
                f"{width} x {height} pixels; nothing below {self.shortest_side} a side is looked at", reason=Reason.TOO_SMALL
            )

    def check_length(self, seconds: float) -> None:
        """Raise `UnreadablePicture` (too large) for a film that says it runs longer."""
        if seconds > self.seconds:
            raise UnreadablePicture(f"{seconds / 3600:,.1f} hours; the limit is {self.seconds / 3600:,.1f}", reason=Reason.TOO_LARGE)
