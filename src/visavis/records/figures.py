"""How large an archive is, in a few numbers that cost milliseconds: for a machine that asks every half minute."""

import sqlalchemy as sa

from visavis.domain.figures import Figures
from visavis.records import tables
from visavis.records.database import Database
from visavis.records.folder import ArchiveFolder

_ROWID: sa.ColumnClause[int] = sa.literal_column("rowid", sa.Integer)


class ArchiveFigures:
    """Counts of one archive; nothing of them is about anybody."""

    def __init__(self, database: Database, folder: ArchiveFolder) -> None:
        self._database = database
        self._folder = folder

    def read(self) -> Figures:
        """Count what is there. Searches and candidates are counted by the last row's number, pictures from one index."""
        media = tables.media.c
        there = self._database.ask(
            sa.select(sa.func.count(media.present), sa.func.coalesce(sa.func.sum(media.templates), 0)).where(
                media.source_number.in_(sa.select(tables.source.c.number)), media.present == 1
            )
        ).one()
        leaves = self._database.ask(sa.select(sa.func.max(tables.leaf.c.seq))).scalar_one()
        return Figures(
            sources=int(self._database.ask(sa.select(sa.func.count()).select_from(tables.source)).scalar_one()),
            pictures=int(there[0]),
            templates=int(there[1]),
            searches=self._last(tables.search),
            candidates=self._last(tables.candidate),
            leaves=0 if leaves is None else int(leaves) + 1,
            bytes=self._folder.size_bytes(),
        )

    def _last(self, table: sa.Table) -> int:
        return self._database.ask(sa.select(sa.func.max(_ROWID)).select_from(table)).scalar_one() or 0
