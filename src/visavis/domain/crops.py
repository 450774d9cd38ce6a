"""Which part of a picture shows a face with its surroundings."""

from typing import Final

from visavis.domain.face import Box

CROP_SIDE: Final = 320
"""Longest side of a crop, pixels: twice what a page shows on a phone, for dense screens."""
MARGIN: Final = 0.35
"""Of the box's longer side, on each side: hair, chin and ears help a person to judge."""


def crop_area(box: Box, *, width: int, height: int) -> tuple[int, int, int, int]:
    """Return (left, top, right, bottom) in pixels: a square around the box, with less margin where the picture ends."""
    box_left, box_top, box_width, box_height = box.pixels(width=width, height=height)
    face_side = max(box_width, box_height)
    side = max(face_side, min(face_side * (1 + 2 * MARGIN), width, height))
    left, right = _span(box_left + box_width / 2, side, width)
    top, bottom = _span(box_top + box_height / 2, side, height)
    return left, top, right, bottom


def crop_size(area: tuple[int, int, int, int]) -> tuple[int, int]:
    """Return (width, height) of the crop of an area: its longer side at most 320 pixels, never blown up."""
    left, top, right, bottom = area
    scale = min(1.0, CROP_SIDE / max(right - left, bottom - top))
    return max(1, round((right - left) * scale)), max(1, round((bottom - top) * scale))


def _span(middle: float, side: float, limit: int) -> tuple[int, int]:
    side = min(max(1, round(side)), limit)
    start = min(max(0, round(middle - side / 2)), limit - side)
    return start, start + side
