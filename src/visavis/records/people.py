"""People who may act, each with a key of their own that a passphrase closes."""

import datetime as dt
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from visavis.domain.actor import Role
from visavis.domain.errors import InputError
from visavis.domain.ids import PersonId, new_id
from visavis.records.case_tables import person, person_role
from visavis.records.database import Database, Work
from visavis.records.keyring import KeyKind, Keyring
from visavis.records.person_key import ClosedKey
from visavis.records.vault import PathSealer, Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRecord:
    """One person.

    Attributes
    ----------
    public_key : bytes
        Ed25519, 32 bytes.
    created_by : PersonId or None
        None = the first person of the archive.
    revoked_at : datetime or None
        UTC; from then on this person can't sign in. What they signed stays signed.
    roles_by, roles_at : PersonId or None, datetime or None
        Who gave them other roles last, and when; None = they have those that they came with.
    """

    id: PersonId
    name: str
    roles: frozenset[Role]
    public_key: bytes
    created_at: dt.datetime
    created_by: PersonId | None
    revoked_at: dt.datetime | None
    roles_by: PersonId | None = None
    roles_at: dt.datetime | None = None


class People:
    """Queries and writes about people."""

    def __init__(self, database: Database, vault: Vault, keys: Keyring) -> None:
        self._database = database
        self._vault = vault
        self._sealer = PathSealer(vault)
        self._keys = keys

    def add(  # noqa: PLR0913 - what a person is written with, all keyword-only
        self,
        work: Work,
        *,
        name: str,
        roles: Sequence[Role],
        key: ClosedKey,
        first: bool,
        by: PersonId | None = None,
        invitation: str = "",
    ) -> PersonId:
        """Write a person; return their id. `by` stands for the actor of `work` where an `invitation` is used.

        Raises
        ------
        InputError
            The name is taken, by somebody revoked too; or somebody else became the `first` person meanwhile.
        """
        if first and work.ask(sa.select(person.c.id)).first() is not None:
            raise InputError(
                "somebody else became the first person of this archive", remedy="sign in as one who may add people: --as PERSON"
            )
        mark, by = self._mark(name), by or work.actor.person_id
        if work.ask(sa.select(person.c.id).where(person.c.name_mark == mark)).first() is not None:
            raise InputError(f"there is, or was, a person called «{name}»", remedy="add a word that tells them apart")
        person_id = PersonId(new_id(work.at))
        number = self._keys.make(work, KeyKind.PERSON)
        row = {
            "id": person_id,
            "name": self._sealer.seal("person.name", name, row=person_id, key=number),
            "name_mark": mark,
            "public_key": key.public_key,
            "closed_key": self._vault.seal("person.closed_key", key.closed, row=person_id, key=number),
            "key_id": number,
            "created_by": None if first else by,
            "created_at": work.at,
        }
        work.run(sa.insert(person), [row])
        work.run(sa.insert(person_role), [{"person_id": person_id, "role": role.value} for role in sorted(set(roles))])
        facts = {"roles": sorted(set(roles)), "public_key": key.public_key.hex()} | ({"invitation": invitation} if invitation else {})
        work.leaf("set-up", what="person-added", person=person_id, **facts)
        return person_id

    def taken(self, name: str) -> bool:
        """Whether somebody is, or was, called so."""
        return self._database.ask(sa.select(person.c.id).where(person.c.name_mark == self._mark(name))).first() is not None

    def change_roles(self, work: Work, who: PersonRecord, roles: Sequence[Role]) -> None:
        """Put other roles in the place of a person's."""
        words = sorted({role.value for role in roles})
        work.run(sa.delete(person_role).where(person_role.c.person_id == who.id))
        work.run(sa.insert(person_role), [{"person_id": who.id, "role": word} for word in words])
        work.run(sa.update(person).where(person.c.id == who.id).values(roles_by=work.actor.person_id, roles_at=work.at))
        work.leaf("set-up", what="person-roles", person=who.id, before=sorted(who.roles), roles=words)

    def close_key(self, work: Work, who: PersonRecord, key: ClosedKey) -> None:
        """Keep a person's key as another passphrase closes it."""
        number = work.ask(sa.select(person.c.key_id).where(person.c.id == who.id)).scalar_one()
        closed = self._vault.seal("person.closed_key", key.closed, row=who.id, key=number)
        work.run(sa.update(person).where(person.c.id == who.id).values(closed_key=closed))
        work.leaf("set-up", what="passphrase-changed", person=who.id)

    def revoke(self, work: Work, who: PersonRecord) -> None:
        """Let a person sign in no longer."""
        work.run(sa.update(person).where(person.c.id == who.id).values(revoked_at=work.at, revoked_by=work.actor.person_id))
        work.leaf("set-up", what="person-revoked", person=who.id)

    def all(self) -> list[PersonRecord]:
        """Return every person, revoked ones too, oldest first."""
        roles: dict[str, set[Role]] = {}
        for row in self._database.ask(sa.select(person_role)):
            roles.setdefault(row.person_id, set()).add(Role(row.role))
        return [
            PersonRecord(
                id=PersonId(row.id),
                name=self._sealer.open("person.name", row.name, row=row.id, key=row.key_id),
                roles=frozenset(roles.get(row.id, ())),
                public_key=row.public_key,
                created_at=row.created_at,
                created_by=row.created_by,
                revoked_at=row.revoked_at,
                roles_by=row.roles_by and PersonId(row.roles_by),
                roles_at=row.roles_at,
            )
            for row in self._database.ask(sa.select(person).order_by(person.c.id))
        ]

    def one(self, wanted: str) -> PersonRecord:
        """Return the person of that id, end of an id, or name; `InputError` if none or several are."""
        everybody = self.all()
        found = [who for who in everybody if who.id == wanted or _plain(who.name) == _plain(wanted)] or [
            who for who in everybody if len(wanted) >= 4 and who.id.endswith(wanted)
        ]
        if len(found) != 1:
            what = "nobody is" if not found else f"{len(found)} people are"
            raise InputError(f"{what} called «{wanted}» here", remedy="list them: visavis person list")
        return found[0]

    def closed_key(self, who: PersonRecord) -> ClosedKey:
        """Return a person's private key as the passphrase closes it."""
        row = self._database.ask(sa.select(person).where(person.c.id == who.id)).one()
        return ClosedKey(
            public_key=row.public_key, closed=self._vault.open("person.closed_key", row.closed_key, row=row.id, key=row.key_id)
        )

    def _mark(self, name: str) -> bytes:
        return self._sealer.mark("person.name", _plain(name))


def _plain(name: str) -> str:
    """Return a name as it is compared: «ADA » is «Ada»."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
