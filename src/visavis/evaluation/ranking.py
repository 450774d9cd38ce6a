"""Comparing two ways of scoring on one open-set trial, R = 1: the same searches, each subject drawn for both."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from visavis.domain.arrays import Vectors
from visavis.evaluation.cohort import Cohort, nearest_mean

Reals = NDArray[np.float64]
Places = NDArray[np.int64]
_SEED = 20261122


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """What each probe's two searches gave under one way of scoring.

    Attributes
    ----------
    mate, best_other : (M,) float64
        In the mated search: score of the mate, and the highest of anybody else.
    non_mated : (M,) float64
        Highest score in the search with the probe's person left out.
    """

    mate: Reals = field(repr=False)
    best_other: Reals = field(repr=False)
    non_mated: Reals = field(repr=False)

    def rank_one_misses(self) -> NDArray[np.bool_]:
        """Say which mates do not come first; a tie is a miss."""
        return self.mate <= self.best_other

    def misses(self, fpir: float, drawn: Places | slice = slice(None)) -> NDArray[np.bool_]:
        """Say of the drawn probes which are missed at the threshold of this FPIR, that of the same draw."""
        threshold = np.quantile(self.non_mated[drawn], 1 - fpir)
        missed: NDArray[np.bool_] = self.rank_one_misses()[drawn] | (self.mate[drawn] < threshold)
        return missed


def score_cosine(similarity: Reals, owner: Places) -> Scored:
    """Score by the cosine: (M, G) similarities of probes to one enrolled picture a person, and each probe's person."""
    own = np.arange(len(owner)), owner
    others = similarity.copy()
    others[own] = -np.inf
    best = others.max(axis=1)
    return Scored(mate=similarity[own], best_other=best, non_mated=best)


def score_adjusted(probes: Vectors, gallery: Vectors, owner: Places, *, ceiling: float) -> Scored:
    """Score by the cosine less what the gallery itself, as a cohort, says of both faces.

    In a non-mated search the probe's person is left out of the cohort too: a search is scored by what is in its gallery.
    """
    cohort = Cohort.of(gallery, ceiling=ceiling)
    similarity = (probes @ gallery.T).astype(np.float64)
    own = np.arange(len(owner)), owner
    without = similarity.copy()
    without[own] = -np.inf
    among = (gallery @ gallery.T).astype(np.float64)
    np.fill_diagonal(among, -np.inf)
    adjusted = similarity - (nearest_mean(among, ceiling=ceiling) - cohort.usual)
    present = nearest_mean(similarity, ceiling=ceiling) - cohort.usual
    absent = nearest_mean(without, ceiling=ceiling) - cohort.usual
    mate = adjusted[own]
    adjusted[own] = -np.inf
    best = adjusted.max(axis=1)
    return Scored(mate=mate - present, best_other=best - present, non_mated=best - absent)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A rate under another way of scoring, less the rate under the first, as a part of the first.

    Attributes
    ----------
    before, after : int
        Misses.
    low, high : float
        95 % interval of (after − before) / before, by paired bootstrap over subjects.
    improved : float
        Part of the draws in which `after` is no higher.
    """

    before: int
    after: int
    trials: int
    low: float
    high: float
    improved: float


def paired(before: Scored, after: Scored, subject: Places, fpir: float | None, *, draws: int = 1_000) -> Change:
    """Compare FNIR at an FPIR (None = the rank-1 miss rate), subjects drawn with replacement, each with all their probes."""
    missed = _misses_of(fpir)
    groups = [np.flatnonzero(subject == one) for one in np.unique(subject)]
    rng = np.random.default_rng(_SEED)
    changes = []
    for _ in range(draws):
        drawn = np.concatenate([groups[i] for i in rng.integers(0, len(groups), len(groups))])
        first, second = float(missed(before, drawn).mean()), float(missed(after, drawn).mean())
        changes.append((second - first) / max(first, 1 / len(drawn)))
    every = np.arange(len(subject))
    low, high = np.quantile(changes, [0.025, 0.975])
    return Change(
        before=int(missed(before, every).sum()),
        after=int(missed(after, every).sum()),
        trials=len(subject),
        low=float(low),
        high=float(high),
        improved=float(np.mean(np.array(changes) <= 0)),
    )


def _misses_of(fpir: float | None) -> Callable[[Scored, Places], NDArray[np.bool_]]:
    if fpir is None:
        return lambda scored, drawn: scored.rank_one_misses()[drawn]
    return lambda scored, drawn: scored.misses(fpir, drawn)


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """False hits of real searches beside what a tail expected, at one similarity.

    Attributes
    ----------
    expected, observed : float
        False hits a search.
    low, high : float
        95 % interval of `observed`, by bootstrap over the probes' subjects.
    expected_low, expected_high : float
        Of `expected`, from the tail's spread.
    """

    similarity: float
    gallery: int
    searches: int
    expected: float
    expected_low: float
    expected_high: float
    observed: float
    low: float
    high: float

    @property
    def inside(self) -> bool:
        """Whether the two intervals meet and one of the two numbers lies in the other's interval."""
        return self.low <= self.expected <= self.high or self.expected_low <= self.observed <= self.expected_high


def observed_hits(hits: Reals, subject: Places, *, draws: int = 1_000) -> tuple[float, float, float]:
    """Return false hits a search with their 95 % interval: (M,) hits of each search, (M,) subjects, drawn with all their searches."""
    groups = [np.flatnonzero(subject == one) for one in np.unique(subject)]
    sums = np.array([hits[group].sum() for group in groups])
    sizes = np.array([len(group) for group in groups])
    rng = np.random.default_rng(_SEED)
    drawn = rng.integers(0, len(groups), (draws, len(groups)))
    rates = sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)
    low, high = np.quantile(rates, [0.025, 0.975])
    return float(hits.mean()), float(low), float(high)


def fused(vectors: Vectors, groups: Sequence[Places], weight: Reals | None = None) -> Vectors:
    """Return the mean of each group's vectors, scaled to length 1: (len(groups), D) float32."""
    chosen = np.ones(len(vectors)) if weight is None else weight
    means = np.array([(vectors[group] * chosen[group, None]).sum(axis=0) for group in groups])
    scaled: Vectors = (means / np.linalg.norm(means, axis=1, keepdims=True)).astype(np.float32)
    return scaled
