"""What an erasure would take, over every table: counted before it, read for its checks, and looked for after it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import sqlalchemy as sa

from visavis.domain.arrays import Vectors
from visavis.domain.errors import InputError
from visavis.records import case_tables, ledger_tables, review_tables, tables
from visavis.records.database import Database
from visavis.records.files import chunks
from visavis.records.film_tables import film, sighting
from visavis.records.key_tables import data_key
from visavis.records.rotation_tables import doomed, erasure_face, erasure_media
from visavis.records.rows import RowStore
from visavis.records.siblings import with_siblings

_of_media = tables.face.join(tables.appearance).join(tables.media)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selected:
    """What is asked to go: numbers by source. A picture takes every face in it along.

    Attributes
    ----------
    media : mapping
        Source number → whole pictures.
    faces : mapping
        Source number → single faces, of pictures that stay.
    held : tuple of str
        Ids of pictures that a hold keeps: restricted, not erased.
    """

    media: Mapping[int, Sequence[int]] = field(default_factory=dict)
    faces: Mapping[int, Sequence[int]] = field(default_factory=dict)
    held: tuple[str, ...] = ()

    @property
    def all_media(self) -> list[int]:
        """Every whole picture."""
        return [number for numbers in self.media.values() for number in numbers]

    @property
    def all_faces(self) -> list[int]:
        """Every single face."""
        return [number for numbers in self.faces.values() for number in numbers]


@dataclass(frozen=True, kw_only=True)
class Planted:
    """What is really stored of what goes: what the checks look for.

    Attributes
    ----------
    faces, media : list of int
        Numbers.
    keys : list of int
        Of its rows.
    data_keys : list of int
        That will be destroyed.
    anchors, face_ids, media_ids : list of str
    rows : (N, dim) float32
        As they lie in the row files.
    values : mapping
        Kind (`name`, `path`, `text`, `wrapped key`, `landmarks`, `anchor`) → bytes as they lie in a file. The anchor of a face in a film
        holds its time.
    tracks : list of int
        Where films say when and where these faces are.
    """

    faces: list[int]
    media: list[int]
    keys: list[int]
    data_keys: list[int]
    anchors: list[str]
    face_ids: list[str]
    media_ids: list[str]
    rows: Vectors
    values: dict[str, list[bytes]]
    tracks: list[int] = field(default_factory=list)


class ErasureScope:
    """Queries about what goes."""

    def __init__(self, database: Database, rows: RowStore) -> None:
        self._database = database
        self._rows = rows

    def select(self, *, faces: Iterable[str] = (), media: Iterable[str] = (), source: int | None = None) -> Selected:
        """Find what ids of faces and pictures, or a whole source, stand for; `InputError` names an id that is not there.

        A face of a film stands for its appearance, with every face of it. What is being erased already is left out.
        """
        of_media = sa.select(tables.media.c.source_number, tables.media.c.number, tables.media.c.id, tables.media.c.holds)
        pictures = self._named(of_media, tables.media.c.id, media, "picture")
        if source is not None:
            pictures += self._database.ask(of_media.where(tables.media.c.source_number == source)).all()
        going = set(self._database.ask(sa.select(erasure_media.c.media_number)).scalars())
        pictures = [row for row in pictures if row.number not in going]
        whole = {row.number for row in pictures}
        of_face = sa.select(
            tables.media.c.source_number,
            tables.face.c.number,
            tables.media.c.id,
            tables.media.c.holds,
            tables.media.c.number.label("media"),
        ).select_from(_of_media)
        single = self._named(of_face.where(tables.face.c.state != "erasing"), tables.face.c.id, faces, "face")
        beside = set(with_siblings(self._database.ask, [row.number for row in single])) - {row.number for row in single}
        for chunk in chunks(sorted(beside)):
            single += self._database.ask(of_face.where(tables.face.c.number.in_(chunk), tables.face.c.state != "erasing")).all()
        single = [row for row in single if row.media not in whole]
        return Selected(
            media=_by_source(pictures), faces=_by_source(single), held=tuple(sorted({row.id for row in (*pictures, *single) if row.holds}))
        )

    def numbers_of(self, media: Iterable[str]) -> list[int]:
        """Return the numbers of pictures by their ids; `InputError` names an id that is not there."""
        return [row.number for row in self._named(sa.select(tables.media.c.number), tables.media.c.id, media, "picture")]

    def faces_of(self, candidates: Iterable[str]) -> list[str]:
        """Return the ids of the faces that candidates of searches are."""
        query = sa.select(tables.face.c.id).join(tables.candidate, tables.candidate.c.face_number == tables.face.c.number)
        return [row.id for row in self._named(query, tables.candidate.c.id, candidates, "candidate")]

    def count(self, selected: Selected) -> dict[str, int]:
        """Count over every store what would go; a store without any is counted as 0."""
        faces, media = self._every_face(selected), selected.all_media
        face, probe, label = tables.face.c, review_tables.probe, review_tables.label
        ids, anchors = self._values(face.id, face.number, faces), self._values(face.anchor, face.number, faces)
        candidates = self._values(tables.candidate.c.id, tables.candidate.c.face_number, faces)
        labels = self._values(label.c.id, label.c.anchor, anchors)
        payloads = ledger_tables.leaf_payload
        return {
            "pictures": len(media),
            "file paths": self._number(tables.location.c.media_number, media),
            "faces": len(faces),
            "stretches of appearances": len(self._tracks(faces)),
            "rows of templates": self._number(tables.template.c.face_number, faces),
            "names": len(labels),
            "candidates of searches": len(candidates),
            "verdicts": self._number(review_tables.verdict.c.candidate_id, candidates),
            "exclusions": self._number(review_tables.exclusion.c.anchor, anchors),
            "probes that were these faces": self._number(probe.c.face_id, ids),
            "signatures under names": self._number(case_tables.signature.c.object_id, labels),
            "payloads of the ledger": self._number(payloads.c.key_id, self._data_keys(faces, media)),
            "exports that left the house": len(
                set(self._values(review_tables.disclosed_face.c.disclosure_id, review_tables.disclosed_face.c.face_id, ids))
            ),
        }

    def planted(self, selected: Selected) -> Planted:
        """Read what is stored of it."""
        faces, media = self._every_face(selected), selected.all_media
        face, label = tables.face.c, review_tables.label.c
        keys = sorted(self._values(tables.template.c.key, tables.template.c.face_number, faces))
        anchors = self._values(face.anchor, face.number, faces)
        data_keys = self._data_keys(faces, media)
        texts = [getattr(tables.media.c, name) for name in ("caption", "credit", "rights", "asset_id")]
        return Planted(
            faces=faces,
            media=media,
            keys=keys,
            data_keys=data_keys,
            anchors=anchors,
            face_ids=self._values(face.id, face.number, faces),
            media_ids=self._values(tables.media.c.id, tables.media.c.number, media),
            tracks=self._tracks(faces),
            rows=self._rows.read(np.array(keys, np.int64)),
            values={
                "anchor": [anchor.encode() for anchor in anchors],
                "landmarks": self._values(face.landmarks, face.number, faces),
                "name": self._values(label.name, label.anchor, anchors),
                "path": self._values(tables.location.c.path, tables.location.c.media_number, media),
                "text": [text for column in texts for text in self._values(column, tables.media.c.number, media) if text],
                "wrapped key": self._values(data_key.c.wrapped, data_key.c.number, data_keys),
            },
        )

    def remains(self, planted: Planted) -> dict[str, int]:
        """Count what is still there of it, by table; nothing but zeros once it is erased."""
        face, media = planted.faces, planted.media
        places: tuple[tuple[str, sa.Column[object], Sequence[object]], ...] = (
            ("faces", tables.face.c.number, face),
            ("faces by id", tables.face.c.id, planted.face_ids),
            ("templates", tables.template.c.face_number, face),
            ("templates by key", tables.template.c.key, planted.keys),
            ("candidates", tables.candidate.c.face_number, face),
            ("probes", review_tables.probe.c.face_id, planted.face_ids),
            ("names", review_tables.label.c.anchor, planted.anchors),
            ("exclusions", review_tables.exclusion.c.anchor, planted.anchors),
            ("pictures", tables.media.c.number, media),
            ("pictures by id", tables.media.c.id, planted.media_ids),
            ("file paths", tables.location.c.media_number, media),
            ("appearances", tables.appearance.c.media_number, media),
            ("stretches of appearances", sighting.c.number, planted.tracks),
            ("films", film.c.media_number, media),
            ("work left on faces", erasure_face.c.face_number, face),
            ("work left on pictures", erasure_media.c.media_number, media),
            ("rows waiting", doomed.c.first_key, planted.keys),
        )
        return {name: self._number(column, values) for name, column, values in places}

    def held_by_others(self, kind: str, value: bytes) -> bool:
        """Whether a face that is there has the same anchor or landmarks: one picture may lie in several sources."""
        if kind not in ("anchor", "landmarks"):
            return False
        here = tables.face.c.anchor == value.decode() if kind == "anchor" else tables.face.c.landmarks == value
        return self._database.ask(sa.select(tables.face.c.number).where(here).limit(1)).first() is not None

    def living_keys(self) -> list[int]:
        """Return the keys of every template, ascending."""
        return list(self._database.ask(sa.select(tables.template.c.key).order_by(tables.template.c.key)).scalars())

    def _every_face(self, selected: Selected) -> list[int]:
        query = sa.select(tables.face.c.number).join(tables.appearance)
        found = list(selected.all_faces)
        for chunk in chunks(selected.all_media):
            found += self._database.ask(query.where(tables.appearance.c.media_number.in_(chunk))).scalars()
        return sorted(set(found))

    def _tracks(self, faces: Sequence[int]) -> list[int]:
        """Return the rows that say when and where in films these faces are; each goes once all faces of its appearance do."""
        appearances = self._values(tables.face.c.appearance_number, tables.face.c.number, faces)
        return sorted(self._values(sighting.c.number, sighting.c.appearance_number, sorted(set(appearances))))

    def _data_keys(self, faces: Sequence[int], media: Sequence[int]) -> list[int]:
        """Return the numbers of the keys that close nothing but this: of whole pictures, and of names."""
        anchors = self._values(tables.face.c.anchor, tables.face.c.number, faces)
        found = self._values(tables.media.c.key_id, tables.media.c.number, media)
        found += self._values(review_tables.label.c.key_id, review_tables.label.c.anchor, anchors)
        return sorted(number for number in set(found) if number)

    def _values(self, column: sa.Column[object], by: sa.Column[object], wanted: Sequence[object]) -> list[Any]:
        found: list[object] = []
        for chunk in chunks(list(wanted)):
            found += self._database.ask(sa.select(column).where(by.in_(chunk))).scalars()
        return found

    def _number(self, column: sa.Column[object], wanted: Sequence[object]) -> int:
        queries = (sa.select(sa.func.count()).where(column.in_(chunk)) for chunk in chunks(list(wanted)))
        return sum(int(self._database.ask(query).scalar_one()) for query in queries)

    def _named(self, query: sa.Select[*tuple[object, ...]], column: sa.Column[object], ids: Iterable[str], what: str) -> list[sa.Row[Any]]:
        wanted = sorted(set(ids))
        found: list[sa.Row[Any]] = []
        for chunk in chunks(wanted):
            found += self._database.ask(query.add_columns(column.label("asked")).where(column.in_(chunk))).all()
        if missing := set(wanted) - {row.asked for row in found}:
            raise InputError(f"no {what} {sorted(missing)[0]}", remedy="take its id from the results of a search: --format json")
        return found


def _by_source(rows: Iterable[sa.Row[Any]]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for row in rows:
        if not row.holds:
            found.setdefault(row.source_number, []).append(row.number)
    return found
