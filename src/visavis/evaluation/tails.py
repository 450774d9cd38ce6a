"""Fitting the tail of non-mated similarities: a generalised Pareto distribution over a high quantile, with its spread and its goodness.

The pairs of a trial depend on each other (each person stands in many), so intervals come from a bootstrap over subjects [1]_: they are
drawn with replacement, and a pair counts as often as both of its subjects were drawn. Each two people weigh the same, however many
pictures they have.

References
----------
.. [1] R. M. Bolle, N. K. Ratha, S. Pankanti, «Error analysis of pattern recognition systems: the subsets bootstrap», CVIU 93(1), 2004.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from visavis.domain.arrays import Vectors
from visavis.domain.errors import InputError
from visavis.domain.tails import COSINE, USUAL, Tail

Reals = NDArray[np.float64]
Places = NDArray[np.int64]

TAIL_SHARE = 0.025
"""Of all pairs, those that are fitted. Fits over 5 % to 0.5 % expect the same within a fifth (docs/decisions/0022)."""
LEAST_ABOVE = 30
"""Pairs above the start of the tail without which nothing is fitted."""
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
        return float(self.similarity[order[min(len(order) - 1, np.searchsorted(reached, 1 - share))]])

    def where(self, kept: NDArray[np.bool_]) -> "Pairs":
        """Return some of the pairs."""
        return Pairs(similarity=self.similarity[kept], weight=self.weight[kept], first=self.first[kept], second=self.second[kept])

    def drawn(self, counts: Places) -> "Pairs":
        """Return the pairs as heavy as they are once each subject was drawn so many times."""
        times = np.where(self.first == self.second, counts[self.first], counts[self.first] * counts[self.second])
        return Pairs(similarity=self.similarity, weight=self.weight * times, first=self.first, second=self.second)


def pairs_between(similarity: Reals, first: Places, second: Places) -> Pairs:
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
    counted = _counted(pairs, above)
    high = pairs.where(pairs.similarity > above)

    def fit(high: Pairs, whole: float) -> tuple[float, float, float]:
        return float(high.weight.sum()) / whole, *fit_pareto(high.similarity - above, high.weight)

    spread = _spread(pairs, high, fit)
    found, scale, shape = fit(high, float(pairs.weight.sum()))
    return Tail(
        probes=probes, score=score, above=above, share=found, scale=scale, shape=shape, spread=spread, pairs=counted[0], subjects=counted[1]
    )


def refit_tail(pairs: Pairs, known: Tail, *, ceiling: float) -> tuple[Tail, int]:
    """Fit share and scale of a tail to few pairs, with start and shape of a known one: how a far tail bends takes 100,000 pairs.

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
    counted = _counted(kept, known.above)
    high = kept.where(kept.similarity > known.above)

    def fit(high: Pairs, whole: float) -> tuple[float, float, float]:
        scale = _cut_scale(high.similarity - known.above, high.weight, known.shape, ceiling - known.above)
        return float(high.weight.sum()) / whole, scale, known.shape

    spread = list(_spread(kept, high, fit))
    spread[5] = known.spread[5]
    share, scale, shape = fit(high, float(kept.weight.sum()))
    tail = Tail(
        probes=known.probes,
        score=known.score,
        above=known.above,
        share=share,
        scale=scale,
        shape=shape,
        spread=tuple(spread),
        pairs=counted[0],
        subjects=counted[1],
    )
    return tail, len(pairs.similarity) - len(kept.similarity)


def fit_pareto(excess: Reals, weight: Reals) -> tuple[float, float]:
    """Fit scale and shape of a generalised Pareto distribution by maximum likelihood over one parameter [2]_.

    With τ = shape / scale, the likelihood is greatest at shape = mean log(1 + τ x), scale = shape / τ; τ is looked for on a grid.

    Parameters
    ----------
    excess, weight : (n,) float64
        Above 0; not below 0.

    References
    ----------
    .. [2] S. D. Grimshaw, «Computing maximum likelihood estimates for the generalized Pareto distribution», Technometrics 35(2), 1993.
    """
    largest = float(excess.max())
    excess, weight = _binned(excess, weight, largest)
    whole = weight / weight.sum()
    grid = np.concatenate([-np.geomspace(0.999, 1e-3, 40), np.geomspace(1e-3, 10, 40)]) / largest
    for _ in range(2):
        shape = np.array([float(whole @ np.log1p(tau * excess)) for tau in grid])
        best = int(np.argmax(-np.log(shape / grid) - shape))
        found = float(shape[best] / grid[best]), float(shape[best])
        grid = np.linspace(grid[max(0, best - 1)], grid[min(len(grid) - 1, best + 1)], 24)
        grid = grid[np.abs(grid * largest) > 1e-6]  # at 0 the formula has a gap
    return found


def _binned(excess: Reals, weight: Reals, largest: float) -> tuple[Reals, Reals]:
    """Return the middles of `_BINS` bins and their weights, where there are more values than that: no fit moves by as much as a bin."""
    if len(excess) <= _BINS:
        return excess, weight
    place = np.minimum((excess / largest * _BINS).astype(np.int64), _BINS - 1)
    return (np.arange(_BINS) + 0.5) * largest / _BINS, np.bincount(place, weight, minlength=_BINS)


def _cut_scale(excess: Reals, weight: Reals, shape: float, end: float) -> float:
    """Return the likeliest scale, the shape being known, of a distribution that is cut off at `end`."""
    whole = weight / weight.sum()
    mean = float(whole @ excess)
    # With a shape below 0 the distribution must reach beyond the largest excess.
    least = max(mean / 5, -shape * float(excess.max()) * 1.001)
    scales = np.geomspace(least, max(mean * 5, least * 2), 120)
    likelihood = [
        -np.log(scale) - (1 / shape + 1) * float(whole @ np.log1p(shape * excess / scale)) - np.log(_below(end / scale, shape))
        for scale in scales
    ]
    return float(scales[int(np.argmax(likelihood))])


def _below(ratio: float, shape: float) -> float:
    inner = 1 + shape * ratio
    return 1.0 if inner <= 0 else 1 - inner ** (-1 / shape)


def _counted(pairs: Pairs, above: float) -> tuple[int, int]:
    """Return pairs and subjects, or raise `InputError` if there are too few."""
    high, subjects = int(np.count_nonzero(pairs.similarity > above)), pairs.subjects
    if high < LEAST_ABOVE or subjects < LEAST_SUBJECTS:
        raise InputError(
            f"{len(pairs.similarity):,} pairs of {subjects:,} subjects, {high:,} of them above {above:.3f}, are not enough to fit a tail "
            f"(at least {LEAST_SUBJECTS} subjects and {LEAST_ABOVE} pairs above)",
            remedy="use more pictures",
        )
    return len(pairs.similarity), subjects


def _spread(pairs: Pairs, high: Pairs, fit: Callable[[Pairs, float], tuple[float, float, float]]) -> tuple[float, ...]:
    """Return the covariance of (log share, log scale, shape) over bootstrap draws of subjects, upper triangle row by row.

    The weight of all pairs in a draw is taken as its expectation's, (drawn / subjects)² or 1 for pairs within a unit, corrected by the
    draw's own sum of squares: summing over every pair each time would cost a thousand times more.
    """
    rng = np.random.default_rng(_SEED)
    size = int(max(pairs.first.max(), pairs.second.max())) + 1
    present = np.union1d(pairs.first, pairs.second)
    within = bool((pairs.first == pairs.second).all())
    found = []
    for _ in range(DRAWS):
        counts = np.zeros(size, np.int64)
        counts[present] = np.bincount(rng.integers(0, len(present), len(present)), minlength=len(present))
        whole = pairs.drawn(counts).weight.sum() if within else pairs.weight.sum() * _pairs_in(counts) / _pairs_in(np.ones(len(present)))
        share, scale, shape = fit(high.drawn(counts), whole)
        found.append((np.log(share), np.log(scale), shape))
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
