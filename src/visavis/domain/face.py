"""Boxes, detections, aligned crops, quality: what the chain finds in a picture."""

from dataclasses import dataclass, field

from visavis.domain.arrays import Landmarks5, RgbImage, Vectors


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle as ratios of the upright picture; may reach beyond it (a face larger than the frame).

    Attributes
    ----------
    left, top, width, height : float
        Ratios of the picture's width (left, width) and height (top, height).
    """

    left: float
    top: float
    width: float
    height: float

    def pixels(self, *, width: int, height: int) -> tuple[float, float, float, float]:
        """Return (left, top, width, height) in pixels of a picture of that size."""
        return self.left * width, self.top * height, self.width * width, self.height * height

    def overlap(self, other: "Box") -> float:
        """Return intersection over union, 0 to 1."""
        right, bottom = min(self.left + self.width, other.left + other.width), min(self.top + self.height, other.top + other.height)
        inner = max(0.0, right - max(self.left, other.left)) * max(0.0, bottom - max(self.top, other.top))
        outer = self.width * self.height + other.width * other.height - inner
        return inner / outer if outer > 0 else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """One face found in one picture.

    Attributes
    ----------
    box_px : tuple of float
        (left, top, width, height) in pixels of the decoded picture.
    landmarks_5x2 : (5, 2) float32
        In the same pixels; eye, eye, nose, mouth, mouth, pairs left to right in the image.
    score : float
        Detector score, 0 to 1. It says «a face is here», nothing about who.
    """

    box_px: tuple[float, float, float, float]
    landmarks_5x2: Landmarks5 = field(repr=False)
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AlignedFace:
    """A detection warped onto the pack's canonical five points.

    Attributes
    ----------
    crop_rgb : (112, 112, 3) uint8
        Read-only RGB crop, the size the pack declares.
    magnification : float
        Crop pixels per pixel of the decoded picture; above 1 the crop was blown up.
    """

    crop_rgb: RgbImage = field(repr=False)
    magnification: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """Measures stored with each template; own measures under own names, none is an ISO quality score.

    Attributes
    ----------
    size_px : float
        Geometric mean of the box's sides in pixels of the picture at full size.
    yaw, pitch, roll : float
        Degrees, estimated from the five landmarks; 0 is frontal and upright.
    sharpness : float
        Standard deviation of the crop's Laplacian, luma 0-255.
    exposure : float
        Mean luma of the crop, 0 to 1.
    score : float
        The detector's, 0 to 1.
    norm : float
        Length of the embedding before it is normalised.
    """

    size_px: float
    yaw: float
    pitch: float
    roll: float
    sharpness: float
    exposure: float
    score: float
    norm: float

    def weaknesses(self) -> tuple[str, ...]:
        """Name what makes this face weak, in plain words; an empty tuple is a good face. Weak faces stay searchable."""
        found = []
        if self.size_px < 32:
            found.append("small")
        if abs(self.yaw) > 45:
            found.append("turned away")
        if self.sharpness < 6:
            found.append("blurred")
        if not 0.12 <= self.exposure <= 0.92:
            found.append("badly lit")
        if self.score < 0.6:
            found.append("uncertain")
        return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysedFace:
    """One face with all that the chain knows of it; the vector is its embedding scaled to length 1.

    Attributes
    ----------
    box : Box
        Ratios of the upright picture.
    landmarks_5x2 : (5, 2) float32
        Ratios of the upright picture's width and height.
    vector : (D,) float32
        Unit length.
    page : int
        Of a file with several pages the one that it is on, from 1; 0 = the file is one picture, or a film.
    """

    box: Box
    landmarks_5x2: Landmarks5 = field(repr=False)
    quality: Quality
    vector: Vectors = field(repr=False)
    page: int = 0
