"""Faces that stand together in one photograph: of two such faces one knows that they are two people, mostly."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import sqlalchemy as sa

from visavis.domain.face import Box, Quality
from visavis.records import tables
from visavis.records.database import Database
from visavis.records.gallery import searchable
from visavis.records.shown import QUALITY


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceTogether:
    """One face of a photograph: key and rotation of its template, where it is, and whether it has any weakness."""

    key: int
    transform: int
    box: Box
    weak: bool


class Together:
    """Queries about photographs with several faces."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def photographs(self, sources: frozenset[int], at: dt.datetime) -> Iterator[Sequence[FaceTogether]]:
        """Yield the faces, two or more, of each still of these sources that may be shown at `at`; one still of several with one hash."""
        face, media, template = tables.face, tables.media, tables.template
        shown = searchable(at).subquery()
        stills = (
            sa.select(sa.func.min(media.c.number))
            .where(media.c.source_number.in_(sorted(sources)), media.c.kind == "photo", media.c.templates >= 2)
            .group_by(media.c.source_number, media.c.dhash)
        )
        query = (
            sa.select(
                media.c.number.label("media_number"),
                template.c.key,
                template.c.transform_key_id,
                *(face.c[name] for name in ("left", "top", "width", "height", *QUALITY)),
            )
            .select_from(template.join(face).join(tables.appearance).join(media).join(shown, shown.c.key == template.c.key))
            .where(media.c.number.in_(stills))
            .order_by(media.c.number, template.c.key)
        )
        for _, rows in groupby(self._database.ask(query).all(), key=lambda row: row.media_number):
            faces = [
                FaceTogether(
                    key=row.key,
                    transform=row.transform_key_id,
                    box=Box(left=row.left, top=row.top, width=row.width, height=row.height),
                    weak=bool(Quality(**{name: getattr(row, name) for name in QUALITY}).weaknesses()),
                )
                for row in rows
            ]
            if len(faces) >= 2:
                yield faces
