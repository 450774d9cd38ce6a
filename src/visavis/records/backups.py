"""Backups that were taken: each is a copy that outlives an erasure until its last day."""

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa

from visavis.domain.ids import new_id
from visavis.records.database import Database, Work
from visavis.records.erasure_tables import backup


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupRecord:
    """One backup; `ledger_size` leaves are in it, and it is to be destroyed after `keep_until`."""

    id: str
    at: dt.datetime
    ledger_size: int
    keep_until: dt.date


class Backups:
    """Queries and writes about backups."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, work: Work, *, keep_until: dt.date) -> BackupRecord:
        """Write that a backup is taken, and its leaf, which is the last one in it."""
        backup_id = new_id(work.at)
        seq = work.leaf("disclosure", what="backup", backup=backup_id, keep_until=keep_until.isoformat())
        made = BackupRecord(id=backup_id, at=work.at, ledger_size=seq + 1, keep_until=keep_until)
        work.run(sa.insert(backup), [{"id": made.id, "at": made.at, "ledger_size": made.ledger_size, "keep_until": keep_until}])
        return made

    def first_size(self) -> int | None:
        """Return how many leaves are in the oldest backup, None if none was taken: from there on what is erased must be known outside."""
        size = self._database.ask(sa.select(sa.func.min(backup.c.ledger_size))).scalar_one()
        return None if size is None else int(size)

    def kept(self, day: dt.date) -> list[BackupRecord]:
        """Return the backups that may still lie somewhere on `day`, oldest first."""
        query = sa.select(backup).where(backup.c.keep_until >= day).order_by(backup.c.number)
        return [
            BackupRecord(id=row.id, at=row.at, ledger_size=row.ledger_size, keep_until=row.keep_until) for row in self._database.ask(query)
        ]
