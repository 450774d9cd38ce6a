"""One stretch of a film to tracks: which frames are looked at, and what becomes of the faces in them.

Between two looks nothing is asked if both show the same faces. Where they don't, the frame half-way is looked at, and so on until the
change lies between two frames that are near enough: so starts and ends are exact without a look at each frame.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import cv2
import numpy as np

from visavis.decode.likeness import dhash
from visavis.decode.scenes import ALIKE, Trace, cuts
from visavis.decode.video.base import Film, FilmFrame
from visavis.domain.film import FilmFacts, FilmPart, Sampling
from visavis.engines.chain import Chain
from visavis.engines.tracking import Sighting, Tracker, Tracklet, agree
from visavis.services.ingest.tracks import Album

_PLANE = 64
"""Longer side, samples, of the planes that tell cuts and stillness."""
_HASHED = 160
"""Longer side, samples, of which a frame's perceptual hash is taken: a tenth of the time that all its pixels take."""
_LATE = 4
"""Frames that are awaited after a cut, to tell it from a flash."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How often a film is looked at.

    Attributes
    ----------
    between : Fraction
        Seconds from one look to the next; twice as long where nothing moves but those who were seen, much longer where nothing does.
    exact : Fraction
        Seconds: two looks that show other faces are no further apart, as far as there are frames between.
    longest_still : Fraction
        Seconds from one look to the next while nothing moves.
    most_frames : int
        Frames between two looks: they are held in memory until the later one agrees with the earlier.
    whole : bool
        Look at each frame, for faces of every size.
    """

    between: Fraction
    exact: Fraction
    longest_still: Fraction
    most_frames: int = 15
    key_frames_only: bool = False
    whole: bool = False


PACES = {
    Sampling.FAST: Pace(between=Fraction(1), exact=Fraction(1, 2), longest_still=Fraction(20), key_frames_only=True),
    Sampling.NORMAL: Pace(between=Fraction(1, 2), exact=Fraction(1, 8), longest_still=Fraction(4)),
    Sampling.EVERY_FRAME: Pace(between=Fraction(1, 2), exact=Fraction(0), longest_still=Fraction(0), whole=True),
}
PATIENCE = Fraction(2)
"""Seconds for which a face may be hidden, turned away or missed and still be one appearance."""
SMALLEST_PX = 40
"""Pixels: faces from this size on are found in `normal` and `fast`; they are then `_SEEN_AT` where they are looked for."""
_SEEN_AT = 20
_LEAST, _MOST = 160, 1000
"""Longer side, pixels, at which frames are looked at: larger than 2,000 they may hide faces of up to 1/50 of it."""
_AROUND = 2.0
"""Face sizes to either side of a face's middle in which its shoulders and hands move; what is below belongs to it too."""
_ABOVE = 1.5
"""Face sizes above its middle in which its hair or hat moves: they reach to 0.9, and the head moves from look to look."""
_LARGE = 0.5
"""Of the frame's height: after a face of that size, one that reaches beyond the frame is looked for."""


class _Moment:
    """A frame that is held, and what a look at it gave."""

    def __init__(self, frame: FilmFrame) -> None:
        self.frame = frame
        self.ticks = frame.ticks
        self.faces: list[Sighting] | None = None

    @cached_property
    def trace(self) -> Trace:
        return Trace(self.frame.luma(_PLANE))


class FilmAnalyser:
    """Analyses stretches of films.

    Parameters
    ----------
    chain : Chain
        Of the archive's pack.
    """

    def __init__(self, chain: Chain) -> None:
        self._chain = chain

    def part(self, film: Film, start_ticks: int, end_ticks: int | None, sampling: Sampling) -> FilmPart:
        """Find the tracks of one stretch.

        Parameters
        ----------
        film : Film
            Open.
        start_ticks, end_ticks : int
            As `film.frames` takes them; end None = to the film's end.
        sampling : Sampling
            How closely.

        Returns
        -------
        FilmPart
            `to_ticks` is `end_ticks`, or just after the last frame where that is later: who reads the next part knows where it begins.
        """
        pace, before = PACES[sampling], film.damaged
        stretch = _Stretch(self._chain, pace, film.facts, follows=start_ticks > 0)
        apart = int(pace.exact / film.facts.time_base)
        for frame in film.frames(start_ticks, end_ticks, key_frames_only=pace.key_frames_only, apart_ticks=apart):
            stretch.add(frame)
        return stretch.finish(damaged=film.damaged - before, until=end_ticks)


class _Stretch:
    """A stretch on its way through: frames in, tracks out. Holds the frames since the last look, and close-ups of faces."""

    def __init__(self, chain: Chain, pace: Pace, facts: FilmFacts, *, follows: bool) -> None:
        self._chain, self._pace = chain, pace
        self._between_ticks, self._exact_ticks, self._still_ticks, patience = (
            int(seconds / facts.time_base) for seconds in (pace.between, pace.exact, pace.longest_still, PATIENCE)
        )
        self._side = None if pace.whole else looked_side(max(facts.width, facts.height))
        self._tracker = Tracker(patience_ticks=patience)
        self._album = Album(chain, patience_ticks=patience)
        self._held: list[_Moment] = []
        self._looked_trace: Trace | None = None
        self._looked_at = 0
        self._longer = max(facts.width, facts.height)
        self._large = self._waited = False
        self._seam = follows and not pace.key_frames_only and not pace.whole
        self._first: int | None = None
        self._frames = self._looks = self._gap = 0

    def add(self, frame: FilmFrame) -> None:
        """Take the next frame."""
        self._first = frame.ticks if self._first is None else self._first
        self._frames += 1
        self._held.append(_Moment(frame))
        if self._seam and len(self._held) < _LATE:
            return
        passed = frame.ticks - self._held[0].ticks
        if passed < self._between_ticks and len(self._held) <= self._pace.most_frames and self._held[0].faces is not None:
            return
        if not self._waited and self._held[0].faces and self._calm(self._held[-1]):
            self._waited = True
            if len(self._held) > self._pace.most_frames // 2:  # else they are far apart already
                self._held[1:-1] = [one for at, one in enumerate(self._held[1:-1]) if at % 2 or one.frame.key]
        elif not self._waited or passed >= 2 * self._between_ticks or len(self._held) > self._pace.most_frames:
            self._settle(final=False)

    def finish(self, *, damaged: int, until: int | None) -> FilmPart:
        """End the stretch."""
        if self._held:
            self._settle(final=True)
        self._scene_ends()
        after = max(until or 0, self._held[-1].ticks + 1 if self._held else 0)
        return FilmPart(
            from_ticks=after if self._first is None else self._first,
            to_ticks=after,
            tracks=self._album.tracks(),
            frames=self._frames,
            damaged=damaged,
            looked=self._looks,
            gap_ticks=self._gap,
        )

    def _calm(self, moment: _Moment) -> bool:
        """Whether nothing has changed since the last look but around and below the faces that were seen then."""
        if self._looked_trace is None or self._pace.key_frames_only or self._pace.whole:
            return False
        changed = self._looked_trace.changed(moment.trace)
        rows, columns = changed.shape
        for face in self._held[0].faces or []:
            x, y, size = face.place / self._longer * max(rows, columns)
            left, right, top = x - _AROUND * size, x + _AROUND * size, y - _ABOVE * size
            changed[max(0, int(top)) :, max(0, int(left)) : max(0, int(right) + 1)] = False
        return not changed.any()

    def _settle(self, *, final: bool) -> None:
        """Look at what is held, as far as needed; keep its last frame only."""
        close = not self._pace.key_frames_only
        places = cuts([one.trace for one in self._held], close=close) if self._may_hold_a_cut() else []
        awaited = _LATE if close and not final else 0
        if places and len(self._held) - places[-1] < awaited and len(self._held) <= self._pace.most_frames + _LATE:
            return
        if self._seam and places and self._held[places[0]].ticks - self._held[0].ticks <= self._exact_ticks:
            # the end of a scene that the stretch before has looked at: nothing new, and each of its faces would be embedded anew
            self._held, places = self._held[places[0] :], [place - places[0] for place in places[1:]]
        self._seam = False
        for start, stop in itertools.pairwise([0, *places]):
            self._scene(self._held[start:stop])
            self._scene_ends()
        self._held = self._held[places[-1] if places else 0 :]
        # where a scene begins no second look is due before the usual time
        begun = not final and self._held[0].faces is None and self._held[-1].ticks - self._held[0].ticks < self._between_ticks
        self._scene(self._held[:1] if begun else self._held)
        self._held = self._held if begun else self._held[-1:]
        self._waited = False

    def _may_hold_a_cut(self) -> bool:
        """Whether it is worth comparing all frames: some look unlike that are far apart, or where the encoder began anew."""
        held = self._held
        far = [held[0], held[len(held) // 2], held[-1]]
        anew = ((a, b) for a, b in itertools.pairwise(held) if b.frame.key)
        return any(a.trace.likeness(b.trace) < ALIKE for a, b in (*itertools.pairwise(far), *anew))

    def _scene(self, moments: Sequence[_Moment]) -> None:
        """Look at frames between two cuts; the first may have been looked at."""
        first, last = moments[0], moments[-1]
        if first.faces is None:
            self._see(first, self._look(first, beyond=True))
        if first is last:
            return
        waited = last.ticks - self._looked_at
        if self._looked_trace is not None and waited < self._still_ticks and not self._looked_trace.changed(last.trace).any():
            last.faces = first.faces
            self._tracker.stay(last.ticks)
            return
        self._look(last, beyond=self._large)
        self._between(moments)
        self._see(last, last.faces or [])

    def _between(self, moments: Sequence[_Moment]) -> None:
        """Look half-way while the two ends show other faces."""
        first, last = moments[0], moments[-1]
        settled = last.ticks - first.ticks <= self._exact_ticks or agree(first.faces or [], last.faces or [])
        if len(moments) <= 2 or (settled and not self._pace.whole):
            return
        half = len(moments) // 2
        middle = moments[half]
        self._look(middle, beyond=self._large)
        self._between(moments[: half + 1])
        self._see(middle, middle.faces or [])
        self._between(moments[half:])

    def _look(self, moment: _Moment, *, beyond: bool) -> list[Sighting]:
        image = moment.frame.rgb()
        moment.faces = self._chain.glance(image, at_ticks=moment.ticks, longer_side=self._side, beyond=beyond)
        if moment.faces:
            height, width = image.shape[:2]
            step = max(1, self._longer // _HASHED)
            # single pixels, as slicing would give, in a quarter of its time
            few = cv2.resize(image, (-(-width // step), -(-height // step)), interpolation=cv2.INTER_NEAREST)
            self._album.note(moment.ticks, dhash(np.asarray(few, np.uint8)), (width, height))
        self._large = any(face.detection.box_px[3] > _LARGE * image.shape[0] for face in moment.faces)
        self._looks += 1
        return moment.faces

    def _see(self, moment: _Moment, faces: list[Sighting]) -> None:
        if self._looked_trace is not None:
            self._gap = max(self._gap, moment.ticks - self._looked_at)
        self._looked_trace, self._looked_at = moment.trace, moment.ticks
        self._tracker.see(moment.ticks, faces)

    def _scene_ends(self) -> None:
        tracklets: list[Tracklet] = self._tracker.end()
        self._album.add(tracklets, gap_ticks=self._gap)


def looked_side(longer_side: int) -> int:
    """Return the longer side, pixels, at which frames are looked at: small, but a face of `SMALLEST_PX` is still sure to be seen."""
    return int(np.clip(longer_side * _SEEN_AT // SMALLEST_PX, min(_LEAST, longer_side), _MOST))
