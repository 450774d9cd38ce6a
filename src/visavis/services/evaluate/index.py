"""The index: what share of the exact first candidates it returns."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from visavis.domain.arrays import Keys, Vectors
from visavis.domain.clearance import Clearance
from visavis.domain.clock import Clock
from visavis.domain.errors import InputError
from visavis.evaluation.recall import IndexFacts, IndexReport, Recall
from visavis.index.base import RowReader, VectorIndex
from visavis.services.evaluate.trial_data import check

FIRST = 10
"""Candidates that are compared."""

_ROWS_AT_ONCE = 16_384
"""Rows compared exactly at a time: 64 MB of similarities to 1,000 probes."""

_SAME = 1e-6
"""Two similarities in float32, summed in another order, differ by less; equal pictures are equally good candidates."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probes:
    """Unit vectors to search with: (n, D) float32 of people in the gallery, and (m, D) of nobody there; either may be empty."""

    known: Vectors = field(repr=False)
    strangers: Vectors = field(repr=False)


class EvaluateIndex:
    """Put the same probes to an index and to exact search, over the same rows.

    Parameters
    ----------
    index : VectorIndex
    read_rows : RowReader
        Hands out the rows that the index holds.
    keys : (N,) int64
        Of all rows that it must hold.
    facts : IndexFacts
    clock : Clock
        For the clearance's expiry.
    """

    def __init__(self, index: VectorIndex, read_rows: RowReader, keys: Keys, *, facts: IndexFacts, clock: Clock) -> None:
        self._index = index
        self._read_rows = read_rows
        self._keys = keys
        self._facts = facts
        self._clock = clock

    def run(self, probes: Probes, clearance: Clearance) -> IndexReport:
        """Evaluate. No candidate leaves this method.

        Raises
        ------
        RefusedError
            The clearance is for another purpose, or not valid now.
        InputError
            There is no row.
        """
        check(clearance, self._clock)
        if not len(self._keys):
            raise InputError("the index is empty", remedy="`visavis ingest` first")
        k = min(FIRST, len(self._keys))
        everybody = np.concatenate([probes.known, probes.strangers])
        exact = self._exact(everybody, k)
        shares, first = np.zeros(len(everybody)), 0
        for i, probe in enumerate(everybody):
            similarity = self._index.search(probe, k, None, clearance).similarity
            shares[i] = np.count_nonzero(similarity >= exact[i, -1] - _SAME) / k
            first += bool(len(similarity)) and bool(similarity[0] >= exact[i, 0] - _SAME)
        known = len(probes.known)
        return IndexReport(
            facts=self._facts, k=k, known=Recall.of(shares[:known]), strangers=Recall.of(shares[known:]), first=first, probes=len(everybody)
        )

    def _exact(self, probes: Vectors, k: int) -> NDArray[np.float32]:
        """Return the `k` highest similarities of each probe, best first: (P, k) float32."""
        best = np.full((len(probes), k), -np.inf, np.float32)
        for start in range(0, len(self._keys), _ROWS_AT_ONCE):
            similarity = probes @ self._read_rows(self._keys[start : start + _ROWS_AT_ONCE]).T
            together = np.concatenate([best, similarity], axis=1)
            best = np.partition(together, -k, axis=1)[:, -k:]
        return np.sort(best, axis=1)[:, ::-1]
