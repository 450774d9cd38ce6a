"""Labels: who is shown, as people decided it. A label belongs to its source and outlives the case in which it was decided."""

import datetime as dt
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from visavis.domain.errors import InputError
from visavis.domain.face import Box
from visavis.domain.ids import CandidateId, LabelId, PersonId, SourceId, new_id
from visavis.records import review_tables, tables
from visavis.records.anchors import Anchor, FaceAnchors, on_anchors, same_face
from visavis.records.database import Database, Work
from visavis.records.files import chunks
from visavis.records.gallery import shown_at
from visavis.records.keyring import KeyKind, Keyring
from visavis.records.vault import PathSealer


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLabel:
    """What a label says, of which face, by which decision, by whom."""

    source_number: int
    anchor: str
    name: str
    authority: str
    candidate_id: CandidateId
    person_id: PersonId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A label as it is kept.

    Attributes
    ----------
    authority : str
        The person's id in a list of names (`ULAN 500115588`, `Q76`); empty = none.
    box : Box
        Where in the picture.
    candidate_id : CandidateId
        The decided candidate that it was promoted from.
    """

    id: LabelId
    source_id: SourceId
    source_number: int
    anchor: str
    name: str
    authority: str
    box: Box
    candidate_id: CandidateId
    person_id: PersonId | None
    at: dt.datetime
    key: int


def plain_name(name: str) -> str:
    """Return a name as it is searched: without case, accents, punctuation or doubled spaces."""
    bare = (letter for letter in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(letter))
    return " ".join("".join(letter if letter.isalnum() else " " for letter in bare).split())


class Labels:
    """Queries and writes about labels. Every query shows only labels of faces that may be shown at its time."""

    def __init__(self, database: Database, sealer: PathSealer, keys: Keyring) -> None:
        self._database = database
        self._sealer = sealer
        self._keys = keys

    def add(self, work: Work, new: NewLabel) -> tuple[LabelId, int]:
        """Write a label, its name under a key of its own; return its id and the key's number. The caller writes the leaf."""
        label_id = LabelId(new_id(work.at))
        key = self._keys.make(work, KeyKind.PERSON)
        row = {
            "id": label_id,
            "source_number": new.source_number,
            "picture": Anchor.parse(new.anchor).picture,
            "anchor": new.anchor,
            "name": self._sealer.seal("label.name", new.name, row=label_id, key=key),
            "name_mark": self._sealer.mark("label.name", plain_name(new.name)),
            "authority": self._sealer.seal("label.authority", new.authority, row=label_id, key=key) if new.authority else None,
            "key_id": key,
            "candidate_id": new.candidate_id,
            "person_id": new.person_id,
            "at": work.at,
        }
        work.run(sa.insert(review_tables.label), [row])
        return label_id, key

    def remove(self, work: Work, label: Label) -> None:
        """Erase a label and destroy its key. The caller writes the leaf."""
        work.run(sa.delete(review_tables.label).where(review_tables.label.c.id == label.id))
        self._keys.destroy(work, label.key)

    def forget_faces(self, work: Work, anchors: Collection[str]) -> int:
        """Erase the labels of faces that are erased; return how many. The caller writes the leaf."""
        count, label = 0, review_tables.label
        for part in chunks(sorted(anchors)):
            which = on_anchors(label, part)
            for key in work.ask(sa.select(label.c.key_id).where(which)).scalars().all():
                self._keys.destroy(work, key)
                count += 1
            work.run(sa.delete(label).where(which))
        return count

    def named(self, name: str, at: dt.datetime) -> list[Label]:
        """Return the labels of this name, whatever its case and accents."""
        return self._visible(review_tables.label.c.name_mark == self._sealer.mark("label.name", plain_name(name)), at)

    def all(self, at: dt.datetime, *, source_number: int | None = None) -> list[Label]:
        """Return every label, or those of one source."""
        return self._visible(sa.true() if source_number is None else review_tables.label.c.source_number == source_number, at)

    def one(self, wanted: str, at: dt.datetime) -> Label:
        """Return the label whose id is, or ends in, `wanted`; `InputError` if there is none."""
        found = [label for label in self._visible(sa.true(), at) if label.id == wanted or (len(wanted) >= 4 and label.id.endswith(wanted))]
        if len(found) != 1:
            raise InputError(f"{len(found) or 'no'} labels «{wanted}»", remedy="visavis label list")
        return found[0]

    def of_faces(self, faces: Mapping[int, FaceAnchors], at: dt.datetime) -> dict[int, list[Label]]:
        """Return the labels of faces by their numbers; a label of one face of an appearance is one of all of them."""
        pictures = sorted({Anchor.parse(text).picture for face in faces.values() for text in face.every})
        labels: list[Label] = []
        for start in range(0, len(pictures), 500):
            labels += self._visible(review_tables.label.c.picture.in_(pictures[start : start + 500]), at)
        found: dict[int, list[Label]] = {}
        for number, face in faces.items() if labels else ():
            here = [label for label in labels if label.source_number == face.source_number]
            if told := [label for label in here if same_face(face.every, Anchor.parse(label.anchor))]:
                found[number] = told
        return found

    def of_anchors(self, anchors: Collection[str]) -> list[Label]:
        """Return every label of these faces, also of those that may not be shown: for the answer to whom they name."""
        faces = [Anchor.parse(text) for text in anchors]
        label, found = review_tables.label, []
        for chunk in chunks(sorted({face.picture for face in faces})):
            query = sa.select(label, tables.source.c.id.label("source_id")).join(tables.source).where(label.c.picture.in_(chunk))
            told = [self._label(row) for row in self._database.ask(query).all()]
            found += [one for one in told if any(Anchor.parse(one.anchor).same_face(face) for face in faces)]
        return found

    def _visible(self, which: sa.ColumnElement[bool], at: dt.datetime) -> list[Label]:
        label = review_tables.label
        rows = self._database.ask(sa.select(label, tables.source.c.id.label("source_id")).join(tables.source).where(which)).all()
        shown = self._shown({(row.source_number, row.picture) for row in rows}, at)
        found = [self._label(row) for row in rows]
        return [item for item in found if any(face.same_face(Anchor.parse(item.anchor)) for face in shown.get(item.source_number, ()))]

    def _shown(self, pictures: Collection[tuple[int, str]], at: dt.datetime) -> dict[int, list[Anchor]]:
        """Return by source number the faces in these pictures that may be shown at `at`."""
        face, media = tables.face, tables.media
        found: dict[int, list[Anchor]] = {}
        hashes = sorted({bytes.fromhex(picture.partition("/")[0]) for _, picture in pictures})
        for start in range(0, len(hashes), 500):
            query = (
                sa.select(media.c.source_number, face.c.anchor)
                .select_from(tables.template.join(face).join(tables.appearance).join(media))
                .where(media.c.sha256.in_(hashes[start : start + 500]), shown_at(at))
                .distinct()
            )
            for row in self._database.ask(query):
                found.setdefault(row.source_number, []).append(Anchor.parse(row.anchor))
        return found

    def _label(self, row: Any) -> Label:
        authority = row.authority and self._sealer.open("label.authority", row.authority, row=row.id, key=row.key_id)
        return Label(
            id=LabelId(row.id),
            source_id=SourceId(row.source_id),
            source_number=row.source_number,
            anchor=row.anchor,
            name=self._sealer.open("label.name", row.name, row=row.id, key=row.key_id),
            authority=authority or "",
            box=Anchor.parse(row.anchor).box,
            candidate_id=CandidateId(row.candidate_id),
            person_id=None if row.person_id is None else PersonId(row.person_id),
            at=row.at,
            key=row.key_id,
        )
