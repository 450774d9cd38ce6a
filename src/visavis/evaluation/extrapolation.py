"""What a trial's FPIR becomes in a larger gallery: a model, not a measurement, and always named as one.

If people of the larger gallery are like those of the trial, and each is a chance of its own to lie above T, then
FPIR(N', T) = 1 − (1 − FPIR(N, T))^(N'/N) [1]_. Look-alikes, relatives and one person under two names make the truth worse.

References
----------
.. [1] P. Grother, P. J. Phillips, «Models of large population recognition performance», CVPR 2004.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from visavis.evaluation.groups import LEAST_SUBJECTS
from visavis.evaluation.metrics import OperatingPoint, Rate, fnir_at, thresholds_at
from visavis.evaluation.resampling import Interval, ends, resample
from visavis.evaluation.trials import Searches

GALLERIES = (10_000, 100_000, 1_000_000, 10_000_000)
"""N' for which a report extrapolates."""

MOST_TIMES = 1000
"""How far beyond N a trial is carried: farther out nothing of it is left but the model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LargerGallery:
    """One operating point of the trial, carried to a larger gallery.

    Attributes
    ----------
    gallery : int
        N'.
    at_fpir : float
        FPIR of the trial whose threshold is kept, and which is asked of the larger gallery too.
    fpir, low, high : float
        FPIR(N', T) at the trial's threshold, with the ends of Clopper-Pearson's interval carried along.
    threshold, fnir : float or None
        T at which FPIR(N', T) would be `at_fpir` again, and FNIR(N, 1, T) there. None = the trial has too few non-mated searches to say.
    fnir_interval : (float, float) or None
        By subject; None too where drawing people again varies nothing.
    """

    gallery: int
    at_fpir: float
    fpir: float
    low: float
    high: float
    threshold: float | None
    fnir: float | None
    fnir_interval: Interval | None


def carried(rate: float, times: float) -> float:
    """Return 1 − (1 − rate)^times, exact for small rates."""
    return float(-np.expm1(times * np.log1p(-rate))) if rate < 1 else 1.0


def extrapolate(searches: Searches, points: Sequence[OperatingPoint], galleries: Sequence[int] = GALLERIES) -> tuple[LargerGallery, ...]:
    """Carry operating points to each gallery that is larger than the trial's, but not beyond `MOST_TIMES`; of too few people to none."""
    if searches.subjects < LEAST_SUBJECTS:
        return ()
    n = searches.gallery_size
    return tuple(_carry(searches, point, size) for size in galleries if n < size <= MOST_TIMES * n for point in points)


def _carry(searches: Searches, point: OperatingPoint, size: int) -> LargerGallery:
    times = size / searches.gallery_size
    non_mated = searches.non_mated
    measured = Rate.of(int(np.count_nonzero(non_mated >= point.threshold)), len(non_mated))
    needed = carried(point.fpir, 1 / times)
    threshold = fnir = interval = None
    if needed * len(non_mated) >= 1:
        threshold = float(thresholds_at(searches, [needed])[0])
        fnir = float(fnir_at(searches, [needed], point.r)[0])
        low, high = resample(searches.subject, lambda rows: fnir_at(searches.rows(rows), [needed], point.r))
        interval = ends(low[0], high[0])
    return LargerGallery(
        gallery=size,
        at_fpir=point.fpir,
        fpir=carried(measured.value, times),
        low=carried(measured.low, times),
        high=carried(measured.high, times),
        threshold=threshold,
        fnir=fnir,
        fnir_interval=interval,
    )
