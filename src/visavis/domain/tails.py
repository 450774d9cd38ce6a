"""How often strangers score high: the upper tail of the similarities of two different people, and what it says of a search.

A tail is a generalised Pareto distribution over a high quantile [1]_: of all non-mated pairs, `share` lie above the similarity `above`,
and of those, the part (1 + shape · (s − above) / scale)^(−1 / shape) lies at s or above. Among N faces, the expected number of strangers
at s or above is N times that. Expectations add up whatever depends on what, so this holds for any gallery whose pairs are like those that
were measured; it is no probability that somebody is who they seem to be.

References
----------
.. [1] J. Pickands, «Statistical inference using extreme order statistics», Annals of Statistics 3(1), 1975.
"""

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

USUAL, WEAK = "usual", "weak"
"""Kinds of probes with a tail of their own: those with no weakness, and those with any (`Quality.weaknesses`)."""
COSINE, ADJUSTED = "cosine", "adjusted"
"""The two scores that a search may rank by: the cosine, and the cosine less what the cohort says (`evaluation.cohort`)."""

_SIGMAS = 1.96
"""Of a normal distribution, for intervals of 95 %."""
_STRAIGHT = 1e-9
"""A shape nearer 0 than this is the exponential distribution, its limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tail:
    """The upper tail of non-mated similarities.

    Attributes
    ----------
    probes : str
        `USUAL` or `WEAK`: the quality of the searched face that it holds for.
    score : str
        `COSINE` or `ADJUSTED`.
    above : float
        Similarity over which the tail was fitted.
    share : float
        Of all pairs, those above it; 0 to 1.
    scale, shape : float
        Of the generalised Pareto distribution; the shape is negative where similarities end below 1.
    spread : tuple of float
        Covariance of (log share, log scale, shape) by bootstrap over subjects, the six numbers of its upper triangle row by row.
    pairs, subjects : int
        What it was measured on: comparisons, and the people (in one's own gallery: the photographs) that were drawn anew.
    """

    probes: str
    score: str
    above: float
    share: float
    scale: float
    shape: float
    spread: tuple[float, ...]
    pairs: int
    subjects: int

    def share_at(self, similarity: float) -> float:
        """Return the share of strangers at a similarity or above; below `above`, where nothing was fitted, `share`: at least so many."""
        return self._share(similarity, math.log(self.share), math.log(self.scale), self.shape)

    def interval_at(self, similarity: float) -> tuple[float, float]:
        """Return the 95 % interval of `share_at` by the delta method on its logarithm; the upper end stays finite past the tail's end."""
        centre = np.array([math.log(self.share), math.log(self.scale), self.shape])
        value = self._share(similarity, *centre)
        if value <= 0:
            return 0.0, self._share(similarity, centre[0], centre[1], self.shape + _SIGMAS * math.sqrt(self.spread[5]))
        slope = np.zeros(3)
        for i in range(3):
            step = np.zeros(3)
            step[i] = 1e-5
            up, down = (self._share(similarity, *(centre + sign * step)) for sign in (1, -1))
            slope[i] = (math.log(up) - math.log(down)) / 2e-5 if up > 0 and down > 0 else 0.0
        deviation = math.sqrt(max(0.0, float(slope @ self.covariance() @ slope)))
        return value * math.exp(-_SIGMAS * deviation), min(1.0, value * math.exp(_SIGMAS * deviation))

    def similarity_at(self, share: float) -> float:
        """Return the similarity that this share of strangers reaches; `above` for a larger share than was fitted."""
        if share >= self.share:
            return self.above
        ratio = math.log(share / self.share)
        if abs(self.shape) < _STRAIGHT:
            return self.above - self.scale * ratio
        return self.above + self.scale / self.shape * math.expm1(-self.shape * ratio)

    def covariance(self) -> "np.ndarray[tuple[int, int], np.dtype[np.float64]]":
        """Return `spread` as a (3, 3) matrix."""
        matrix = np.zeros((3, 3))
        matrix[np.triu_indices(3)] = self.spread
        return matrix + np.triu(matrix, 1).T

    def _share(self, similarity: float, log_share: float, log_scale: float, shape: float) -> float:
        beyond = max(0.0, similarity - self.above) / math.exp(log_scale)
        if abs(shape) < _STRAIGHT:
            return math.exp(log_share - beyond)
        inner = 1 + shape * beyond
        return 0.0 if inner <= 0 else math.exp(log_share - math.log(inner) / shape)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """The tails that a search stands on.

    Attributes
    ----------
    tails : mapping of (str, str) to Tail
        By quality of the probe and score; (`USUAL`, `COSINE`) is always there.
    data : str
        What they were measured on, in words.
    own : bool
        On the searched sources themselves.
    measured_at : datetime or None
        When, if `own`.
    """

    tails: Mapping[tuple[str, str], Tail]
    data: str
    own: bool = False
    measured_at: dt.datetime | None = None

    def tail(self, *, weak: bool, score: str = COSINE) -> Tail:
        """Return the tail for a probe. A weak one takes the usual tail where none of its own was measured."""
        kinds = ((WEAK, score), (USUAL, score)) if weak else ((USUAL, score),)
        return next(self.tails[kind] for kind in kinds if kind in self.tails)


@dataclass(frozen=True, slots=True, kw_only=True)
class Strangers:
    """What is to be expected of strangers in one search.

    Attributes
    ----------
    calibration : Calibration
    gallery_size : int
        N, after filters.
    weak : tuple of bool
        For each vector that is searched with: whether its face is weak. Their expectations are added, since a stranger who resembles any
        of them is listed; where several resemble the same strangers, the sum is too high.
    score : str
        `COSINE` or `ADJUSTED`: what the similarities asked about are.
    """

    calibration: Calibration
    gallery_size: int
    weak: tuple[bool, ...]
    score: str = COSINE

    def at(self, similarity: float) -> float:
        """Return the expected number of strangers at a similarity or above: at most N."""
        return min(float(self.gallery_size), self.gallery_size * sum(tail.share_at(similarity) for tail in self._tails()))

    def interval_at(self, similarity: float) -> tuple[float, float]:
        """Return the 95 % interval of the expectation."""
        ends = [tail.interval_at(similarity) for tail in self._tails()]
        low, high = (self.gallery_size * sum(end[side] for end in ends) for side in (0, 1))
        return low, min(float(self.gallery_size), high)

    def similarity_for(self, expected: float) -> float:
        """Return the lowest similarity at which no more strangers than this are expected, by bisection; the tails' start at the least."""
        tails = self._tails()
        if not self.gallery_size:
            return min(tail.above for tail in tails)
        low = max(tail.above for tail in tails)
        high = max(tail.similarity_at(expected / self.gallery_size / len(tails)) for tail in tails)
        for _ in range(60):  # past the resolution of a double
            middle = (low + high) / 2
            low, high = (low, middle) if self.at(middle) <= expected else (middle, high)
        return high

    def _tails(self) -> Sequence[Tail]:
        return [self.calibration.tail(weak=weak, score=self.score) for weak in self.weak]
