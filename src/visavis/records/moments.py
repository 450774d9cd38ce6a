"""The faces of one film with their times: what a clip is cut by."""

from dataclasses import dataclass

import sqlalchemy as sa

from visavis.domain.face import Box
from visavis.domain.ids import FaceId
from visavis.records import tables
from visavis.records.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmedFace:
    """One kept face of an appearance; times in ticks from the film's first frame."""

    id: FaceId
    appearance: int
    start_ticks: int
    end_ticks: int
    at_ticks: int
    box: Box
    plain: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmedFaces:
    """What is kept of the faces of one film, by appearance and time; `sha256` is the film's."""

    sha256: bytes
    faces: tuple[FilmedFace, ...]

    def beside(self, face_id: str) -> tuple[FilmedFace, ...]:
        """Return the plain faces of the appearance that this face is of."""
        mine = {face.appearance for face in self.faces if face.id == face_id}
        return tuple(face for face in self.faces if face.appearance in mine and face.plain)

    def between(self, start_ticks: int, end_ticks: int) -> frozenset[FaceId]:
        """Return every face whose appearance touches these times."""
        return frozenset(face.id for face in self.faces if face.start_ticks <= end_ticks and face.end_ticks >= start_ticks)


class Moments:
    """Queries about faces in films."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_film(self, media_id: str) -> FilmedFaces:
        """Return the faces of a film, those that are hidden too."""
        face, seen, media = tables.face, tables.appearance, tables.media
        query = (
            sa.select(
                *(face.c[name] for name in ("id", "left", "top", "width", "height", "state", "at_ticks")),
                *(seen.c[name] for name in ("number", "start_ticks", "end_ticks")),
                media.c.sha256,
            )
            .select_from(face.join(seen).join(media))
            .where(media.c.id == media_id, face.c.state != "erasing")
            .order_by(seen.c.start_ticks, seen.c.number, face.c.at_ticks)
        )
        rows = self._database.ask(query).all()
        faces = tuple(
            FilmedFace(
                id=FaceId(row.id),
                appearance=row.number,
                start_ticks=row.start_ticks,
                end_ticks=row.end_ticks,
                at_ticks=row.at_ticks,
                box=Box(left=row.left, top=row.top, width=row.width, height=row.height),
                plain=row.state == "plain",
            )
            for row in rows
        )
        return FilmedFaces(sha256=rows[0].sha256 if rows else b"", faces=faces)
