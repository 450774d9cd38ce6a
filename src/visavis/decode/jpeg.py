"""JPEG: markers read here, pixels decoded by libjpeg-turbo, at a reduced scale where that suffices; a file without its end is refused.

Python reads only markers (microseconds); why each warning of the library is a refusal or not is said in docs/decisions/0003.
"""

import re
from dataclasses import dataclass

import simplejpeg

from visavis.decode.embedded import IPTC_RESOURCE, Embedded, photoshop_resource
from visavis.domain.arrays import RgbImage
from visavis.domain.errors import UnreadablePicture
from visavis.domain.media import Reason

_NEXT_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")  # in scan data, FF 00 is a stuffed byte and FF D0-D7 a restart
_SOI, _EOI, _SOS, _APP1, _APP13 = 0xD8, 0xD9, 0xDA, 0xE1, 0xED
_FRAMES = {0xC0: True, 0xC1: True, 0xC2: True, 0xC9: True, 0xCA: True}  # baseline, extended, progressive, and the arithmetic two
_OTHER_FRAMES = {0xC3, 0xC5, 0xC6, 0xC7, 0xCB, 0xCD, 0xCE, 0xCF}  # lossless and hierarchical: no decoder here reads them
_EXIF, _XMP, _PHOTOSHOP = b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0", b"Photoshop 3.0\0"

# Only powers of two: libjpeg-turbo has SIMD inverse transforms for these; 3/4 takes longer than the whole (docs/decisions/0003).
_SCALES = (8, 4, 2)

# Warnings of libjpeg (jerror.h) that real cameras and editors provoke in files whose picture is whole.
_HARMLESS = re.compile(
    r"extraneous bytes before marker 0x(?!d[0-7])|Invalid SOS parameters|Unknown Adobe color transform"
    r"|unknown JFIF revision|Inconsistent progression sequence"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class JpegHeader:
    """What the markers before the first scan say; sizes as stored, not yet upright."""

    width: int
    height: int
    components: int
    scan_at: int
    embedded: Embedded


class _Segments:
    """Collects what the segments before the first scan say."""

    def __init__(self) -> None:
        self.frame: bytes | None = None
        self.exif = b""
        self.xmp = b""
        self.photoshop = b""

    def take(self, marker: int, body: bytes) -> None:
        if marker in _OTHER_FRAMES:
            raise UnreadablePicture("a lossless or hierarchical JPEG, which no decoder here reads", reason=Reason.UNSUPPORTED)
        if marker in _FRAMES:
            self.frame = body
        elif marker == _APP1 and body.startswith(_EXIF):
            self.exif = self.exif or body[len(_EXIF) :]
        elif marker == _APP1 and body.startswith(_XMP):
            self.xmp = self.xmp or body[len(_XMP) :]
        elif marker == _APP13 and body.startswith(_PHOTOSHOP):
            self.photoshop += body[len(_PHOTOSHOP) :]  # a block over 64 KiB goes on in the next segment

    def header(self, scan_at: int) -> JpegHeader:
        frame = self.frame
        if frame is None or len(frame) < 6:
            raise UnreadablePicture("a JPEG without a frame header", reason=Reason.UNREADABLE)
        if frame[0] != 8:
            raise UnreadablePicture(f"a JPEG of {frame[0]} bits a sample; 8 are read", reason=Reason.UNSUPPORTED)
        return JpegHeader(
            height=int.from_bytes(frame[1:3]),
            width=int.from_bytes(frame[3:5]),
            components=frame[5],
            scan_at=scan_at,
            embedded=Embedded(exif=self.exif, xmp=self.xmp, iptc=photoshop_resource(self.photoshop, IPTC_RESOURCE)),
        )


def read_header(data: bytes) -> JpegHeader:
    """Read the markers before the first scan.

    Raises
    ------
    UnreadablePicture
        Truncated before the first scan; a kind of JPEG that isn't read; no JPEG at all.
    """
    segments = _Segments()
    at = 2
    while True:
        at = _skip_to_marker(data, at)
        marker = data[at + 1]
        if marker == _EOI:
            raise UnreadablePicture("a JPEG that ends before its picture", reason=Reason.UNREADABLE)
        if marker in {0x01, _SOI} or 0xD0 <= marker <= 0xD7:  # stand alone, no length
            at += 2
            continue
        size = int.from_bytes(data[at + 2 : at + 4])
        if at + 2 + size > len(data):
            raise UnreadablePicture("the file ends within the JPEG header", reason=Reason.TRUNCATED)
        if size < 2:
            raise UnreadablePicture("a JPEG segment of impossible length", reason=Reason.UNREADABLE)
        if marker == _SOS:
            return segments.header(at)
        segments.take(marker, data[at + 4 : at + 2 + size])
        at += 2 + size


def _skip_to_marker(data: bytes, at: int) -> int:
    found = _NEXT_MARKER.search(data, at)
    if found is None or found.start() + 4 > len(data):
        raise UnreadablePicture("the file ends within the JPEG header", reason=Reason.TRUNCATED)
    return found.start()


def is_complete(data: bytes, header: JpegHeader) -> bool:
    """Whether the scans end in an end-of-image marker, as opposed to the end of the file; what lies behind it is of no concern."""
    at = header.scan_at
    while (found := _NEXT_MARKER.search(data, at)) is not None:
        at = found.start()
        if data[at + 1] == _EOI:
            return True
        at += 2 + max(2, int.from_bytes(data[at + 2 : at + 4]))
    return False


def scaled_side(longer: int, wanted: int | None) -> int:
    """Return the longer side after the largest reduction (1/8, 1/4, 1/2, none) that leaves at least `wanted` pixels."""
    for factor in _SCALES:
        if wanted is not None and (reduced := -(-longer // factor)) >= wanted:
            return reduced
    return longer


def decode(data: bytes, header: JpegHeader, longer_side: int | None) -> RgbImage | None:
    """Decode, strictly.

    Parameters
    ----------
    data : bytes
    header : JpegHeader
        Of `data`.
    longer_side : int or None
        The longer side may be smaller than stored, but not than this.

    Returns
    -------
    (h, w, 3) uint8 or None
        RGB as stored, not yet upright; None = libjpeg-turbo's short API can't (CMYK, odd sampling), Pillow may.

    Raises
    ------
    UnreadablePicture
        Truncated or damaged.
    """
    if header.components not in {1, 3}:
        return None
    side = scaled_side(max(header.width, header.height), longer_side)
    wide = header.width >= header.height
    sizes = {"min_width": side if wide else 0, "min_height": 0 if wide else side}
    try:
        image: RgbImage = simplejpeg.decode_jpeg(data, "RGB", **sizes)
    except ValueError as error:
        if "Could not determine subsampling" in str(error):
            return None
        _refuse_unless_harmless(data, header, str(error))
        image = _decode_leniently(data, sizes)
    return image


def _decode_leniently(data: bytes, sizes: dict[str, int]) -> RgbImage:
    try:
        image: RgbImage = simplejpeg.decode_jpeg(data, "RGB", strict=False, **sizes)
    except ValueError as error:
        raise UnreadablePicture(f"damaged JPEG: {error}", reason=Reason.UNREADABLE) from error
    return image


def _refuse_unless_harmless(data: bytes, header: JpegHeader, warning: str) -> None:
    if not is_complete(data, header):
        raise UnreadablePicture("the JPEG ends before its picture does", reason=Reason.TRUNCATED)
    if not _HARMLESS.search(warning):
        raise UnreadablePicture(f"damaged JPEG: {warning}", reason=Reason.UNREADABLE)
