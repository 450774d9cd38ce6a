"""The referee and the default under the contract; the default also with limits so tight that all its machinery moves."""

from pathlib import Path

from visavis.index.base import VectorIndex
from visavis.index.embedded import Upkeep, open_embedded
from visavis.index.exact import ExactIndex
from visavis.testing.index_contract import FixedClock, IndexContract
from visavis.testing.templates import RowTable


class TestExact(IndexContract):
    def open_index(self, folder: Path, rows: RowTable, clock: FixedClock) -> VectorIndex:
        return ExactIndex(self.dim, clock)


class TestEmbedded(IndexContract):
    def open_index(self, folder: Path, rows: RowTable, clock: FixedClock) -> VectorIndex:
        return open_embedded(folder, self.dim, rows.read, clock, writable=True)


class TestEmbeddedWithTightLimits(IndexContract):
    def open_index(self, folder: Path, rows: RowTable, clock: FixedClock) -> VectorIndex:
        upkeep = Upkeep(least_rows=1, tail_rows=7, close_rows=1, segment_rows=20, threads=2)
        return open_embedded(folder, self.dim, rows.read, clock, writable=True, upkeep=upkeep)
