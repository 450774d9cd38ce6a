"""Collections: what a program calls a source, where it asks in the shapes of Amazon Rekognition, and the faces in it."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from visavis.domain.errors import InputError
from visavis.domain.face import Box
from visavis.domain.ids import FaceId, MediaId, PersonId, ServiceId, new_id
from visavis.records import tables
from visavis.records.database import Database, Work
from visavis.records.files import chunks
from visavis.records.gallery import shown_at
from visavis.records.program_tables import service_collection
from visavis.records.shown import box_of
from visavis.records.vault import PathSealer


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionRecord:
    """What a program calls a source.

    Attributes
    ----------
    name : str
        As the program writes it; upper and lower case differ.
    folder : str
        Where its pictures are put, a folder of the source; empty = it takes none.
    allowed_by : PersonId or None
        None = the machine's user, at home.
    created_at : datetime or None
        When the program created it, UTC; None = it is allowed only.
    """

    id: str
    service_id: ServiceId
    name: str
    source_number: int
    folder: str = field(repr=False)
    allowed_at: dt.datetime
    allowed_by: PersonId | None
    created_at: dt.datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredIn:
    """A face that may be shown, with the picture that it is in; `score` is the detector's, 0 to 1."""

    id: FaceId
    media_id: MediaId
    box: Box
    score: float


class Collections:
    """Queries and writes about them."""

    def __init__(self, database: Database, sealer: PathSealer) -> None:
        self._database = database
        self._sealer = sealer

    def add(self, work: Work, service_id: ServiceId, name: str, *, source_number: int, folder: str) -> str:
        """Allow a name to a program; return its id. `InputError` if the program has it already."""
        collection_id, mark = new_id(work.at), self._sealer.mark("service_collection.name", name)
        taken = service_collection.c.service_id == service_id, service_collection.c.name_mark == mark
        if work.ask(sa.select(service_collection.c.id).where(*taken)).first() is not None:
            raise InputError(f"this key has a collection «{name}» already", remedy="visavis collection list")
        row = {
            "id": collection_id,
            "service_id": service_id,
            "name": self._sealer.seal("service_collection.name", name, row=collection_id),
            "name_mark": mark,
            "source_number": source_number,
            "folder": self._sealer.seal("service_collection.folder", folder, row=collection_id) if folder else None,
            "allowed_at": work.at,
            "allowed_by": work.actor.person_id,
        }
        work.run(sa.insert(service_collection), [row])
        work.leaf("set-up", what="collection-allowed", collection=collection_id, service=service_id, takes_pictures=bool(folder))
        return collection_id

    def created(self, work: Work, collection: CollectionRecord, *, source_id: str) -> None:
        """Note that its program created it."""
        work.run(sa.update(service_collection).where(service_collection.c.id == collection.id).values(created_at=work.at))
        work.leaf("set-up", what="collection-created", collection=collection.id, source=source_id)

    def remove(self, work: Work, collection: CollectionRecord) -> None:
        """Forget the name; what was read under it stays, as part of its source."""
        work.run(sa.delete(service_collection).where(service_collection.c.id == collection.id))
        work.leaf("set-up", what="collection-forbidden", collection=collection.id, service=collection.service_id)

    def all(self) -> list[CollectionRecord]:
        """Return every one, oldest first."""
        return [self._read(row) for row in self._database.ask(sa.select(service_collection).order_by(service_collection.c.id)).all()]

    def of(self, service_id: ServiceId, name: str) -> CollectionRecord | None:
        """Return what a program calls so; None if it calls nothing so."""
        mark = self._sealer.mark("service_collection.name", name)
        mine = service_collection.c.service_id == service_id, service_collection.c.name_mark == mark
        row = self._database.ask(sa.select(service_collection).where(*mine)).one_or_none()
        return None if row is None else self._read(row)

    def faces(self, source_number: int, at: dt.datetime, ids: Collection[str]) -> dict[FaceId, StoredIn]:
        """Return those of these faces that are in a source, and may be shown."""
        found: dict[FaceId, StoredIn] = {}
        for chunk in chunks(sorted(set(ids))):
            found.update((one.id, one) for one in self._ask(source_number, at, tables.face.c.id.in_(chunk)))
        return found

    def faces_in(self, source_number: int, at: dt.datetime, media_number: int) -> Sequence[StoredIn]:
        """Return the faces of one picture that may be shown, as they were found in it."""
        return self._ask(source_number, at, tables.media.c.number == media_number)

    def _ask(self, source_number: int, at: dt.datetime, which: sa.ColumnElement[bool]) -> list[StoredIn]:
        face, seen, media = tables.face, tables.appearance, tables.media
        columns = (face.c.id, face.c.left, face.c.top, face.c.width, face.c.height, face.c.score, media.c.id.label("media_id"))
        query = (
            sa.select(*columns)
            .select_from(tables.template.join(face).join(seen).join(media))
            .where(media.c.source_number == source_number, which, shown_at(at))
            .order_by(face.c.number)
        )
        rows = self._database.ask(query).all()
        return [StoredIn(id=FaceId(row.id), media_id=MediaId(row.media_id), box=box_of(row), score=row.score) for row in rows]

    def _read(self, row: Any) -> CollectionRecord:
        folder = "" if row.folder is None else self._sealer.open("service_collection.folder", row.folder, row=row.id)
        return CollectionRecord(
            id=row.id,
            service_id=ServiceId(row.service_id),
            name=self._sealer.open("service_collection.name", row.name, row=row.id),
            source_number=row.source_number,
            folder=folder,
            allowed_at=row.allowed_at,
            allowed_by=row.allowed_by and PersonId(row.allowed_by),
            created_at=row.created_at,
        )
