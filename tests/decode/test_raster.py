import numpy as np
import picture_forge as forge
import pytest
from PIL import Image

from visavis.decode.formats import Format
from visavis.decode.photo import open_photo
from visavis.domain.errors import UnreadablePicture
from visavis.domain.media import Reason

GRADIENT = forge.gradient()
LOSSLESS = {
    "png": (forge.encode(GRADIENT, "PNG"), Format.PNG),
    "webp": (forge.encode(GRADIENT, "WEBP", lossless=True), Format.WEBP),
    "tiff": (forge.encode(GRADIENT, "TIFF"), Format.TIFF),
    "tiff lzw": (forge.encode(GRADIENT, "TIFF", compression="tiff_lzw"), Format.TIFF),
    "tiff deflate": (forge.encode(GRADIENT, "TIFF", compression="tiff_adobe_deflate"), Format.TIFF),
    "tiff packbits": (forge.encode(GRADIENT, "TIFF", compression="packbits"), Format.TIFF),
    "big tiff": (forge.encode(GRADIENT, "TIFF", big_tiff=True), Format.TIFF),
    "bmp": (forge.encode(GRADIENT, "BMP"), Format.BMP),
    "jpeg 2000": (forge.encode(GRADIENT, "JPEG2000"), Format.JPEG2000),
    "psd": (forge.psd(GRADIENT), Format.PSD),
}


def decoded(data):
    return open_photo(data).pixels()


@pytest.mark.parametrize("name", LOSSLESS)
def test_a_lossless_format_gives_its_pixels_back(name):
    data, form = LOSSLESS[name]
    photo = open_photo(data)
    assert (photo.format, photo.full_width, photo.full_height) == (form, forge.WIDTH, forge.HEIGHT)
    np.testing.assert_array_equal(photo.pixels(), GRADIENT)
    np.testing.assert_array_equal(photo.pixels(10), GRADIENT)


@pytest.mark.parametrize("form", ["AVIF", "WEBP"])
def test_a_lossy_format_gives_about_its_pixels_back(form):
    assert np.abs(decoded(forge.encode(GRADIENT, form, quality=90)).astype(int) - GRADIENT).mean() < 6


def test_of_an_animated_gif_the_first_frame_is_taken():
    frames = [Image.new("P", (40, 30), n) for n in range(3)]
    for frame in frames:
        frame.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255])
    data = forge.encode(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert (decoded(data) == (255, 0, 0)).all()


@pytest.mark.parametrize("form", ["PNG", "TIFF"])
def test_sixteen_bit_grey_is_scaled_not_clipped(form):
    ramp = np.tile(np.linspace(0, 65_535, 96).round().astype(np.uint16), (64, 1))
    pixels = decoded(forge.encode(Image.fromarray(ramp), form))
    np.testing.assert_array_equal(pixels[0, :, 0], (ramp[0] / 257 + 0.5).astype(np.uint8))


def test_sixteen_bit_colour_is_scaled_not_clipped():
    import cv2

    ramp = np.repeat(np.tile(np.linspace(0, 65_535, 96).astype(np.uint16), (64, 1))[:, :, None], 3, axis=2)
    for ending in (".png", ".tif"):
        pixels = decoded(cv2.imencode(ending, ramp)[1].tobytes())
        assert np.abs(pixels[0, :, 0].astype(int) - ramp[0, :, 0] // 257).max() <= 1


def test_floats_are_refused_for_they_say_no_white_point():
    data = forge.encode(Image.fromarray(np.linspace(0, 1, 64 * 96, dtype=np.float32).reshape(64, 96)), "TIFF")
    with pytest.raises(UnreadablePicture) as caught:
        decoded(data)
    assert caught.value.reason == Reason.UNSUPPORTED


@pytest.mark.parametrize("mode", ["L", "1", "P", "LA", "RGBA", "CMYK", "YCbCr"])
def test_every_mode_of_tiff_or_png_becomes_rgb(mode):
    image = Image.fromarray(np.where(GRADIENT > 127, 255, 0).astype(np.uint8)).convert(mode)
    pixels = decoded(forge.encode(image, "TIFF" if mode in {"CMYK", "YCbCr"} else "PNG"))
    assert np.abs(pixels.astype(int) - np.asarray(image.convert("RGB"))).mean() < 3


def test_transparent_parts_lie_on_mid_grey():
    layered = np.dstack([GRADIENT, np.full(GRADIENT.shape[:2], 255, np.uint8)])
    layered[:, :48, 3] = 0
    for form, options in (("PNG", {}), ("WEBP", {"lossless": True}), ("TIFF", {})):
        pixels = decoded(forge.encode(layered, form, **options))
        assert (pixels[:, :48] == 127).all()
        np.testing.assert_array_equal(pixels[:, 48:], GRADIENT[:, 48:])


def test_a_transparent_palette_entry_lies_on_mid_grey():
    image = Image.new("P", (40, 30), 1)
    image.putpalette([10, 20, 30, 200, 100, 50])
    image.paste(0, (0, 0, 20, 30))
    for form in ("PNG", "GIF"):
        pixels = decoded(forge.encode(image, form, transparency=0))
        assert (pixels[:, :20] == 127).all()
        assert (pixels[:, 20:] == (200, 100, 50)).all()


def test_a_broken_colour_profile_is_no_obstacle():
    for form in ("PNG", "TIFF", "JPEG", "WEBP"):
        assert decoded(forge.encode(GRADIENT, form, icc_profile=b"not a profile")).shape == GRADIENT.shape


def test_the_wrong_extension_is_nothing_to_the_decoder():
    assert open_photo(forge.jpeg()).format is Format.JPEG


@pytest.mark.parametrize("name", [*LOSSLESS, "gif", "avif", "webp lossy", "bmp rle"])
def test_a_strict_prefix_is_an_outcome_or_the_whole_picture(name):
    texture = forge.textured()
    made = {
        "gif": lambda: forge.encode(Image.fromarray(texture).convert("P"), "GIF"),
        "avif": lambda: forge.encode(texture, "AVIF"),
        "webp lossy": lambda: forge.encode(texture, "WEBP"),
        "bmp rle": lambda: forge.bmp_rle(texture[:, :, 0]),
    }
    data = made[name]() if name in made else LOSSLESS[name][0]
    whole = decoded(data)
    for cut in [*range(0, len(data), len(data) // 40), len(data) - 1]:
        try:
            pixels = decoded(data[:cut])
        except UnreadablePicture:
            continue
        np.testing.assert_array_equal(pixels, whole)
