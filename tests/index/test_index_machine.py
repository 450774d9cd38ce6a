"""Adds, removals, reopenings and crashes in any order, against a dictionary."""

import datetime as dt
import shutil
import tempfile
from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from visavis.domain.actor import Actor
from visavis.domain.clearance import Clearance
from visavis.domain.identification import Where
from visavis.domain.ids import CaseId
from visavis.index.embedded import EmbeddedIndex, Upkeep, open_embedded
from visavis.index.files import check_files
from visavis.testing.index_contract import NOON, FixedClock, some_rows
from visavis.testing.templates import RowTable, identity_centres

DIM = 16
VECTORS = identity_centres(40, DIM, np.random.default_rng(3))
KEYS = st.lists(st.integers(1, 40), min_size=1, max_size=12, unique=True)
CLEARANCE = Clearance(
    actor=Actor(name="tester"),
    case_id=CaseId("case"),
    purpose="test",
    policy="none",
    sources=frozenset({1, 2}),
    max_candidates=None,
    least_similarity=-1.0,
    not_after=NOON + dt.timedelta(hours=1),
).sealed()


class IndexMachine(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.rows = RowTable(DIM)
        self.rows.put(np.arange(1, 41), VECTORS)
        self.model: dict[int, int] = {}
        self.outbox: list[tuple[list[int], int | None]] = []
        self.index = self.open(writable=True)
        self.reader = self.open(writable=False)

    def open(self, *, writable: bool) -> EmbeddedIndex:
        upkeep = Upkeep(tail_rows=6, close_rows=3, segment_rows=14)
        return open_embedded(self.folder / "codes", DIM, self.rows.read, FixedClock(), writable=writable, upkeep=upkeep)

    def apply(self, index: EmbeddedIndex, seq: int) -> None:
        keys, source = self.outbox[seq - 1]
        if source is None:
            index.remove(np.array(keys), seq)
        else:
            index.add(some_rows(keys, VECTORS[np.array(keys) - 1], source=source), seq)

    @rule(keys=KEYS, source=st.sampled_from([1, 2]))
    def add(self, keys: list[int], source: int) -> None:
        self.outbox.append((keys, source))
        self.apply(self.index, len(self.outbox))
        self.apply(self.reader, len(self.outbox))
        self.model.update(dict.fromkeys(keys, source))

    @rule(keys=KEYS)
    def remove(self, keys: list[int]) -> None:
        known = {key for key in keys if key in self.model}
        self.outbox.append((keys, None))
        report = self.index.remove(np.array(keys), len(self.outbox))
        self.apply(self.reader, len(self.outbox))
        assert (report.removed, set(report.unknown)) == (len(known), set(keys) - known)
        for key in known:
            del self.model[key]

    @rule(closed=st.booleans())
    def reopen(self, closed: bool) -> None:
        applied = self.index.applied()
        if closed:
            self.index.close()
        self.index = self.open(writable=True)
        assert self.index.applied() >= applied
        for seq in range(self.index.applied() + 1, len(self.outbox) + 1):
            self.apply(self.index, seq)

    @invariant()
    def holds_what_the_model_holds(self) -> None:
        for index in (self.index, self.reader):
            for source in (1, 2):
                hits = index.search(VECTORS[0], 99, Where(sources=frozenset({source})), CLEARANCE)
                assert set(hits.keys.tolist()) == {key for key, its in self.model.items() if its == source}
            assert index.keys(0, 99).tolist() == sorted(self.model)
            assert index.applied() <= len(self.outbox)

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            assert check_files(self.folder / "codes") == []
            shutil.rmtree(self.folder)


TestIndexMachine = IndexMachine.TestCase
TestIndexMachine.settings = settings(
    max_examples=30, stateful_step_count=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
