"""What was set right at somebody's request: wrong names and decisions that stay removed, and faces that are kept but not searched."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa

from visavis.domain.ids import FaceId, new_id
from visavis.records import request_tables as t
from visavis.records import tables
from visavis.records.anchors import Anchor, on_anchors, same_face
from visavis.records.database import Database, Work
from visavis.records.files import chunks
from visavis.records.labels import plain_name
from visavis.records.siblings import of_appearances_of
from visavis.records.vault import PathSealer


@dataclass(frozen=True, slots=True, kw_only=True)
class Restriction:
    """A face that is kept and neither searched nor shown, since `at`."""

    id: str
    request_id: str
    face_id: FaceId
    at: dt.datetime
    lifted_at: dt.datetime | None


class Corrections:
    """Queries and writes about corrections and restrictions. The caller writes the leaf."""

    def __init__(self, database: Database, sealer: PathSealer) -> None:
        self._database = database
        self._sealer = sealer

    def correct(self, work: Work, request_id: str, *, anchor: str, candidate_id: str, name: str = "") -> str:
        """Note that a face is not whom a decision, and a label of this name, said; return the correction's id."""
        number, correction_id = work.next_number(t.correction), new_id(work.at)
        row = {
            "number": number,
            "id": correction_id,
            "request_id": request_id,
            "picture": Anchor.parse(anchor).picture,
            "anchor": anchor,
            "candidate_id": candidate_id,
            "name_mark": self._mark(name) if name else None,
            "at": work.at,
        }
        work.run(sa.insert(t.correction), [row])
        return correction_id

    def name_was_wrong(self, anchors: Collection[str], name: str) -> bool:
        """Whether this name was taken off the face that is at any of these places; it holds after the picture was read anew."""
        pictures = {Anchor.parse(anchor).picture for anchor in anchors}
        query = sa.select(t.correction.c.anchor).where(t.correction.c.picture.in_(pictures), t.correction.c.name_mark == self._mark(name))
        return any(same_face(anchors, Anchor.parse(text)) for text in self._database.ask(query).scalars())

    def wrong_decisions(self, search_id: str) -> frozenset[str]:
        """Return the candidates of a search whose decision was found to be wrong."""
        of_search = sa.select(tables.candidate.c.id).where(tables.candidate.c.search_id == search_id)
        query = sa.select(t.correction.c.candidate_id).where(t.correction.c.candidate_id.in_(of_search))
        return frozenset(self._database.ask(query).scalars())

    def of_request(self, request_id: str) -> list[str]:
        """Return the ids of what was corrected for a request."""
        query = sa.select(t.correction.c.id).where(t.correction.c.request_id == request_id).order_by(t.correction.c.number)
        return list(self._database.ask(query).scalars())

    def forget_faces(self, work: Work, anchors: Collection[str]) -> None:
        """Drop what was corrected of faces that are erased."""
        for part in chunks(sorted(anchors)):
            work.run(sa.delete(t.correction).where(on_anchors(t.correction, part)))

    # ---- restriction ---------------------------------------------------------------------------------------------------------

    def restrict(self, work: Work, request_id: str, faces: Collection[FaceId]) -> list[str]:
        """Keep faces, with all of their appearances, from every search, list and count with this transaction; return an id for each."""
        made = []
        whole = sa.select(tables.face.c.id).where(of_appearances_of(faces)).order_by(tables.face.c.number)
        for face_id in work.ask(whole).scalars().all():
            work.run(sa.update(tables.face).where(tables.face.c.id == face_id, tables.face.c.state == "plain").values(state="restricted"))
            number = work.next_number(t.restriction)
            made.append(new_id(work.at))
            row = {"number": number, "id": made[-1], "request_id": request_id, "face_id": face_id, "at": work.at}
            work.run(sa.insert(t.restriction), [row])
        return made

    def lift(self, work: Work, request_id: str) -> list[FaceId]:
        """End a request's restrictions; return the faces that no other one holds back, which are shown again."""
        standing = sa.select(t.restriction.c.face_id).where(t.restriction.c.request_id == request_id, t.restriction.c.lifted_at.is_(None))
        faces = [FaceId(face_id) for face_id in work.ask(standing).scalars()]
        which = sa.and_(t.restriction.c.request_id == request_id, t.restriction.c.lifted_at.is_(None))
        work.run(sa.update(t.restriction).where(which).values(lifted_at=work.at))
        held = set(
            work.ask(
                sa.select(t.restriction.c.face_id).where(t.restriction.c.face_id.in_(faces), t.restriction.c.lifted_at.is_(None))
            ).scalars()
        )
        free = [face_id for face_id in faces if face_id not in held]
        for face_id in free:
            work.run(sa.update(tables.face).where(tables.face.c.id == face_id, tables.face.c.state == "restricted").values(state="plain"))
        return free

    def restrictions(self, request_id: str) -> list[Restriction]:
        """Return what a request holds back, or has held back."""
        query = sa.select(t.restriction).where(t.restriction.c.request_id == request_id).order_by(t.restriction.c.number)
        return [Restriction(**{name: getattr(row, name) for name in Restriction.__slots__}) for row in self._database.ask(query)]

    def _mark(self, name: str) -> bytes:
        return self._sealer.mark("label.name", plain_name(name))
