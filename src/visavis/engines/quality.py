"""What makes a template weak or strong: measures from the box, the five landmarks, the crop and the embedding.

Pose is estimated from five points and one assumption about heads, so it is coarse: good to some 10 degrees up to 45, an order of
strength beyond that. Own measures under own names; none is an ISO quality score.
"""

import cmath
import math

import cv2

from visavis.domain.arrays import Landmarks5, RgbImage
from visavis.domain.face import Quality

_NOSE_DEPTH = 0.5
"""How far the tip of the nose stands out from the plane of eyes and mouth corners, in distances between the eyes (31 mm to 63 mm)."""
_NOSE_HEIGHT = 0.495
"""Where the nose lies between eyes (0) and mouth (1) on a frontal face: the same as in the alignment template."""
_MOUTH_DISTANCE = 1.155
"""From eyes to mouth in distances between the eyes, on a frontal face: the same as in the alignment template."""


def head_pose(landmarks_5x2: Landmarks5) -> tuple[float, float, float]:
    """Estimate yaw, pitch and roll, degrees.

    Eyes and mouth corners span a plane from which the nose sticks out by `_NOSE_DEPTH`. Turning the head by yaw shifts the nose across
    by depth · sin(yaw) while the eyes' distance shrinks with cos(yaw), so tan(yaw) = shift / distance / depth; pitch likewise, along the
    line from eyes to mouth. Roll is the angle of the line through the eyes.

    Parameters
    ----------
    landmarks_5x2 : (5, 2) float32
        Pixels; eye, eye, nose, mouth corner, mouth corner, pairs left to right in the image.

    Returns
    -------
    yaw, pitch, roll : float
        Positive: towards the image's right, down, and clockwise.
    """
    # plain numbers: on five points numpy's calls take ten times as long as the arithmetic
    points = [complex(x, y) for x, y in landmarks_5x2.tolist()]
    across = points[1] - points[0]
    roll = cmath.phase(across)
    left, right, nose, *corners = (point * cmath.rect(1, -roll) for point in points)
    eyes, mouth = (left + right) / 2, sum(corners) / 2
    face_height = mouth.imag - eyes.imag
    middle = eyes.real + _NOSE_HEIGHT * (mouth.real - eyes.real)
    yaw = math.atan2(nose.real - middle, _NOSE_DEPTH * abs(across))
    pitch = math.atan2(nose.imag - eyes.imag - _NOSE_HEIGHT * face_height, _NOSE_DEPTH / _MOUTH_DISTANCE * abs(face_height))
    return math.degrees(yaw), math.degrees(pitch), math.degrees(roll)


def measure(crop_rgb: RgbImage, landmarks_5x2: Landmarks5, *, size_px: float, score: float, norm: float) -> Quality:
    """Measure one face.

    Parameters
    ----------
    crop_rgb : (h, w, 3) uint8
        The aligned crop, RGB.
    landmarks_5x2 : (5, 2) float32
        Pixels.
    size_px : float
        Geometric mean of the box's sides in pixels of the picture at full size.
    score : float
        The detector's.
    norm : float
        Length of the embedding.
    """
    luma = cv2.cvtColor(crop_rgb, cv2.COLOR_RGB2GRAY)
    yaw, pitch, roll = head_pose(landmarks_5x2)
    return Quality(
        size_px=size_px,
        yaw=yaw,
        pitch=pitch,
        roll=roll,
        sharpness=float(cv2.meanStdDev(cv2.Laplacian(luma, cv2.CV_16S))[1][0, 0]),  # whole numbers up to 2,040
        exposure=cv2.mean(luma)[0] / 255,
        score=score,
        norm=norm,
    )
