"""What people have signed: the statement, the signature, the key. A signature that does not hold is never returned as one."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from visavis.domain.errors import InputError
from visavis.domain.ids import PersonId, new_id
from visavis.records import case_tables as tables
from visavis.records.database import Database, Work
from visavis.records.person_key import holds
from visavis.records.vault import ARCHIVE_KEY, Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureRecord:
    """One signature that was checked against the key it names.

    Attributes
    ----------
    what : str
        `charter`, `case-approval`, `case-renewal`, `verdict`, `label`, `policy` or `answer`.
    object_id : str
        Of what was signed.
    facts : mapping
        What the statement says.
    """

    what: str
    object_id: str
    person_id: PersonId
    public_key: bytes
    facts: Mapping[str, Any]
    statement: bytes
    signature: bytes
    at: dt.datetime


class Signatures:
    """Queries and writes about signatures."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    def add(  # noqa: PLR0913 - a signature's own fields, keyword-only
        self, work: Work, *, what: str, object_id: str, person_id: PersonId, statement: bytes, signature: bytes, key: int = ARCHIVE_KEY
    ) -> None:
        """Keep a signature in the caller's unit of work; the caller writes the leaf.

        Parameters
        ----------
        statement : bytes
            Canonical JSON, as `visavis.domain.signing.Signer` makes it.
        key : int
            Data key that closes the statement; with a key of its own what was signed can be forgotten.

        Raises
        ------
        InputError
            This person, or this key under another name, has signed it already; or the signature is not by the person's key.
        """
        public_key = work.ask(sa.select(tables.person.c.public_key).where(tables.person.c.id == person_id)).scalar_one()
        if not holds(public_key, statement, signature):
            raise InputError("this signature was not made with the person's key", remedy="sign in again")
        row_id = new_id(work.at)
        row = {
            "id": row_id,
            "what": what,
            "object_id": object_id,
            "person_id": person_id,
            "public_key": public_key,
            "statement": self._vault.seal("signature.statement", statement, row=row_id, key=key),
            "signature": signature,
            "key_id": key,
            "at": work.at,
        }
        try:
            work.run(sa.insert(tables.signature), [row])
        except sa.exc.IntegrityError as error:
            raise InputError(f"this key has signed the {what} of {object_id} already", remedy="another person has to sign") from error

    def of(self, what: str, object_id: str | None = None) -> list[SignatureRecord]:
        """Return the signatures under one object, or under every object of a kind, oldest first; those that don't hold are left out."""
        own = sa.and_(tables.signature.c.person_id == tables.person.c.id, tables.signature.c.public_key == tables.person.c.public_key)
        query = sa.select(tables.signature).join(tables.person, own).where(tables.signature.c.what == what)
        if object_id is not None:
            query = query.where(tables.signature.c.object_id == object_id)
        found = (self._read(row) for row in self._database.ask(query.order_by(tables.signature.c.id)))
        return [record for record in found if record is not None]

    def _read(self, row: sa.Row[Any]) -> SignatureRecord | None:
        statement = self._vault.open("signature.statement", row.statement, row=row.id, key=row.key_id)
        if not holds(row.public_key, statement, row.signature):
            return None
        said = json.loads(statement)
        if (said["what"], said["object"], said["person"]) != (row.what, row.object_id, row.person_id):
            return None
        return SignatureRecord(
            what=row.what,
            object_id=row.object_id,
            person_id=PersonId(row.person_id),
            public_key=row.public_key,
            facts=said["facts"],
            statement=statement,
            signature=row.signature,
            at=row.at,
        )
