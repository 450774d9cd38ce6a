"""A clip out of a film: its frames as they are, or with every other face grey in each of them, or everything but one face."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import BinaryIO

import numpy as np

from visavis.decode.masking import mask_faces, mask_rest
from visavis.decode.moving_masks import HiddenAt, hide
from visavis.decode.video.base import Film
from visavis.decode.video.clip import write_clip
from visavis.domain.arrays import RgbImage, Vectors
from visavis.domain.errors import UnreadablePicture
from visavis.domain.face import AnalysedFace, Box
from visavis.domain.film import Moment
from visavis.domain.media import Reason
from visavis.services.clip.own import Found, faces_at

LONGER_SIDE = 1920
"""Pixels of a clip at most."""
CRF = 21
AROUND_S = Fraction(1)
"""What is shown before and after an appearance: who turns up in a glimpse is not known by the glimpse alone."""
SAME_OVERLAP = 0.3
"""A face found where a face was stored, in the same frame, is that face."""

Look = Callable[[RgbImage], Sequence[AnalysedFace]]
"""Every face of a frame, (H, W, 3) uint8 upright RGB, with its template."""
Progress = Callable[[float], None]
"""Told how much is done, 0 to 1."""


class Masking(StrEnum):
    """What of a clip is hidden."""

    NOTHING = "nothing"
    OTHERS = "others"
    """Every other face, with its surroundings."""
    REST = "rest"
    """Everything but the face."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipOrder:
    """Which seconds of a film, and what of them is shown.

    Attributes
    ----------
    start_ticks, end_ticks : int
        The frames shown at these times are in the clip.
    own : tuple of (int, Box)
        Where and when the face was found that the clip is made for, first of all the one that people have seen; what tells it in the
        other frames. Not needed where nothing is masked.
    """

    start_ticks: int
    end_ticks: int
    own: tuple[tuple[int, Box], ...]
    masking: Masking


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipMade:
    """What a clip holds.

    Attributes
    ----------
    masked, unshown : int
        Frames in which something was masked, and those in which the face itself was not told and so is not shown.
    poster : (H, W, 3) uint8 or None
        Where something is masked: the frame in which the face was found first of those given, as the clip shows it, full size.
    """

    frames: int
    masked: int
    unshown: int
    poster: RgbImage | None = field(default=None, repr=False)


class CutClip:
    """Cuts clips.

    Parameters
    ----------
    look : callable
        Asked of every frame where others are masked.
    threshold : float
        Least cosine at which a face of a frame is the one that the clip is made for.
    """

    def __init__(self, look: Look, *, threshold: float) -> None:
        self._look = look
        self._threshold = threshold

    def run(self, film: Film, order: ClipOrder, target: BinaryIO, *, progress: Progress = lambda _: None) -> ClipMade:
        """Write a clip as MP4; the film is read twice where others are masked, a frame at a time.

        Parameters
        ----------
        target : binary stream
            Seekable, written and read; stays open.

        Raises
        ------
        UnreadablePicture
            The film has no such frames, or no longer shows the face where it was found.
        """
        between = (order.start_ticks, order.end_ticks)
        plan = {} if order.masking is Masking.NOTHING else self._plan(film, order, progress)
        shown: dict[int, RgbImage | None] = {}

        def draw(image_rgb: RgbImage, ticks: int) -> RgbImage:
            image = _masked(image_rgb, plan.get(ticks), order.masking)
            shown[ticks] = image if ticks == order.own[0][0] else None
            return image

        masked = order.masking is not Masking.NOTHING
        frames = write_clip(film, target, between, draw=draw if masked else None, longer_side=LONGER_SIDE, crf=CRF)
        if not frames:
            raise UnreadablePicture("no frame of these seconds can be decoded", reason=Reason.UNREADABLE)
        hidden = [plan.get(ticks) for ticks in shown]
        return ClipMade(
            frames=frames,
            masked=sum(one is None or bool(one.seen or one.held) or order.masking is Masking.REST for one in hidden),
            unshown=sum(one is None or not one.own for one in hidden),
            poster=shown[order.own[0][0]] if order.own and order.own[0][0] in shown else None,
        )

    def _plan(self, film: Film, order: ClipOrder, progress: Progress) -> dict[int, HiddenAt]:
        own = self._templates(film, order.own)
        found = []
        for frame in film.between(order.start_ticks, order.end_ticks):
            found.append(Found(at_ticks=frame.ticks, faces=tuple(self._look(frame.rgb()))))
            progress(float(Fraction(frame.ticks - order.start_ticks, max(1, order.end_ticks - order.start_ticks))))
        told = faces_at(found, own, threshold=self._threshold, time_base=film.facts.time_base)
        return {one.at_ticks: one for one in hide(told, film.facts.time_base)}

    def _templates(self, film: Film, own: Sequence[tuple[int, Box]]) -> Vectors:
        """Return the templates of the face, made anew from the frames in which it was found; a track that strayed to another is cut off."""
        vectors = [vector for at_ticks, box in own for vector in self._template(film.at(at_ticks), box)]
        if not vectors:
            raise UnreadablePicture("the face is not found where it was when the film was read", reason=Reason.UNREADABLE)
        stacked = np.stack(vectors)
        alike: Vectors = stacked[stacked @ stacked[0] >= self._threshold]
        return alike

    def _template(self, image_rgb: RgbImage, box: Box) -> Iterator[Vectors]:
        best = max(self._look(image_rgb), key=lambda face: face.box.overlap(box), default=None)
        if best is not None and best.box.overlap(box) >= SAME_OVERLAP:
            yield best.vector


def _masked(image_rgb: RgbImage, hidden: HiddenAt | None, masking: Masking) -> RgbImage:
    """Mask one frame; one that was not looked at is hidden whole."""
    if hidden is None:
        return mask_rest(image_rgb, own=())
    masked = mask_faces(image_rgb, others=hidden.seen, own=hidden.own, held=hidden.held)
    return mask_rest(masked, own=hidden.own) if masking is Masking.REST else masked


def span(moment: Moment, seconds: float) -> tuple[int, int]:
    """Return from when to when a clip of an appearance lasts, ticks: with a second around it, and no longer than asked for.

    What is too long is cut to the part around its best moment.
    """
    around = int(AROUND_S / moment.time_base)
    start, end = max(0, moment.start_ticks - around), moment.end_ticks + around
    longest = int(Fraction(seconds) / moment.time_base)
    if end - start > longest:
        start = min(max(start, moment.at_ticks - longest // 2), end - longest)
        end = start + longest
    return start, end
