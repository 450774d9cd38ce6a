"""What Pillow decodes: PNG, WebP, TIFF, BMP, GIF, JPEG 2000, PSD, AVIF, and the JPEGs that libjpeg-turbo's short API can't.

Plugins are called by name for the format that the bytes show. `Image.open` would try every parser it knows on hostile bytes, and
warns by a global pixel limit that is not ours; the header's size is checked here instead, before anything is loaded.
"""

import io
from collections.abc import Callable, Iterator

import numpy as np
from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageFile,
    Jpeg2KImagePlugin,
    JpegImagePlugin,
    PngImagePlugin,
    PsdImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from visavis.decode import tiff
from visavis.decode.damage import guarded
from visavis.decode.embedded import IPTC_RESOURCE, Embedded, photoshop_resource
from visavis.decode.formats import Format
from visavis.domain.arrays import RgbImage
from visavis.domain.errors import UnreadablePicture
from visavis.domain.media import Reason

_PLUGINS: dict[Format, Callable[[io.BytesIO], ImageFile.ImageFile]] = {
    Format.JPEG: JpegImagePlugin.JpegImageFile,
    Format.PNG: PngImagePlugin.PngImageFile,
    Format.WEBP: WebPImagePlugin.WebPImageFile,
    Format.TIFF: TiffImagePlugin.TiffImageFile,
    Format.BMP: BmpImagePlugin.BmpImageFile,
    Format.GIF: GifImagePlugin.GifImageFile,
    Format.JPEG2000: Jpeg2KImagePlugin.Jpeg2KImageFile,
    Format.PSD: PsdImagePlugin.PsdImageFile,
    Format.AVIF: AvifImagePlugin.AvifImageFile,
}
_BITS_PER_SAMPLE, _XMP_TAG, _IPTC_TAG, _PHOTOSHOP_TAG = 0x0102, 0x02BC, 0x83BB, 0x8649
_SUBFILE_TYPE, _NO_PAGE = 0x00FE, 1 | 4
_MAX_PAGES = 5_000  # a bound volume; beyond, it is damage or malice
_XMP_RESOURCE, _EXIF_RESOURCE = 0x0424, 0x0422

# Mid grey under transparent parts: dark hair and a white collar both keep an edge against it, on black or white one of them is lost.
_BACKDROP = (127, 127, 127)


def open_raster(data: bytes, found: Format) -> ImageFile.ImageFile:
    """Read the header with the one plugin that `found` names; no pixel is decoded.

    Raises
    ------
    UnreadablePicture
    """
    if found is Format.WEBP and int.from_bytes(data[4:8], "little") + 8 > len(data):
        raise UnreadablePicture("webp: the file is shorter than its header declares", reason=Reason.TRUNCATED)
    with guarded(found):
        return _PLUGINS[found](io.BytesIO(data))


def page_frames(image: ImageFile.ImageFile) -> tuple[int, ...]:
    """Return the numbers, as Pillow counts, of a TIFF's pages; of another format the first picture's.

    Reduced copies and masks (the TIFF 6.0 tag NewSubfileType) are no pages, unless they come first.
    """
    if not isinstance(image, TiffImagePlugin.TiffImageFile):
        return (0,)
    pages = [0]
    for number in range(1, _MAX_PAGES):
        try:
            with guarded("tiff"):
                image.seek(number)
                is_page = not image.tag_v2.get(_SUBFILE_TYPE, 0) & _NO_PAGE
        except UnreadablePicture:  # the end, or damage beyond which nothing is known
            break
        if is_page:
            pages.append(number)
    return tuple(pages)


def size_of(image: ImageFile.ImageFile, frame: int) -> tuple[int, int]:
    """Return width and height of one of `page_frames`."""
    with guarded("tiff"):
        image.seek(frame)
        return image.size


def decode(data: bytes, found: Format, frame: int = 0) -> RgbImage:
    """Decode a picture, the first one unless told otherwise: (H, W, 3) uint8 RGB as stored, not yet upright.

    Raises
    ------
    UnreadablePicture
        Damaged or truncated; or samples of 32 bits or in Lab, which say no white point.
    """
    with guarded(found):
        image = _PLUGINS[found](io.BytesIO(data))
        if frame:
            image.seek(frame)
        image.load()
        return np.array(_to_rgb(image))


def decode_all(data: bytes, found: Format) -> Iterator[RgbImage]:
    """Decode the frames of an animation, each as it is shown: (H, W, 3) uint8 RGB.

    Raises
    ------
    UnreadablePicture
        At the first frame that is damaged.
    """
    with guarded(found):
        image = _PLUGINS[found](io.BytesIO(data))
        count = getattr(image, "n_frames", 1)
    for number in range(count):
        with guarded(found):
            image.seek(number)
            image.load()
            pixels = np.array(_to_rgb(image))
        yield pixels


def _to_rgb(image: ImageFile.ImageFile) -> Image.Image:
    mode = image.mode
    if mode in {"I", "F", "LAB"}:
        raise UnreadablePicture(f"samples of Pillow mode {mode}: they say no white point to scale by", reason=Reason.UNSUPPORTED)
    if mode.startswith("I;16"):
        return _sixteen_bit_grey(image).convert("RGB")
    if mode in {"RGBA", "LA", "PA", "RGBa", "La"} or "transparency" in image.info:
        layered = image.convert("RGBA")
        backdrop = Image.new("RGBA", layered.size, (*_BACKDROP, 255))
        return Image.alpha_composite(backdrop, layered).convert("RGB")
    return image.convert("RGB")


def _sixteen_bit_grey(image: ImageFile.ImageFile) -> Image.Image:
    """Scale by the bits that the file declares: a 12-bit scan in 16-bit words would come out nearly black, or clipped."""
    bits = image.tag_v2.get(_BITS_PER_SAMPLE, (16,))[0] if isinstance(image, TiffImagePlugin.TiffImageFile) else 16
    white = 2 ** min(max(int(bits), 9), 16) - 1
    samples = np.asarray(image).astype(np.uint32)
    return Image.fromarray(((samples * 255 + white // 2) // white).clip(0, 255).astype(np.uint8))


def embedded(image: ImageFile.ImageFile, data: bytes) -> Embedded:
    """Collect the metadata blocks of an opened picture; damaged ones are left out."""
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        first = next(iter(tiff.read_directories(data)), {})
        iptc = tiff.raw_bytes(first, _IPTC_TAG) or photoshop_resource(tiff.raw_bytes(first, _PHOTOSHOP_TAG), IPTC_RESOURCE)
        return Embedded(exif=data, xmp=tiff.raw_bytes(first, _XMP_TAG), iptc=iptc)
    if isinstance(image, PsdImagePlugin.PsdImageFile):
        blocks = {number: block for number, _, block in image.resources if isinstance(block, bytes)}
        return Embedded(exif=blocks.get(_EXIF_RESOURCE, b""), xmp=blocks.get(_XMP_RESOURCE, b""), iptc=blocks.get(IPTC_RESOURCE, b""))
    xmp = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or b""
    exif = image.info.get("exif") or b""
    return Embedded(exif=exif.removeprefix(b"Exif\0\0"), xmp=xmp.encode() if isinstance(xmp, str) else xmp, iptc=_png_iptc(image))


def _png_iptc(image: ImageFile.ImageFile) -> bytes:
    """ImageMagick's way to carry IPTC in PNG: a text chunk of name, length and hexadecimal digits."""
    profile = image.info.get("Raw profile type iptc", "")
    digits = "".join(profile.split()[2:]) if isinstance(profile, str) else ""
    try:
        block = bytes.fromhex(digits)
    except ValueError:
        return b""
    return photoshop_resource(block, IPTC_RESOURCE) or block
