import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.engines.picture import ScaledPicture, bordered, shrunk, window
from visavis.testing.pack_contract import MemoryPicture


class Counted:
    """A picture that remembers at which scales it was asked for."""

    def __init__(self, width: int, height: int) -> None:
        self._inner = MemoryPicture(image_rgb=np.zeros((height, width, 3), np.uint8))
        self.full_width, self.full_height = width, height
        self.asked: list[int | None] = []

    def pixels(self, longer_side: int | None = None) -> np.ndarray:
        self.asked.append(longer_side)
        return self._inner.pixels(longer_side)


def slope(width: int, height: int) -> np.ndarray:
    """A picture whose red says x and whose green says y, in 1/255 of its sides."""
    x, y = (np.arange(side) + 0.5 for side in (width, height))
    return np.stack(np.broadcast_arrays(x[None] / width * 255, y[:, None] / height * 255, 0 * y[:, None]), axis=2).round().astype(np.uint8)


def test_a_picture_is_decoded_again_only_for_pixels_it_lacks() -> None:
    source = Counted(4000, 3000)
    picture = ScaledPicture(source)
    image, scale = picture.at_least(0.2)
    assert image.shape == (750, 1000, 3)
    assert scale == (4, 4)
    picture.at_least(0.25)
    picture.at_least(0.1)
    assert source.asked == [800]
    assert picture.at_least(0.5)[1] == (2, 2)
    assert picture.at_least(9.0)[1] == (1, 1)
    assert source.asked == [800, 2000, None]


def test_a_file_with_fewer_pixels_than_its_header_says_is_decoded_once() -> None:
    source = Counted(4000, 3000)
    source._inner = MemoryPicture(image_rgb=np.zeros((300, 400, 3), np.uint8))
    picture = ScaledPicture(source)
    for _ in range(3):
        assert picture.at_least(1.0)[1] == (10, 10)
    assert source.asked == [None]


@given(st.integers(40, 900), st.integers(40, 900), st.integers(20, 400))
def test_a_shrunk_picture_shows_the_same_at_the_mapped_place(width: int, height: int, longer_side: int) -> None:
    image, scale = shrunk(slope(width, height), longer_side)
    assert max(image.shape[:2]) == min(longer_side, max(width, height)) or max(width, height) // longer_side >= 2
    assert max(image.shape[:2]) <= longer_side or longer_side >= max(width, height)
    y, x = image.shape[0] // 2, image.shape[1] // 2
    full_x, full_y = (x + 0.5) * scale[0], (y + 0.5) * scale[1]
    # two grey values of 255 over the side: rounding twice
    assert image[y, x, 0] == pytest.approx(full_x / width * 255, abs=2.5)
    assert image[y, x, 1] == pytest.approx(full_y / height * 255, abs=2.5)


@given(st.floats(-50, 350), st.floats(-50, 250), st.floats(3, 500), st.sampled_from([32, 160]))
def test_a_window_shows_its_place_and_grey_beyond_the_edge(x: float, y: float, side: float, canvas: int) -> None:
    image = np.where(slope(300, 200) == 110, 111, slope(300, 200)).astype(np.uint8)
    cut, scale, offset = window(image, centre_xy=(x, y), side=side, canvas=canvas)
    assert cut.shape == (canvas, canvas, 3)
    assert scale * canvas == pytest.approx(side, abs=0.51)
    middle = np.array([canvas // 2, canvas // 2])
    place = (middle + 0.5) * scale - 0.5 + np.array(offset)
    margin = max(2 * scale, 2)
    if (place > margin).all() and (place < np.array([299, 199]) - margin).all():
        assert cut[middle[1], middle[0], 0] == pytest.approx((place[0] + 0.5) / 300 * 255, abs=2 + scale)
    elif (place < -margin).any() or (place > np.array([300, 200]) + margin).any():
        assert cut[middle[1], middle[0]].tolist() == [110, 110, 110]


def test_a_border_lies_around_the_picture() -> None:
    framed = bordered(slope(30, 20), left=3, right=4, top=5, bottom=6)
    assert framed.shape == (31, 37, 3)
    assert np.array_equal(framed[5:25, 3:33], slope(30, 20))
    assert (framed[:5] == 110).all()
