"""Rates of a trial, each with its counts and its interval.

Terms and definitions follow ISO/IEC 19795-1: FNIR(N, R, T) is the share of mated searches whose mate is not among the first R candidates
at similarity T or above, FPIR(N, T) the share of non-mated searches with any candidate at T or above. A failure to enrol is a miss.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from visavis.domain.errors import InputError
from visavis.evaluation.trials import Searches

LEVEL = 0.95
"""Coverage of every interval."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """`count` of `trials`, with its Clopper-Pearson interval at `LEVEL` (which takes the trials as independent)."""

    count: int
    trials: int
    low: float
    high: float

    @classmethod
    def of(cls, count: int, trials: int) -> "Rate":
        """Make a rate; raises `InputError` without trials."""
        low, high = clopper_pearson(count, trials)
        return cls(count=count, trials=trials, low=low, high=high)

    @property
    def value(self) -> float:
        """The rate, 0 to 1."""
        return self.count / self.trials


def clopper_pearson(count: int, trials: int, level: float = LEVEL) -> tuple[float, float]:
    """Return the exact binomial interval: (low, high), 0 to 1.

    `low` is the probability under which `count` or more successes have probability (1 − level) / 2, `high` that of `count` or fewer; both
    by bisection over the binomial's tail sums.

    References
    ----------
    .. [1] C. J. Clopper, E. S. Pearson, Biometrika 26(4), 1934.
    """
    if not 0 <= count <= trials or trials == 0:
        raise InputError(f"{count} of {trials} trials is no rate")
    tail = (1 - level) / 2
    low = 0.0 if count == 0 else _solve_upper_tail(count, trials, tail)
    # «count or fewer successes» are «trials − count or more failures»
    high = 1.0 if count == trials else 1 - _solve_upper_tail(trials - count, trials, tail)
    return low, high


def _solve_upper_tail(count: int, trials: int, tail: float) -> float:
    """Return the p for which P(X ≥ count) = tail, X binomial; count ≥ 1, so the sum grows with p from 0 to 1."""
    k = np.arange(count, trials + 1)
    whole = math.lgamma(trials + 1)
    log_ways = np.array([whole - math.lgamma(i + 1) - math.lgamma(trials - i + 1) for i in range(count, trials + 1)])
    low, high = 0.0, 1.0
    # Sixty halvings: past the resolution of a double anywhere above 1e-2, and 1e-18 in absolute terms.
    for _ in range(60):
        p = (low + high) / 2
        reached = float(np.exp(log_ways + k * math.log(p) + (trials - k) * math.log1p(-p)).sum()) if p < 1 else 1.0
        low, high = (low, p) if reached > tail else (p, high)
    return (low + high) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class PairAccuracy:
    """Share of pairs judged rightly, each fold at the threshold that is best on the others.

    Attributes
    ----------
    mean : float
        Mean of the folds' accuracies.
    standard_error : float
        Standard deviation of the folds' accuracies (population form, as LFW defines it) / √folds.
    thresholds : tuple of float
        One a fold; a pair is accepted at or above.
    """

    mean: float
    standard_error: float
    thresholds: tuple[float, ...]


def pair_accuracy(similarity: NDArray[np.float64], mated: NDArray[np.bool_], fold: NDArray[np.int64]) -> PairAccuracy:
    """Measure accuracy by folds.

    Parameters
    ----------
    similarity : (n,) float64
        −inf = rejected at any threshold.
    mated : (n,) bool
    fold : (n,) int64

    Raises
    ------
    InputError
        If some fold's complement holds no comparison to choose a threshold from.
    """
    accuracies, thresholds = [], []
    for held_out in np.unique(fold):
        test = fold == held_out
        threshold = _best_threshold(similarity[~test], mated[~test])
        thresholds.append(threshold)
        accuracies.append(float(np.mean((similarity[test] >= threshold) == mated[test])))
    return PairAccuracy(
        mean=float(np.mean(accuracies)),
        standard_error=float(np.std(accuracies)) / math.sqrt(len(accuracies)),
        thresholds=tuple(thresholds),
    )


def _best_threshold(similarity: NDArray[np.float64], mated: NDArray[np.bool_]) -> float:
    """Return the lowest of the similarities that, as threshold, judges most pairs rightly; O(n log n)."""
    order = np.argsort(similarity, kind="stable")
    ranked, truth = similarity[order], mated[order]
    # With the threshold at ranked[i], all before i are rejected: right are the non-mated before i and the mated from i on.
    right = np.concatenate([[0], np.cumsum(~truth)[:-1]]) + np.cumsum(truth[::-1])[::-1]
    first_of_ties = np.concatenate([[True], ranked[1:] > ranked[:-1]])
    choices = np.flatnonzero(first_of_ties & np.isfinite(ranked))
    if not len(choices):
        raise InputError("too few pairs yield templates: nothing to choose a threshold on", remedy="use more pairs, or clearer pictures")
    return float(ranked[choices[np.argmax(right[choices])]])


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueAccepts:
    """Share of mated pairs accepted while at most `allowed` of the non-mated are.

    Attributes
    ----------
    threshold : float
        Similarity of the first non-mated pair that is kept out; accepted is what lies *above*.
    allowed : int
        ⌊FAR × non-mated pairs⌋; 0 = the data can't resolve this FAR.
    """

    far: float
    rate: Rate
    threshold: float
    allowed: int
    non_mated: int

    @property
    def note(self) -> str:
        """Say what the rate was measured at."""
        if self.allowed == 0:
            return f"at 0 of {self.non_mated} false accepts: FAR {self.far:g} is below the data's resolution"
        return f"at {self.allowed} of {self.non_mated} false accepts or fewer"


def tar_at_far(similarity: NDArray[np.float64], mated: NDArray[np.bool_], far: float) -> TrueAccepts:
    """Measure the true accept rate at a false accept rate.

    Parameters
    ----------
    similarity : (n,) float64
        −inf = rejected at any threshold.
    mated : (n,) bool
    far : float
        0 ≤ far < 1.
    """
    impostors = np.sort(similarity[~mated])[::-1]
    if not len(impostors):
        raise InputError("a trial of pairs needs non-mated pairs", remedy="add pairs of two people to the pairs file")
    # 0.001 × 3,000 is not quite 3 in binary
    allowed = math.floor(far * len(impostors) + 1e-9)
    # no cosine lies below −1: keeps the threshold finite where failures to enrol reach that far up
    threshold = max(float(impostors[allowed]), -1.0)
    accepted = int(np.count_nonzero(similarity[mated] > threshold))
    rate = Rate.of(accepted, int(np.count_nonzero(mated)))
    return TrueAccepts(far=far, rate=rate, threshold=threshold, allowed=allowed, non_mated=len(impostors))


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatingPoint:
    """FNIR at one FPIR, R = 1.

    Attributes
    ----------
    threshold : float
        The (1 − FPIR) quantile of the non-mated searches' first candidates, interpolated linearly.
    fnir : Rate
        Mated searches whose mate is not first, or below the threshold.
    resolved : bool
        False if fewer than one non-mated search lies above the threshold: then it rests on an extreme.
    """

    fpir: float
    threshold: float
    fnir: Rate
    resolved: bool


def rank_one(searches: Searches) -> Rate:
    """Count mated searches whose mate comes first, at any similarity; a tie with another person is a miss."""
    return Rate.of(int(np.count_nonzero(searches.mate > searches.best_other)), len(searches.mate))


def operating_points(searches: Searches, fpirs: Sequence[float]) -> tuple[OperatingPoint, ...]:
    """Measure FNIR at each FPIR.

    Probes that failed to enrol are misses of the mated trial; the threshold is taken over the non-mated searches that ran, so that
    failures can't lower it.
    """
    non_mated = searches.best_other[np.isfinite(searches.best_other)]
    if not len(non_mated):
        raise InputError(
            "no search of the trial could run: probes or gallery yield no template", remedy="use more people, or clearer pictures"
        )
    points = []
    for fpir in fpirs:
        threshold = float(np.quantile(non_mated, 1 - fpir))
        hits = (searches.mate > searches.best_other) & (searches.mate >= threshold)
        missed = Rate.of(int(np.count_nonzero(~hits)), len(hits))
        points.append(OperatingPoint(fpir=fpir, threshold=threshold, fnir=missed, resolved=fpir * len(non_mated) >= 1))
    return tuple(points)
