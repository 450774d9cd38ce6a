"""At which size must a picture be looked at? `python -m benchmarks.detection` prints a table in Markdown; takes a minute.

Faces of the examples, shrunk to a given height in pictures of 250 × 250 pixels, looked for at several sizes of the picture by one pass
of the detector. A face counts as found if a box at the first score overlaps it by half.
"""

import sys

import cv2
import numpy as np

from benchmarks.pictures import SIDE, portraits
from visavis.domain.arrays import RgbImage
from visavis.domain.face import Box
from visavis.engines.align import align, fit_similarity
from visavis.engines.detect import Detector, Found
from visavis.engines.pack import DEFAULT_PACK
from visavis.wiring import build

HEIGHTS = (12, 16, 20, 24, 32, 48, 64, 96, 128)
SIDES = (128, 160, 192, 224, 250)
EACH = 4


def placed(image: RgbImage, box: Box, height: int, rng: np.random.Generator) -> tuple[RgbImage, np.ndarray]:
    """Return a picture with the face at this height somewhere in it, and the face's box in its pixels."""
    full_height, full_width = image.shape[:2]
    left, top, width, tall = box.pixels(width=full_width, height=full_height)
    scale = height / tall
    smaller = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    corner = rng.uniform(0.1 * SIDE, 0.9 * SIDE - height, 2) if height < 0.8 * SIDE else np.full(2, (SIDE - height) / 2)
    shift = corner - scale * np.array([left, top])
    move = np.array([[1, 0, shift[0]], [0, 1, shift[1]]])
    shown = cv2.warpAffine(smaller, move, (SIDE, SIDE), borderMode=cv2.BORDER_REFLECT_101)
    return np.asarray(shown, np.uint8), np.array([*corner, scale * width, scale * tall], np.float32)


def best(found: Found, box: np.ndarray) -> int | None:
    """Return which of the faces found is this one."""
    first = np.maximum(found.boxes_ltwh[:, :2], box[:2])
    last = np.minimum(found.boxes_ltwh[:, :2] + found.boxes_ltwh[:, 2:], box[:2] + box[2:])
    inner = np.prod(np.clip(last - first, 0, None), axis=1)
    shares = inner / (np.prod(found.boxes_ltwh[:, 2:], axis=1) + np.prod(box[2:]) - inner)
    return int(shares.argmax()) if len(shares) and shares.max() >= 0.5 else None


def main() -> None:
    chain = build.chain(build.read_settings(), DEFAULT_PACK)
    detector = Detector(chain.networks.detector, chain.pack.manifest.detector)
    facts = chain.pack.manifest.recogniser
    rng = np.random.default_rng(20261122)
    known = portraits()
    sys.stdout.write(f"| face, px | {' | '.join(f'at {side}' for side in SIDES)} |\n|---|{'---|' * len(SIDES)}\n")
    for height in HEIGHTS:
        recalled: dict[int, list[bool]] = {side: [] for side in SIDES}
        cosines: dict[int, list[float]] = {side: [] for side in SIDES}
        for image, box in known * EACH:
            shown, truth = placed(image, box, height, rng)
            templates: dict[int, np.ndarray] = {}
            for side in SIDES:
                looked = shown if side == SIDE else np.asarray(cv2.resize(shown, (side, side), interpolation=cv2.INTER_AREA), np.uint8)
                ratio = SIDE / side
                proposals = detector.proposals([looked], score=detector.facts.score)[0]
                found = detector.settled(proposals).mapped(scale_xy=(ratio, ratio))
                at = best(found, truth)
                recalled[side].append(at is not None)
                if at is not None:
                    crop = align(shown, fit_similarity(found.landmarks_nx5x2[at], facts.template_5x2), crop_hw=facts.crop_hw).crop_rgb
                    templates[side] = chain._recogniser.embed([crop])[0][0]  # noqa: SLF001 - one crop, cut by hand
            for side, template in templates.items():
                if SIDE in templates:
                    cosines[side].append(float(template @ templates[SIDE]))
        cells = [
            f"{np.mean(recalled[side]):.2f} ({np.median(cosines[side]):.3f})" if cosines[side] else f"{np.mean(recalled[side]):.2f}"
            for side in SIDES
        ]
        sys.stdout.write(f"| {height} | {' | '.join(cells)} |\n")


if __name__ == "__main__":
    main()
