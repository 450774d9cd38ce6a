"""Intervals by subject: several probes of one person are not independent, so people are resampled, never searches.

The same draw of people can be put to two rankings at once, which makes the interval of their difference (a paired bootstrap): let the
statistic return the difference.

References
----------
.. [1] B. Efron, R. J. Tibshirani, «An Introduction to the Bootstrap», 1993, chapter 13 (percentile intervals).
.. [2] ISO/IEC 19795-1:2021, on the bootstrap where a subject gives several attempts.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Interval = tuple[float, float]
"""Its lower and its upper end."""

LEVEL = 0.95
"""Coverage of every interval."""

REPLICATES = 1000
"""Draws of people: the end of a 95 % percentile interval then rests on 25 draws."""

SEED = 19795
"""Of the draws: the same trial gives the same interval."""


def resample(
    subject: NDArray[np.int64],
    statistic: Callable[[NDArray[np.int64]], NDArray[np.float64]],
    *,
    replicates: int = REPLICATES,
    level: float = LEVEL,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the percentile interval of a statistic under resampling of subjects.

    Parameters
    ----------
    subject : (M,) int64
        Whom each search is of.
    statistic : callable
        (m,) int64 rows, some of them several times → (n,) float64; NaN = can't be told of this draw, which is then left out.
    replicates : int
        Draws; each takes as many subjects as there are, with replacement, and all rows of each.
    level : float
        Coverage.

    Returns
    -------
    low, high : (n,) float64
    """
    rng = np.random.default_rng(SEED)
    order = np.argsort(subject, kind="stable")
    _, starts, sizes = np.unique(subject[order], return_index=True, return_counts=True)
    drawn = []
    for _ in range(replicates):
        chosen = rng.integers(len(starts), size=len(starts))
        # rows of each chosen subject lie side by side in `order`: begin + 0, 1, 2 …
        ends = np.cumsum(sizes[chosen])
        within = np.arange(ends[-1]) - np.repeat(ends - sizes[chosen], sizes[chosen])
        drawn.append(statistic(order[np.repeat(starts[chosen], sizes[chosen]) + within]))
    values = np.array(drawn)
    tail = (1 - level) / 2
    low, high = np.nanquantile(values, [tail, 1 - tail], axis=0)
    return low, high


def ends(low: float, high: float) -> Interval | None:
    """Return an interval's ends; None where they fall together: nobody missed, or everybody, so that drawing people again varies nothing.

    That says nothing of the next person; Clopper-Pearson's interval beside it does.
    """
    return (float(low), float(high)) if low < high else None
