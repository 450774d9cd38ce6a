import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.engines.align import DegenerateLandmarks, align, fit_similarity

TEMPLATE = np.array([(38.2946, 51.6963), (73.5318, 51.5014), (56.0252, 71.7366), (41.5493, 92.3655), (70.7299, 92.2041)])


def umeyama(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """The published algorithm, by singular values (equations 38 to 43)."""
    source_mean, target_mean = source.mean(0), target.mean(0)
    spread = ((source - source_mean) ** 2).sum() / len(source)
    u, d, v = np.linalg.svd((target - target_mean).T @ (source - source_mean) / len(source))
    sign = np.array([1, np.sign(np.linalg.det(u) * np.linalg.det(v))])
    turned = u @ np.diag(sign) @ v * (d * sign).sum() / spread
    return np.column_stack([turned, target_mean - turned @ source_mean])


def placed(*, scale: float, degrees: float, shift: tuple[float, float]) -> np.ndarray:
    angle = np.radians(degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return TEMPLATE @ turn.T * scale + np.array(shift)


@given(st.floats(0.1, 30), st.floats(-180, 180), st.tuples(st.floats(-3000, 3000), st.floats(-3000, 3000)))
def test_a_template_that_was_moved_turned_and_scaled_is_brought_back(scale: float, degrees: float, shift: tuple[float, float]) -> None:
    points = placed(scale=scale, degrees=degrees, shift=shift)
    fit = fit_similarity(points, TEMPLATE)
    assert fit.scale == pytest.approx(1 / scale)
    back = np.column_stack([points, np.ones(5)]) @ fit.matrix_2x3.T
    np.testing.assert_allclose(back, TEMPLATE, atol=1e-6)


@given(st.integers(0, 2**32 - 1))
def test_the_closed_form_is_umeyamas_solution(seed: int) -> None:
    rng = np.random.default_rng(seed)
    points = placed(scale=rng.uniform(0.2, 8), degrees=rng.uniform(-180, 180), shift=(40, 900)) + rng.normal(0, 4, (5, 2))
    np.testing.assert_allclose(fit_similarity(points, TEMPLATE).matrix_2x3, umeyama(points, TEMPLATE), atol=1e-7)


@pytest.mark.parametrize("points", [np.zeros((5, 2)), np.full((5, 2), np.nan), placed(scale=0.01, degrees=0, shift=(5, 5))])
def test_landmarks_that_coincide_are_degenerate(points: np.ndarray) -> None:
    with pytest.raises(DegenerateLandmarks):
        fit_similarity(points.astype(np.float32), TEMPLATE)


def waves(factor: int) -> np.ndarray:
    """A smooth 300 × 300 picture, at `factor` times its size, pixel centres meeting."""
    axis = (np.arange(300 * factor) + 0.5) / factor - 0.5
    grey = 127 + 60 * np.sin(axis / 9)[:, None] + 60 * np.cos(axis / 13)[None]
    return np.repeat(grey[..., None], 3, axis=2).round().astype(np.uint8)


@pytest.mark.parametrize("factor", [1, 2, 3, 4, 7])
def test_a_face_in_a_larger_copy_gives_the_same_crop(factor: int) -> None:
    small = placed(scale=1.1, degrees=12, shift=(80, 60))
    large = (small + 0.5) * factor - 0.5
    crops = [
        align(waves(size), fit_similarity(points, TEMPLATE), crop_hw=(112, 112)).crop_rgb.astype(float)
        for size, points in ((1, small), (factor, large))
    ]
    # two grey values: rounding of both pictures and of the interpolation (1/32 pixel steps)
    assert np.abs(crops[0] - crops[1]).max() <= 2


def test_fine_texture_is_averaged_instead_of_aliased() -> None:
    noise = np.random.default_rng(0).integers(0, 255, (1200, 1200, 3), dtype=np.uint8)
    crop = align(noise, fit_similarity(placed(scale=8, degrees=0, shift=(100, 100)), TEMPLATE), crop_hw=(112, 112)).crop_rgb
    bilinear = cv2.warpAffine(noise, fit_similarity(placed(scale=8, degrees=0, shift=(100, 100)), TEMPLATE).matrix_2x3, (112, 112))
    # the mean of 64 independent values has an eighth of their deviation
    assert crop.std() < bilinear.std() / 4


def test_a_face_beyond_the_edge_is_black_there_and_read_only() -> None:
    white = np.full((60, 60, 3), 255, np.uint8)
    face = align(white, fit_similarity(placed(scale=1, degrees=0, shift=(-52, 0)), TEMPLATE), crop_hw=(112, 112))
    assert face.crop_rgb[20, 60:100].min() == 255
    assert face.crop_rgb[:, :40].max() == 0
    assert face.magnification == pytest.approx(1)
    with pytest.raises(ValueError, match="read-only"):
        face.crop_rgb[0, 0, 0] = 1


def test_a_large_face_outside_its_picture_gives_a_black_crop() -> None:
    white = np.full((60, 60, 3), 255, np.uint8)
    fit = fit_similarity(placed(scale=9, degrees=0, shift=(4000, 4000)), TEMPLATE)
    assert align(white, fit, crop_hw=(112, 112)).crop_rgb.max() == 0
