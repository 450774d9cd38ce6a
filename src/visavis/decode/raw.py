"""Camera RAW by LibRaw through rawpy: the camera's own preview, else a half-size demosaic."""

import io
from dataclasses import dataclass, replace

import numpy as np
import rawpy
from numpy.typing import NDArray

from visavis.decode.damage import guarded
from visavis.decode.jpeg import read_header
from visavis.decode.limits import Limits
from visavis.decode.orientation import UPRIGHT
from visavis.domain.arrays import RgbImage
from visavis.domain.errors import UnreadablePicture
from visavis.domain.media import Reason

# A preview below this is a thumbnail for the camera's screen; the sensor is read instead if it has more.
_PREVIEW_LONGER_SIDE = 640
_FLIPS = {0: UPRIGHT, 3: 3, 5: 8, 6: 6}  # LibRaw's `flip` as EXIF orientation


@dataclass(frozen=True, slots=True, kw_only=True)
class RawPreview:
    """What stands for a RAW file.

    Attributes
    ----------
    jpeg : bytes
        The camera's JPEG; empty if `pixels` holds the picture.
    pixels : (H, W, 3) uint8 or None
    orientation : int
        EXIF orientation to apply. The JPEG's own is not asked: LibRaw writes one into it, whether the camera turned the preview or not.
    """

    jpeg: bytes = b""
    pixels: RgbImage | None = None
    orientation: int = UPRIGHT


def read_preview(data: bytes, limits: Limits) -> RawPreview:
    """Take the largest preview that the camera wrote; demosaic at half size if there is none of use.

    Raises
    ------
    UnreadablePicture
        Damaged, over the limits, or a camera that LibRaw doesn't know.
    """
    with guarded("raw"):
        try:
            with rawpy.imread(io.BytesIO(data)) as raw:
                return _preview(raw) or _demosaic(raw, limits, len(data))
        except rawpy.LibRawFileUnsupportedError as error:
            raise UnreadablePicture("a RAW file of a camera that LibRaw doesn't know", reason=Reason.UNSUPPORTED) from error
        except rawpy.LibRawTooBigError as error:
            raise UnreadablePicture("a RAW file over LibRaw's bounds", reason=Reason.TOO_LARGE) from error
        except rawpy.LibRawIOError as error:
            raise UnreadablePicture("the RAW file ends before its picture does", reason=Reason.TRUNCATED) from error
        except (rawpy.LibRawError, rawpy.NotSupportedError) as error:
            raise UnreadablePicture(f"damaged RAW file: {error}", reason=Reason.UNREADABLE) from error


def _preview(raw: rawpy.RawPy) -> RawPreview | None:
    try:
        thumb = raw.extract_thumb()
    except (rawpy.LibRawNoThumbnailError, rawpy.LibRawUnsupportedThumbnailError):
        return None
    sizes = raw.sizes
    if thumb.format == rawpy.ThumbFormat.JPEG:
        header = read_header(bytes(thumb.data))
        width, height = header.width, header.height
        preview = RawPreview(jpeg=bytes(thumb.data))
    else:
        height, width = thumb.data.shape[:2]
        preview = RawPreview(pixels=_three_channels(thumb.data))
    if max(width, height) < min(_PREVIEW_LONGER_SIDE, max(sizes.width, sizes.height) // 2):
        return None
    # A preview that the camera has already turned lies across the sensor; it needs no flip.
    lies_as_sensor = (width >= height) == (sizes.raw_width >= sizes.raw_height)
    return replace(preview, orientation=_FLIPS.get(sizes.flip, UPRIGHT) if lies_as_sensor else UPRIGHT)


def _demosaic(raw: rawpy.RawPy, limits: Limits, file_bytes: int) -> RawPreview:
    limits.check_picture(raw.sizes.raw_width, raw.sizes.raw_height, file_bytes)
    return RawPreview(pixels=_three_channels(raw.postprocess(half_size=True, use_camera_wb=True, output_bps=8)))


def _three_channels(samples: NDArray[np.uint8]) -> RgbImage:
    """Monochrome cameras give one channel, with or without an axis of its own."""
    if samples.ndim == 3 and samples.shape[2] == 3:
        return samples.copy()
    return np.repeat(samples.reshape(*samples.shape[:2], -1)[:, :, :1], 3, axis=2)
