"""Writing a leaf with its payload and its nodes of the tree, inside a transaction that is open."""

import datetime as dt
import secrets
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, cast

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from visavis.domain.actor import Actor
from visavis.domain.errors import DamageError
from visavis.records import ledger_tables, tables
from visavis.records.vault import ARCHIVE_KEY, PathSealer, Vault

Peek = Callable[..., tuple[Any, ...] | None]
"""(SQL, values) to the first row, by the driver itself: in a transaction or outside, and in a tenth of the time."""

_NODE = "SELECT substr(nodes, ?, ?) FROM leaf WHERE seq = ?"

HASH_BYTES = 32
SALT_BYTES = 32


class LeafPen(Protocol):
    """How acts become leaves and leaves a tree; `visavis.ledger.pen` is one."""

    def write(self, seq: int, at: dt.datetime, actor: Actor, operation: str, facts: Mapping[str, object]) -> bytes:
        """Return a leaf's bytes."""
        ...

    def payload(self, salt: bytes, private: Mapping[str, str]) -> tuple[bytes, str]:
        """Return what is kept outside a leaf, and the commitment that stands in it."""
        ...

    def grow(self, seq: int, body: bytes, node: Callable[[int, int], bytes]) -> bytes:
        """Return the hashes of the nodes that a leaf completes, level 0 first, one behind the other."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What a leaf is to tell.

    Attributes
    ----------
    private : mapping or None
        Personal text that belongs to it, kept sealed outside the leaf.
    private_key : int
        Number of the data key that closes it: destroyed, the text is gone and the leaf stands.
    """

    at: dt.datetime
    actor: Actor
    operation: str
    facts: Mapping[str, object] = field(default_factory=dict)
    private: Mapping[str, str] | None = None
    private_key: int = ARCHIVE_KEY


@dataclass(frozen=True, slots=True, kw_only=True)
class LeafWriter:
    """Appends to the ledger.

    Attributes
    ----------
    session : str
        Id of the run of the program; stands in each leaf.
    """

    pen: LeafPen
    vault: Vault
    session: str

    def append(self, connection: Connection, seq: int, act: Act) -> None:
        """Write a leaf. It names its actor by a mark: the ledger outlives the names, which stand sealed in the rows it tells of."""
        facts: dict[str, object] = {**act.facts, "session": self.session}
        kept = b""
        if act.private is not None:
            kept, commitment = self.pen.payload(secrets.token_bytes(SALT_BYTES), act.private)
            facts["commitments"] = [commitment]
        mark = PathSealer(self.vault).mark("leaf.actor", act.actor.person_id or act.actor.service_id or act.actor.name).hex()
        body = self.pen.write(seq, act.at, replace(act.actor, name=mark), act.operation, facts)
        driver = cast("sqlite3.Connection", connection.connection.driver_connection)

        def peek(sql: str, *values: object) -> tuple[Any, ...] | None:
            return cast("tuple[Any, ...] | None", driver.execute(sql, values).fetchone())

        nodes = self.pen.grow(seq, body, lambda level, index: stored_node(peek, level, index))
        connection.execute(sa.insert(tables.leaf), [{"seq": seq, "at": act.at, "body": body, "nodes": nodes}])
        if kept:
            sealed = self.vault.seal("leaf_payload.sealed", kept, row=str(seq), key=act.private_key)
            connection.execute(sa.insert(ledger_tables.leaf_payload), [{"seq": seq, "key_id": act.private_key, "sealed": sealed}])


def stored_node(peek: Peek, level: int, index: int) -> bytes:
    """Return the hash of a full node of the tree: it lies with the leaf that completes it.

    Raises
    ------
    DamageError
        That leaf, or its place in the tree, is missing.
    """
    seq = ((index + 1) << level) - 1
    found = peek(_NODE, level * HASH_BYTES + 1, HASH_BYTES, seq)
    if found is None or len(found[0] or b"") != HASH_BYTES:  # what SQL cuts from nothing is NULL
        raise DamageError(f"ledger: leaf {seq} is missing, or its place in the tree", remedy="run «visavis verify»; restore from a backup")
    return bytes(found[0])
