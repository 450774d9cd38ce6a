import io

import numpy as np
import picture_forge as forge
import pytest
from PIL import Image, ImageOps

from visavis.decode.orientation import upright
from visavis.decode.photo import open_photo

FORMATS = {
    "JPEG": {"quality": 95},
    "PNG": {},
    "WEBP": {"lossless": True},
    "TIFF": {},
    "TIFF LZW": {"compression": "tiff_lzw"},
    "AVIF": {"quality": 95},
}


@pytest.mark.parametrize("orientation", range(1, 9))
def test_each_orientation_turns_as_pillow_does(orientation):
    pixels = forge.gradient()
    tagged = Image.fromarray(pixels)
    tagged.getexif()[0x0112] = orientation
    np.testing.assert_array_equal(upright(pixels, orientation), np.asarray(ImageOps.exif_transpose(tagged)))


@pytest.mark.parametrize("orientation", [0, 9, 65_535])
def test_an_impossible_orientation_is_upright(orientation):
    photo = open_photo(forge.jpeg(exif=forge.exif(orientation=orientation or None)))
    assert (photo.full_width, photo.full_height) == (forge.WIDTH, forge.HEIGHT)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", FORMATS)
def test_exif_orientation_is_applied_once_in_every_format(form, orientation):
    # Pillow can't put an EXIF block into a compressed TIFF
    tag = {"tiffinfo": {0x0112: orientation}} if form == "TIFF LZW" else {"exif": forge.exif(orientation=orientation)}
    data = forge.encode(forge.gradient(), form.split()[0], **tag, **FORMATS[form])
    photo = open_photo(data)
    pixels = photo.pixels()
    assert pixels.shape == (photo.full_height, photo.full_width, 3)
    expected = upright(forge.gradient(), orientation)
    assert np.abs(pixels.astype(int) - expected).mean() < 6, "compression moves values a little; a wrong turn by 40 and more"


def test_a_reduced_jpeg_is_turned_too():
    data = forge.jpeg(forge.gradient(800, 600), exif=forge.exif(orientation=6))
    assert open_photo(data).pixels(400).shape == (400, 300, 3)


def test_pillow_agrees_on_what_the_forged_exif_says():
    assert Image.open(io.BytesIO(forge.jpeg(exif=forge.exif(orientation=6)))).getexif()[0x0112] == 6
