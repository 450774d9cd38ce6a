"""Curves of a trial: DET, rank-k (CMC), error versus discard. Each point has an interval by subject.

References
----------
.. [1] A. Martin et al., «The DET curve in assessment of detection task performance», Eurospeech 1997.
.. [2] P. Grother, E. Tabassi, «Performance of biometric quality measures», IEEE TPAMI 29(4), 2007 (error versus reject).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from visavis.evaluation.metrics import fnir_at
from visavis.evaluation.resampling import Interval, ends, resample
from visavis.evaluation.sheet import Line
from visavis.evaluation.trials import Searches

POINTS = 60
"""Of a DET curve, evenly spaced on its logarithmic axis."""

CURVE_REPLICATES = 400
"""Draws of people behind a curve's band; the rates in tables take more."""

MOST_RANKS = 50
"""NIST FRTE looks at the first 50 candidates where an investigator reads the list."""

DISCARDS = tuple(share / 100 for share in range(0, 51, 2))
"""Shares of the probes that are left out, weakest first."""

STRENGTHS = {
    "norm": "length of the embedding",
    "score": "score of the detector",
    "size_px": "size of the face in pixels",
    "sharpness": "sharpness",
    "exposure": "nearness to mid-grey",
    "yaw": "little turn to the side",
    "pitch": "little tilt up or down",
    "roll": "little roll",
}
"""Quality measures as strengths (more is better), and how a report calls them."""


def det(searches: Searches, r: int = 1) -> Line:
    """Return FNIR(N, R, T) over FPIR(N, T) for all T that the trial resolves, FPIR from 1 / non-mated searches to 1."""
    fpirs = np.geomspace(1 / len(searches.non_mated), 1.0, POINTS)
    low, high = resample(searches.subject, lambda rows: fnir_at(searches.rows(rows), fpirs.tolist(), r), replicates=CURVE_REPLICATES)
    return _line(f"R = {r}", fpirs, fnir_at(searches, fpirs.tolist(), r), low, high)


def det_of_pairs(similarity: NDArray[np.float64], mated: NDArray[np.bool_], subject: NDArray[np.int64]) -> Line:
    """Return FNMR over FMR of compared pairs, FMR from 1 / non-mated pairs to 1.

    Parameters
    ----------
    similarity : (n,) float64
        −inf = rejected at any threshold.
    mated : (n,) bool
    subject : (n,) int64
        Who is resampled: the first person of each pair.
    """
    fmrs = np.geomspace(1 / np.count_nonzero(~mated), 1.0, POINTS)

    def rates(rows: NDArray[np.int64]) -> NDArray[np.float64]:
        drawn, same = similarity[rows], mated[rows]
        return fnmr_at(drawn[same], drawn[~same], fmrs)

    low, high = resample(subject, rates, replicates=CURVE_REPLICATES)
    return _line("pairs", fmrs, rates(np.arange(len(similarity))), low, high)


def fnmr_at(mated: NDArray[np.float64], non_mated: NDArray[np.float64], fmrs: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the share of mated pairs that are not above the threshold at which at most ⌊FMR × non-mated⌋ others are: (n,) float64."""
    if not len(mated) or not len(non_mated):
        return np.full(len(fmrs), np.nan)
    others = np.sort(non_mated)[::-1]
    # 0.001 × 3,000 is not quite 3 in binary
    allowed = np.floor(fmrs * len(others) + 1e-9).astype(np.int64)
    thresholds = np.append(others, -np.inf)[np.minimum(allowed, len(others))]
    rates: NDArray[np.float64] = np.searchsorted(np.sort(mated), thresholds, side="right") / len(mated)
    return rates


def ranks(searches: Searches) -> Line:
    """Return FNIR(N, k, −∞), the share of mated searches whose mate is not among the first k, k = 1 … 50 or N: 1 − the CMC curve."""
    last = max(1, min(MOST_RANKS, searches.gallery_size))
    ks = np.arange(1, last + 1)

    def shares(rows: NDArray[np.int64]) -> NDArray[np.float64]:
        found = np.searchsorted(np.sort(searches.rank[rows]), ks, side="right")
        missed: NDArray[np.float64] = 1 - found / len(rows)
        return missed

    low, high = resample(searches.subject, shares, replicates=CURVE_REPLICATES)
    return _line("any similarity", ks, shares(np.arange(len(searches.rank))), low, high)


def strengths(measures: Mapping[str, NDArray[np.float64]]) -> dict[str, NDArray[np.float64]]:
    """Turn quality measures into strengths: more is better. A failure to enrol is −inf, weaker than any face.

    Parameters
    ----------
    measures : mapping of str to (M,) float64
        By the names in `visavis.evaluation.trials.MEASURES`.
    """
    turned = {"exposure": lambda values: -np.abs(values - 0.5)} | dict.fromkeys(("yaw", "pitch", "roll"), lambda values: -np.abs(values))
    told = {name: turned.get(name, np.asarray)(measures[name]) for name in STRENGTHS}
    return {name: np.where(np.isnan(values), -np.inf, values) for name, values in told.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Discard:
    """FNIR of the probes that are left when the weakest are taken away, at the threshold of the whole trial.

    Attributes
    ----------
    measure : str
        By which the weakest are chosen.
    shares : tuple of float
        Of the probes, taken away.
    fnir : tuple of float
        Of what is left.
    change : tuple of (float, float) or None
        Interval by subject of FNIR after minus FNIR before (paired), at each share; None where no draw of people changes it.
    """

    measure: str
    shares: tuple[float, ...]
    fnir: tuple[float, ...]
    change: tuple[Interval | None, ...]


def error_versus_discard(
    missed: NDArray[np.bool_],
    strength: NDArray[np.float64],
    subject: NDArray[np.int64],
    *,
    measure: str,
) -> Discard:
    """Measure whether a strength foretells misses.

    Parameters
    ----------
    missed : (M,) bool
        Mated searches that missed.
    strength : (M,) float64
        More is better; of equals the first by position goes first.
    subject : (M,) int64
    """

    def left(rows: NDArray[np.int64]) -> NDArray[np.float64]:
        inner = missed[rows][np.argsort(strength[rows], kind="stable")]
        kept_misses = np.append(np.cumsum(inner[::-1])[::-1], 0)
        gone = np.floor(np.asarray(DISCARDS) * len(rows) + 1e-9).astype(np.int64)
        rates: NDArray[np.float64] = kept_misses[gone] / np.maximum(len(rows) - gone, 1)
        return rates

    def change(rows: NDArray[np.int64]) -> NDArray[np.float64]:
        return left(rows) - np.float64(missed[rows].mean())

    low, high = resample(subject, change, replicates=CURVE_REPLICATES)
    return Discard(
        measure=measure,
        shares=DISCARDS,
        fnir=tuple(left(np.arange(len(missed))).tolist()),
        change=tuple(map(ends, low.tolist(), high.tolist())),
    )


def _line(label: str, x: NDArray[np.generic], y: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64]) -> Line:
    return Line(label=label, x=tuple(x.tolist()), y=tuple(y.tolist()), low=tuple(low.tolist()), high=tuple(high.tolist()))
