"""Cutting a face out of a decoded picture, to be kept as evidence of what was asked."""

import io

from PIL import Image

from visavis.domain.arrays import RgbImage
from visavis.domain.crops import crop_area, crop_size
from visavis.domain.face import Box

_QUALITY = 80


def face_jpeg(image_rgb: RgbImage, box: Box) -> bytes:
    """Return a face with its surroundings as a JPEG without metadata, at most 320 pixels a side.

    Parameters
    ----------
    image_rgb : (H, W, 3) uint8
        Upright RGB.
    box : Box
        May reach beyond the picture; the crop stays within.
    """
    height, width = image_rgb.shape[:2]
    area = crop_area(box, width=width, height=height)
    left, top, right, bottom = area
    cut = Image.fromarray(image_rgb[top:bottom, left:right]).resize(crop_size(area), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    cut.save(buffer, format="JPEG", quality=_QUALITY, optimize=True)
    return buffer.getvalue()
