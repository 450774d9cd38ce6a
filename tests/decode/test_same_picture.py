"""A picture is known again after what people do to copies, and no other picture is taken for it."""

import cv2
import numpy as np
import picture_forge as forge
import pytest

from visavis.decode.photo import open_photo
from visavis.decode.same_picture import LEAST_KEPT, Crop, Prints, picture_print, sketch
from visavis.domain.arrays import RgbImage
from visavis.domain.face import Box

PHOTOS = (
    "barack-obama-2009", "barack-obama-2010", "barack-obama-senate", "eileen-collins", "emmanuel-macron-2014", "emmanuel-macron-2025",
    "group-composite", "jacinda-ardern-2018", "jacinda-ardern-2022", "joe-biden-2010", "landscape", "rishi-sunak",
)  # fmt: skip
FAR = 0.06
"""How far a found edge may lie from where it was cut, as a ratio of the side."""


def clouds(seed: int) -> RgbImage:
    """A picture with detail of every size, as photographs have: what halves in size halves in strength."""
    rng = np.random.default_rng(seed)
    layers = [cv2.resize(rng.standard_normal((3 << k, 4 << k, 3)), (640, 480), interpolation=cv2.INTER_CUBIC) / (1 << k) for k in range(7)]
    return np.clip(128 + 50 * np.sum(layers, axis=0), 0, 255).astype(np.uint8)


@pytest.fixture(scope="session")
def originals(examples) -> dict[str, RgbImage]:
    pictures = {name: open_photo((examples / f"{name}.jpg").read_bytes()).pixels(1024) for name in PHOTOS}
    return pictures | {f"clouds {seed}": clouds(seed) for seed in range(4)}


@pytest.fixture(scope="session")
def prints(originals) -> Prints:
    return Prints([picture_print(sketch(image)) for image in originals.values()])


def cropped(image: RgbImage, crop: Crop) -> RgbImage:
    height, width = image.shape[:2]
    left, right = round(crop.left * width), round(crop.right * width)
    top, bottom = round(crop.top * height), round(crop.bottom * height)
    return np.ascontiguousarray(image[top:bottom, left:right])


def resized(image: RgbImage, scale: float) -> RgbImage:
    size = (round(image.shape[1] * scale), round(image.shape[0] * scale))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC))


def brighter(image: RgbImage, by: float) -> RgbImage:
    return np.clip(image.astype(np.float32) * by, 0, 255).astype(np.uint8)


def saved(image: RgbImage, quality: int) -> RgbImage:
    return open_photo(forge.jpeg(image, quality=quality)).pixels()


def kept(rng: np.random.Generator) -> tuple[float, float]:
    """What a crop keeps of one side: 80 % and more."""
    start = rng.uniform(0, 1 - LEAST_KEPT)
    return start, 1 - (1 - LEAST_KEPT - start) * rng.uniform()


# Drawn once and for all: 3 copies in 1,000 are not known (decision 0016), so a test that draws anew would fail now and then.
@pytest.mark.parametrize("seed", range(60))
def test_a_picture_resized_cropped_saved_again_and_a_little_brighter_is_known(seed, originals, prints):
    rng = np.random.default_rng(seed)
    name = list(originals)[seed % len(originals)]
    crop = Crop(*kept(rng), *kept(rng))
    lit = brighter(cropped(originals[name], crop), rng.uniform(0.85, 1.1))
    copy = saved(resized(lit, rng.uniform(0.3, 2)), int(rng.integers(40, 96)))
    found = dict(prints.find(sketch(copy)))
    assert list(found) == [list(originals).index(name)]
    (laid,) = found.values()
    for edge in ("left", "right", "top", "bottom"):
        assert abs(getattr(laid, edge) - getattr(crop, edge)) < FAR


def test_no_picture_is_taken_for_another(originals, prints):
    for number, image in enumerate(originals.values()):
        assert {found for found, _ in prints.find(sketch(image))} == {number}


def test_pictures_that_were_never_printed_are_not_known(prints):
    for seed in range(100, 130):
        assert list(prints.find(sketch(clouds(seed)))) == []
        assert list(prints.find(sketch(forge.textured(640, 480, seed)))) == []


def test_what_the_text_for_the_person_says_it_cannot_catch_is_not_caught(originals, prints):
    image = originals["rishi-sunak"]
    half = cropped(image, Crop(0.25, 0.75, 0.25, 0.75))
    for other in (np.ascontiguousarray(image[:, ::-1]), np.ascontiguousarray(np.rot90(image)), half):
        assert list(prints.find(sketch(other))) == []


def test_an_even_picture_has_no_print():
    assert picture_print(sketch(np.full((300, 400, 3), 128, np.uint8))) == b""


def test_a_print_holds_signs_of_differences_only_and_no_levels(originals):
    image = originals["eileen-collins"]
    assert len(picture_print(sketch(image))) == 564
    assert picture_print(sketch(image)) != picture_print(sketch(np.ascontiguousarray(image[::-1])))


def test_no_prints_know_no_picture(originals):
    assert list(Prints(()).find(sketch(originals["eileen-collins"]))) == []


def test_a_box_is_found_again_in_a_crop():
    crop = Crop(0.1, 0.9, 0.0, 0.8)
    placed = crop.place(Box(left=0.5, top=0.4, width=0.2, height=0.2))
    assert (placed.left, placed.top, placed.width, placed.height) == pytest.approx((0.5, 0.5, 0.25, 0.25))
