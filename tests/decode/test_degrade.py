import numpy as np
import pytest

from visavis.decode.degrade import DEGRADATIONS, black_and_white, blur, halftone, low_bit_rate, shrink_to


@pytest.fixture
def picture():
    y, x = np.mgrid[:120, :160]
    return np.stack([x, y * 2, 255 - x], axis=2).astype(np.uint8)


@pytest.mark.parametrize("degradation", DEGRADATIONS, ids=lambda one: one.key)
def test_what_comes_out_is_a_picture_made_worse_and_says_so(picture, degradation):
    kept = picture.copy()
    worse = degradation.apply(picture, 60.0)
    assert worse.dtype == np.uint8
    assert worse.ndim == 3
    assert worse.shape[2] == 3
    assert worse.shape != picture.shape or (worse != picture).any()
    assert (picture == kept).all()
    assert degradation.how.startswith("made ")
    assert (degradation.apply(picture, 60.0) == worse).all()


def test_black_and_white_has_one_channel_three_times(picture):
    grey = black_and_white(picture, 60.0)
    assert (grey == grey[:, :, :1]).all()


def test_a_halftone_has_ink_paper_and_edges_in_the_picture_s_own_shares():
    for level in (40, 128, 215):
        printed = halftone(50, 4)(np.full((90, 90, 3), level, np.uint8), 60.0)
        assert {0, 255} < set(np.unique(printed))
        assert printed.mean() / 255 == pytest.approx(level / 255, abs=0.06)


def test_a_screen_has_its_dots_relative_to_the_face_and_never_asks_for_gigabytes():
    assert halftone(50, 4)(np.full((100, 100, 3), 99, np.uint8), 100.0).shape == (200, 200, 3)
    assert max(halftone(50, 4)(np.full((500, 3000, 3), 99, np.uint8), 10.0).shape) == 8192 // 3


def test_a_blur_of_a_larger_face_is_wider_and_keeps_the_light():
    edge = np.where(np.arange(101) < 50, 0, 200).astype(np.uint8)[None, :, None].repeat(101, 0).repeat(3, 2)
    widths = [np.count_nonzero((blur(edge, size)[50, :, 0] > 10) & (blur(edge, size)[50, :, 0] < 190)) for size in (50.0, 400.0)]
    assert widths[1] > 2 * widths[0]
    assert blur(edge, 50.0).mean() == pytest.approx(edge.mean(), abs=1)


def test_a_low_bit_rate_keeps_the_size_and_loses_detail(picture):
    noisy = np.random.default_rng(1).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    worse = low_bit_rate(noisy, 30.0)
    assert worse.shape == noisy.shape
    assert worse.std() < noisy.std()


def test_a_picture_is_shrunk_until_the_face_has_its_pixels_and_never_enlarged(picture):
    assert shrink_to(30)(picture, 60.0).shape == (60, 80, 3)
    assert shrink_to(30)(picture, 20.0).shape == picture.shape
