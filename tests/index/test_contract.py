"""The referee and the default under the contract; the default also with limits so tight that all its machinery moves."""

import datetime as dt
from pathlib import Path

from visavis.domain.actor import Actor
from visavis.domain.clearance import Clearance
from visavis.domain.ids import CaseId
from visavis.index.base import VectorIndex
from visavis.index.embedded import Upkeep, open_embedded
from visavis.index.exact import ExactIndex
from visavis.testing.index_contract import FixedClock, IndexContract
from visavis.testing.templates import RowTable


class Issued:
    def issue(self, sources: frozenset[int], not_after: dt.datetime) -> Clearance:
        actor = Actor(name="tester")
        return Clearance(
            actor=actor, case_id=CaseId("c"), purpose="test", policy="t", sources=sources, max_candidates=None, not_after=not_after
        ).sealed()


class TestExact(Issued, IndexContract):
    def open_index(self, folder: Path, rows: RowTable, clock: FixedClock) -> VectorIndex:
        return ExactIndex(self.dim, clock)


class TestEmbedded(Issued, IndexContract):
    def open_index(self, folder: Path, rows: RowTable, clock: FixedClock) -> VectorIndex:
        return open_embedded(folder, self.dim, rows.read, clock, writable=True)


class TestEmbeddedWithTightLimits(Issued, IndexContract):
    def open_index(self, folder: Path, rows: RowTable, clock: FixedClock) -> VectorIndex:
        upkeep = Upkeep(tail_rows=7, close_rows=1, segment_rows=20)
        return open_embedded(folder, self.dim, rows.read, clock, writable=True, upkeep=upkeep)
