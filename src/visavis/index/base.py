"""The VectorIndex plug: seven doors and what they promise.

An index holds nothing that can't be made again: *rebuild* is «open an empty one and add from the rows». It never decides what may be
seen: each hit is joined to SQL before it leaves the service. The promises below are tested by
:class:`visavis.testing.index_contract.IndexContract`, which every implementation must pass.
"""

from collections.abc import Callable
from typing import Protocol

from visavis.domain.arrays import Keys, Vectors
from visavis.domain.clearance import Clearance
from visavis.domain.identification import Hits, IndexRows, RemovalReport, Where

RowReader = Callable[[Keys], Vectors]
"""Keys in, (N, D) float32 rows out, as stored (float16 precision), each row's checksum checked; `DamageError` names a bad row."""


class VectorIndex(Protocol):
    """Seven doors. One writer at a time; any number of readers, each an instance of its own.

    Threads may share an instance: they search while one of them adds or removes.
    """

    def add(self, rows: IndexRows, seq: int) -> None:
        """Take in rows. Found by the very next search. Idempotent by key: a known key only gets its new filter columns.

        Parameters
        ----------
        rows : IndexRows
            (N, D) float32 unit vectors with their keys and filter columns.
        seq : int
            Outbox number; never goes back.
        """
        ...

    def remove(self, keys: Keys, seq: int) -> RemovalReport:
        """Forget rows: not returned from now on, and gone from every file of the index when this returns. Unknown keys are reported.

        Parameters
        ----------
        keys : (N,) int64
        seq : int
        """
        ...

    def search(self, probe: Vectors, k: int, where: Where | None, clearance: Clearance) -> Hits:
        """Return the `k` most similar rows among those that `clearance` and `where` both let through, none below its least similarity.

        Parameters
        ----------
        probe : (D,) float32
            Unit length.
        k : int
            At least 1. Fewer rows than `k` is no error.
        where : Where or None
        clearance : Clearance
            Checked against the index's clock before anything is read.

        Raises
        ------
        RefusedError
            Clearance hand-made or expired.
        DamageError
            A row that fails its checksum, or fewer hits than rows that must exist.
        """
        ...

    def search_each(self, probes: Vectors, k: int, where: Where | None, clearance: Clearance) -> tuple[Hits, ...]:
        """Return what :meth:`search` would for each of several probes; cheaper than one search after the other.

        Parameters
        ----------
        probes : (P, D) float32
            Unit length.
        k, where, clearance
            As in :meth:`search`, for all of them.

        Raises
        ------
        RefusedError, DamageError
            As in :meth:`search`; then no probe has an answer.
        """
        ...

    def keys(self, after: int, limit: int) -> Keys:
        """Return up to `limit` keys above `after`, ascending: (M,) int64. For reconciliation."""
        ...

    def applied(self) -> int:
        """Return the last `seq` that survives a crash; later outbox entries are added again at opening. 0 = none."""
        ...

    def close(self) -> None:
        """Write down what is worth keeping and let go of every file. Twice is once."""
        ...
