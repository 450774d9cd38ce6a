"""Pictures for people: face crops, whole pictures at the size of a screen, probes with numbered boxes.

Everything is cut on demand from the original's pixels and carries no metadata of the file (so no place, no name).
"""

import base64
import io
import math
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from visavis.domain.arrays import Landmarks5, RgbImage
from visavis.domain.crops import CROP_SIDE, MARGIN, crop_area, crop_size
from visavis.domain.errors import InputError
from visavis.domain.face import Box
from visavis.domain.identification import ProbePicture
from visavis.domain.side_by_side import VIEW_SIDE, level

WHOLE_SIDE: Final = 1200
"""Longer side of a whole picture, pixels."""
_QUALITY = 80
_REDUCING_GAP = 1.5  # averages whole pixels first: 63 ms instead of 190 for 12 megapixels to 1,200 pixels, no difference to the eye
_FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG"}
_BEYOND = (160, 160, 160)
_PICKED, _OTHER, _INK = (255, 196, 0), (255, 255, 255), (20, 20, 20)


def crop_uri(image_rgb: RgbImage, box: Box) -> str:
    """Cut a face as `crop_jpeg` does, and return it as a `data:` URI."""
    return jpeg_uri(crop_jpeg(image_rgb, box))


def crop_jpeg(image_rgb: RgbImage, box: Box) -> bytes:
    """Cut a face with its surroundings and return it as a JPEG, at most 320 pixels a side, never blown up.

    Parameters
    ----------
    image_rgb : (H, W, 3) uint8
        Upright RGB.
    box : Box
        May reach beyond the picture; the crop stays within, and is square unless the picture is narrower than the face.
    """
    height, width = image_rgb.shape[:2]
    area = crop_area(box, width=width, height=height)
    left, top, right, bottom = area
    cut = Image.fromarray(image_rgb[top:bottom, left:right])
    return _jpeg(cut.resize(crop_size(area), Image.Resampling.LANCZOS, reducing_gap=_REDUCING_GAP))


def level_jpeg(image_rgb: RgbImage, landmarks_5x2: Landmarks5) -> bytes:
    """Cut a face level and at the scale of every other such view, 560 x 560 pixels, and return it as a JPEG; grey lies beyond the picture.

    Parameters
    ----------
    image_rgb : (H, W, 3) uint8
        Upright RGB.
    landmarks_5x2 : (5, 2) float32
        Ratios of the picture.

    Raises
    ------
    InputError
        The landmarks coincide.
    """
    height, width = image_rgb.shape[:2]
    view = level(landmarks_5x2, width=width, height=height)
    if view is None:
        raise InputError("this face can't be laid beside another", remedy="look at the whole picture")
    corners = view.matrix_2x3 @ [(0, VIEW_SIDE, 0, VIEW_SIDE), (0, 0, VIEW_SIDE, VIEW_SIDE), (1, 1, 1, 1)]
    (left, top), (right, bottom) = (np.clip(edge, 0, (width, height)).astype(int) for edge in (corners.min(1) - 4, corners.max(1) + 5))
    if left >= right or top >= bottom:
        raise InputError("this face lies beyond its picture", remedy="look at the whole picture")
    step = max(1, int(1 / view.enlarged))  # whole pixels are averaged first: a transform alone leaves most of them out
    cut = Image.fromarray(image_rgb[top:bottom, left:right]).reduce(step)
    matrix = (view.matrix_2x3 - [(0, 0, left), (0, 0, top)]) / step
    size = (VIEW_SIDE, VIEW_SIDE)
    return _jpeg(cut.transform(size, Image.Transform.AFFINE, matrix.ravel().tolist(), Image.Resampling.BICUBIC, fillcolor=_BEYOND))


def whole_uri(image_rgb: RgbImage) -> str:
    """Return the whole picture as a JPEG `data:` URI, its longer side at most 1,200 pixels."""
    return jpeg_uri(whole_jpeg(image_rgb))


def whole_jpeg(image_rgb: RgbImage) -> bytes:
    """Return the whole picture as a JPEG, its longer side at most 1,200 pixels."""
    return _jpeg(_reduced(image_rgb))


def jpeg_uri(jpeg: bytes) -> str:
    """Return a JPEG as a `data:` URI."""
    return "data:image/jpeg;base64," + base64.b64encode(jpeg).decode("ascii")


def useful_side(box: Box) -> int:
    """Return the longer side, in pixels, from which on a decoded original gives the page all it can show of this face.

    A large JPEG decodes several times faster at a reduced scale; neither the crop nor the whole picture is poorer for it.
    """
    across = (1 + 2 * MARGIN) * min(box.width, box.height)  # share of the longer side that the crop spans, at least
    return max(WHOLE_SIDE, math.ceil(CROP_SIDE / max(across, 1e-3)))


def write_numbered(picture: ProbePicture, path: Path) -> None:
    """Write the probe with its faces boxed and numbered, picked ones in yellow; PNG or JPEG by the path's suffix.

    Raises
    ------
    InputError
        If the suffix is neither `.png` nor `.jpg` / `.jpeg`, or the file can't be written.
    """
    form = _FORMATS.get(path.suffix.lower())
    if form is None:
        raise InputError(
            f"a picture of the numbered faces is PNG or JPEG, not «{path.suffix}»", remedy="end the file's name in .png or .jpg"
        )
    image = _reduced(picture.image_rgb)
    draw = ImageDraw.Draw(image)
    line = max(2, round(max(image.size) / 300))
    font = ImageFont.load_default(size=max(12, round(max(image.size) / 40)))
    for number, face in enumerate(picture.faces, start=1):
        colour = _PICKED if number in picture.picked else _OTHER
        left, top, width, height = face.box.pixels(width=image.width, height=image.height)
        corners = (left, top, left + width, top + height)
        draw.rectangle(corners, outline=_INK, width=line + 2)
        draw.rectangle(corners, outline=colour, width=line)
        _label(draw, str(number), (max(0.0, left), max(0.0, top)), font=font, colour=colour)
    try:
        image.save(path, format=form)
    except OSError as error:
        raise InputError(f"can't write {path}: {error.strerror}", remedy="choose another file") from error


def _label(
    draw: ImageDraw.ImageDraw,
    text: str,
    corner: tuple[float, float],
    *,
    font: ImageFont.ImageFont | ImageFont.FreeTypeFont,
    colour: tuple[int, int, int],
) -> None:
    _, top, _, bottom = draw.textbbox((0, 0), text, font=font)
    pad = (bottom - top) / 3
    corner = (corner[0], max(0.0, corner[1] - bottom - 2 * pad))  # above the box: a number must not hide a small face
    left, top, right, bottom = draw.textbbox(corner, text, font=font)
    draw.rectangle((corner[0], corner[1], right + 2 * pad, bottom + 2 * pad), fill=colour, outline=_INK)
    draw.text((corner[0] + pad + corner[0] - left, corner[1] + pad + corner[1] - top + pad / 2), text, fill=_INK, font=font)


def _reduced(image_rgb: RgbImage) -> Image.Image:
    image = Image.fromarray(image_rgb)
    image.thumbnail((WHOLE_SIDE, WHOLE_SIDE), Image.Resampling.LANCZOS, reducing_gap=_REDUCING_GAP)
    return image


def _jpeg(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format="JPEG", quality=_QUALITY, optimize=True)
    return buffer.getvalue()
