"""A photograph's file written anew with some faces greyed: what an erasure leaves of an original where its charter says «mask»."""

import io
from collections.abc import Sequence

from PIL import Image

from visavis.decode.formats import Format, sniff
from visavis.decode.limits import Limits
from visavis.decode.masking import mask_faces
from visavis.decode.photo import open_photo
from visavis.domain.errors import UnreadablePicture
from visavis.domain.face import Box
from visavis.domain.media import Reason

_SAVING: dict[Format, dict[str, object]] = {
    Format.JPEG: {"format": "JPEG", "quality": 95, "subsampling": 0},
    Format.PNG: {"format": "PNG"},
    Format.WEBP: {"format": "WEBP", "quality": 95, "method": 4},
    Format.BMP: {"format": "BMP"},
}
"""Formats that hold one picture and can be written as they were read. RAW and HEIF can't be; a TIFF or GIF may hold more than one."""
_ORIENTATION = 0x0112


def masked_file(data: bytes, boxes: Sequence[Box], *, limits: Limits) -> bytes:
    """Return the file with these faces grey, in its own format and size, upright.

    Of its metadata the EXIF block stays, without its thumbnail; IPTC and XMP, which may hold one as well, are left out.

    Parameters
    ----------
    data : bytes
        The whole file.
    boxes : sequence of Box
        Ratios of the upright picture.

    Raises
    ------
    UnreadablePicture
        It can't be decoded, or its format can't be written here (`unsupported`).
    """
    saving = _SAVING.get(found) if (found := sniff(data)) else None
    if saving is None:
        raise UnreadablePicture("this format can't be written anew", reason=Reason.UNSUPPORTED)
    pixels = mask_faces(open_photo(data, limits=limits).pixels(), others=boxes)
    with Image.open(io.BytesIO(data)) as before:
        exif = before.getexif()
        exif.pop(_ORIENTATION, None)
        profile = before.info.get("icc_profile") if before.mode in ("RGB", "RGBA") else None
    buffer = io.BytesIO()
    more = {} if found is Format.BMP else {"exif": exif.tobytes() if len(exif) else b"", "icc_profile": profile}
    Image.fromarray(pixels).save(buffer, **{name: value for name, value in (saving | more).items() if value})  # type: ignore[arg-type]
    return buffer.getvalue()
