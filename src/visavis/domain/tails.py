"""How often strangers score high: the upper tail of the similarities of two different people, and what it says of a search.

A tail begins at a high quantile: of all non-mated pairs, `share` lie above the similarity `above`, and of those the part
exp(−slope · x − bend · x²) lies at least x higher. That is the distribution of linear hazard [1]_: similarities of strangers thin out the
faster the higher they are, as the normal distribution does, whose tail has this form nearly. Among N faces, the expected number of
strangers at a similarity is N times the share there. Expectations add up whatever depends on what, so this holds for every gallery whose
pairs are like those that were measured; it is no probability that somebody is who they seem to be.

References
----------
.. [1] L. J. Bain, «Analysis for the linear failure-rate life-testing distribution», Technometrics 16(4), 1974.
"""

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

USUAL, WEAK, FUSED = "usual", "weak", "fused"
"""Kinds of probes with a tail of their own: one face with no weakness, one with any (`Quality.weaknesses`), and the mean of several
templates of one person, which lies nearer to everybody."""
COSINE, ADJUSTED = "cosine", "adjusted"
"""The two scores that a search may rank by: the cosine, and the cosine less what the cohort says (`evaluation.cohort`)."""

_SIGMAS = 1.96
"""Of a normal distribution, for intervals of 95 %."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tail:
    """The upper tail of non-mated similarities.

    Attributes
    ----------
    probes : str
        `USUAL`, `WEAK` or `FUSED`: the kind of probe that it holds for.
    score : str
        `COSINE` or `ADJUSTED`.
    above : float
        Similarity where the tail begins.
    share : float
        Of all pairs, those above it; 0 to 1.
    slope, bend : float
        Of the tail; at least 0, and not both 0.
    spread : tuple of float
        Covariance of (log share, slope, bend) by bootstrap over subjects, the six numbers of its upper triangle row by row.
    pairs, subjects : int
        What it was measured on: comparisons, and the people (in one's own gallery: the photographs) that were drawn anew.
    """

    probes: str
    score: str
    above: float
    share: float
    slope: float
    bend: float
    spread: tuple[float, ...]
    pairs: int
    subjects: int

    def share_at(self, similarity: float) -> float:
        """Return the share of strangers at a similarity or above; below `above`, where nothing was fitted, `share`: at least so many."""
        beyond = max(0.0, similarity - self.above)
        return self.share * math.exp(-self.slope * beyond - self.bend * beyond**2)

    def interval_at(self, similarity: float) -> tuple[float, float]:
        """Return the 95 % interval of `share_at`; its logarithm is linear in the three numbers whose covariance `spread` holds."""
        beyond = max(0.0, similarity - self.above)
        slope = np.array([1.0, -beyond, -(beyond**2)])
        matrix = np.zeros((3, 3))
        matrix[np.triu_indices(3)] = self.spread
        matrix += np.triu(matrix, 1).T
        factor = math.exp(_SIGMAS * math.sqrt(max(0.0, float(slope @ matrix @ slope))))
        share = self.share_at(similarity)
        return share / factor, min(1.0, share * factor)

    def similarity_at(self, share: float) -> float:
        """Return the similarity that this share of strangers reaches; `above` for a larger share than was fitted."""
        if share >= self.share:
            return self.above
        needed = math.log(self.share / share)
        # slope · x + bend · x² = needed, in the form that stands a bend of 0
        return self.above + 2 * needed / (self.slope + math.sqrt(self.slope**2 + 4 * self.bend * needed))


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """The tails that a search stands on.

    Attributes
    ----------
    tails : mapping of (str, str) to Tail
        By kind of probe and score; (`USUAL`, `COSINE`) is always there.
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

    def tail(self, probes: str, score: str = COSINE) -> Tail:
        """Return the tail for a kind of probe; the usual one where none of its own was measured."""
        return self.tails.get((probes, score)) or self.tails[USUAL, score]


@dataclass(frozen=True, slots=True, kw_only=True)
class Strangers:
    """What is to be expected of strangers in one search.

    Attributes
    ----------
    calibration : Calibration
    gallery_size : int
        N, after filters.
    probes : tuple of str
        The kind of each vector that is searched with. Their expectations are added, since a stranger who resembles any of them is listed;
        where several resemble the same strangers, the sum is too high.
    score : str
        `COSINE` or `ADJUSTED`: what the similarities asked about are.
    """

    calibration: Calibration
    gallery_size: int
    probes: tuple[str, ...]
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
        return [self.calibration.tail(probes, self.score) for probes in self.probes]
