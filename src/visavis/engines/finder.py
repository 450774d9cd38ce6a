"""Faces of every size in one picture: a coarse level, a small one for faces that fill the frame, and second looks at small ones.

YuNet finds faces of 24 to 300 pixels reliably. At 16 pixels its score passes 0.6 for 47 % of faces and 0.1 for 93 % (LFW faces, shrunk),
so whatever is small and passes 0.1 is cut out of finer pixels, brought to 64 and looked at again. That also mends the landmarks: a
template aligned by a 20-pixel detection keeps a cosine of 0.59 to the face's own.
"""

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from visavis.domain.arrays import RgbImage
from visavis.engines.closeup import LOOK, LOOK_FACE, CloseUp
from visavis.engines.detect import Detector, Found, joined, merged, no_faces, overlaps
from visavis.engines.picture import Scale, ScaledPicture, bordered, shrunk, window

NATIVE = 320
"""Longer side, pixels: pictures up to here are looked at as they are, as the reference chain does."""
COARSE = 1000
"""Longer side of the coarse level: a quarter of a 12-megapixel camera's 4,000 pixels, so that its JPEGs decode small, and 1/64 of it is
15.6 pixels (200 LFW faces of 55 and 200 of 62 in 4000 × 3000: all found; at 1088 too, for a fifth more time)."""
_SMALL = 256
"""Longer side of the small level, which sees well what is too large for the coarse level (300 of 1000 is 77 of 256)."""
_BORDER = 0.25
"""Border of the small level, as a part of its sides: with it 60 of 60 faces of twice the frame's width were found, without it 2."""
_RELIABLE = (32, 256)
"""Pixels: the sizes at which a level's box and landmarks are preferred to another level's."""
_LARGEST = 300
"""Pixels: larger boxes count on the small level only; the coarse one took parts of a blurred face for faces (scores 0.60 to 0.68)."""
_ROUGH = 48
"""Pixels: faces below get a second look for their landmarks' sake (tenth percentile of the template's cosine to the face's own at 28
pixels: 0.73 without, 0.91 with; at 34: 0.88 and 0.93; at 64 no difference)."""
_TILE = 1024
_TILE_OVERLAP = 160
"""Pixels: larger than the largest face that only tiles can see (24 pixels of the coarse level, in 24 megapixels)."""
_WEAK_LOOKS = 64
"""Most second looks at weak proposals of one picture, the best first: at 0.9 ms each they may cost as much as two coarse levels."""
_LOOKS = 6000
"""Most second looks in all; only a crowd seen thoroughly comes near."""
_BATCH = 16
"""Second looks a run; bounds memory."""
_AROUND = (1.6, 2.5, 4.0)
"""Sides of the windows around a box that a person drew, in its longer sides: people draw from the chin to the hair, or the eyes only."""
_DRAWN = 0.2
"""Intersection over union from which a face is taken to be the one that a person drew a box around."""
_SAME = 0.35
"""Intersection over union from which a second look is taken to have found what was proposed."""

_Rated = tuple[Found, NDArray[np.bool_]]
"""Faces in the full picture's pixels, and which of them go before others that overlap."""


def first_scale(longer_side: int) -> float:
    """Return the scale at which a picture of this longer side, pixels, is decoded first."""
    return 1.0 if longer_side <= NATIVE else min(1.0, COARSE / longer_side)


class FaceFinder:
    """Finds the faces of one picture, in pixels of the full picture."""

    def __init__(self, detector: Detector) -> None:
        self._detector = detector
        self._facts = detector.facts

    def find(self, picture: ScaledPicture, *, thorough: bool = False) -> Found:
        """Find faces from 1/64 of the longer side up to larger than the frame.

        Parameters
        ----------
        picture : ScaledPicture
            Decoded at the coarse level's scale; finer only if something small asks for it.
        thorough : bool
            Look at every pixel of the file, in tiles: faces from some 16 pixels, whatever the picture's size.

        Returns
        -------
        Found
            Pixels of the full picture, unordered. If no level holds a face at the first score, those of the second.

        Raises
        ------
        UnreadablePicture
            From the picture's source.
        """
        if picture.longer_side <= NATIVE:
            return self._native(picture)
        image, scale = picture.at_least(first_scale(picture.longer_side))
        coarse, step = shrunk(image, COARSE)
        coarse_scale = (scale[0] * step[0], scale[1] * step[1])
        levels = [self._level(coarse, coarse_scale)]
        if thorough and max(coarse_scale) > 1:
            levels += self._tiles(picture)
        sure, small = [_rated(*self._small_level(coarse, coarse_scale))], []
        for faces, level_scale in levels:
            first = faces.scores >= self._facts.score
            rough = (faces.sizes < _RELIABLE[0]) | (faces.sizes < _ROUGH) & first
            plain = ~rough & (faces.sizes <= _LARGEST) & (faces.scores >= self._facts.second_score)
            sure.append(_rated(faces[plain], level_scale))
            small.append(faces[rough].mapped(scale_xy=level_scale))
        again = self._looked_at_again(joined(small), picture, thorough=thorough)
        return self._best([*sure, (again, np.ones(len(again), np.bool_))])

    def glance(self, image_rgb: RgbImage, *, longer_side: int, beyond: bool) -> Found:
        """Find faces at one small scale, for one look of many at a film.

        Parameters
        ----------
        image_rgb : (H, W, 3) uint8
            A frame.
        longer_side : int
            Pixels to look at; 99.3 % of faces of 20 of them score 0.6 or more (300 LFW faces, shrunk, with grain).
        beyond : bool
            If no face is sure, look at it smaller once more, in a border, for one that reaches beyond the frame.

        Returns
        -------
        Found
            Pixels of `image_rgb`; from the second score on.
        """
        small, scale = shrunk(image_rgb, longer_side)
        faces = self._detector.proposals([small], score=self._facts.second_score)[0].mapped(scale_xy=scale)
        if beyond and not (faces.scores >= self._facts.score).any():
            large, step = self._small_level(small, scale)
            faces = joined([faces, large.mapped(scale_xy=step)])
        return merged(faces, self._facts.nms)

    def closer(self, closeups: Sequence[CloseUp]) -> list[Found]:
        """Look again at faces that were cut out of their frames.

        Returns
        -------
        list of Found
            For each at most one face, the one that was cut out, in the pixels of its `image_rgb`.
        """
        found = []
        for at in range(0, len(closeups), _BATCH):
            part = closeups[at : at + _BATCH]
            looks = [np.asarray(cv2.resize(one.image_rgb, (LOOK, LOOK), interpolation=cv2.INTER_LINEAR), np.uint8) for one in part]
            answers = self._detector.proposals(looks, score=self._facts.second_score)
            for one, answer in zip(part, answers, strict=True):
                step = one.image_rgb.shape[0] / LOOK
                found.append(_same_face(answer, _box_in(one, step)).mapped(scale_xy=(step, step)))
        return found

    def within(self, picture: ScaledPicture, box_ltwh: tuple[float, float, float, float]) -> Found:
        """Look for a face where a person says that there is one, closer and for weaker ones than anywhere else.

        Parameters
        ----------
        picture : ScaledPicture
            Decoded finer if the box asks for it.
        box_ltwh : tuple of float
            Pixels of the full picture.

        Returns
        -------
        Found
            At most one face, pixels of the full picture; from the proposals' score on.
        """
        size = max(box_ltwh[2:])
        image, full = picture.at_least(min(1.0, 2 * LOOK_FACE / size))
        left, top, width, height = (side / full[at % 2] for at, side in enumerate(box_ltwh))
        centre = (left + width / 2, top + height / 2)
        found = []
        for around in _AROUND:
            cut, step, offset = window(image, centre_xy=centre, side=max(width, height) * around, canvas=LOOK)
            (answer,) = self._detector.proposals([cut], score=self._facts.proposal_score)
            found.append(answer.mapped(scale_xy=(step, step), offset_xy=offset))
        every, box = joined(found), np.array([left, top, width, height], np.float32)
        same = np.where(overlaps(box, every.boxes_ltwh) >= _DRAWN, every.scores, 0)
        return every[np.array([same.argmax()])].mapped(scale_xy=full) if same.any() else no_faces()

    def _native(self, picture: ScaledPicture) -> Found:
        """Look at a small picture as it is; only if that yields nothing, in a border too."""
        image, scale = picture.at_least(1.0)
        faces = self._detector.faces(image)
        if len(faces):
            return faces.mapped(scale_xy=scale)
        bordered_faces, step = self._small_level(image, scale)
        return self._detector.settled(bordered_faces.mapped(scale_xy=step))

    def _best(self, parts: list[_Rated]) -> Found:
        """Merge what several levels found, from the first score that yields anything; reliable sizes come before scores."""
        everything = joined([faces for faces, _ in parts])
        priority = everything.scores + np.concatenate([reliable for _, reliable in parts])
        for score in (self._facts.score, self._facts.second_score):
            chosen = everything.scores >= score
            if chosen.any():
                return merged(everything[chosen], self._facts.nms, priority[chosen])
        return no_faces()

    def _level(self, image: RgbImage, scale: Scale) -> tuple[Found, Scale]:
        proposals = self._detector.proposals([image], score=self._facts.proposal_score)[0]
        return merged(proposals, self._facts.nms), scale

    def _small_level(self, image: RgbImage, scale: Scale) -> tuple[Found, Scale]:
        """Look at the whole picture small, in a border, so that a face may reach beyond the frame. Nothing small counts here."""
        small, step = shrunk(image, _SMALL)
        top, left = (round(side * _BORDER) for side in small.shape[:2])
        canvas = bordered(small, left=left, right=left, top=top, bottom=top)
        proposals = self._detector.proposals([canvas], score=self._facts.second_score)[0]
        faces = merged(proposals[proposals.sizes >= _RELIABLE[0]], self._facts.nms)
        return faces.mapped(scale_xy=(1.0, 1.0), offset_xy=(-left, -top)), (scale[0] * step[0], scale[1] * step[1])

    def _tiles(self, picture: ScaledPicture) -> Iterator[tuple[Found, Scale]]:
        image, scale = picture.at_least(1.0)
        height, width = image.shape[:2]
        for top in _starts(height):
            for left in _starts(width):
                faces, _ = self._level(image[top : top + _TILE, left : left + _TILE], scale)
                yield faces.mapped(scale_xy=(1.0, 1.0), offset_xy=(left, top)), scale

    def _looked_at_again(self, proposals: Found, picture: ScaledPicture, *, thorough: bool) -> Found:
        """Look at small proposals in finer pixels; return those that are faces, in the full picture's pixels.

        A proposal that was no face by the first score is first looked at in the pixels that are there: decoding anew costs more
        than everything else, and most weak proposals are nothing.
        """
        proposals = merged(proposals, self._facts.nms)[:_LOOKS]
        weak = proposals.scores < self._facts.score
        if weak.any():
            here = self._looks(proposals[weak][: None if thorough else _WEAK_LOOKS], picture, scale=0.0)
            proposals = joined([proposals[~weak], here[here.scores >= self._facts.second_score]])
        if not len(proposals):
            return no_faces()
        wanted = min(1.0, LOOK_FACE / float(proposals.sizes.min()))
        return self._looks(proposals, picture, scale=wanted)

    def _looks(self, proposals: Found, picture: ScaledPicture, *, scale: float) -> Found:
        image, full = picture.at_least(scale)
        here = proposals.mapped(scale_xy=(1 / full[0], 1 / full[1]))
        found = []
        for at in range(0, len(here), _BATCH):
            part = here[at : at + _BATCH]
            centres = part.boxes_ltwh[:, :2] + part.boxes_ltwh[:, 2:] / 2
            cuts = [
                window(image, centre_xy=(float(x), float(y)), side=float(size) * LOOK / LOOK_FACE, canvas=LOOK)
                for (x, y), size in zip(centres, part.sizes, strict=True)
            ]
            answers = self._detector.proposals([cut for cut, _, _ in cuts], score=self._facts.second_score)
            for index, ((_, step, offset), answer) in enumerate(zip(cuts, answers, strict=True)):
                found.append(_same_face(answer.mapped(scale_xy=(step, step), offset_xy=offset), part.boxes_ltwh[index]))
        return joined(found).mapped(scale_xy=full)


def _same_face(faces: Found, box_ltwh: NDArray[np.float32]) -> Found:
    """Return the best of the faces that overlap with what was proposed, if there is one."""
    same = np.where(overlaps(box_ltwh, faces.boxes_ltwh) >= _SAME, faces.scores, 0)
    return faces[np.array([same.argmax()])] if same.any() else no_faces()


def _box_in(closeup: CloseUp, step: float) -> NDArray[np.float32]:
    """Return where the face was found, in the pixels of a look of which one is `step` of the close-up's."""
    left, top, width, height = closeup.detection.box_px
    scale = closeup.scale * step
    return np.array(
        [(left - closeup.offset_xy[0]) / scale, (top - closeup.offset_xy[1]) / scale, width / scale, height / scale], np.float32
    )


def _rated(faces: Found, scale: Scale) -> _Rated:
    """Bring a level's faces to the full picture's pixels and say which were of a reliable size on that level."""
    return faces.mapped(scale_xy=scale), (faces.sizes >= _RELIABLE[0]) & (faces.sizes <= _RELIABLE[1])


def _starts(side: int) -> list[int]:
    """Return where tiles begin along a side, evenly spread, overlapping by at least `_TILE_OVERLAP`."""
    if side <= _TILE:
        return [0]
    count = -(-(side - _TILE_OVERLAP) // (_TILE - _TILE_OVERLAP))
    return [round(at * (side - _TILE) / (count - 1)) for at in range(count)]
