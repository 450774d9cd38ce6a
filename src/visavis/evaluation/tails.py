"""Fitting the tail of non-mated similarities: a distribution of linear hazard over a high quantile, with its spread and its goodness.

The pairs of a trial depend on each other (each person stands in many), so intervals come from a bootstrap over subjects [1]_: they are
drawn with replacement, and a pair counts as often as both of its subjects were drawn. Each two people weigh the same, however many
pictures they have.

References
----------
.. [1] R. M. Bolle, N. K. Ratha, S. Pankanti, «Error analysis of pattern recognition systems: the subsets bootstrap», CVIU 93(1), 2004.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visavis.domain.arrays import Vectors
from visavis.domain.errors import InputError
from visavis.domain.tails import COSINE, USUAL, Tail

Reals = NDArray[np.float64]
Places = NDArray[np.int64]

TAIL_SHARE = 0.01
"""Of all pairs, those that are fitted. Fits over 5 % to 0.5 % expect the same within a fifth (docs/decisions/0022)."""
LEAST_ABOVE, LEAST_REFITTED = 30, 10
"""Pairs above the start of the tail without which nothing is fitted: for a whole tail, and where its bend is known."""
LEAST_SUBJECTS = 50
"""People, or photographs, without which nothing is fitted: fewer can't be drawn anew."""
DRAWS = 200
"""Of the bootstrap: enough for a covariance, whose own error is then some 10 %."""
_SEED = 20261122
_BINS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """Non-mated comparisons.

    Attributes
    ----------
    similarity, weight : (n,) float64
    first, second : (n,) int64
        Subjects, numbered from 0: the units of the bootstrap. Equal where a comparison lies within one unit (two faces of a photograph).
    """

    similarity: Reals = field(repr=False)
    weight: Reals = field(repr=False)
    first: Places = field(repr=False)
    second: Places = field(repr=False)

    @property
    def subjects(self) -> int:
        """How many units there are."""
        return len(np.union1d(self.first, self.second))

    def above(self, share: float) -> float:
        """Return the similarity that this share of the pairs exceeds."""
        order = np.argsort(self.similarity)
        reached = np.cumsum(self.weight[order]) / self.weight.sum()
        place = min(len(order) - 1, int(np.searchsorted(reached, 1 - share)))
        return float(self.similarity[order[place]])

    def where(self, kept: NDArray[np.bool_]) -> "Pairs":
        """Return some of the pairs."""
        return Pairs(similarity=self.similarity[kept], weight=self.weight[kept], first=self.first[kept], second=self.second[kept])

    def drawn(self, counts: Places) -> "Pairs":
        """Return the pairs as heavy as they are once each subject was drawn so many times."""
        times = np.where(self.first == self.second, counts[self.first], counts[self.first] * counts[self.second])
        return Pairs(similarity=self.similarity, weight=self.weight * times, first=self.first, second=self.second)


def pairs_between(similarity: NDArray[np.floating[Any]], first: Places, second: Places) -> Pairs:
    """Return the comparisons of different people in a table; each two people weigh 1 together.

    Parameters
    ----------
    similarity : (P, Q) float
        Row by column.
    first, second : (P,) and (Q,) int64
        The person of each row and column, numbered from 0 alike. A comparison of a person with themselves is left out.
    """
    rows, columns = np.nonzero(first[:, None] != second[None, :])
    one, other = first[rows], second[columns]
    weight = 1.0 / (np.bincount(first)[one] * np.bincount(second)[other])
    return Pairs(similarity=similarity[rows, columns].astype(np.float64), weight=weight, first=one, second=other)


def pairs_among(vectors: Vectors, person: Places) -> Pairs:
    """Return every comparison of two different people's pictures, each once: (P, D) float32 unit vectors, (P,) int64 people from 0."""
    every = pairs_between(vectors @ vectors.T, person, person)
    return every.where(every.first < every.second)


def fit_tail(pairs: Pairs, *, probes: str = USUAL, score: str = COSINE, share: float = TAIL_SHARE) -> Tail:
    """Fit a tail to the highest `share` of the pairs.

    Raises
    ------
    InputError
        Too few pairs or subjects.
    """
    above = pairs.above(share)
    return _fitted(pairs, above, fit_hazard, (probes, score, LEAST_ABOVE))


def refit_tail(pairs: Pairs, known: Tail, *, ceiling: float) -> tuple[Tail, int]:
    """Fit share and slope of a tail to few pairs, with start and bend of a known one: how a far tail bends takes 100,000 pairs.

    Pairs at or above the ceiling are suspected to be of one person (a reflection, a picture in the picture, a collage), set aside and
    counted; the likelihood is that of a distribution cut there, so that setting them aside does not bend the fit.

    Parameters
    ----------
    pairs : Pairs
    known : Tail
        The model pack's.
    ceiling : float
        Above `known.above`.

    Returns
    -------
    tail : Tail
    set_aside : int

    Raises
    ------
    InputError
        Too few pairs or subjects.
    """
    kept = pairs.where(pairs.similarity < ceiling)

    def fit(excess: Reals, weight: Reals) -> tuple[float, float]:
        return _cut_slope(excess, weight, known.bend, ceiling - known.above), known.bend

    tail = _fitted(kept, known.above, fit, (known.probes, known.score, LEAST_REFITTED))
    spread = (*tail.spread[:5], known.spread[5])  # the bend was not measured anew: it is as uncertain as it was
    return replace(tail, spread=spread), len(pairs.similarity) - len(kept.similarity)


def fit_hazard(excess: Reals, weight: Reals) -> tuple[float, float]:
    """Fit slope and bend by maximum likelihood: the hazard is slope + 2 · bend · x.

    At the maximum, slope · mean x + bend · mean x² = 1, so one number is left: which part of that 1 the bend has. The likelihood is concave
    in it.

    Parameters
    ----------
    excess, weight : (n,) float64
        Above 0; not below 0.
    """
    excess, weight = _binned(excess, weight)
    whole = weight / weight.sum()
    first, second = float(whole @ excess), float(whole @ excess**2)
    low, high = 0.0, 1.0
    for _ in range(40):
        left, right = low + (high - low) / 3, high - (high - low) / 3
        if _likelihood(left, excess / second, whole, first) < _likelihood(right, excess / second, whole, first):
            low = left
        else:
            high = right
    part = (low + high) / 2
    return (1 - part) / first, part / second


def _likelihood(part: float, scaled: Reals, whole: Reals, first: float) -> float:
    return float(whole @ np.log((1 - part) / first + 2 * part * scaled))


def _cut_slope(excess: Reals, weight: Reals, bend: float, end: float) -> float:
    """Return the likeliest slope, the bend being known, of a distribution that is cut off at `end`."""
    whole = weight / weight.sum()
    mean = float(whole @ excess)
    slopes = np.geomspace(0.02 / mean, 5 / mean, 300)
    likelihood = [
        float(whole @ np.log(slope + 2 * bend * excess)) - slope * mean - np.log1p(-np.exp(-slope * end - bend * end**2))
        for slope in slopes
    ]
    return float(slopes[int(np.argmax(likelihood))])


def _binned(excess: Reals, weight: Reals) -> tuple[Reals, Reals]:
    """Return the middles of `_BINS` bins and their weights, where there are more values than that: no fit moves by as much as a bin."""
    if len(excess) <= _BINS:
        return excess, weight
    width = float(excess.max()) / _BINS
    place = np.minimum((excess / width).astype(np.int64), _BINS - 1)
    middles = (np.arange(_BINS) + 0.5) * width
    return middles.astype(np.float64), np.bincount(place, weight, minlength=_BINS).astype(np.float64)


Fit = Callable[[Reals, Reals], tuple[float, float]]
"""Excesses and weights in, slope and bend out."""


def _fitted(pairs: Pairs, above: float, fit: Fit, kind: tuple[str, str, int]) -> Tail:
    """Fit a tail above a similarity; `kind` is its probes, its score, and how many pairs above it takes."""
    probes, score, least = kind
    high = pairs.where(pairs.similarity > above)
    _check_enough(pairs, high, above, least)
    slope, bend = fit(high.similarity - above, high.weight)
    return Tail(
        probes=probes,
        score=score,
        above=above,
        share=float(high.weight.sum() / pairs.weight.sum()),
        slope=slope,
        bend=bend,
        spread=_spread(pairs, high, above, fit),
        pairs=len(pairs.similarity),
        subjects=pairs.subjects,
    )


def _check_enough(pairs: Pairs, high: Pairs, above: float, least: int) -> None:
    """Raise `InputError` if a tail can't be fitted to so few pairs or subjects."""
    seen, subjects = len(high.similarity), pairs.subjects
    if seen < least or subjects < LEAST_SUBJECTS:
        raise InputError(
            f"not enough to tell how alike strangers look; photographs or people compared: {subjects:,}, it takes {LEAST_SUBJECTS}; "
            f"comparisons above similarity {above:.3f}: {seen:,} (of {len(pairs.similarity):,}), it takes {least}",
            remedy="use more pictures",
        )


def _spread(pairs: Pairs, high: Pairs, above: float, fit: Fit) -> tuple[float, ...]:
    """Return the covariance of (log share, slope, bend) over bootstrap draws of subjects, upper triangle row by row."""
    rng = np.random.default_rng(_SEED)
    present = np.union1d(pairs.first, pairs.second)
    size = int(present[-1]) + 1
    within = bool((pairs.first == pairs.second).all())
    every = pairs.weight.sum() / _pairs_in(np.ones(len(present)))
    excess = high.similarity - above
    found = []
    for _ in range(DRAWS):
        counts = np.zeros(size, np.int64)
        counts[present] = np.bincount(rng.integers(0, len(present), len(present)), minlength=len(present))
        drawn = high.drawn(counts).weight
        # Each two people weigh the same, so that the weight of all pairs of a draw needs no sum over them.
        whole = pairs.drawn(counts).weight.sum() if within else every * _pairs_in(counts)
        found.append((np.log(drawn.sum() / whole), *fit(excess[drawn > 0], drawn[drawn > 0])))
    covariance = np.cov(np.array(found).T)
    return tuple(float(value) for value in covariance[np.triu_indices(3)])


def _pairs_in(counts: NDArray[np.int64] | Reals) -> float:
    """Return how many pairs of two different subjects a draw holds."""
    return float(counts.sum() ** 2 - (counts**2).sum()) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Goodness:
    """How well a tail fits the pairs it was fitted to.

    Attributes
    ----------
    distance : float
        Of Kolmogorov and Smirnov: the largest gap between the distributions of the excesses. Its usual p-value takes pairs as
        independent, which they are not, so none is given.
    quantiles : tuple of (float, float, float)
        Share of all pairs, similarity that the tail gives it, similarity that the pairs give it.
    """

    distance: float
    quantiles: tuple[tuple[float, float, float], ...]


def goodness(tail: Tail, pairs: Pairs, shares: Sequence[float] = (1e-2, 1e-3, 1e-4, 1e-5)) -> Goodness:
    """Compare a tail with pairs."""
    high = pairs.where(pairs.similarity > tail.above)
    order = np.argsort(high.similarity)
    reached = np.cumsum(high.weight[order]) / high.weight.sum()
    expected = np.array([1 - tail.share_at(float(one)) / tail.share for one in high.similarity[order]])
    gaps = np.maximum(np.abs(reached - expected), np.abs(np.concatenate([[0.0], reached[:-1]]) - expected))
    seen = [share for share in shares if share * len(pairs.similarity) >= 1]
    quantiles = tuple((share, tail.similarity_at(share), pairs.above(share)) for share in seen)
    return Goodness(distance=float(gaps.max()), quantiles=quantiles)
