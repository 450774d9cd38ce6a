"""YuNet at one scale: pictures of one size in, boxes and five landmarks out, in pixels of those pictures.

The head's arithmetic follows OpenCV's `FaceDetectorYN` (modules/objdetect/src/face_detect.cpp); BGR exists in this module only.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from visavis.domain.arrays import RgbImage
from visavis.engines.manifest import DetectorFacts
from visavis.engines.runtime import Network

_STRIDES = (8, 16, 32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Faces found in one picture; row *i* of every array belongs together. Pixels, (0, 0) = centre of the top-left pixel.

    Attributes
    ----------
    boxes_ltwh : (N, 4) float32
        Left, top, width, height.
    landmarks_nx5x2 : (N, 5, 2) float32
        Eye, eye, nose, mouth corner, mouth corner; pairs left to right in the image.
    scores : (N,) float32
        0 to 1.
    """

    boxes_ltwh: NDArray[np.float32]
    landmarks_nx5x2: NDArray[np.float32]
    scores: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.scores)

    @property
    def sizes(self) -> NDArray[np.float32]:
        """Longer side of each box, pixels."""
        return np.maximum(self.boxes_ltwh[:, 2], self.boxes_ltwh[:, 3])

    def __getitem__(self, chosen: NDArray[np.bool_] | NDArray[np.intp] | slice) -> "Found":
        return Found(boxes_ltwh=self.boxes_ltwh[chosen], landmarks_nx5x2=self.landmarks_nx5x2[chosen], scores=self.scores[chosen])

    def mapped(self, *, scale_xy: tuple[float, float], offset_xy: tuple[float, float] = (0.0, 0.0)) -> "Found":
        """Return the faces in other pixels: (position + ½) · scale − ½ + offset, so that pixel centres meet."""
        scale = np.array(scale_xy, np.float32)
        shift = (np.array(offset_xy) + (scale - 1) / 2).astype(np.float32)
        boxes = np.concatenate([self.boxes_ltwh[:, :2] * scale + shift, self.boxes_ltwh[:, 2:] * scale], axis=1)
        return Found(boxes_ltwh=boxes, landmarks_nx5x2=self.landmarks_nx5x2 * scale + shift, scores=self.scores)


def no_faces() -> Found:
    """Return an empty list of faces."""
    nothing = np.zeros((0, 5, 2), np.float32)
    return Found(boxes_ltwh=nothing[:, :4, 0], landmarks_nx5x2=nothing, scores=nothing[:, 0, 0])


def joined(parts: Sequence[Found]) -> Found:
    """Return the faces of several lists as one."""
    if not parts:
        return no_faces()
    if len(parts) == 1:
        return parts[0]
    return Found(
        boxes_ltwh=np.concatenate([part.boxes_ltwh for part in parts]),
        landmarks_nx5x2=np.concatenate([part.landmarks_nx5x2 for part in parts]),
        scores=np.concatenate([part.scores for part in parts]),
    )


class Detector:
    """The detector's network with what its manifest says about it."""

    def __init__(self, network: Network, facts: DetectorFacts) -> None:
        self._network = network
        self.facts = facts

    def proposals(self, images_rgb: Sequence[RgbImage], *, score: float) -> list[Found]:
        """Run the network over pictures of one size; nothing is merged yet.

        Parameters
        ----------
        images_rgb : sequence of (H, W, 3) uint8
            RGB, all of one size.
        score : float
            Lowest score to return, √(class · objectness).

        Returns
        -------
        list of Found
            One a picture, every anchor that reaches the score.
        """
        batch = self._batch(images_rgb)
        outputs = self._network.run(batch)
        width = batch.shape[3]
        return [
            joined([one for stride in _STRIDES if (one := _decoded(outputs, at, stride, width // stride, score))])
            for at in range(len(images_rgb))
        ]

    def faces(self, image_rgb: RgbImage) -> Found:
        """Find faces at the picture's own scale: from the first score, or if there is none, from the second."""
        return self.settled(self.proposals([image_rgb], score=self.facts.second_score)[0])

    def settled(self, proposals: Found) -> Found:
        """Merge proposals and apply the two scores."""
        for score in (self.facts.score, self.facts.second_score):
            faces = merged(proposals[proposals.scores >= score], self.facts.nms)
            if len(faces):
                return faces
        return no_faces()

    def _batch(self, images_rgb: Sequence[RgbImage]) -> NDArray[np.float32]:
        """Lay pictures into (N, 3, H, W) float32, padded with zero right and below."""
        height, width = (-(-side // self.facts.multiple) * self.facts.multiple for side in images_rgb[0].shape[:2])
        low, high = self.facts.value_range
        batch = np.empty((len(images_rgb), 3, height, width), np.float32)
        for at, image in enumerate(images_rgb):
            batch[at, :, image.shape[0] :] = 0
            batch[at, :, :, image.shape[1] :] = 0
            planes = cv2.split(image)
            ordered = planes[::-1] if self.facts.colour_order == "BGR" else planes
            for channel, plane in enumerate(ordered):
                batch[at, channel, : image.shape[0], : image.shape[1]] = plane
        if (low, high) != (0.0, 255.0):
            batch = batch * np.float32((high - low) / 255) + np.float32(low)
        return batch


def _decoded(outputs: dict[str, NDArray[np.float32]], at: int, stride: int, columns: int, score: float) -> Found:
    """Decode one stride of one picture: centre (cell + offset) · stride, size exp · stride, landmarks (offset + cell) · stride."""
    quality = outputs[f"cls_{stride}"][at, :, 0] * outputs[f"obj_{stride}"][at, :, 0]  # two sigmoids: 0 to 1
    cells = np.flatnonzero(quality >= score * score)
    if not len(cells):
        return no_faces()
    corner = np.stack([cells % columns, cells // columns], axis=1).astype(np.float32)
    box = outputs[f"bbox_{stride}"][at, cells]
    size = np.exp(box[:, 2:]) * stride
    centre = (corner + box[:, :2]) * stride
    points = outputs[f"kps_{stride}"][at, cells].reshape(-1, 5, 2)
    return Found(
        boxes_ltwh=np.concatenate([centre - size / 2, size], axis=1),
        landmarks_nx5x2=(points + corner[:, None]) * stride,
        scores=np.sqrt(quality[cells]),
    )


def merged(faces: Found, overlap: float, priority: NDArray[np.float32] | None = None) -> Found:
    """Keep the best of boxes that overlap (greedy non-maximum suppression).

    Parameters
    ----------
    faces : Found
        Any number; a loop step is spent on each one kept, none on those it drops.
    overlap : float
        Intersection over union above which the weaker box goes.
    priority : (N,) float32 or None
        What «better» means; None = the score.
    """
    better = faces.scores if priority is None else priority
    waiting = np.argsort(-better, kind="stable")
    keep = []
    while len(waiting):
        best, waiting = waiting[0], waiting[1:]
        keep.append(best)
        if len(waiting):
            waiting = waiting[overlaps(faces.boxes_ltwh[best], faces.boxes_ltwh[waiting]) <= overlap]
    return faces[np.array(keep, np.intp)]


def overlaps(box: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return intersection over union of one box with each of (N, 4) boxes, left, top, width, height."""
    first, last = np.maximum(box[:2], others[:, :2]), np.minimum(box[:2] + box[2:], others[:, :2] + others[:, 2:])
    sides = np.maximum(last - first, 0)
    inner = sides[:, 0] * sides[:, 1]
    outer = box[2] * box[3] + others[:, 2] * others[:, 3] - inner
    return np.asarray(inner / np.maximum(outer, np.float32(1e-9)), np.float32)
