"""Programs: service accounts with the SHA-256 of their secrets, the searches that they made, and what their last probes looked like."""

import datetime as dt
import hashlib
import hmac
import secrets
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from visavis.domain.errors import InputError
from visavis.domain.ids import CaseId, PersonId, ServiceId, new_id
from visavis.records import tables
from visavis.records.database import Database, Work
from visavis.records.keyring import KeyKind, Keyring
from visavis.records.program_tables import service_account, service_source
from visavis.records.vault import PathSealer, Vault

_SECRET = "service_account.secret"  # noqa: S105 - the name of a column
SECRET_BYTES = 32
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewProgram:
    """A service account on its way into the records; `law` has checked it. `sources` are numbers."""

    name: str
    sources: frozenset[int]
    case_id: CaseId | None
    acts: tuple[str, ...]
    per_hour: int
    per_day: int
    until: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramRecord(NewProgram):
    """A service account.

    Attributes
    ----------
    created_by : PersonId or None
        None = the machine's user, at home.
    revoked_at : datetime or None
        UTC; from then on its secret is destroyed.
    secret_sha256 : (32,) bytes
        The secret is 256 random bits: nobody can try them all, so that a slow hash would add nothing.
    """

    id: ServiceId
    created_at: dt.datetime
    created_by: PersonId | None
    revoked_at: dt.datetime | None
    secret_sha256: bytes = field(repr=False)

    def holds(self, secret: str) -> bool:
        """Whether this is its secret; takes as long whatever is wrong with it."""
        return hmac.compare_digest(hashlib.sha256(secret.encode()).digest(), self.secret_sha256)


class Programs:
    """Queries and writes about service accounts."""

    def __init__(self, database: Database, vault: Vault, keys: Keyring) -> None:
        self._database = database
        self._vault = vault
        self._sealer = PathSealer(vault)
        self._keys = keys

    def add(self, work: Work, new: NewProgram) -> tuple[ServiceId, str]:
        """Write an account and its leaf; return its id and the secret, which nobody sees again.

        Raises
        ------
        InputError
            The name is taken, by a revoked one too.
        """
        mark = self._sealer.mark("service_account.name", _plain(new.name))
        if work.ask(sa.select(service_account.c.id).where(service_account.c.name_mark == mark)).first() is not None:
            raise InputError(f"there is, or was, a key called «{new.name}»", remedy="add a word that tells them apart")
        service_id, secret = ServiceId(new_id(work.at)), secrets.token_hex(SECRET_BYTES)
        number = self._keys.make(work, KeyKind.SERVICE)
        row = {
            "id": service_id,
            "name": self._sealer.seal("service_account.name", new.name, row=service_id),
            "name_mark": mark,
            "secret_sha256": hashlib.sha256(secret.encode()).digest(),
            "secret": self._vault.seal(_SECRET, secret.encode(), row=service_id, key=number),
            "key_id": number,
            "case_id": new.case_id,
            "acts": " ".join(sorted(new.acts)),
            "per_hour": new.per_hour,
            "per_day": new.per_day,
            "until": new.until,
            "created_at": work.at,
            "created_by": work.actor.person_id,
        }
        work.run(sa.insert(service_account), [row])
        work.run(sa.insert(service_source), [{"service_id": service_id, "source_number": one} for one in sorted(new.sources)])
        work.leaf(
            "set-up",
            what="key-added",
            service=service_id,
            case=new.case_id,
            sources=sorted(new.sources),
            acts=sorted(new.acts),
            per_hour=new.per_hour,
            per_day=new.per_day,
            until=f"{new.until:%Y-%m-%dT%H:%M:%SZ}",
        )
        return service_id, secret

    def revoke(self, work: Work, program: ProgramRecord) -> None:
        """Let a program in no longer, and destroy its secret."""
        values = {"revoked_at": work.at, "revoked_by": work.actor.person_id}
        work.run(sa.update(service_account).where(service_account.c.id == program.id).values(values))
        key = work.ask(sa.select(service_account.c.key_id).where(service_account.c.id == program.id)).scalar_one()
        self._keys.destroy(work, key)
        work.leaf("set-up", what="key-revoked", service=program.id)

    def all(self) -> list[ProgramRecord]:
        """Return every account, revoked and ended ones too, oldest first."""
        sources: dict[str, set[int]] = {}
        for row in self._database.ask(sa.select(service_source)):
            sources.setdefault(row.service_id, set()).add(row.source_number)
        rows = self._database.ask(sa.select(service_account).order_by(service_account.c.id)).all()
        return [self._record(row, sources) for row in rows]

    def one(self, wanted: str) -> ProgramRecord:
        """Return the account of that id, end of an id, or name; `InputError` if none or several are."""
        every = self.all()
        found = [one for one in every if one.id == wanted or _plain(one.name) == _plain(wanted)] or [
            one for one in every if len(wanted) >= 4 and one.id.endswith(wanted)
        ]
        if len(found) != 1:
            what = "no key is" if not found else f"{len(found)} keys are"
            raise InputError(f"{what} called «{wanted}»", remedy="list them: visavis key list")
        return found[0]

    def by_id(self, service_id: str) -> ProgramRecord | None:
        """Return the account of exactly that id; None if there is none."""
        row = self._database.ask(sa.select(service_account).where(service_account.c.id == service_id)).one_or_none()
        if row is None:
            return None
        sources = self._database.ask(sa.select(service_source.c.source_number).where(service_source.c.service_id == service_id))
        return self._record(row, {service_id: {one[0] for one in sources}})

    def secret(self, program: ProgramRecord) -> str:
        """Return the secret of an account that is not revoked, for checking a signature made with it; it goes nowhere else."""
        row = self._database.ask(sa.select(service_account).where(service_account.c.id == program.id)).one()
        return self._vault.open(_SECRET, row.secret, row=row.id, key=row.key_id).decode()

    def searches(self, service_id: ServiceId, at: dt.datetime) -> tuple[int, int]:
        """Return how many searches a program made within the last hour, and within the last 24."""
        times = self._times(service_id, at - DAY)
        return sum(at - one < HOUR for one in times), len(times)

    def free_at(self, program: ProgramRecord, at: dt.datetime) -> dt.datetime:
        """Return when a program may search again: `at` itself unless its rate is used up."""
        times = self._times(program.id, at - DAY)
        ends = [at]
        for period, most in ((HOUR, program.per_hour), (DAY, program.per_day)):
            within = [one for one in times if at - one < period]
            if len(within) >= most:
                ends.append(within[-most] + period)
        return max(ends)

    def _times(self, service_id: ServiceId, since: dt.datetime) -> Sequence[dt.datetime]:
        """Return when a program searched, oldest first."""
        by = tables.search.c.service_id == service_id
        query = sa.select(tables.search.c.at).where(by, tables.search.c.at > since).order_by(tables.search.c.at)
        return [row.at for row in self._database.ask(query)]

    def _record(self, row: sa.Row[Any], sources: Mapping[str, set[int]]) -> ProgramRecord:
        return ProgramRecord(
            id=ServiceId(row.id),
            name=self._sealer.open("service_account.name", row.name, row=row.id),
            sources=frozenset(sources.get(row.id, ())),
            case_id=row.case_id and CaseId(row.case_id),
            acts=tuple(row.acts.split()),
            per_hour=row.per_hour,
            per_day=row.per_day,
            until=row.until,
            created_at=row.created_at,
            created_by=row.created_by and PersonId(row.created_by),
            revoked_at=row.revoked_at,
            secret_sha256=row.secret_sha256,
        )


def _plain(name: str) -> str:
    """Return a name as it is compared."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
