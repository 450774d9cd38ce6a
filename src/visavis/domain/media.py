"""What was collected: files, the pictures in them, when they were taken, and what became of each."""

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from visavis.domain.arrays import RgbImage
from visavis.domain.face import AnalysedFace


class Reason(StrEnum):
    """What became of one file. The value is stored, listed by `visavis outcomes`, and stable."""

    INDEXED = "indexed"
    NO_FACE = "no-face"
    DUPLICATE = "duplicate"
    """The same bytes lie at another path of the same source."""
    PAIRED = "paired"
    """A RAW file whose JPEG of the same shot stands for both."""
    UNFINISHED = "unfinished"
    """A film of which a part is read, and found; the next ingest goes on."""
    UNREADABLE = "unreadable"
    """Not a picture, or damaged from the first bytes on."""
    TRUNCATED = "truncated"
    EMPTY = "empty"
    TOO_LARGE = "too-large"
    """Over a limit on bytes, pixels or expansion."""
    TOO_SMALL = "too-small"
    UNSUPPORTED = "unsupported"
    NOT_ALLOWED = "not-allowed"
    """The operating system refused to open it."""
    VANISHED = "vanished"
    """Listed, but gone when it was opened."""
    REFUSED = "refused"
    """`law.admit` said no; the detail names the rule."""
    CRASHED = "crashed"
    """The decoder or a network ended the worker process; the file is set aside."""


class Precision(StrEnum):
    """How exactly a capture date is known."""

    SECOND = "second"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"
    BEFORE = "before"
    AFTER = "after"
    RANGE = "range"


class DateOrigin(StrEnum):
    """Where a capture date comes from, best first."""

    CSV = "csv"
    IPTC = "iptc"
    XMP = "xmp"
    EXIF = "exif"
    CONTAINER = "container"
    """A film's own."""
    FILE_NAME = "file-name"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureDate:
    """When a picture was taken, as exactly as it is known.

    Attributes
    ----------
    text : str
        As people read it: `2016-05-14T09:30:00`, `1962`, `before 1970`.
    first, last : date or None
        The days between which it lies, both included; None = open on that side.
    """

    text: str
    first: dt.date | None
    last: dt.date | None
    precision: Precision
    origin: DateOrigin


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureMetadata:
    """What a file says of itself. A charter decides which of these are kept; place is dropped unless it says otherwise.

    Attributes
    ----------
    latitude, longitude : float or None
        Degrees, WGS 84.
    """

    captured: CaptureDate | None = None
    caption: str = ""
    credit: str = ""
    rights: str = ""
    asset_id: str = ""
    latitude: float | None = None
    longitude: float | None = None


class PixelSource(Protocol):
    """A picture whose pixels can be asked for at a scale: large JPEGs decode at a reduced one where nothing is lost by it."""

    @property
    def full_width(self) -> int:
        """Width of the upright picture at full resolution, pixels."""
        ...

    @property
    def full_height(self) -> int:
        """Height of the upright picture at full resolution, pixels."""
        ...

    def pixels(self, longer_side: int | None = None) -> RgbImage:
        """Decode.

        Parameters
        ----------
        longer_side : int or None
            The longer side may be smaller than the full one, but not than this; None = full size.

        Returns
        -------
        (h, w, 3) uint8
            Upright RGB. Repeated calls may decode again.

        Raises
        ------
        UnreadablePicture
            Damaged or truncated bytes.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a file that has several; `number` is from 1, `dhash` and `sketch` are as a picture's."""

    number: int
    dhash: bytes
    sketch: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class AtHand:
    """A picture whose pixels are there already: (H, W, 3) uint8, upright RGB."""

    image_rgb: RgbImage

    @property
    def full_width(self) -> int:
        """Pixels."""
        return int(self.image_rgb.shape[1])

    @property
    def full_height(self) -> int:
        """Pixels."""
        return int(self.image_rgb.shape[0])

    def pixels(self, longer_side: int | None = None) -> RgbImage:  # noqa: ARG002  # all of them are at hand
        """Return them, the same array each time."""
        return self.image_rgb


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysedPicture:
    """What is known of a picture once it was decoded and its faces were found.

    Attributes
    ----------
    format : str
        Container as found in the bytes, lower case: `jpeg`, `png`, `heic`, …
    width, height : int
        Upright, at full resolution, pixels.
    dhash : bytes
        16 bytes: the perceptual hash; near-duplicates differ in few bits.
    metadata : PictureMetadata
        All that the file says; `law` cuts it to what the charter lets us keep.
    sketch : bytes
        From `decode.same_picture.sketch`: tells whether somebody has objected to a face of this picture. Never stored.
    pages : tuple of Page
        Of a file with several pages, those that could be decoded; size, `dhash` and `sketch` above are then the first one's.
    """

    format: str
    width: int
    height: int
    dhash: bytes
    metadata: PictureMetadata
    faces: tuple[AnalysedFace, ...] = field(repr=False)
    sketch: bytes = field(default=b"", repr=False)
    pages: tuple[Page, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one file, in one word and one line of detail (never a name of a person)."""

    reason: Reason
    detail: str = ""
    faces: int = 0
