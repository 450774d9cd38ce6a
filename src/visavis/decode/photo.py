"""The door of this room: bytes in, a picture out that decodes at the scale asked for."""

from collections.abc import Callable
from dataclasses import dataclass

from visavis.decode import heif, jpeg, raster, raw, tiff
from visavis.decode.embedded import Embedded
from visavis.decode.formats import Format, is_known_other, sniff
from visavis.decode.limits import Limits
from visavis.decode.metadata import read_metadata
from visavis.decode.orientation import UPRIGHT, swaps_sides, upright
from visavis.decode.video.demuxers import SNIFF_BYTES, container_of
from visavis.domain.arrays import RgbImage, check_image
from visavis.domain.errors import UnreadablePicture
from visavis.domain.media import PictureMetadata, Reason

_ORIENTATION = 0x0112
_DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class _Opened:
    """A header read, pixels not yet. Width and height are as stored."""

    width: int
    height: int
    decode: Callable[[int | None], RgbImage]
    embedded: Embedded
    orientation: int
    pages: int = 1


class Photo:
    """A picture whose header was read and found within the limits; a :class:`~visavis.domain.media.PixelSource`.

    Made by :func:`open_photo`. It holds the file's bytes, and decodes them anew at each :meth:`pixels`.
    """

    def __init__(self, found: Format, opened: _Opened) -> None:
        self.format = found
        self._opened = opened
        swapped = swaps_sides(opened.orientation)
        self._width, self._height = (opened.height, opened.width) if swapped else (opened.width, opened.height)

    @property
    def pages(self) -> int:
        """How many pages the file has: of a TIFF one or more, else 1."""
        return self._opened.pages

    @property
    def full_width(self) -> int:
        """Width of the upright picture at full resolution, pixels; of a RAW file: of the preview that stands for it."""
        return self._width

    @property
    def full_height(self) -> int:
        """Height of the upright picture at full resolution, pixels."""
        return self._height

    def pixels(self, longer_side: int | None = None) -> RgbImage:
        """Decode.

        Parameters
        ----------
        longer_side : int or None
            The longer side may be smaller than the full one, but not than this; None = full size. JPEGs reduce by 2, 4 or 8 while
            decoding; other formats have no cheaper way than the whole, and come whole.

        Returns
        -------
        (h, w, 3) uint8
            Upright RGB, writeable, the caller's own.

        Raises
        ------
        UnreadablePicture
            Damaged or truncated bytes.
        """
        image = self._opened.decode(longer_side)
        return check_image(upright(image, self._opened.orientation))

    def metadata(self, file_name: str) -> PictureMetadata:
        """Read what the file says of itself, place included: what may be kept is the charter's to say.

        Parameters
        ----------
        file_name : str
            Last part of the path; a date in it is the last resort.
        """
        return read_metadata(self._opened.embedded, file_name)


def open_photo(data: bytes, *, page: int = 0, limits: Limits = _DEFAULT_LIMITS) -> Photo:
    """Read a picture's header, by what its bytes are, whatever the file is called.

    Parameters
    ----------
    data : bytes
        The whole file.
    page : int
        Of a TIFF, from 0; `pages` of the first one says how many there are.
    limits : Limits, optional

    Returns
    -------
    Photo

    Raises
    ------
    UnreadablePicture
        With the :class:`~visavis.domain.media.Reason` to store: empty, unreadable, truncated, too-large, too-small, unsupported.
    """
    limits.check_file(len(data))
    found = sniff(data)
    if found is None and container_of(data[:SNIFF_BYTES]) is not None:
        raise UnreadablePicture(
            "a film, not a picture; with a film's ending in its name (.mp4, .mkv …) ingest reads it", reason=Reason.UNSUPPORTED
        )
    if found is None and is_known_other(data):
        raise UnreadablePicture("a document or another format, and no photograph", reason=Reason.UNSUPPORTED)
    if found is None:
        raise UnreadablePicture("not a picture in any format that is read", reason=Reason.UNREADABLE)
    opened = _open(data, found, limits, page)
    if not 0 <= page < opened.pages:
        raise UnreadablePicture(f"page {page + 1} of {opened.pages}", reason=Reason.UNREADABLE)
    limits.check_picture(opened.width, opened.height, len(data))
    return Photo(found, opened)


def _open(data: bytes, found: Format, limits: Limits, page: int) -> _Opened:
    if found is Format.JPEG:
        return _open_jpeg(data)
    if found is Format.HEIF:
        picture = heif.HeifPicture(data)
        return _Opened(picture.width, picture.height, lambda _: picture.decode(), picture.embedded(), UPRIGHT)
    if found is Format.RAW:
        return _open_raw(data, limits)
    if found is Format.TIFF:
        return _open_tiff(data, page)
    image = raster.open_raster(data, found)
    embedded = raster.embedded(image, data)
    return _Opened(image.width, image.height, lambda _: raster.decode(data, found), embedded, _exif_orientation(embedded))


def _open_tiff(data: bytes, page: int) -> _Opened:
    image = raster.open_raster(data, Format.TIFF)
    embedded = raster.embedded(image, data)
    frames = raster.page_frames(image)
    frame = frames[page] if 0 <= page < len(frames) else 0
    width, height = raster.size_of(image, frame)
    # Pillow turns TIFF upright itself, and only TIFF.
    return _Opened(width, height, lambda _: raster.decode(data, Format.TIFF, frame), embedded, UPRIGHT, pages=len(frames))


def _open_jpeg(data: bytes) -> _Opened:
    header = jpeg.read_header(data)

    def decode(longer_side: int | None) -> RgbImage:
        image = jpeg.decode(data, header, longer_side)
        if image is not None:
            return image
        if not jpeg.is_complete(data, header):
            raise UnreadablePicture("the JPEG ends before its picture does", reason=Reason.TRUNCATED)
        return raster.decode(data, Format.JPEG)

    return _Opened(header.width, header.height, decode, header.embedded, _exif_orientation(header.embedded))


def _open_raw(data: bytes, limits: Limits) -> _Opened:
    preview = raw.read_preview(data, limits)
    own = Embedded(exif=data) if tiff.byte_order(data) else Embedded()
    if preview.pixels is not None:
        height, width = preview.pixels.shape[:2]
        pixels = preview.pixels
        return _Opened(width, height, lambda _: pixels, own, preview.orientation)
    inner = _open_jpeg(preview.jpeg)
    return _Opened(inner.width, inner.height, inner.decode, own if own.exif else inner.embedded, preview.orientation)


def _exif_orientation(embedded: Embedded) -> int:
    """EXIF orientation, 1 to 8; an absent or impossible one is upright."""
    said = tiff.integers(next(iter(tiff.read_directories(embedded.exif)), {}), _ORIENTATION)
    return said[0] if said and 1 <= said[0] <= 8 else UPRIGHT
