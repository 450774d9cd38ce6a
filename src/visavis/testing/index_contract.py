"""What every vector index must do.

Inherit :class:`IndexContract`, say how to open one, and give a fixture `issue` that makes a genuine clearance from source numbers, an
end and a least similarity: only `visavis.law` can, and this room does not know it.
"""

import datetime as dt
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event, Thread
from typing import Protocol

import numpy as np
import pytest

from visavis.domain.arrays import Vectors
from visavis.domain.clearance import Clearance
from visavis.domain.errors import DamageError, InputError, RefusedError
from visavis.domain.identification import NO_DAY_FIRST, NO_DAY_LAST, UNKNOWN_DAY, IndexRows, Where
from visavis.index.base import VectorIndex
from visavis.testing.templates import RowTable, identity_centres

NOON = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)
ANY = (NO_DAY_FIRST, NO_DAY_LAST)
UNDATED = (UNKNOWN_DAY, UNKNOWN_DAY)


class Issue(Protocol):
    """Makes a genuine clearance for sources (numbers) until a moment, with a least similarity."""

    def __call__(self, sources: frozenset[int], not_after: dt.datetime, least_similarity: float = -1.0) -> Clearance: ...


class FixedClock:
    """A clock that stands still until it is set."""

    def __init__(self, now: dt.datetime = NOON) -> None:
        self.time = now

    def now(self) -> dt.datetime:
        return self.time


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """One index on the bench with what it needs: its rows, its clock and a clearance for sources 0 to 9."""

    index: VectorIndex
    rows: RowTable
    clock: FixedClock
    clearance: Clearance

    def add(self, rows: IndexRows, seq: int) -> None:
        """Write rows to the row files, then add them."""
        self.rows.put(rows.keys, rows.vectors)
        self.index.add(rows, seq)

    def found(self, probe: Vectors, k: int = 1_000, where: Where | None = None) -> list[int]:
        """Return the keys that a search finds, best first."""
        return list(self.index.search(probe, k, where, self.clearance).keys.tolist())


def some_rows(keys: list[int], vectors: Vectors, source: int = 1, days: tuple[int, int] = ANY) -> IndexRows:
    """Return rows of one source and one pair of days."""
    count = len(keys)
    return IndexRows(
        keys=np.array(keys, np.int64),
        vectors=np.asarray(vectors, np.float32).reshape(count, -1),
        source=np.full(count, source, np.int32),
        first_day=np.full(count, days[0], np.int32),
        last_day=np.full(count, days[1], np.int32),
    )


class IndexContract(ABC):
    """The seven doors, as tests. `dim` may be set by the heir."""

    dim = 32

    @abstractmethod
    def open_index(self, folder: Path, rows: RowTable, clock: FixedClock) -> VectorIndex:
        """Open an index for writing; in the same folder again to reopen it."""

    @pytest.fixture
    def vectors(self) -> Vectors:
        """200 unit vectors."""
        return identity_centres(200, self.dim, np.random.default_rng(5))

    @pytest.fixture
    def bench(self, tmp_path: Path, issue: Issue) -> Bench:
        rows, clock = RowTable(self.dim), FixedClock()
        index = self.open_index(tmp_path / "codes", rows, clock)
        return Bench(index=index, rows=rows, clock=clock, clearance=issue(frozenset(range(10)), NOON + dt.timedelta(hours=1)))

    def test_an_empty_index_finds_nothing(self, bench: Bench, vectors: Vectors) -> None:
        assert bench.found(vectors[0]) == []
        assert bench.index.keys(0, 10).tolist() == []
        assert bench.index.applied() == 0

    def test_a_row_is_found_by_the_very_next_search_with_its_exact_cosine(self, bench: Bench, vectors: Vectors) -> None:
        for seq, vector in enumerate(vectors, start=1):
            bench.add(some_rows([seq], vector), seq)
            hits = bench.index.search(vector, 1, None, bench.clearance)
            assert hits.keys.tolist() == [seq]
            assert hits.similarity[0] == pytest.approx(1.0, abs=1e-3)  # float16 rows
        assert hits.similarity.dtype == np.float32

    def test_hits_come_best_first_with_the_cosine_to_the_stored_row(self, bench: Bench, vectors: Vectors) -> None:
        bench.add(some_rows(list(range(1, 201)), vectors), 1)
        hits = bench.index.search(vectors[7], 20, None, bench.clearance)
        true = vectors.astype(np.float16).astype(np.float64) @ vectors[7].astype(np.float64)
        assert hits.keys.tolist() == (np.argsort(-true)[:20] + 1).tolist()
        np.testing.assert_allclose(hits.similarity, np.sort(true)[::-1][:20], rtol=1e-4, atol=1e-6)

    def test_more_candidates_than_rows_is_no_error(self, bench: Bench, vectors: Vectors) -> None:
        bench.add(some_rows(list(range(1, 201)), vectors), 1)
        assert sorted(bench.found(vectors[0], k=10**7)) == list(range(1, 201))

    def test_equal_rows_come_in_the_order_of_their_keys(self, bench: Bench, vectors: Vectors) -> None:
        keys = [50, 3, 44, 7, 190, 21, 8]
        for seq, key in enumerate(keys, start=1):
            bench.add(some_rows([key], vectors[0]), seq)
        bench.add(some_rows([300], vectors[1]), 10)
        assert bench.found(vectors[0], k=4) == [3, 7, 8, 21]
        assert bench.found(vectors[2])[:1] in ([3], [300])

    @pytest.mark.parametrize("k", [0, -1])
    def test_fewer_than_one_candidate_is_an_input_error(self, bench: Bench, vectors: Vectors, k: int) -> None:
        with pytest.raises(InputError, match="at least 1"):
            bench.found(vectors[0], k=k)

    def test_a_probe_of_another_dimension_is_an_input_error(self, bench: Bench, vectors: Vectors) -> None:
        with pytest.raises(InputError, match="probe"):
            bench.found(vectors[0][:-4])

    def test_rows_of_another_dimension_are_an_input_error(self, bench: Bench, vectors: Vectors) -> None:
        with pytest.raises(InputError, match=str(self.dim)):
            bench.index.add(some_rows([1], vectors[0][:-4]), 1)

    def test_a_clearance_that_was_put_together_by_hand_is_refused(self, bench: Bench, vectors: Vectors) -> None:
        with pytest.raises(RefusedError):
            bench.index.search(vectors[0], 1, None, replace(bench.clearance, seal=b""))

    def test_a_clearance_that_was_changed_after_issue_is_refused(self, bench: Bench, vectors: Vectors) -> None:
        with pytest.raises(RefusedError):
            bench.index.search(vectors[0], 1, None, replace(bench.clearance, sources=frozenset(range(99))))

    def test_no_hit_lies_below_the_clearances_least_similarity(self, bench: Bench, issue: Issue, vectors: Vectors) -> None:
        bench.add(some_rows(list(range(1, 201)), vectors), 1)
        every = bench.index.search(vectors[7], 1_000, None, bench.clearance)
        for place in (0, 1, 20, 199):
            floor = float(every.similarity[place])
            strict = issue(frozenset(range(10)), NOON + dt.timedelta(hours=1), floor)
            hits = bench.index.search(vectors[7], 1_000, None, strict)
            assert hits.keys.tolist() == every.keys[: place + 1].tolist()
        none = issue(frozenset(range(10)), NOON + dt.timedelta(hours=1), 1.1)
        assert len(bench.index.search(vectors[7], 1_000, None, none).keys) == 0

    def test_an_expired_clearance_is_refused(self, bench: Bench, vectors: Vectors) -> None:
        bench.clock.time = bench.clearance.not_after
        with pytest.raises(RefusedError, match="ended"):
            bench.found(vectors[0])

    def test_a_clearance_is_asked_for_before_anything_else(self, bench: Bench, vectors: Vectors) -> None:
        bench.clock.time = bench.clearance.not_after
        with pytest.raises(RefusedError):
            bench.found(vectors[0][:-1], k=0)

    def test_several_probes_get_what_each_would_get_alone(self, bench: Bench, vectors: Vectors) -> None:
        for seq, start in enumerate(range(0, 200, 50), start=1):
            bench.add(some_rows(list(range(start + 1, start + 51)), vectors[start : start + 50], source=seq), seq)
        for where in (None, Where(sources=frozenset({2, 3}))):
            for probe, hits in zip(vectors[:9], bench.index.search_each(vectors[:9], 20, where, bench.clearance), strict=True):
                alone = bench.index.search(probe, 20, where, bench.clearance)
                assert hits.keys.tolist() == alone.keys.tolist()
                assert hits.similarity.tolist() == alone.similarity.tolist()
        assert bench.index.search_each(vectors[:0], 20, None, bench.clearance) == ()

    def test_several_probes_need_a_clearance_too(self, bench: Bench, vectors: Vectors) -> None:
        bench.clock.time = bench.clearance.not_after
        with pytest.raises(RefusedError, match="ended"):
            bench.index.search_each(vectors[:0], 1, None, bench.clearance)

    def test_threads_search_while_one_adds_and_removes(self, bench: Bench, vectors: Vectors) -> None:
        bench.add(some_rows(list(range(1, 101)), vectors[:100]), 1)
        bench.rows.put(np.arange(101, 201), vectors[100:])
        stop, wrong = Event(), []

        def search() -> None:
            while not stop.is_set():
                keys = bench.found(vectors[0])
                if keys[0] != 1 or len(set(keys)) != len(keys) or not set(range(1, 51)) <= set(keys) <= set(range(1, 201)):
                    wrong.append(keys)

        threads = [Thread(target=search) for _ in range(2)]
        for thread in threads:
            thread.start()
        for seq in range(2, 52):
            bench.index.add(some_rows([seq + 99, seq + 149][: 1 + seq % 2], vectors[[seq + 98, seq + 148][: 1 + seq % 2]]), seq)
            bench.index.remove(np.array([seq + 49]), seq)
        stop.set()
        for thread in threads:
            thread.join()
        assert wrong == []
        assert bench.found(vectors[0])[0] == 1

    def test_only_sources_of_the_clearance_are_seen_whatever_the_filter_says(self, bench: Bench, vectors: Vectors, issue: Issue) -> None:
        for source in range(1, 5):
            bench.add(some_rows([source], vectors[source], source=source), source)
        narrow = issue(frozenset({2, 3}), NOON + dt.timedelta(hours=1))
        for where, expected in ((None, [2, 3]), (Where(sources=frozenset({1, 3})), [3]), (Where(sources=frozenset({1})), [])):
            assert sorted(bench.index.search(vectors[0], 9, where, narrow).keys.tolist()) == expected

    def test_days_pass_if_their_range_touches_the_filter(self, bench: Bench, vectors: Vectors) -> None:
        spans = {1: (100, 100), 2: (90, 110), 3: (NO_DAY_FIRST, 95), 4: (105, NO_DAY_LAST), 5: UNDATED, 6: ANY}
        for key, days in spans.items():
            bench.add(some_rows([key], vectors[key], days=days), key)
        for where, expected in (
            (Where(), [1, 2, 3, 4, 5, 6]),
            (Where(since=100, until=100), [1, 2, 6]),
            (Where(since=101), [2, 4, 6]),
            (Where(until=99), [2, 3, 6]),
            (Where(since=95, until=95), [2, 3, 6]),
            (Where(until=NO_DAY_LAST), [1, 2, 3, 4, 6]),
            (Where(since=NO_DAY_FIRST), [1, 2, 3, 4, 6]),
        ):
            assert sorted(bench.found(vectors[0], where=where)) == expected, where

    def test_adding_a_key_again_gives_it_new_filter_columns(self, bench: Bench, vectors: Vectors) -> None:
        bench.add(some_rows(list(range(1, 101)), vectors[:100], days=UNDATED), 1)
        bench.add(some_rows([5, 99], vectors[[4, 98]], source=2, days=(100, 100)), 2)
        assert sorted(bench.found(vectors[0], where=Where(since=1))) == [5, 99]
        assert sorted(bench.found(vectors[0], where=Where(sources=frozenset({2})))) == [5, 99]
        assert bench.index.keys(0, 1_000).tolist() == list(range(1, 101))

    def test_a_key_twice_in_one_batch_is_one_row_and_the_last_columns_hold(self, bench: Bench, vectors: Vectors) -> None:
        rows = some_rows([4, 4], vectors[[0, 0]])
        bench.add(replace(rows, source=np.array([1, 2], np.int32)), 1)
        assert bench.found(vectors[0], where=Where(sources=frozenset({2}))) == [4]
        assert bench.found(vectors[0], where=Where(sources=frozenset({1}))) == []

    def test_a_removed_row_is_found_by_no_search(self, bench: Bench, vectors: Vectors) -> None:
        bench.add(some_rows(list(range(1, 201)), vectors), 1)
        report = bench.index.remove(np.array([3, 180, 777]), 2)
        assert (report.removed, report.unknown) == (2, (777,))
        left = [key for key in range(1, 201) if key not in (3, 180)]
        assert sorted(bench.found(vectors[2])) == left
        assert bench.index.keys(0, 1_000).tolist() == left

    def test_a_removed_key_may_come_back(self, bench: Bench, vectors: Vectors) -> None:
        bench.add(some_rows([1, 2], vectors[:2]), 1)
        bench.index.remove(np.array([1]), 2)
        assert bench.index.remove(np.array([1]), 3).unknown == (1,)
        bench.add(some_rows([1], vectors[0]), 4)
        assert bench.found(vectors[0]) == [1, 2]

    def test_all_rows_may_be_removed(self, bench: Bench, vectors: Vectors) -> None:
        bench.add(some_rows(list(range(1, 201)), vectors), 1)
        assert bench.index.remove(np.arange(1, 201), 2).removed == 200
        assert bench.found(vectors[0]) == []
        bench.add(some_rows([7], vectors[6]), 3)
        assert bench.found(vectors[0]) == [7]

    def test_keys_come_page_by_page_in_ascending_order(self, bench: Bench, vectors: Vectors) -> None:
        keys = np.random.default_rng(1).permutation(np.arange(1, 401, 2))[:100].tolist()
        for seq, start in enumerate(range(0, 100, 20), start=1):
            bench.add(some_rows(keys[start : start + 20], vectors[start : start + 20]), seq)
        pages, after = [], 0
        while len(page := bench.index.keys(after, 7)):
            pages += page.tolist()
            after = pages[-1]
        assert pages == sorted(keys)

    def test_applied_never_goes_back_and_never_runs_ahead(self, bench: Bench, vectors: Vectors) -> None:
        before = 0
        for seq in range(1, 41):
            bench.add(some_rows([seq], vectors[seq]), seq)
            if seq % 10 == 0:
                bench.index.remove(np.array([seq]), seq)
            assert before <= bench.index.applied() <= seq
            before = bench.index.applied()

    def test_outbox_numbers_that_run_backwards_are_damage(self, bench: Bench, vectors: Vectors) -> None:
        bench.add(some_rows([1], vectors[0]), 5)
        with pytest.raises(DamageError, match="entry 4"):
            bench.index.add(some_rows([2], vectors[1]), 4)
        with pytest.raises(DamageError, match="entry 4"):
            bench.index.remove(np.array([1]), 4)

    def test_reopened_and_replayed_it_holds_the_same_rows(self, bench: Bench, vectors: Vectors, tmp_path: Path) -> None:
        batches = {seq: some_rows([2 * seq, 2 * seq + 1], vectors[2 * seq : 2 * seq + 2]) for seq in range(1, 41)}
        for seq, rows in batches.items():
            bench.add(rows, seq)
        bench.index.close()
        index = self.open_index(tmp_path / "codes", bench.rows, bench.clock)
        for seq, rows in batches.items():
            if seq > index.applied():
                index.add(rows, seq)
        again = replace(bench, index=index)
        assert sorted(again.found(vectors[0])) == list(range(2, 82))
        assert again.found(vectors[33], k=1) == [33]

    def test_close_twice_is_once(self, bench: Bench, vectors: Vectors) -> None:
        bench.add(some_rows(list(range(1, 201)), vectors), 1)
        bench.index.close()
        bench.index.close()
