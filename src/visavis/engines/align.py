"""Landmarks onto the pack's canonical five points: the warp that recognition stands or falls with."""

import math
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from visavis.domain.arrays import Landmarks5, RgbImage, frozen
from visavis.domain.face import AlignedFace

_SMALLEST_SPREAD = 1.0
"""Pixels: five points closer together than this hold no direction; a face of 8 px has a spread of about 2."""
_MARGIN = 4
"""Pixels of the source kept around a region that is reduced, for the warp's interpolation."""


class DegenerateLandmarks(ValueError):
    """Five points that no similarity transform can be fitted to; the chain drops the detection and counts it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Similarity:
    """A similarity transform: point · scale, turned, shifted; no reflection.

    Attributes
    ----------
    matrix_2x3 : (2, 3) float64
        From pixels of the picture to pixels of the crop.
    scale : float
        Crop pixels per picture pixel.
    """

    matrix_2x3: NDArray[np.float64] = field(repr=False)
    scale: float


def fit_similarity(landmarks_5x2: Landmarks5, template_5x2: NDArray[np.float64]) -> Similarity:
    """Fit the least-squares similarity transform from landmarks to the template.

    In the plane Umeyama's solution has a closed form: with points as centred complex numbers z → w, the factor a = Σ z̄w / Σ |z|² holds
    scale (|a|) and angle (arg a).

    Parameters
    ----------
    landmarks_5x2 : (5, 2) float32
        Pixels of the picture.
    template_5x2 : (5, 2) float64
        Pixels of the crop.

    Raises
    ------
    DegenerateLandmarks
        If the points are not finite, or all but coincide.

    References
    ----------
    .. [1] S. Umeyama, Least-squares estimation of transformation parameters between two point patterns, IEEE TPAMI 13(4), 1991.
    """
    # plain numbers: on five points numpy's calls take five times as long as the arithmetic
    source, target = ([complex(x, y) for x, y in points.tolist()] for points in (landmarks_5x2, template_5x2))
    middle, goal = sum(source) / 5, sum(target) / 5
    spread = sum(abs(z - middle) ** 2 for z in source)
    if not math.isfinite(spread) or math.sqrt(spread / 5) < _SMALLEST_SPREAD:
        raise DegenerateLandmarks("the five landmarks coincide or are not numbers")
    factor = sum((z - middle).conjugate() * (w - goal) for z, w in zip(source, target, strict=True)) / spread
    shift = goal - factor * middle
    if abs(factor) < 1e-6:
        raise DegenerateLandmarks("the five landmarks look like no face at all")
    matrix = np.array([[factor.real, -factor.imag, shift.real], [factor.imag, factor.real, shift.imag]])
    return Similarity(matrix_2x3=matrix, scale=abs(factor))


def align(image_rgb: RgbImage, fit: Similarity, *, crop_hw: tuple[int, int]) -> AlignedFace:
    """Cut one face out of its picture, bilinear; where the face shrinks by 2 or more, its region is averaged first.

    Parameters
    ----------
    image_rgb : (H, W, 3) uint8
        RGB, upright.
    fit : Similarity
        From `fit_similarity`, in pixels of `image_rgb`.
    crop_hw : (int, int)
        The crop's height and width, from the manifest.

    Returns
    -------
    AlignedFace
        Read-only RGB crop; black where it reaches beyond the picture.
    """
    height, width = crop_hw
    matrix = fit.matrix_2x3
    reduction = int(1 / fit.scale)
    if reduction >= 2:
        image_rgb, matrix = _reduced(image_rgb, matrix, crop_hw, reduction)
    crop = cv2.warpAffine(image_rgb, matrix, (width, height), flags=cv2.INTER_LINEAR)
    crop = np.ascontiguousarray(crop, np.uint8)
    frozen(crop)
    return AlignedFace(crop_rgb=crop, magnification=fit.scale)


def _reduced(
    image_rgb: RgbImage, matrix: NDArray[np.float64], crop_hw: tuple[int, int], factor: int
) -> tuple[RgbImage, NDArray[np.float64]]:
    """Average the part of the picture that the crop shows over squares of `factor` pixels; return it and the map from its pixels."""
    height, width = crop_hw
    corners = np.array([[0, 0, 1], [width, 0, 1], [0, height, 1], [width, height, 1]], np.float64)
    footprint = corners @ cv2.invertAffineTransform(matrix).T
    sides = np.array(image_rgb.shape[1::-1])
    first = np.clip(np.floor(footprint.min(axis=0)) - _MARGIN * factor, 0, sides).astype(int)
    last = np.clip(np.ceil(footprint.max(axis=0)) + _MARGIN * factor, 0, sides).astype(int)
    cells = (last - first) // factor
    if (cells < 1).any():
        return image_rgb, matrix
    last = first + cells * factor
    part = cv2.resize(image_rgb[first[1] : last[1], first[0] : last[0]], tuple(map(int, cells)), interpolation=cv2.INTER_AREA)
    # pixel centres: picture = first + (reduced + ½) · factor − ½
    lift = np.array([[factor, 0, first[0] + (factor - 1) / 2], [0, factor, first[1] + (factor - 1) / 2], [0, 0, 1]])
    return np.asarray(part, np.uint8), matrix @ lift
