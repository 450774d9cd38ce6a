"""Which files are still there: what a listing did not meet is missing, and comes back when it is met again.

A missing picture hides its faces (`media.present = 0`) and keeps its templates, so nothing is computed again when it returns. What a
listing met is held in a temporary table, outside the archive, so that memory stays bounded.
"""

from collections.abc import Sequence

import sqlalchemy as sa

from visavis.records import tables
from visavis.records.database import Database, Work
from visavis.records.files import Files, Job

_seen = sa.Table("seen", sa.MetaData(), sa.Column("number", sa.Integer, primary_key=True), prefixes=["TEMPORARY"])


class Presence:
    """One listing of one root."""

    def __init__(self, database: Database, files: Files, *, job: Job, root_number: int) -> None:
        self._database = database
        self._files = files
        self._job = job
        self._root_number = root_number
        database.ask(sa.text("CREATE TEMPORARY TABLE IF NOT EXISTS seen (number INTEGER PRIMARY KEY)"))
        database.ask(sa.text("DELETE FROM seen"))
        self._before = self._count(self._here())

    def saw(self, numbers: Sequence[int]) -> None:
        """Note locations that were met and need not be read."""
        if numbers:
            self._database.note(sa.insert(_seen).prefix_with("OR IGNORE"), [{"number": number} for number in numbers])

    def counts(self) -> tuple[int, int]:
        """Return (locations that were there before, those of them that this listing met neither there nor, by content, elsewhere)."""
        return self._before, self._count(self._here(), *self._unmet(), sa.not_(self._moved()))

    def mark_missing(self, work: Work) -> int:
        """Mark what was not met as missing and hide its faces; a path whose content was met elsewhere is forgotten. Return how many
        files are missing now.
        """
        gone = (tables.location.c.root_number == self._root_number, *self._unmet(), self._moved())
        carried = set(work.ask(sa.select(tables.location.c.media_number).where(*gone)).scalars())
        moved = work.run(sa.delete(tables.location).where(*gone)).rowcount
        media = sa.select(tables.location.c.media_number).where(self._here(), *self._unmet(), tables.location.c.media_number.is_not(None))
        touched = set(work.ask(media).scalars())
        result = work.run(sa.update(tables.location).where(self._here(), *self._unmet()).values(missing_since=work.at))
        self._files.refresh_presence(work, carried | touched)
        work.leaf("alteration", job=self._job.id, source=self._job.source_id, what="missing", files=result.rowcount, moved=moved)
        return int(result.rowcount)

    def mark_found(self, work: Work, numbers: Sequence[int]) -> None:
        """Bring back files that were missing and are there again, unchanged."""
        self._files.mark_found(work, numbers)
        work.leaf("alteration", job=self._job.id, source=self._job.source_id, what="found again", files=len(numbers))

    def _count(self, *where: sa.ColumnElement[bool]) -> int:
        return int(self._database.ask(sa.select(sa.func.count()).select_from(tables.location).where(*where)).scalar_one())

    def _here(self) -> sa.ColumnElement[bool]:
        return sa.and_(tables.location.c.root_number == self._root_number, tables.location.c.missing_since.is_(None))

    def _unmet(self) -> tuple[sa.ColumnElement[bool], ...]:
        return (
            tables.location.c.job_number != self._job.number,
            tables.location.c.number.not_in(sa.select(_seen.c.number)),
        )

    def _moved(self) -> sa.ColumnElement[bool]:
        other = tables.location.alias()
        met = sa.or_(other.c.job_number == self._job.number, other.c.number.in_(sa.select(_seen.c.number)))
        return (
            sa.exists()
            .where(
                other.c.media_number == tables.location.c.media_number,
                other.c.root_number == self._root_number,
                other.c.number != tables.location.c.number,
                other.c.missing_since.is_(None),
                met,
            )
            .correlate(tables.location)
        )
