"""The pictures of a source as people look through them: page by page, with the faces that may be shown, and none with anybody hidden."""

import datetime as dt
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from visavis.domain.face import Box
from visavis.domain.film import Moment
from visavis.domain.ids import FaceId, MediaId
from visavis.records import tables
from visavis.records.database import Database
from visavis.records.files import chunks, location_row
from visavis.records.film_tables import film
from visavis.records.films import moment_of, page_of
from visavis.records.gallery import shown_at
from visavis.records.shown import OF_FILM, TIMES, box_of
from visavis.records.suppression_tables import suppression, suppression_mark
from visavis.records.suppressions import MarkKind
from visavis.records.vault import PathSealer

AT_ONCE = 200
"""Rows looked at in one query; pictures with somebody hidden in them are passed over."""
_TEXTS = ("caption", "credit", "rights", "asset_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureFace:
    """A face that may be shown. Of a film it stands for one appearance, at `moment`; `page` is of a file with several, from 1."""

    id: FaceId
    box: Box
    moment: Moment | None = None
    page: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcePicture:
    """A picture or film of a source.

    Attributes
    ----------
    captured_at, captured_origin : str or None
        As people read it, and where it comes from: a `DateOrigin` value.
    texts : mapping-like tuple of (str, str)
        Caption, credit, rights and number, as far as the charter keeps them.
    path : str
        Below the source's folder of number `root_number`.
    offline : bool
        That folder was out of reach when last looked at.
    """

    number: int
    id: MediaId
    source_number: int
    kind: str
    format: str
    width: int
    height: int
    captured_at: str | None
    captured_origin: str | None
    texts: tuple[tuple[str, str], ...]
    path: str
    root_number: int
    offline: bool
    reason: str
    faces: tuple[PictureFace, ...]


class Pictures:
    """Queries about pictures to be looked through. Whether anybody may, the law says."""

    def __init__(self, database: Database, sealer: PathSealer, *, mark: Callable[[MarkKind, bytes], bytes]) -> None:
        self._database = database
        self._sealer = sealer
        self._mark = mark

    def page(self, source_number: int, at: dt.datetime, *, after: str = "", limit: int) -> list[SourcePicture]:
        """Return up to `limit` pictures of a source in order of their coming, behind the one whose id is `after`."""
        last = self._number(source_number, after) if after else 0
        found: list[SourcePicture] = []
        while len(found) < limit:
            numbers = self._database.ask(_present(source_number, last).limit(AT_ONCE)).scalars().all()
            if not numbers:
                break
            last = numbers[-1]
            rows = self._database.ask(_there(at).where(tables.media.c.number.in_(numbers))).all()
            found += self._pictures(rows, at)
        return found[:limit]

    def one(self, media_id: str, at: dt.datetime) -> SourcePicture | None:
        """Return one picture; None if it is not there, or not to be shown."""
        rows = self._database.ask(_there(at).where(tables.media.c.id == media_id)).all()
        return next(iter(self._pictures(rows, at)), None)

    def _number(self, source_number: int, media_id: str) -> int:
        query = sa.select(tables.media.c.number).where(tables.media.c.id == media_id, tables.media.c.source_number == source_number)
        return int(self._database.ask(query).scalar_one_or_none() or 0)

    def _pictures(self, rows: Collection[Any], at: dt.datetime) -> Iterator[SourcePicture]:
        objected = self._objected({row.sha256 for row in rows})
        shown = [row for row in rows if row.sha256 not in objected]
        numbers = [row.number for row in shown]
        places, faces = self._places(numbers), self._faces(numbers, at)
        for row in shown:
            if row.number in places:
                yield self._picture(row, places[row.number], tuple(faces.get(row.number, ())))

    def _objected(self, digests: Collection[bytes]) -> frozenset[bytes]:
        """Return those of these contents in which somebody has objected to being found."""
        marks = {self._mark(MarkKind.CONTENT, digest): digest for digest in digests}
        found: set[bytes] = set()
        for chunk in chunks(list(marks)):
            query = (
                sa.select(suppression_mark.c.mark)
                .join(suppression, suppression.c.number == suppression_mark.c.suppression_number)
                .where(suppression_mark.c.kind == MarkKind.CONTENT.value, suppression_mark.c.mark.in_(chunk))
                .where(suppression.c.lifted_at.is_(None))
            )
            found.update(marks[mark] for mark in self._database.ask(query).scalars())
        return frozenset(found)

    def _places(self, numbers: Collection[int]) -> dict[int, Any]:
        place = tables.location
        found: dict[int, Any] = {}
        for chunk in chunks(list(numbers)):
            query = (
                sa.select(place, tables.root.c.offline_since)
                .select_from(place.join(tables.root))
                .where(place.c.media_number.in_(chunk), place.c.missing_since.is_(None))
                .order_by(place.c.number.desc())
            )
            found.update((row.media_number, row) for row in self._database.ask(query).all())
        return found

    def _faces(self, numbers: Collection[int], at: dt.datetime) -> dict[int, list[PictureFace]]:
        face, seen = tables.face, tables.appearance
        found: dict[int, dict[int, PictureFace]] = {}
        for chunk in chunks(list(numbers)):
            query = (
                sa.select(seen.c.media_number, face.c.id, *(face.c[side] for side in ("left", "top", "width", "height")), *TIMES)
                .select_from(tables.template.join(face).join(seen).outerjoin(film, OF_FILM))
                .where(seen.c.media_number.in_(chunk), shown_at(at))
                .order_by(face.c.number)
            )
            for row in self._database.ask(query).all():
                shown = PictureFace(id=FaceId(row.id), box=box_of(row), moment=moment_of(row), page=page_of(row))
                found.setdefault(row.media_number, {}).setdefault(row.appearance_number, shown)
        return {number: list(faces.values()) for number, faces in found.items()}

    def _picture(self, row: Any, place: Any, faces: tuple[PictureFace, ...]) -> SourcePicture:
        def text(name: str) -> str:
            sealed = getattr(row, name)
            return self._sealer.open(f"media.{name}", sealed, row=str(row.number), key=row.key_id) if sealed else ""

        plain = ("number", "source_number", "kind", "format", "width", "height", "captured_at", "captured_origin")
        at = location_row(place.root_number, place.path_mark)
        return SourcePicture(
            **{name: getattr(row, name) for name in plain},
            id=MediaId(row.id),
            texts=tuple((name, said) for name in _TEXTS if (said := text(name))),
            path=self._sealer.open("location.path", place.path, row=at, key=row.key_id),
            root_number=place.root_number,
            offline=place.offline_since is not None,
            reason=place.reason,
            faces=faces,
        )


def _there(at: dt.datetime) -> sa.Select[*tuple[Any, ...]]:
    """Select pictures that are there, not held, and show nobody who is restricted, suppressed, being erased, or past an own end."""
    media, face, seen, template = tables.media, tables.face, tables.appearance, tables.template
    hidden = (
        sa.select(face.c.number)
        .select_from(face.join(seen).outerjoin(template, template.c.face_number == face.c.number))
        .where(seen.c.media_number == media.c.number, sa.or_(face.c.state != "plain", template.c.expires_at <= at))
    )
    return sa.select(media).where(media.c.present == 1, media.c.holds == 0, ~hidden.exists()).order_by(media.c.number)


def _present(source_number: int, last: int) -> sa.Select[int]:
    """Select numbers behind `last`, from one index: whether a picture shows somebody who is hidden is asked of a few only."""
    media = tables.media.c
    there = media.source_number == source_number, media.present == 1, media.holds == 0, media.number > last
    return sa.select(media.number).where(*there).order_by(media.number)
