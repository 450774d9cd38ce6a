"""What is past its end: counts, numbers to erase, and the end of a source."""

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa

from visavis.records import tables
from visavis.records.database import Database, Work
from visavis.records.rotation_tables import erasure_media
from visavis.records.sources import SourceRecord

_of_media = tables.face.join(tables.appearance).join(tables.media)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCounts:
    """What a source holds: pictures and faces that nothing holds back, and pictures under a hold."""

    pictures: int
    faces: int
    held: int


class Retention:
    """Queries and writes about ends."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def counts(self, source_number: int) -> SourceCounts:
        """Count what erasing a source would take."""
        of_source = tables.media.c.source_number == source_number
        held = sa.func.coalesce(sa.func.sum(sa.case((tables.media.c.holds > 0, 1), else_=0)), 0)
        pictures, kept = self._database.ask(sa.select(sa.func.count(), held).where(of_source)).one()
        faces = sa.select(sa.func.count()).select_from(_of_media).where(of_source, tables.media.c.holds == 0)
        return SourceCounts(pictures=pictures - kept, faces=int(self._database.ask(faces).scalar_one()), held=kept)

    def media_to_erase(self, source_number: int, *, limit: int) -> list[int]:
        """Return some pictures of a source that are neither held nor being erased already."""
        query = (
            sa.select(tables.media.c.number)
            .where(
                tables.media.c.source_number == source_number,
                tables.media.c.holds == 0,
                tables.media.c.number.not_in(sa.select(erasure_media.c.media_number)),
            )
            .order_by(tables.media.c.number)
            .limit(limit)
        )
        return list(self._database.ask(query).scalars())

    def expired_faces(self, source_number: int, at: dt.datetime) -> list[int]:
        """Return the faces of a source whose template has ended, without those that are held or being erased already."""
        query = (
            sa.select(tables.face.c.number)
            .select_from(_of_media.join(tables.template, tables.template.c.face_number == tables.face.c.number))
            .where(
                tables.template.c.expires_at <= at,
                tables.media.c.source_number == source_number,
                tables.media.c.holds == 0,
                tables.face.c.state != "erasing",
            )
            .order_by(tables.face.c.number)
        )
        return list(self._database.ask(query).scalars())

    def set_state(self, work: Work, source: SourceRecord, state: str) -> None:
        """Say where a source stands in its life."""
        work.run(sa.update(tables.source).where(tables.source.c.number == source.number).values(state=state))
        work.leaf("alteration", source=source.id, what="state", was=source.state, state=state)

    def close(self, work: Work, source: SourceRecord) -> None:
        """Drop what is left of an expired source: paths of files that never became pictures. Its charter stays, to answer for."""
        roots = sa.select(tables.root.c.number).where(tables.root.c.source_number == source.number)
        files = work.run(sa.delete(tables.location).where(tables.location.c.root_number.in_(roots))).rowcount
        work.run(sa.update(tables.source).where(tables.source.c.number == source.number).values(state="erased"))
        work.leaf("erasure", source=source.id, what="state", was=source.state, state="erased", files=files)
