"""Local policy packs, each as its file was, with its owner's signature. None is ever removed: past decisions name it."""

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa

from visavis.domain.errors import InputError
from visavis.domain.ids import PersonId
from visavis.records.case_tables import person, policy_pack
from visavis.records.database import Database, Work


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalPack:
    """A pack: its mark, its file's bytes, and the Ed25519 signature over their SHA-256 by the key of who added it."""

    mark: str
    body: bytes
    signature: bytes
    public_key: bytes
    added_by: PersonId
    added_at: dt.datetime


class Policies:
    """Queries and writes about local packs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, work: Work, *, mark: str, body: bytes, signature: bytes, person_id: PersonId) -> None:
        """Keep a pack; `InputError` if it is here already."""
        if work.ask(sa.select(policy_pack.c.mark).where(policy_pack.c.mark == mark)).first() is not None:
            raise InputError(f"the policy pack {mark} is here already", remedy="visavis policy list")
        row = {"mark": mark, "body": body, "signature": signature, "added_by": person_id, "added_at": work.at}
        work.run(sa.insert(policy_pack), [row])
        work.leaf("set-up", what="policy-added", policy=mark, person=person_id)

    def all(self) -> list[LocalPack]:
        """Return the packs in the order in which they were added."""
        query = (
            sa.select(policy_pack, person.c.public_key)
            .join(person, person.c.id == policy_pack.c.added_by)
            .order_by(policy_pack.c.added_at, policy_pack.c.mark)
        )
        return [
            LocalPack(
                mark=row.mark,
                body=row.body,
                signature=row.signature,
                public_key=row.public_key,
                added_by=PersonId(row.added_by),
                added_at=row.added_at,
            )
            for row in self._database.ask(query)
        ]
