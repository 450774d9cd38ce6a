"""The referee: compares the probe with every row. Slow, in memory, and right by inspection; for tests, trials and small galleries."""

from threading import Lock

import numpy as np

from visavis.domain.arrays import Keys, Vectors
from visavis.domain.clearance import Clearance
from visavis.domain.clock import Clock
from visavis.domain.identification import Hits, IndexRows, RemovalReport, Where
from visavis.index.columns import Columns, check_probes, check_rows, check_seq
from visavis.index.ranking import at_least, best, similarities


class ExactIndex:
    """All rows in memory at the precision of the row files (float16). Nothing outlives `close`, so `applied` stays 0.

    Parameters
    ----------
    dim : int
        Values in a vector.
    clock : Clock
        For clearances.
    """

    def __init__(self, dim: int, clock: Clock) -> None:
        self._dim = dim
        self._clock = clock
        self._seen = 0
        self._lock = Lock()
        self._vectors = np.empty((0, dim), np.float16)
        self._columns = Columns.empty(0)

    def add(self, rows: IndexRows, seq: int) -> None:
        """Take in rows; a known key only gets its new filter columns."""
        check_rows(rows, self._dim)
        with self._lock:
            check_seq(seq, self._seen)
            self._seen = seq
            self._take_in(rows)

    def remove(self, keys: Keys, seq: int) -> RemovalReport:
        """Forget rows; unknown keys are reported."""
        with self._lock:
            check_seq(seq, self._seen)
            self._seen = seq
            gone = np.isin(self._columns.keys, keys)
            unknown = np.setdiff1d(keys, self._columns.keys)
            self._columns, old = self._columns.take(~gone), self._vectors
            self._vectors = old[~gone]
            old.fill(0)
        return RemovalReport(removed=int(gone.sum()), unknown=tuple(unknown.tolist()))

    def search(self, probe: Vectors, k: int, where: Where | None, clearance: Clearance) -> Hits:
        """Return the `k` most similar rows that `clearance` and `where` let through."""
        return self.search_each(probe[None], k, where, clearance)[0]

    def search_each(self, probes: Vectors, k: int, where: Where | None, clearance: Clearance) -> tuple[Hits, ...]:
        """Return what :meth:`search` would for each probe."""
        clearance.check(self._clock.now())
        check_probes(probes, k, self._dim)
        with self._lock:
            passing = self._columns.passing(clearance.sources, where)
            keys, vectors = self._columns.keys[passing], self._vectors[passing].astype(np.float32)
        return tuple(at_least(best(keys, similarities(vectors, probe), k), clearance.least_similarity) for probe in probes)

    def keys(self, after: int, limit: int) -> Keys:
        """Return up to `limit` keys above `after`, ascending."""
        return np.sort(self._columns.keys[self._columns.keys > after])[:limit]

    def applied(self) -> int:
        """Return 0: nothing here survives a crash."""
        return 0

    def close(self) -> None:
        """Let go of every row."""
        self._vectors = np.empty((0, self._dim), np.float16)
        self._columns = Columns.empty(0)

    def _take_in(self, rows: IndexRows) -> None:
        places = {key: place for place, key in enumerate(self._columns.keys.tolist())}
        new = {}
        for i, key in enumerate(rows.keys.tolist()):
            if key in places:
                self._columns.put(slice(places[key], places[key] + 1), Columns.of(rows).take(slice(i, i + 1)))
            else:
                new[key] = i
        chosen = np.array(list(new.values()), np.int64)
        self._columns = Columns.joined([self._columns, Columns.of(rows).take(chosen)])
        self._vectors = np.concatenate([self._vectors, rows.vectors[chosen].astype(np.float16)])
