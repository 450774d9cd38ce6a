"""Makes the pictures that are measured: from `examples/photos` and from numbers, the same ones each time."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from visavis.decode.photo import open_photo
from visavis.domain.arrays import RgbImage
from visavis.domain.errors import UnreadablePicture
from visavis.domain.face import Box
from visavis.wiring import build

EXAMPLES = Path(__file__).parents[1] / "examples" / "photos"
SIDE = 250
"""Pixels: the size of the pictures in Labeled Faces in the Wild."""
FACE = (95, 135)
"""Pixels: height of the face in them."""
LARGE = (4000, 3000)
"""Pixels: 12 megapixels."""
TINY = 24

Portrait = tuple[RgbImage, Box]


def portraits() -> list[Portrait]:
    """Return the examples that show exactly one face, with its box. Also folds the pack's networks, if that has not been done."""
    from visavis.engines.pack import DEFAULT_PACK

    photos = [open_photo(path.read_bytes()) for path in sorted(EXAMPLES.glob("*.jpg"))]
    answers = build.chain(build.read_settings(), DEFAULT_PACK).analyse(photos)
    return [
        (photo.pixels(), answer[0].box)
        for photo, answer in zip(photos, answers, strict=True)
        if not isinstance(answer, UnreadablePicture) and len(answer) == 1
    ]


def make_faces(folder: Path, count: int, *, seed: int, side: int = SIDE) -> None:
    """Write square JPEGs, 250 × 250 pixels or as asked, with one face each: shifted, scaled, brightened, mirrored at random."""
    folder.mkdir(parents=True)
    rng = np.random.default_rng(seed)
    known = portraits()
    for number in range(count):
        image, box = known[number % len(known)]
        height, width = image.shape[:2]
        scale = rng.uniform(*FACE) * side / SIDE / (box.height * height)
        centre = np.array([(box.left + box.width / 2) * width, (box.top + box.height / 2) * height])
        shift = side / 2 - scale * centre + rng.uniform(-15, 15, 2)
        move = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])
        cut = cv2.warpAffine(image, move, (side, side), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)
        cut = cut[:, ::-1] if rng.random() < 0.5 else cut
        varied = cut * rng.uniform(0.7, 1.1) + rng.normal(0, 2, cut.shape)
        bgr = varied.clip(0, 255).astype(np.uint8)[..., ::-1]
        _encode(folder / f"{number:05}.jpg", np.ascontiguousarray(bgr), [cv2.IMWRITE_JPEG_QUALITY, 92])


def make_large(folder: Path, count: int, *, seed: int) -> None:
    """Write JPEGs of 12 megapixels, some 3 MB each: examples, enlarged, with a sensor's noise."""
    folder.mkdir(parents=True)
    known = portraits()
    noise = np.empty((*LARGE, 3), np.int16)
    cv2.setRNGSeed(seed)
    cv2.randn(noise, 0, 7)
    for number in range(count):
        image, _ = known[number % len(known)]
        height, width = image.shape[:2]
        sides = LARGE if width > height else LARGE[::-1]
        scale = max(sides[0] / width, sides[1] / height)
        full = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)[: sides[1], : sides[0]]
        grain = np.roll(noise.reshape(*full.shape), number, axis=0)  # no two pictures alike
        noisy = cv2.add(full, grain, dtype=cv2.CV_8U)[..., ::-1]
        _encode(folder / f"{number:05}.jpg", np.ascontiguousarray(noisy), [cv2.IMWRITE_JPEG_QUALITY, 90])


def make_tiny(folder: Path, count: int) -> None:
    """Write PNGs of 24 × 24 pixels, no two alike, a thousand a folder."""
    rng = np.random.default_rng(3)
    for number in range(count):
        part = folder / f"{number // 1000:03}"
        if number % 1000 == 0:
            part.mkdir(parents=True)
        image = rng.integers(0, 255, (TINY // 8, TINY // 8, 3), np.uint8).repeat(8, axis=0).repeat(8, axis=1)
        image[0, :4] = np.frombuffer(number.to_bytes(12), np.uint8).reshape(4, 3)
        _encode(part / f"{number:06}.png", image, [])


def _encode(path: Path, image_bgr: NDArray[np.uint8], options: list[int]) -> None:
    path.write_bytes(cv2.imencode(path.suffix, image_bgr, options)[1].tobytes())
