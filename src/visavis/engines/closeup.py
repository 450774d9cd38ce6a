"""A face cut out of a frame with its surroundings: enough to look closer, align and embed it after the frame has gone."""

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from visavis.domain.arrays import Landmarks5, RgbImage
from visavis.domain.face import Box, Detection
from visavis.domain.media import AtHand
from visavis.engines.align import fit_similarity
from visavis.engines.manifest import RecogniserFacts
from visavis.engines.picture import shrunk, window
from visavis.engines.quality import head_pose

LOOK_FACE = 64
LOOK = 160
"""Pixels of a second look: the face in it, and its side (the detector is surest at that size)."""
_LEAST = 240
"""Side, pixels, below which no pixels are given up: the face is then 96, about what it is in the recogniser's crop of 112."""
_SHARP = 12.0
"""Standard deviation of the Laplacian of a face at 64 pixels at which half the merit is given; `sharpness` knows «blurred» at 6."""
_USEFUL = 96.0
"""Pixels: a face of that size fills the recogniser's crop; more adds nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseUp:
    """A square around a face, 2.5 times its longer side; grey where it reaches beyond the frame.

    Attributes
    ----------
    image_rgb : (n, n, 3) uint8
        RGB, `n` below 480.
    scale : float
        Frame pixels per pixel of `image_rgb`.
    offset_xy : (float, float)
        Where the square's first column and row begin in the frame (position of the corner, less ½).
    frame_wh : (int, int)
        The upright frame's width and height, pixels.
    detection : Detection
        Pixels of the frame.
    merit : float
        What its template promises to be worth, 0 to 1, before it is embedded: size, turn, sharpness and the detector's score.
    """

    image_rgb: RgbImage = field(repr=False)
    scale: float
    offset_xy: tuple[float, float]
    frame_wh: tuple[int, int]
    detection: Detection
    merit: float

    def in_frame(self, here: Detection) -> Detection:
        """Return what was found in the pixels of `image_rgb` in pixels of the frame."""
        left, top, width, height = here.box_px
        shift_x, shift_y = (side + (self.scale - 1) / 2 for side in self.offset_xy)
        return Detection(
            box_px=(left * self.scale + shift_x, top * self.scale + shift_y, width * self.scale, height * self.scale),
            landmarks_5x2=(here.landmarks_5x2 * self.scale + np.array([shift_x, shift_y])).astype(np.float32),
            score=here.score,
        )


def close_up_again(frame_rgb: RgbImage, box: Box, landmarks_5x2: Landmarks5) -> tuple[AtHand, Landmarks5]:
    """Cut a face that is known out of its frame once more, with the pixels that its template was made of.

    The square is the box's of the closer look, where the first was the glance's: where the two boxes of a large face lie on either side of
    a size from which it is made smaller by another factor, its pixels differ.

    Parameters
    ----------
    frame_rgb : (H, W, 3) uint8
        RGB, upright, full size.
    box, landmarks_5x2 : Box, (5, 2) float32
        Ratios of the frame.

    Returns
    -------
    AtHand
        The close-up as a picture.
    landmarks_5x2 : (5, 2) float32
        Ratios of that picture.
    """
    height, width = frame_rgb.shape[:2]
    box_px = (box.left * width - 0.5, box.top * height - 0.5, box.width * width, box.height * height)
    points = (landmarks_5x2 * np.array([width, height]) - 0.5).astype(np.float32)
    close = close_up(frame_rgb, Detection(box_px=box_px, landmarks_5x2=points, score=1.0))
    # `CloseUp.in_frame` turned round, and pixels of the close-up + ½ over its side
    inside = (points + 0.5 - np.array(close.offset_xy)) / (close.scale * close.image_rgb.shape[0])
    return AtHand(close.image_rgb), inside.astype(np.float32)


def close_up(frame_rgb: RgbImage, detection: Detection) -> CloseUp:
    """Cut a face out of its frame.

    Parameters
    ----------
    frame_rgb : (H, W, 3) uint8
        RGB, upright, full size.
    detection : Detection
        Pixels of the frame.
    """
    left, top, width, height = detection.box_px
    side = max(round(max(width, height) * LOOK / LOOK_FACE), 1)
    factor = max(side // _LEAST, 1)  # averaging by whole factors takes a tenth of the time
    cells = side // factor
    side = cells * factor
    # what is averaged lies on one grid over the frame, so that a box a little off gives the same pixels again
    centre_x, centre_y = (factor * round((middle - side / 2) / factor) + side / 2 for middle in (left + width / 2, top + height / 2))
    image, scale, offset = window(frame_rgb, centre_xy=(centre_x, centre_y), side=side, canvas=cells)
    return CloseUp(
        image_rgb=image.copy(),  # a view would keep the frame
        scale=scale,
        offset_xy=offset,
        frame_wh=(frame_rgb.shape[1], frame_rgb.shape[0]),
        detection=detection,
        merit=_merit(image, detection),
    )


def _merit(image_rgb: RgbImage, detection: Detection) -> float:
    yaw, _, _ = head_pose(detection.landmarks_5x2)
    _, _, width, height = detection.box_px
    size = min(1.0, float(np.sqrt(width * height)) / _USEFUL)
    first, last = image_rgb.shape[0] * 3 // 10, -(-image_rgb.shape[0] * 7 // 10)
    face, _ = shrunk(cv2.extractChannel(image_rgb[first:last, first:last], 1), LOOK_FACE)
    sharp = float(cv2.meanStdDev(cv2.Laplacian(face, cv2.CV_32F))[1][0, 0])
    return detection.score * size * max(0.1, float(np.cos(np.radians(yaw)))) * sharp / (sharp + _SHARP)


THUMB = 16
"""Side of a thumb, pixels."""


def thumb(close: CloseUp, facts: RecogniserFacts) -> NDArray[np.float32]:
    """Return a face as a few aligned levels of grey, of mean 0 and length 1: the product of two tells whether one face went on.

    A face moved, turned by 8 degrees, scaled by 15 % and roughened gives 0.95 (first percentile: 0.65); two people 0.23 (95th: 0.63),
    measured on 262 LFW faces of 32 pixels. It tells no people apart; it tells when to ask for templates.

    Returns
    -------
    (256,) float32

    Raises
    ------
    DegenerateLandmarks
        From `fit_similarity`.
    """
    # the face is then twice as large as in the thumb
    small, (step, _) = shrunk(cv2.extractChannel(close.image_rgb, 1), THUMB * LOOK // LOOK_FACE * 2)
    step *= close.scale
    points = (close.detection.landmarks_5x2 - np.array(close.offset_xy) + 0.5) / step - 0.5
    height, width = facts.crop_hw
    fit = fit_similarity(points.astype(np.float32), facts.template_5x2 * np.array([2 * THUMB / width, 2 * THUMB / height]))
    grey = cv2.warpAffine(small, fit.matrix_2x3, (2 * THUMB, 2 * THUMB), flags=cv2.INTER_LINEAR)
    levels = cv2.resize(grey, (THUMB, THUMB), interpolation=cv2.INTER_AREA).astype(np.float32).ravel()
    levels -= np.add.reduce(levels) / levels.size
    found: NDArray[np.float32] = levels / max(float(np.linalg.norm(levels)), 1e-6)
    return found
