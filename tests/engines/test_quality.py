import cv2
import numpy as np
import pytest

from visavis.engines.quality import head_pose, measure

# An adult head in millimetres: pupils 63 apart, mouth corners 50 apart and 70 below them, the nose 36 below and 33 in front
HEAD = np.array([(-31.5, 0, 0), (31.5, 0, 0), (0, 36, -33), (-25, 70, 0), (25, 70, 0)])


def seen(*, yaw: float = 0, pitch: float = 0, roll: float = 0) -> np.ndarray:
    """Project the head from afar; yaw to the image's right, pitch down, roll clockwise, degrees."""
    a, b, c = np.radians([yaw, pitch, roll])
    about_y = np.array([[np.cos(a), 0, -np.sin(a)], [0, 1, 0], [np.sin(a), 0, np.cos(a)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]])
    about_z = np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
    return (HEAD @ (about_z @ about_x @ about_y).T)[:, :2] * 3 + 400


@pytest.mark.parametrize("yaw", [-45, -30, -15, 0, 15, 30, 45])
def test_yaw_is_estimated_within_ten_degrees(yaw: float) -> None:
    assert head_pose(seen(yaw=yaw))[0] == pytest.approx(yaw, abs=10)


@pytest.mark.parametrize("pitch", [-30, -15, 0, 15, 30])
def test_pitch_is_estimated_within_ten_degrees(pitch: float) -> None:
    assert head_pose(seen(pitch=pitch))[1] == pytest.approx(pitch, abs=10)


@pytest.mark.parametrize("roll", [-120, -20, 0, 20, 90])
def test_roll_is_exact_and_does_not_disturb_the_rest(roll: float) -> None:
    yaw, pitch, found = head_pose(seen(yaw=20, roll=roll))
    assert found == pytest.approx(roll, abs=1e-3)
    assert (yaw, pitch) == pytest.approx(head_pose(seen(yaw=20))[:2], abs=1e-3)


def test_landmarks_in_one_point_still_have_a_pose() -> None:
    assert all(np.isfinite(head_pose(np.zeros((5, 2)))))


def test_a_blurred_crop_is_less_sharp_and_an_overexposed_one_brighter() -> None:
    crop = np.random.default_rng(0).integers(0, 200, (112, 112, 3), dtype=np.uint8)
    plain, blurred, bright = (
        measure(image, seen(), size_px=100, score=0.9, norm=11.5) for image in (crop, cv2.GaussianBlur(crop, (0, 0), 3), crop // 5 + 215)
    )
    assert blurred.sharpness < plain.sharpness / 10
    assert bright.exposure > 0.85 > plain.exposure > 0
    assert (plain.size_px, plain.score, plain.norm) == (100, 0.9, 11.5)
    assert "blurred" in measure(np.full_like(crop, 128), seen(), size_px=100, score=0.9, norm=3).weaknesses()
