"""Faces that have no template of a pack yet, with the originals that they are to be cut out of."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa

from visavis.domain.arrays import Landmarks5
from visavis.domain.face import Box
from visavis.records import tables
from visavis.records.database import Database
from visavis.records.files import location_row
from visavis.records.repacking_tables import spare_template
from visavis.records.shown import box_of
from visavis.records.vault import PathSealer

of_media = tables.face.join(tables.appearance).join(tables.media)
"""Faces with what they are of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceToMove:
    """A face without a template of the wanted pack.

    Attributes
    ----------
    box, landmarks_5x2 : Box, (5, 2) float32
        Ratios of the upright picture, or frame.
    at_ticks : int
        Of its frame; 0 in a photograph.
    """

    number: int
    box: Box
    landmarks_5x2: Landmarks5
    at_ticks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """What such faces were found in.

    Attributes
    ----------
    places : tuple of (int, str)
        Root number and path below it, of each file that shows it and is there.
    """

    number: int
    id: str
    source_number: int
    rotation_group_id: int
    sha256: bytes
    places: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureToMove(Original):
    """A photograph with such faces."""

    faces: tuple[FaceToMove, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmToMove(Original):
    """A film with such faces.

    Attributes
    ----------
    waiting : int
        How many; `Waiting.of_film` returns them, for there may be more than memory should hold.
    appearances : int
        That the film has in all.
    """

    waiting: int
    appearances: int


class Waiting:
    """Finds them.

    Its methods take `spare`: True = the pack is the one that an archive is on its way to, False = the one that is searched.
    """

    def __init__(self, database: Database, sealer: PathSealer) -> None:
        self._database = database
        self._sealer = sealer

    def photographs(self, *, spare: bool, after: int, limit: int) -> list[PictureToMove]:
        """Return photographs with numbers above `after`, in their order."""
        numbers = self._numbers("photo", spare=spare, after=after, limit=limit)
        faces: dict[int, list[FaceToMove]] = {number: [] for number in numbers}
        for row in self._faces(_lacking(spare=spare), tables.media.c.number.in_(numbers), by=tables.face.c.number):
            faces[row.media_number].append(_face(row))
        return [PictureToMove(**facts, faces=tuple(faces[number])) for number, facts in self._originals(numbers).items()]

    def film(self, *, spare: bool, after: int) -> FilmToMove | None:
        """Return the first film with a number above `after`."""
        numbers = self._numbers("film", spare=spare, after=after, limit=1)
        for number, facts in self._originals(numbers).items():
            of_film = tables.appearance.c.media_number == number
            appearances = self._database.ask(sa.select(sa.func.count()).select_from(tables.appearance).where(of_film)).scalar_one()
            return FilmToMove(**facts, waiting=self._count(_lacking(spare=spare), of_film), appearances=int(appearances))
        return None

    def of_film(self, film: FilmToMove, *, spare: bool, after: FaceToMove | None, limit: int) -> list[FaceToMove]:
        """Return faces of a film behind `after`, in order of time."""
        at, number = tables.face.c.at_ticks, tables.face.c.number
        behind = sa.true() if after is None else sa.or_(at > after.at_ticks, sa.and_(at == after.at_ticks, number > after.number))
        rows = self._faces(_lacking(spare=spare), tables.media.c.number == film.number, behind, by=at, limit=limit)
        return [_face(row) for row in rows]

    def count(self, *, spare: bool) -> int:
        """Return how many there are in all."""
        return self._count(_lacking(spare=spare))

    def _count(self, *where: sa.ColumnElement[bool]) -> int:
        return int(self._database.ask(sa.select(sa.func.count()).select_from(of_media).where(*where)).scalar_one())

    def _numbers(self, kind: str, *, spare: bool, after: int, limit: int) -> list[int]:
        media = tables.media.c
        query = sa.select(media.number).select_from(of_media).where(_lacking(spare=spare), media.kind == kind, media.number > after)
        return list(self._database.ask(query.distinct().order_by(media.number).limit(limit)).scalars())

    def _faces(self, *where: sa.ColumnElement[bool], by: sa.ColumnElement[Any], limit: int | None = None) -> Sequence[Any]:
        face = tables.face.c
        box = face.left, face.top, face.width, face.height
        query = sa.select(tables.appearance.c.media_number, face.number, *box, face.landmarks, face.at_ticks).select_from(of_media)
        return self._database.ask(query.where(*where).order_by(by, face.number).limit(limit)).all()

    def _originals(self, numbers: Sequence[int]) -> dict[int, dict[str, Any]]:
        media, places = tables.media.c, self._places(numbers)
        query = sa.select(media.number, media.id, media.source_number, media.sha256, tables.source.c.rotation_group_id)
        rows = self._database.ask(
            query.select_from(tables.media.join(tables.source)).where(media.number.in_(numbers)).order_by(media.number)
        )
        return {row.number: {**row._asdict(), "places": tuple(places.get(row.number, ()))} for row in rows}

    def _places(self, numbers: Sequence[int]) -> dict[int, list[tuple[int, str]]]:
        place, key = tables.location.c, tables.media.c.key_id
        query = sa.select(place.media_number, place.root_number, place.path, place.path_mark, key).select_from(
            tables.location.join(tables.media)
        )
        found: dict[int, list[tuple[int, str]]] = {}
        for row in self._database.ask(query.where(place.media_number.in_(numbers), place.missing_since.is_(None)).order_by(place.number)):
            path = self._sealer.open("location.path", row.path, row=location_row(row.root_number, row.path_mark), key=row.key_id)
            found.setdefault(row.media_number, []).append((row.root_number, path))
        return found


def free() -> sa.ColumnElement[bool]:
    """Faces that may be worked on: shown, neither restricted nor on hold (GDPR Art. 18(2): what is restricted is kept, no more)."""
    return sa.and_(tables.face.c.state == "plain", tables.media.c.holds == 0)


def has(table: sa.Table) -> sa.ColumnElement[bool]:
    """Faces with a template in this table."""
    return sa.exists().where(table.c.face_number == tables.face.c.number)


def _lacking(*, spare: bool) -> sa.ColumnElement[bool]:
    if spare:
        return sa.and_(free(), ~has(spare_template), has(tables.template))
    return sa.and_(free(), ~has(tables.template))


def _face(row: Any) -> FaceToMove:
    points = np.frombuffer(row.landmarks, "<f4").reshape(5, 2)
    return FaceToMove(number=row.number, box=box_of(row), landmarks_5x2=points, at_ticks=row.at_ticks)
