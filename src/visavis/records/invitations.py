"""Invitations: who may come in, in which roles, by whose word. The link's token is nowhere; its SHA-256 finds the row."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from visavis.domain.actor import Role
from visavis.domain.errors import InputError
from visavis.domain.ids import PersonId, new_id
from visavis.records.case_tables import invitation
from visavis.records.database import Database, Work
from visavis.records.vault import PathSealer


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """One invitation. It holds until it is used, taken back, or `until` (UTC) has come."""

    id: str
    name: str
    roles: frozenset[Role]
    invited_by: PersonId
    invited_at: dt.datetime
    until: dt.datetime
    used_at: dt.datetime | None
    withdrawn_at: dt.datetime | None

    @property
    def spent(self) -> bool:
        """Whether it was used or taken back."""
        return self.used_at is not None or self.withdrawn_at is not None


class Invitations:
    """Queries and writes about invitations."""

    def __init__(self, database: Database, sealer: PathSealer) -> None:
        self._database = database
        self._sealer = sealer

    def add(self, work: Work, *, token_sha256: bytes, name: str, roles: Sequence[Role], until: dt.datetime) -> str:
        """Write an invitation by the actor of `work`, and its leaf; return its id."""
        invitation_id, words = new_id(work.at), sorted({role.value for role in roles})
        row = {
            "id": invitation_id,
            "token_sha256": token_sha256,
            "name": self._sealer.seal("invitation.name", name, row=invitation_id),
            "roles": " ".join(words),
            "invited_by": work.actor.person_id,
            "invited_at": work.at,
            "until": until,
        }
        work.run(sa.insert(invitation), [row])
        work.leaf("set-up", what="person-invited", invitation=invitation_id, roles=words, until=until.isoformat())
        return invitation_id

    def use(self, work: Work, used: Invitation) -> None:
        """Note that an invitation was used; once. The caller writes the leaf."""
        table = invitation.c
        where = table.id == used.id, table.used_at.is_(None), table.withdrawn_at.is_(None)
        if work.run(sa.update(invitation).where(*where).values(used_at=work.at)).rowcount != 1:
            raise InputError("this invitation was used meanwhile", remedy="ask the owner for another")

    def withdraw(self, work: Work, taken: Invitation) -> None:
        """Take an invitation back."""
        work.run(sa.update(invitation).where(invitation.c.id == taken.id).values(withdrawn_at=work.at))
        work.leaf("set-up", what="invitation-withdrawn", invitation=taken.id)

    def by_token(self, token_sha256: bytes) -> Invitation | None:
        """Return the invitation of a link; None = there is none."""
        row = self._database.ask(sa.select(invitation).where(invitation.c.token_sha256 == token_sha256)).one_or_none()
        return None if row is None else self._record(row)

    def all(self) -> list[Invitation]:
        """Return every invitation, oldest first."""
        return [self._record(row) for row in self._database.ask(sa.select(invitation).order_by(invitation.c.id))]

    def _record(self, row: Any) -> Invitation:
        return Invitation(
            id=row.id,
            name=self._sealer.open("invitation.name", row.name, row=row.id),
            roles=frozenset(Role(word) for word in row.roles.split()),
            invited_by=PersonId(row.invited_by),
            invited_at=row.invited_at,
            until=row.until,
            used_at=row.used_at,
            withdrawn_at=row.withdrawn_at,
        )
