"""Putting pictures into a package."""

import io
import zipfile
from collections.abc import Callable, Sequence

from PIL import Image

from visavis.domain.arrays import RgbImage
from visavis.domain.face import Box

LONGEST_SIDE = 2400
"""Pixels of a picture in a package: all that a print of 20 cm shows."""
OWN_OVERLAP = 0.3
"""A face found anew that overlaps a confirmed one by as much is that one."""

_QUALITY = 90
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)
"""The oldest time that a ZIP file can hold: a package tells when it was made in its text, and nowhere else."""

FindFaces = Callable[[RgbImage], Sequence[Box]]
"""Every face that a detector finds in a picture."""


def add(package: zipfile.ZipFile, name: str, body: bytes, how: int = zipfile.ZIP_STORED) -> None:
    """Add a file that nobody else on the machine may read when it is unpacked."""
    entry = zipfile.ZipInfo(name, date_time=_FIRST_DAY)
    entry.compress_type = how
    entry.external_attr = 0o600 << 16
    package.writestr(entry, body)


def jpeg(image_rgb: RgbImage) -> bytes:
    """Return (H, W, 3) uint8 RGB as a JPEG without metadata."""
    picture = Image.fromarray(image_rgb)
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    picture.save(buffer, format="JPEG", quality=_QUALITY, optimize=True)
    return buffer.getvalue()


def others_of(found: Sequence[Box], own: Sequence[Box]) -> list[Box]:
    """Return the faces found that are none of a person's own."""
    return [box for box in found if all(box.overlap(mine) < OWN_OVERLAP for mine in own)]
