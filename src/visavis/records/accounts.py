"""Accounts of the web desk: a person's second factor, and how many tries to sign in have failed."""

import datetime as dt
from dataclasses import dataclass, replace

import sqlalchemy as sa

from visavis.domain.ids import PersonId
from visavis.records.case_tables import account, person
from visavis.records.database import Database, Work
from visavis.records.vault import Vault

_SECRET = "account.totp_secret"  # noqa: S105 - the name of a column


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRecord:
    """A person's account.

    Attributes
    ----------
    totp_secret : str or None
        Base32 (RFC 6238); None = no second factor.
    totp_step : int
        The newest 30-second step whose code was used: no code is taken twice.
    failures : int
        Tries that failed since the last that did not.
    locked_until : datetime or None
        UTC; no try counts before.
    signed_in_at : datetime or None
        UTC; when they last signed in over the network.
    """

    person_id: PersonId
    totp_secret: str | None = None
    totp_step: int = 0
    failures: int = 0
    locked_until: dt.datetime | None = None
    signed_in_at: dt.datetime | None = None


class Accounts:
    """Queries and writes about accounts."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    def of(self, person_id: PersonId) -> AccountRecord:
        """Return a person's account; an empty one if nothing is known of it yet."""
        row = self._database.ask(sa.select(account).where(account.c.person_id == person_id)).one_or_none()
        if row is None:
            return AccountRecord(person_id=person_id)
        key = self._database.ask(sa.select(person.c.key_id).where(person.c.id == person_id)).scalar_one()
        secret = None if row.totp_secret is None else self._vault.open(_SECRET, row.totp_secret, row=person_id, key=key).decode()
        return AccountRecord(
            person_id=person_id,
            totp_secret=secret,
            totp_step=row.totp_step,
            failures=row.failures,
            locked_until=row.locked_until,
            signed_in_at=row.signed_in_at,
        )

    def keep(self, work: Work, record: AccountRecord) -> None:
        """Write an account; the caller writes the leaf."""
        key = work.ask(sa.select(person.c.key_id).where(person.c.id == record.person_id)).scalar_one()
        secret = record.totp_secret
        sealed = None if secret is None else self._vault.seal(_SECRET, secret.encode(), row=record.person_id, key=key)
        work.run(sa.delete(account).where(account.c.person_id == record.person_id))
        work.run(
            sa.insert(account),
            [
                {
                    "person_id": record.person_id,
                    "totp_secret": sealed,
                    "totp_step": record.totp_step,
                    "failures": record.failures,
                    "locked_until": record.locked_until,
                    "signed_in_at": record.signed_in_at,
                }
            ],
        )

    def forget_failures(self, work: Work, record: AccountRecord, *, step: int) -> None:
        """Note that a person signed in, with the code of that step."""
        done = replace(record, failures=0, locked_until=None, signed_in_at=work.at)
        self.keep(work, replace(done, totp_step=max(step, record.totp_step)))
