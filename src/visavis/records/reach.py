"""What some ids reach: how many pictures and faces of which sources, and what hangs on them. For telling how far a breach goes."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from visavis.records import tables
from visavis.records.database import Database
from visavis.records.files import chunks
from visavis.records.review_tables import disclosed_face, label

_of_face = tables.face.join(tables.appearance).join(tables.media)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """What is reached of one source.

    Attributes
    ----------
    templates : int
        Stored for these faces.
    named : int
        Of these faces, those that people gave a name.
    candidates : int
        How often they were shown as candidates of a search.
    disclosed : int
        Of these faces, those that left the house in an export.
    places : tuple of str
        Jurisdictions that are claimed of the pictures; `unknown` where none is.
    """

    source_number: int
    pictures: int
    faces: int
    templates: int
    named: int
    candidates: int
    disclosed: int
    places: tuple[str, ...]


class Reach:
    """Counts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, ids: Sequence[str]) -> tuple[tuple[Reached, ...], tuple[str, ...]]:
        """Return what ids of faces, pictures and sources reach, by source, and those that are none of these."""
        whole, faces, single, known = dict[int, int](), dict[int, int](), dict[int, int](), set[str]()
        shown = sa.select(tables.face.c.id, tables.face.c.number, tables.media.c.number, tables.media.c.source_number).select_from(_of_face)
        for chunk in chunks(list(dict.fromkeys(ids))):
            known.update(self._database.ask(sa.select(tables.source.c.id).where(tables.source.c.id.in_(chunk))).scalars())
            wanted = sa.or_(tables.media.c.id.in_(chunk), tables.source.c.id.in_(chunk))
            pictures = sa.select(tables.media.c.id, tables.media.c.number, tables.media.c.source_number).join(tables.source).where(wanted)
            for media_id, number, source in self._database.ask(pictures):
                known.add(media_id)
                whole[number] = source
            for face_id, number, media, source in self._database.ask(shown.where(tables.face.c.id.in_(chunk))):
                known.add(face_id)
                faces[number], single[media] = source, source
        for numbers in chunks(list(whole)):
            faces |= {number: source for _, number, _, source in self._database.ask(shown.where(tables.media.c.number.in_(numbers)))}
        pictures_of = {**single, **whole}
        reached = tuple(
            self._reached(
                source, [one for one, of in pictures_of.items() if of == source], [one for one, of in faces.items() if of == source]
            )
            for source in sorted(set(pictures_of.values()))
        )
        return reached, tuple(one for one in dict.fromkeys(ids) if one not in known)

    def _reached(self, source_number: int, media: list[int], faces: list[int]) -> Reached:
        counts = dict.fromkeys(("templates", "candidates", "named", "disclosed"), 0)
        for chunk in chunks(faces):
            here = tables.face.c.number.in_(chunk)
            for name, query in (
                ("templates", sa.select(sa.func.count()).select_from(tables.template).where(tables.template.c.face_number.in_(chunk))),
                ("candidates", sa.select(sa.func.count()).select_from(tables.candidate).where(tables.candidate.c.face_number.in_(chunk))),
                ("named", _faces().join(label, label.c.anchor == tables.face.c.anchor).where(here, label.c.source_number == source_number)),
                ("disclosed", _faces().join(disclosed_face, disclosed_face.c.face_id == tables.face.c.id).where(here)),
            ):
                counts[name] += int(self._database.ask(query).scalar_one())
        places = set[str]()
        for chunk in chunks(media):
            said = self._database.ask(sa.select(tables.media.c.jurisdiction).where(tables.media.c.number.in_(chunk)).distinct()).scalars()
            places.update(place for text in said for place in (text or "unknown").split())
        return Reached(source_number=source_number, pictures=len(media), faces=len(faces), places=tuple(sorted(places)), **counts)


def _faces() -> sa.Select[int]:
    return sa.select(sa.func.count(sa.distinct(tables.face.c.number))).select_from(tables.face)
