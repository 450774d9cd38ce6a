"""Faces of one look joined with those of the next: by place and size, and by whether the picture of the face goes on.

No template is needed here: where place and picture disagree, a tracklet ends and another begins, and `linked` puts together afterwards,
by template, what belongs together. So templates are made for a few faces of a film only.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from visavis.domain.arrays import Vectors
from visavis.domain.face import Detection
from visavis.engines.closeup import CloseUp

_REACH = 1.5
"""Face sizes by which a face may be away from where it was expected; at two looks a second that is three sizes a second."""
_GROWTH = 0.7
"""Logarithm of the factor (2) by which it may have grown or shrunk."""
_LIKE = 0.5
"""Product of two thumbs below which a face may be another's (`closeup.thumb`: one face stays above, two people are below in 9 of 10)."""
_VIEWS = 3
"""Close-ups of a tracklet that are kept: the best one, and others that look unlike it."""
_FAR = 4.0
"""Face sizes: no two tracklets are linked over more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A face in one look.

    Attributes
    ----------
    at_ticks : int
        Of the frame.
    detection : Detection
        Pixels of the upright frame.
    sure : bool
        Whether it is a face by the detector's first score: only then it begins a tracklet; a weaker one may go on with it.
    thumb : (256,) float32
        From `closeup.thumb`.
    close : CloseUp or None
        None where it is not worth embedding.
    """

    at_ticks: int
    detection: Detection
    sure: bool
    thumb: NDArray[np.float32] = field(repr=False)
    close: CloseUp | None = field(repr=False, default=None)

    @property
    def merit(self) -> float:
        """What its template promises to be worth; 0 without a close-up."""
        return self.close.merit if self.close else 0.0

    @property
    def place(self) -> NDArray[np.float64]:
        """Return centre x, centre y and size (geometric mean of the box's sides), pixels."""
        left, top, width, height = self.detection.box_px
        return np.array([left + width / 2, top + height / 2, math.sqrt(max(width * height, 1e-6))])


@dataclass(slots=True)
class Run:
    """The sightings of a tracklet that no look between them missed: the first and the last of them."""

    first: Sighting
    last: Sighting

    def before(self, other: "Run") -> bool:
        """Whether it was over when the other began."""
        return self.last.at_ticks < other.first.at_ticks


class Tracklet:
    """One face followed while place and picture went on. Of its close-ups it holds the best, and the best few that look unlike it.

    Attributes
    ----------
    runs : list of Run
        In order of time; between two of them looks missed it.
    """

    def __init__(self, first: Sighting) -> None:
        bare = replace(first, close=None)
        self.runs = [Run(bare, bare)]
        self.sure_looks = 0
        self.speed = np.zeros(3)
        self.views: list[Sighting] = []
        self.add(first)

    @property
    def first(self) -> Sighting:
        """Where it begins."""
        return self.runs[0].first

    @property
    def last(self) -> Sighting:
        """Where it ends so far."""
        return self.runs[-1].last

    def add(self, sighting: Sighting, *, missed: bool = False) -> None:
        """Go on with a later sighting; `missed`: a look between has not seen it."""
        passed = sighting.at_ticks - self.last.at_ticks
        if passed > 0:
            self.speed = (sighting.place - self.last.place) / passed
        self.sure_looks += sighting.sure
        if sighting.close:
            self._keep(sighting)
        bare = replace(sighting, close=None)
        if missed:
            self.runs.append(Run(bare, bare))
        self.runs[-1].last = bare

    def stay(self, at_ticks: int) -> None:
        """Go on unchanged."""
        self.runs[-1].last = replace(self.last, at_ticks=at_ticks)

    def _keep(self, sighting: Sighting) -> None:
        """Keep a close-up if it is better than the one that it resembles, or than the least of all."""
        alike = [float(sighting.thumb @ view.thumb) for view in self.views]
        if len(self.views) < _VIEWS and max(alike, default=0) < _LIKE:
            self.views.append(sighting)
        else:
            rival = int(np.argmax(alike)) if max(alike) >= _LIKE else len(self.views) - 1
            if sighting.merit > self.views[rival].merit:
                self.views[rival] = sighting
        self.views.sort(key=lambda view: view.merit, reverse=True)

    def expected(self, at_ticks: int) -> NDArray[np.float64]:
        """Return where it should be if it moves on as it did: centre x, centre y, size, pixels."""
        here = self.last.place
        ahead = here + self.speed * (at_ticks - self.last.at_ticks)
        return np.array([ahead[0], ahead[1], here[2]])


def fits(expected: NDArray[np.float64], before: Sighting, now: Sighting) -> float:
    """Return how well a sighting goes on with an earlier one, 0 (not at all) to 1.

    Parameters
    ----------
    expected : (3,) float64
        Centre x, y and size that are expected now, pixels.
    """
    place = now.place
    size = (expected[2] + place[2]) / 2
    away = min(_distance(expected, place), _distance(before.place, place)) / size
    near, grown = 1 - away / _REACH, 1 - abs(math.log(expected[2] / place[2])) / _GROWTH
    alike = float(before.thumb @ now.thumb)
    if min(near, grown) <= 0 or alike < _LIKE:
        return 0.0
    return float(near * grown * (0.5 + alike / 2))


def _distance(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    return math.hypot(a[0] - b[0], a[1] - b[1])


def paired(worth: NDArray[np.float64]) -> list[tuple[int, int]]:
    """Return the pairs (row, column) of greatest total worth, each row and column once, leaving out pairs that are worth nothing."""
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(worth, maximize=True)
    return [(int(row), int(column)) for row, column in zip(rows, columns, strict=True) if worth[row, column] > 0]


def agree(before: Sequence[Sighting], after: Sequence[Sighting]) -> bool:
    """Whether two looks show the same faces, so that nothing of interest is between them."""
    worth = np.array([[fits(a.place, a, b) for b in after] for a in before]).reshape(len(before), len(after))
    pairs = paired(worth)
    rows, columns = {row for row, _ in pairs}, {column for _, column in pairs}
    alone = [face for at, face in enumerate(before) if at not in rows] + [face for at, face in enumerate(after) if at not in columns]
    return not any(face.sure for face in alone)


class Tracker:
    """Follows the faces of one scene.

    Parameters
    ----------
    patience_ticks : int
        How long a face may be missed by looks and still be the same tracklet.
    """

    def __init__(self, *, patience_ticks: int) -> None:
        self._patience = patience_ticks
        self._before = 0
        self._live: list[Tracklet] = []
        self._ended: list[Tracklet] = []

    def see(self, at_ticks: int, faces: Sequence[Sighting]) -> None:
        """Join the faces of the next look to the tracklets, or begin new ones."""
        lost = [one for one in self._live if self._before - one.last.at_ticks > self._patience]
        self._ended += lost
        self._live = [one for one in self._live if one not in lost]
        worth = np.array([[fits(one.expected(at_ticks), one.last, face) for face in faces] for one in self._live])
        pairs = paired(worth.reshape(len(self._live), len(faces)))
        for row, column in pairs:
            one = self._live[row]
            one.add(faces[column], missed=one.last.at_ticks < self._before)
        joined = {column for _, column in pairs}
        self._live += [Tracklet(face) for at, face in enumerate(faces) if at not in joined and face.sure]
        self._before = at_ticks

    def stay(self, at_ticks: int) -> None:
        """Say that nothing has changed since the last look."""
        for one in self._live:
            if one.last.at_ticks == self._before:
                one.stay(at_ticks)
        self._before = at_ticks

    def end(self) -> list[Tracklet]:
        """End the scene; return its tracklets by start."""
        ended, self._live, self._ended = self._ended + self._live, [], []
        return sorted(ended, key=lambda one: one.first.at_ticks)


def linked(tracklets: Sequence[Tracklet], vectors: Sequence[Vectors], *, similarity: float, patience_ticks: int) -> list[list[int]]:
    """Put together the tracklets of one scene that are one face: it turned, was hidden, or moved faster than the looks came.

    The most alike come first. No two that a look saw together come together, so two faces at one time stay two, however alike; one that
    was seen only while another was missed may be that other.

    Parameters
    ----------
    tracklets : sequence of Tracklet
        By start.
    vectors : sequence of (D,) float32
        Template of each, unit length.
    similarity : float
        From which two are one face.
    patience_ticks : int
        Longest time from where one was seen to where the other was.

    Returns
    -------
    list of list of int
        Positions, each once, each list by start, the lists by their first.
    """
    groups = {at: [at] for at in range(len(tracklets))}
    alike = np.stack(vectors) @ np.stack(vectors).T if vectors else np.zeros((0, 0))
    pairs = [(int(a), int(b)) for a, b in np.argwhere(np.triu(alike >= similarity, 1))]
    for a, b in sorted(pairs, key=lambda pair: -alike[pair]):
        mine, other = groups[a], groups[b]
        if mine is not other and _near(tracklets[a], tracklets[b], patience_ticks) and _apart(tracklets, mine, other):
            mine += other
            groups.update(dict.fromkeys(other, mine))
    return sorted(sorted(group) for at, group in groups.items() if at == min(group))


def _apart(tracklets: Sequence[Tracklet], mine: Sequence[int], other: Sequence[int]) -> bool:
    """Whether no look saw faces of both groups."""
    mine_runs, other_runs = ([run for at in group for run in tracklets[at].runs] for group in (mine, other))
    return all(a.before(b) or b.before(a) for a in mine_runs for b in other_runs)


def _near(one: Tracklet, two: Tracklet, patience_ticks: int) -> bool:
    """Whether one may be what became of the other somewhere: soon enough and near enough."""
    return any(_goes_on(a, b, patience_ticks) or _goes_on(b, a, patience_ticks) for a in one.runs for b in two.runs)


def _goes_on(a: Run, b: Run, patience_ticks: int) -> bool:
    if not 0 < b.first.at_ticks - a.last.at_ticks <= patience_ticks:
        return False
    before, after = a.last.place, b.first.place
    return bool(_distance(before, after) <= _FAR * max(before[2], after[2]))
