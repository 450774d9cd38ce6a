"""HEIC and HEIF by libheif through pi-heif, which only decodes (pillow-heif's wheels carry a GPL encoder)."""

import io

import numpy as np
import pi_heif

from visavis.decode.damage import guarded
from visavis.decode.embedded import Embedded
from visavis.domain.arrays import RgbImage
from visavis.domain.errors import UnreadablePicture
from visavis.domain.media import Reason

_ITEMS_WITHIN = 2**20  # the `meta` box lies at the file's beginning; its item list is a few kilobytes
_BACKDROP = 127  # as in raster: mid grey under transparent parts


class HeifPicture:
    """The primary picture of one HEIF file. libheif turns it upright by `irot` and `imir`; its EXIF orientation says so again."""

    def __init__(self, data: bytes) -> None:
        _check_item_names(data)
        with guarded("heif"):
            container = pi_heif.open_heif(io.BytesIO(data), convert_hdr_to_8bit=True)
            self._picture = container[container.primary_index]
        self.width: int = self._picture.size[0]
        self.height: int = self._picture.size[1]

    def embedded(self) -> Embedded:
        """Collect EXIF and XMP."""
        info = self._picture.info
        exif: bytes = info.get("exif") or b""
        return Embedded(exif=exif.removeprefix(b"Exif\0\0"), xmp=info.get("xmp") or b"")

    def decode(self) -> RgbImage:
        """Decode: (H, W, 3) uint8 RGB, upright.

        Raises
        ------
        UnreadablePicture
        """
        with guarded("heif"):
            samples = np.asarray(self._picture)
        if samples.dtype != np.uint8 or samples.shape[:2] != (self.height, self.width):
            raise UnreadablePicture("heif: the picture is not the one that its header declares", reason=Reason.UNREADABLE)
        if samples.ndim == 2:
            return np.repeat(samples[:, :, None], 3, axis=2)
        return _without_alpha(samples)


def _check_item_names(data: bytes) -> None:
    """Refuse item entries that are no UTF-8: pi-heif 1.4.0 ends the process on one (seen by flipping a byte of the type `Exif`)."""
    at = data.find(b"infe", 0, _ITEMS_WITHIN)
    while at >= 4:
        size = int.from_bytes(data[at - 4 : at])
        wide_id = data[at + 4 : at + 5] == b"\x03"
        entry = data[at + (14 if wide_id else 12) : at - 4 + size]
        try:
            entry.decode("utf-8")
        except UnicodeDecodeError as error:
            raise UnreadablePicture("heif: an item of no valid name", reason=Reason.UNREADABLE) from error
        at = data.find(b"infe", at + 4, _ITEMS_WITHIN)


def _without_alpha(samples: RgbImage) -> RgbImage:
    if samples.shape[2] == 3:
        return samples.copy()
    colour, alpha = samples[:, :, :3].astype(np.uint16), samples[:, :, 3:].astype(np.uint16)
    return ((colour * alpha + _BACKDROP * (255 - alpha) + 127) // 255).astype(np.uint8)
