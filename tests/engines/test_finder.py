"""Faces of every size, on pictures with known truth: example portraits scaled and placed by hand."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
import pytest

from visavis.engines.chain import Chain
from visavis.engines.detect import Found
from visavis.engines.finder import FaceFinder
from visavis.engines.picture import ScaledPicture
from visavis.testing.pack_contract import MemoryPicture

PORTRAITS = ("emmanuel-macron-2014.jpg", "jacinda-ardern-2018.jpg", "barack-obama-senate.jpg", "rishi-sunak.jpg", "jacinda-ardern-2022.jpg")


@dataclass(frozen=True)
class Portrait:
    image: np.ndarray
    left: float
    top: float
    width: float
    height: float

    @property
    def size(self) -> float:
        return max(self.width, self.height)

    @property
    def centre(self) -> np.ndarray:
        return np.array([self.left + self.width / 2, self.top + self.height / 2])

    def at_size(self, size: float) -> np.ndarray:
        scale = size / self.size
        return cv2.resize(self.image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


@pytest.fixture(scope="module")
def finder(chain: Chain) -> FaceFinder:
    return chain._finder


def find(finder: FaceFinder, image: np.ndarray, *, thorough: bool = False) -> Found:
    return finder.find(ScaledPicture(MemoryPicture(image_rgb=image)), thorough=thorough)


@pytest.fixture(scope="module")
def portraits(finder: FaceFinder, photo: Callable[[str], np.ndarray]) -> list[Portrait]:
    """Each portrait with its one face, found at some 130 pixels, where the detector is at its best."""
    found = []
    for name in PORTRAITS:
        image = photo(name)
        small = cv2.resize(image, None, fx=300 / max(image.shape), fy=300 / max(image.shape), interpolation=cv2.INTER_AREA)
        faces = find(finder, small)
        assert len(faces) == 1, name
        left, top, width, height = (float(value) * max(image.shape) / 300 for value in faces.boxes_ltwh[0])
        found.append(Portrait(image, left, top, width, height))
    return found


def ground(width: int, height: int) -> np.ndarray:
    """A soft, coloured ground without a face."""
    spots = np.random.default_rng(11).integers(0, 255, (height // 50, width // 50, 3), dtype=np.uint8)
    return cv2.resize(spots, (width, height), interpolation=cv2.INTER_CUBIC)


def centres(faces: Found) -> np.ndarray:
    return faces.boxes_ltwh[:, :2] + faces.boxes_ltwh[:, 2:] / 2


@pytest.mark.parametrize("size", [62.5, 80, 130, 400])
def test_a_face_from_a_64th_of_the_longer_side_is_found_where_it_is(finder: FaceFinder, portraits: list[Portrait], size: float) -> None:
    picture = ground(4000, 3000)
    expected = []
    for portrait, (left, top) in zip(portraits, [(60, 40), (1300, 90), (2700, 60), (300, 1500), (2400, 1700)], strict=True):
        small = portrait.at_size(size)
        picture[top : top + small.shape[0], left : left + small.shape[1]] = small
        expected.append(portrait.centre * size / portrait.size + (left, top))
    found = centres(find(finder, picture))
    assert len(found) == len(expected)
    for centre in expected:
        assert np.linalg.norm(found - centre, axis=1).min() < size / 10


@pytest.mark.parametrize("times", [1.0, 1.25, 1.5, 2.0])
@pytest.mark.parametrize("side", [240, 1200])
def test_a_face_larger_than_the_frame_is_found_once(finder: FaceFinder, portraits: list[Portrait], times: float, side: int) -> None:
    for portrait in portraits:
        half = portrait.size / times / 2
        left, top, right, bottom = (round(float(edge)) for edge in (*(portrait.centre - half), *(portrait.centre + half)))
        part = portrait.image[max(top, 0) : bottom, max(left, 0) : right]
        faces = find(finder, cv2.resize(part, (side, side), interpolation=cv2.INTER_CUBIC))
        assert len(faces) == 1
        assert faces.boxes_ltwh[0, 2:].max() > 0.9 * side
        # what the frame cuts off is guessed, so the centre may be off by a fifth of it
        assert np.linalg.norm(centres(faces)[0] - side / 2) < 0.2 * side


def test_thorough_finds_faces_of_20_pixels_in_24_megapixels(finder: FaceFinder, portraits: list[Portrait]) -> None:
    picture = ground(6000, 4000)
    expected = []
    for row, top in enumerate(range(30, 3900, 260)):
        for column, left in enumerate(range(30, 5900, 300)):
            portrait = portraits[(row * 3 + column) % len(portraits)]
            small = portrait.at_size(20)
            picture[top : top + small.shape[0], left : left + small.shape[1]] = small
            expected.append(portrait.centre * 20 / portrait.size + (left, top))
    faces = find(finder, picture, thorough=True)
    distance = np.linalg.norm(np.array(expected)[:, None] - centres(faces)[None], axis=2)
    recall = float((distance.min(axis=1) < 6).mean())
    false = int((distance.min(axis=0) > 10).sum())
    print(f"\n{len(expected)} faces of 20 pixels: recall {recall:.3f}, {false} false")
    assert recall >= 0.9
    assert false <= len(expected) * 0.02


def test_a_small_picture_is_looked_at_as_the_reference_chain_does(finder: FaceFinder, photo: Callable[[str], np.ndarray]) -> None:
    image = photo("emmanuel-macron-2014.jpg")
    assert max(image.shape) < 320
    found = find(finder, image)
    assert np.array_equal(found.boxes_ltwh, finder._detector.faces(image).boxes_ltwh)


@pytest.mark.parametrize(("width", "height"), [(300, 200), (1600, 1200), (3000, 20), (20, 3000), (1, 1), (1, 900)])
def test_a_picture_without_a_face_yields_none_whatever_its_form(finder: FaceFinder, width: int, height: int) -> None:
    picture = np.full((height, width, 3), 70, np.uint8)
    assert len(find(finder, picture)) == 0
    assert len(find(finder, picture, thorough=True)) == 0


def test_tiles_cover_a_side_and_overlap() -> None:
    from visavis.engines.finder import _TILE, _TILE_OVERLAP, _starts

    for side in (1, 1024, 1025, 1900, 6000, 11111):
        starts = _starts(side)
        assert starts[0] == 0
        assert starts[-1] + _TILE >= side
        assert all(0 < after - before <= _TILE - _TILE_OVERLAP for before, after in pairwise(starts))
