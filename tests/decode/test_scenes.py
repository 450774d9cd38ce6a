import cv2
import numpy as np

from visavis.decode.scenes import Trace, cuts


def plane(seed: int) -> np.ndarray:
    coarse = np.random.default_rng(seed).integers(30, 220, (5, 8), dtype=np.uint8)
    return cv2.resize(coarse, (64, 36), interpolation=cv2.INTER_LINEAR)


def grained(image: np.ndarray, sigma: float, seed: int) -> np.ndarray:
    return np.clip(image + np.random.default_rng(seed).normal(0, sigma, image.shape), 0, 255).astype(np.uint8)


def positions(*planes: np.ndarray) -> list[int]:
    return cuts([Trace(one) for one in planes])


def test_a_cut_is_where_another_scene_begins() -> None:
    first, second = plane(1), plane(2)
    assert positions(first, first, first, second, second) == [3]
    assert positions(*(grained(first, 10, at) for at in range(4)), *(grained(second, 10, at) for at in range(3))) == [4]


def test_a_flash_is_no_cut() -> None:
    scene, flash = plane(1), plane(3)
    assert positions(scene, scene, flash, scene, scene) == []
    assert positions(scene, flash, flash, scene, scene) == []


def test_of_frames_far_apart_what_is_there_again_is_another_shot_from_the_same_place() -> None:
    scene, other = plane(1), plane(3)
    traces = [Trace(one) for one in (scene, other, scene, other)]
    assert cuts(traces) == []
    assert cuts(traces, close=False) == [1, 2, 3]
    assert cuts([Trace(scene), Trace(np.roll(scene, 6, axis=1)), Trace(scene)], close=False) == []


def test_fades_and_pans_are_no_cuts() -> None:
    scene = plane(1)
    assert positions(*((scene * share).astype(np.uint8) for share in np.linspace(1, 0, 12))) == []
    assert positions(*(np.roll(scene, 2 * at, axis=1) for at in range(12))) == []


def test_black_frames_are_like_any_other() -> None:
    black = np.zeros((36, 64), np.uint8)
    assert Trace(black).likeness(Trace(plane(1))) == 1
    assert positions(black, plane(1), black) == []


def test_grain_changes_no_area_and_something_small_changes_its_own() -> None:
    scene = plane(1)
    assert not Trace(grained(scene, 2, 1)).changed(Trace(grained(scene, 2, 2))).any()
    changed = scene.copy()
    changed[10:14, 20:24] = 255 - changed[10:14, 20:24] // 2  # four samples a side: 40 pixels of 640
    areas = Trace(scene).changed(Trace(changed))
    assert areas.shape == (9, 16)
    assert areas[2:4, 5].any()
    areas[2:4, 5] = False
    assert not areas.any()
