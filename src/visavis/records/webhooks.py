"""Where events are told over HTTP: targets, each with its secret and the number of the leaf that it has been told of.

The ledger is the outbox: it has every act in order, in ids, in the act's own transaction. A target is behind by the leaves above `seen`.
"""

import datetime as dt
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from visavis.domain.errors import InputError
from visavis.domain.ids import new_id
from visavis.records import tables
from visavis.records.database import Database, Work
from visavis.records.program_tables import webhook_target
from visavis.records.vault import PathSealer, Vault

SECRET_BYTES = 32
_SECRET = "webhook_target.secret"  # noqa: S105 - the name of a column


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where events go.

    Attributes
    ----------
    seen : int
        Number of the newest leaf that it was told of, or that was not for it.
    tries : int
        How often in a row it did not take what it was told.
    next_at : datetime or None
        UTC; not before then. None = at once.
    problem : str
        Why the last try failed, in a word.
    """

    id: str
    url: str
    secret: str = field(repr=False)
    events: tuple[str, ...]
    seen: int
    tries: int
    next_at: dt.datetime | None
    problem: str
    created_at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LeafTold:
    """A leaf, read."""

    seq: int
    at: dt.datetime
    told: Mapping[str, Any]


class Webhooks:
    """Queries and writes about targets."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault
        self._sealer = PathSealer(vault)

    def add(self, work: Work, url: str, events: tuple[str, ...]) -> str:
        """Write a target, to be told what is done from now on; return its id."""
        target_id, secret = new_id(work.at), secrets.token_hex(SECRET_BYTES)
        last = work.ask(sa.select(sa.func.max(tables.leaf.c.seq))).scalar_one()
        row = {
            "id": target_id,
            "url": self._sealer.seal("webhook_target.url", url, row=target_id),
            "secret": self._vault.seal(_SECRET, secret.encode(), row=target_id),
            "events": " ".join(events),
            "seen": -1 if last is None else last,
            "tries": 0,
            "problem": "",
            "created_at": work.at,
            "created_by": work.actor.person_id,
        }
        work.run(sa.insert(webhook_target), [row])
        work.leaf("set-up", what="webhook-added", target=target_id, events=list(events))
        return target_id

    def remove(self, work: Work, target: Target) -> None:
        """Tell a target nothing more, and forget it."""
        work.run(sa.delete(webhook_target).where(webhook_target.c.id == target.id))
        work.leaf("set-up", what="webhook-removed", target=target.id)

    def all(self) -> list[Target]:
        """Return every target, oldest first."""
        return [self._read(row) for row in self._database.ask(sa.select(webhook_target).order_by(webhook_target.c.id)).all()]

    def one(self, wanted: str) -> Target:
        """Return the target of that id, end of an id, or address; `InputError` if none or several are."""
        every = self.all()
        found = [one for one in every if wanted in (one.id, one.url) or (len(wanted) >= 4 and one.id.endswith(wanted))]
        if len(found) != 1:
            raise InputError(f"{'several webhooks are' if found else 'no webhook is'} called «{wanted}»", remedy="visavis webhook list")
        return found[0]

    def leaves(self, after: int, most: int) -> list[LeafTold]:
        """Return up to `most` leaves behind one, in order."""
        leaf = tables.leaf.c
        query = sa.select(leaf.seq, leaf.at, leaf.body).where(leaf.seq > after).order_by(leaf.seq).limit(most)
        return [LeafTold(seq=row.seq, at=row.at, told=json.loads(row.body)) for row in self._database.ask(query).all()]

    def told(self, work: Work, target: Target, *, seen: int, sent: int) -> None:
        """Note that a target took events, up to a leaf."""
        self._write(work, target, seen=seen, tries=0, next_at=None, problem="")
        work.leaf("disclosure", what="webhook-sent", target=target.id, events=sent)

    def failed(self, work: Work, target: Target, *, seen: int, next_at: dt.datetime, problem: str) -> None:
        """Note that a target did not take an event, and when it is tried again."""
        self._write(work, target, seen=seen, tries=target.tries + 1, next_at=next_at, problem=problem)
        work.leaf("set-up", what="webhook-failed", target=target.id, tries=target.tries + 1, problem=problem)

    def gave_up(self, work: Work, target: Target, *, seen: int, problem: str) -> None:
        """Note that an event was given up, and go on behind it."""
        self._write(work, target, seen=seen, tries=0, next_at=None, problem=problem)
        work.leaf("set-up", what="webhook-gave-up", target=target.id, leaf=seen)

    def _write(self, work: Work, target: Target, **values: object) -> None:
        work.run(sa.update(webhook_target).where(webhook_target.c.id == target.id).values(**values))

    def _read(self, row: Any) -> Target:
        return Target(
            id=row.id,
            url=self._sealer.open("webhook_target.url", row.url, row=row.id),
            secret=self._vault.open(_SECRET, row.secret, row=row.id).decode(),
            events=tuple(row.events.split()),
            seen=row.seen,
            tries=row.tries,
            next_at=row.next_at,
            problem=row.problem,
            created_at=row.created_at,
        )
