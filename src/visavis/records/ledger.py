"""Reading the ledger: leaves, nodes of the tree, payloads, and which checkpoints left the house."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from visavis.domain.errors import KeyDestroyed
from visavis.records import ledger_tables, tables
from visavis.records.database import Database, Work
from visavis.records.leaves import stored_node
from visavis.records.vault import Vault

LEAVES_AT_A_TIME = 1024
LEAVES_BACK = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredLeaf:
    """One row of the ledger.

    Attributes
    ----------
    at : datetime
        UTC, beside the leaf's own bytes.
    body : bytes
        Canonical JSON.
    nodes : bytes
        Hashes of the nodes that it completes, 32 bytes each, its own first.
    """

    seq: int
    at: dt.datetime
    body: bytes
    nodes: bytes


class Ledger:
    """Questions about the ledger; it is written by `Work.leaf` alone."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    def size(self) -> int:
        """Return how many leaves there are."""
        last = self._database.ask(sa.select(sa.func.max(tables.leaf.c.seq))).scalar_one()
        return 0 if last is None else last + 1

    def last_at(self) -> dt.datetime | None:
        """Return the time of the newest leaf."""
        return self._database.ask(sa.select(tables.leaf.c.at).order_by(tables.leaf.c.seq.desc()).limit(1)).scalar_one_or_none()

    def node(self, level: int, index: int) -> bytes:
        """Return the hash of a full node of the tree; `DamageError` if it is missing."""
        return stored_node(self._database.peek, level, index)

    def leaves(self, first: int = 0, until: int | None = None) -> Iterator[StoredLeaf]:
        """Yield the leaves numbered `first` … `until` - 1, in order; without `until` to the newest."""
        leaf = tables.leaf.c
        while until is None or first < until:
            query = sa.select(leaf.seq, leaf.at, leaf.body, leaf.nodes).where(leaf.seq >= first).order_by(leaf.seq).limit(LEAVES_AT_A_TIME)
            rows = self._database.ask(query if until is None else query.where(leaf.seq < until)).all()
            if not rows:
                return
            for seq, at, body, nodes in rows:
                yield StoredLeaf(seq=seq, at=at, body=body, nodes=nodes)
            first = rows[-1].seq + 1

    def newest(self, until: int, *, holding: Sequence[bytes] = ()) -> Iterator[StoredLeaf]:
        """Yield the leaves numbered below `until`, newest first: those whose bytes hold all of `holding`."""
        leaf = tables.leaf.c
        while until > 0:
            held = [sa.func.instr(leaf.body, sa.literal(needle, sa.LargeBinary)) > 0 for needle in holding]
            query = sa.select(leaf.seq, leaf.at, leaf.body, leaf.nodes).where(leaf.seq < until, *held)
            rows = self._database.ask(query.order_by(leaf.seq.desc()).limit(LEAVES_BACK)).all()
            for seq, at, body, nodes in rows:
                yield StoredLeaf(seq=seq, at=at, body=body, nodes=nodes)
            until = rows[-1].seq if len(rows) == LEAVES_BACK else 0

    def payloads(self) -> Iterator[tuple[StoredLeaf, bytes]]:
        """Yield each leaf whose payload can still be opened, and the payload."""
        numbers = self._database.ask(sa.select(ledger_tables.leaf_payload.c.seq).order_by(ledger_tables.leaf_payload.c.seq)).scalars().all()
        for seq in numbers:
            if (kept := self.payload(seq)) is not None:
                yield next(self.leaves(seq, seq + 1)), kept

    def payload(self, seq: int) -> bytes | None:
        """Return what a leaf commits to (salt ‖ canonical JSON); None if it has none, or the key that closed it was destroyed."""
        found = self._database.ask(sa.select(ledger_tables.leaf_payload).where(ledger_tables.leaf_payload.c.seq == seq)).one_or_none()
        if found is None:
            return None
        try:
            return self._vault.open("leaf_payload.sealed", found.sealed, row=str(seq), key=found.key_id)
        except KeyDestroyed:
            return None

    def first_at(self) -> dt.datetime | None:
        """Return when the ledger began."""
        return self._database.ask(sa.select(tables.leaf.c.at).where(tables.leaf.c.seq == 0)).scalar_one_or_none()

    def record_given(self, work: Work, size: int) -> None:
        """Write that a checkpoint of this size leaves the house; the caller writes the leaf."""
        work.run(sa.insert(ledger_tables.checkpoint_given).prefix_with("OR REPLACE"), [{"size": size, "at": work.at}])

    def last_given(self) -> dt.datetime | None:
        """Return when a checkpoint last left the house."""
        given = ledger_tables.checkpoint_given.c.at
        return self._database.ask(sa.select(given).order_by(given.desc()).limit(1)).scalar_one_or_none()

    def given(self) -> list[tuple[int, dt.datetime]]:
        """Return size and time of each checkpoint that left the house, newest first."""
        given = ledger_tables.checkpoint_given.c
        rows = self._database.ask(sa.select(given.size, given.at).order_by(given.size.desc())).all()
        return [(int(size), at) for size, at in rows]
