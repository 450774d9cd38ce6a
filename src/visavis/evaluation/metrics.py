"""Rates of a trial, each with its counts and its interval.

Terms and definitions follow ISO/IEC 19795-1: FNIR(N, R, T) is the share of mated searches whose mate is not among the first R candidates
at similarity T or above, FPIR(N, T) the share of non-mated searches with any candidate at T or above. A failure to enrol is a miss.
Each rate has two intervals: Clopper-Pearson's, which takes searches as independent, and one by resampling people, which does not.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from visavis.domain.errors import InputError
from visavis.evaluation.resampling import LEVEL, Interval, ends, resample
from visavis.evaluation.trials import Searches


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

    References
    ----------
    .. [1] C. J. Clopper, E. S. Pearson, Biometrika 26(4), 1934; as quantiles of the beta distribution.
    """
    from scipy.special import betaincinv

    if not 0 <= count <= trials or trials == 0:
        raise InputError(f"{count} of {trials} trials is no rate")
    tail = (1 - level) / 2
    low = 0.0 if count == 0 else float(betaincinv(count, trials - count + 1, tail))
    high = 1.0 if count == trials else float(betaincinv(count + 1, trials - count, 1 - tail))
    return low, high


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
    """FNIR(N, R, T) at the threshold that gives one FPIR.

    Attributes
    ----------
    threshold : float
        The (1 − FPIR) quantile of the non-mated searches' first candidates, interpolated linearly.
    fnir : Rate
        Mated searches whose mate is not among the first `r`, or below the threshold.
    by_subject : (float, float) or None
        Interval of the rate by resampling people, the threshold taken anew each time; None where that varies nothing.
    resolved : bool
        False if fewer than one non-mated search lies above the threshold: then it rests on an extreme.
    """

    fpir: float
    threshold: float
    r: int
    fnir: Rate
    by_subject: Interval | None
    resolved: bool


def rank_rate(searches: Searches, k: int) -> Rate:
    """Count mated searches whose mate is among the first `k`, at any similarity; 1 − FNIR(N, k, −∞)."""
    return Rate.of(int(np.count_nonzero(searches.rank <= k)), len(searches.rank))


def thresholds_at(searches: Searches, fpirs: Sequence[float]) -> NDArray[np.float64]:
    """Return the similarity at which each FPIR is reached: (n,) float64.

    Taken over the non-mated searches that ran, so that failures to enrol can't lower it.

    Raises
    ------
    InputError
        If none ran.
    """
    non_mated = searches.non_mated
    if not len(non_mated):
        raise InputError(
            "no search of the trial could run: probes or gallery yield no template", remedy="use more people, or clearer pictures"
        )
    return np.quantile(non_mated, 1 - np.asarray(fpirs, np.float64))


def misses_at(searches: Searches, thresholds: NDArray[np.float64], r: int = 1) -> NDArray[np.int64]:
    """Count mated searches whose mate is not among the first `r` at each threshold or above; probes that failed to enrol are misses.

    Parameters
    ----------
    thresholds : (n,) float64

    Returns
    -------
    (n,) int64
    """
    reached = np.sort(np.where(searches.rank <= r, searches.mate, -np.inf))
    # a mate at −inf is out of reach even of the threshold −inf
    return np.maximum(np.searchsorted(reached, thresholds), np.count_nonzero(~np.isfinite(reached))).astype(np.int64)


def operating_points(searches: Searches, fpirs: Sequence[float], r: int = 1) -> tuple[OperatingPoint, ...]:
    """Measure FNIR at each FPIR, with both intervals."""
    thresholds = thresholds_at(searches, fpirs)
    misses = misses_at(searches, thresholds, r)
    low, high = resample(searches.subject, lambda rows: fnir_at(searches.rows(rows), fpirs, r))
    return tuple(
        OperatingPoint(
            fpir=fpir,
            threshold=float(thresholds[i]),
            r=r,
            fnir=Rate.of(int(misses[i]), len(searches.mate)),
            by_subject=ends(low[i], high[i]),
            resolved=fpir * len(searches.non_mated) >= 1,
        )
        for i, fpir in enumerate(fpirs)
    )


def fnir_at(searches: Searches, fpirs: Sequence[float], r: int = 1) -> NDArray[np.float64]:
    """Return FNIR at each FPIR: (n,) float64; NaN where no search ran."""
    if not len(searches.non_mated):
        return np.full(len(fpirs), np.nan)
    rates: NDArray[np.float64] = misses_at(searches, thresholds_at(searches, fpirs), r) / len(searches.mate)
    return rates
