"""What a survey needs of a file, without decoding a pixel and from its first bytes where they suffice."""

from dataclasses import dataclass, replace

from visavis.decode.formats import Format, sniff
from visavis.decode.limits import Limits
from visavis.decode.photo import open_photo
from visavis.domain.errors import UnreadablePicture
from visavis.domain.media import CaptureDate, Reason

HEAD_BYTES = 256 * 2**10
"""Enough for the EXIF, IPTC and XMP of almost every JPEG; TIFF directories and HEIF boxes may lie anywhere, and ask for the whole."""

_NEEDS_WHOLE = frozenset({Format.WEBP, Format.AVIF, Format.HEIF, Format.RAW, Format.TIFF})


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a file's header says. `refusal` is why there is no picture; then format and size may be unknown."""

    format: Format | None = None
    width: int = 0
    height: int = 0
    captured: CaptureDate | None = None
    credit: str = ""
    refusal: Reason | None = None
    needs_whole: bool = False
    """These bytes are only the head, and don't suffice."""


def peek(data: bytes, file_name: str, *, size: int, limits: Limits) -> Header:
    """Read a file's header.

    Parameters
    ----------
    data : bytes
        The whole file, or its first bytes (`HEAD_BYTES`).
    file_name : str
        For a date in it.
    size : int
        Of the whole file, bytes.
    limits : Limits

    Returns
    -------
    Header
        With `needs_whole` if the head does not suffice.
    """
    partial = len(data) < size
    found = sniff(data)
    if partial and found in _NEEDS_WHOLE:
        return Header(format=found, needs_whole=True)
    # A head's size says nothing of the expansion: that is measured against the whole.
    bounds = replace(limits, expansion=limits.expansion * max(1, size // max(1, len(data))))
    try:
        photo = open_photo(data, limits=bounds)
    except UnreadablePicture as error:
        if partial and found is not None:
            return Header(format=found, needs_whole=True)
        return Header(format=found, refusal=Reason(error.reason))
    said = photo.metadata(file_name)
    return Header(format=photo.format, width=photo.full_width, height=photo.full_height, captured=said.captured, credit=said.credit)
