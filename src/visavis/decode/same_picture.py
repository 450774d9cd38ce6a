"""Whether a picture is one that was seen before: resized, saved again, a little brighter, or cropped. It knows pictures, not faces.

A picture is first made a *sketch*, a small square of grey whatever its shape. Of a sketch a *print* is kept: for the middle 60 % of each
side, which every crop that keeps 80 % of each side still shows, which of two neighbouring areas is brighter, on a coarse and a fine grid,
and which of these differences are large enough to last. From a print no picture can be made again, and no face be compared.

A sketch is tried against a print as every crop in steps of 4 %: first on the coarse grid, all crops at once; what is near is laid on more
exactly with the fine grid, which decides, and tells where in the one picture the other lies.
"""

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from visavis.domain.arrays import RgbImage
from visavis.domain.face import Box

SIDE = 96
LEAST_KEPT = 0.8
"""Share of each side that a crop must keep to be told."""
NEAR = 0.1
"""Share of lasting differences on the fine grid that may have turned: 99.7 % of copies are below, others from 0.118 (decision 0016)."""

_SAMPLES = 288  # pixels a side that are looked at: 3 x 3 a cell of the sketch
_COARSE, _FINE = 9, 33  # cells a side
_COARSE_NEAR = 0.16
_STEP = 0.04
_FINER = (0.02, 0.01, 0.005)
_ROUNDS = 4
_LASTING = (3.0, 1.5)  # levels of grey by which two areas must differ, coarse and fine
_LEAST_LASTING = (40, 400)  # of 144 and 2,112: with fewer, a picture is too even to be told from another
_MIDDLE = (0.2, 0.8)
_PORTION = 256  # prints compared at a time

_Bits = NDArray[np.bool_]
_Grey = NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class Crop:
    """Which part of a picture another shows: ratios of the whole picture's sides."""

    left: float
    right: float
    top: float
    bottom: float

    def place(self, box: Box) -> Box:
        """Return where a box of the whole picture lies in this part of it."""
        width, height = self.right - self.left, self.bottom - self.top
        return Box(
            left=(box.left - self.left) / width,
            top=(box.top - self.top) / height,
            width=box.width / width,
            height=box.height / height,
        )


_SPANS = tuple((i * _STEP, 1 - j * _STEP) for i in range(6) for j in range(6 - i))


def sketch(image_rgb: RgbImage) -> bytes:
    """Return a picture as a square of 96 x 96 levels of grey.

    Parameters
    ----------
    image_rgb : (H, W, 3) uint8
        Upright, at any scale.
    """
    step = max(1, min(image_rgb.shape[:2]) // _SAMPLES)
    green = np.ascontiguousarray(image_rgb[::step, ::step, 1])  # most of what the eye calls brightness, at a third of the work
    return bytes(cv2.resize(green, (SIDE, SIDE), interpolation=cv2.INTER_AREA).tobytes())


def picture_print(of: bytes) -> bytes:
    """Return the print of a sketch, 564 bytes; empty if the picture is too even to be told from others."""
    grey, parts = _grey(of), []
    for cells, lasting, least in zip((_COARSE, _FINE), _LASTING, _LEAST_LASTING, strict=True):
        means = _means(0.0, 1.0, cells)
        steps = _steps(means @ grey @ means.T)
        lasts = np.abs(steps) > lasting
        if lasts.sum() < least:
            return b""
        parts += [np.packbits(steps > 0), np.packbits(lasts)]
    return np.concatenate(parts).tobytes()


class Prints:
    """Prints, to be asked whose picture a sketch shows."""

    def __init__(self, prints: Sequence[bytes]) -> None:
        sizes = [2 * cells * (cells - 1) // 8 for cells in (_COARSE, _COARSE, _FINE, _FINE)]
        table = np.frombuffer(b"".join(prints), np.uint8).reshape(len(prints), sum(sizes))
        bits, lasts, self._fine_bits, self._fine_lasts = np.split(table, np.cumsum(sizes)[:-1], axis=1)
        self._bits, self._lasts = _words(bits), _words(lasts)

    def find(self, of: bytes) -> Iterator[tuple[int, Crop]]:
        """Yield (number of the print, which part of its picture the sketch shows) for each print of the same picture.

        Parameters
        ----------
        of : bytes
            From `sketch`.
        """
        if not len(self._bits):
            return
        grey = _grey(of)
        for number, span in self._near(grey):
            bits, lasts = np.unpackbits(self._fine_bits[number]) > 0, np.unpackbits(self._fine_lasts[number]) > 0
            turned, crop = _lay_on(grey, bits, lasts, span)
            if turned <= NEAR:
                yield number, crop

    def _near(self, grey: _Grey) -> Iterator[tuple[int, Crop]]:
        """Yield prints that are near on the coarse grid, with the crop under which they are nearest."""
        shown = _words(np.packbits(_every_crop(grey), axis=1))[:, None]
        for start in range(0, len(self._bits), _PORTION):
            bits, lasts = self._bits[start : start + _PORTION], self._lasts[start : start + _PORTION]
            turned = _count((shown ^ bits) & lasts)
            nearest = turned.argmin(axis=0)
            share = turned.min(axis=0) / _count(lasts)
            for place in np.flatnonzero(share <= _COARSE_NEAR):
                down, across = divmod(int(nearest[place]), len(_SPANS))
                yield start + int(place), Crop(*_SPANS[across], *_SPANS[down])


def _lay_on(grey: _Grey, bits: _Bits, lasts: _Bits, crop: Crop) -> tuple[float, Crop]:
    """Move the four edges of a crop until no step brings the fine grids nearer; return the share of turned differences, and the crop."""
    edges = [crop.left, crop.right, crop.top, crop.bottom]
    least = _turned(grey, bits, lasts, edges)
    for step in _FINER:
        for _ in range(_ROUNDS):
            before = least
            for edge in range(4):
                for moved in (edges[edge] - step, edges[edge] + step):
                    tried = [*edges[:edge], moved, *edges[edge + 1 :]]
                    turned = _turned(grey, bits, lasts, tried)
                    if turned < least:
                        least, edges = turned, tried
            if least == before:
                break
    return least, Crop(*edges)


def _turned(grey: _Grey, bits: _Bits, lasts: _Bits, edges: list[float]) -> float:
    left, right, top, bottom = edges
    steps = _steps(_means(top, bottom, _FINE) @ grey @ _means(left, right, _FINE).T)
    return float((((steps > 0) != bits) & lasts).sum() / lasts.sum())


def _every_crop(grey: _Grey) -> _Bits:
    """Return the coarse grid's differences under each crop: down the slower, across the faster."""
    means = _all_means()
    areas = (means @ grey @ means.T).reshape(len(_SPANS), _COARSE, len(_SPANS), _COARSE).transpose(0, 2, 1, 3)
    return _steps(areas).reshape(len(_SPANS) ** 2, -1) > 0


@functools.cache
def _all_means() -> _Grey:
    return np.concatenate([_means(first, last, _COARSE) for first, last in _SPANS])


def _means(first: float, last: float, cells: int) -> _Grey:
    """Return what takes the means of the cells along one side, where the sketch shows the whole picture from `first` to `last`.

    Returns
    -------
    (cells, SIDE) float32
        Rows of weights that sum to 1; a cell beyond the sketch is all zeros.
    """
    edges = np.clip((np.linspace(*_MIDDLE, cells + 1) - first) / (last - first), 0, 1) * SIDE
    covered = np.diff(np.clip(edges[:, None] - np.arange(SIDE), 0, 1), axis=0)
    means: _Grey = (covered / np.maximum(covered.sum(axis=1, keepdims=True), 1e-9)).astype(np.float32)
    return means


def _steps(areas: _Grey) -> _Grey:
    """Return the differences of neighbouring areas, across and then down, in one row for each grid."""
    flat = areas.shape[:-2]
    across, down = np.diff(areas, axis=-1), np.diff(areas, axis=-2)
    return np.concatenate([across.reshape(*flat, -1), down.reshape(*flat, -1)], axis=-1)


def _grey(of: bytes) -> _Grey:
    return np.frombuffer(of, np.uint8).reshape(SIDE, SIDE).astype(np.float32)


def _words(packed: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """Return rows of bytes as rows of 64-bit words, filled up with zeros."""
    return np.ascontiguousarray(np.pad(packed, ((0, 0), (0, -packed.shape[1] % 8)))).view(np.uint64)


def _count(words: NDArray[np.uint64]) -> NDArray[np.uint16]:
    """Count the bits along the last axis."""
    counted: NDArray[np.uint16] = np.bitwise_count(words).sum(axis=-1, dtype=np.uint16)
    return counted
