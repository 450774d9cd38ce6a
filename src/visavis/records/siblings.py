"""Faces of one appearance belong to one person: what is done to one is done to all of them, and to those that join them later."""

from collections.abc import Callable, Collection, Sequence
from typing import Any

import sqlalchemy as sa

from visavis.domain.ids import new_id
from visavis.records import tables
from visavis.records.database import Rows, Work
from visavis.records.files import chunks
from visavis.records.order_tables import order_face
from visavis.records.request_tables import restriction
from visavis.records.suppression_tables import consent_face

Ask = Callable[[sa.Select[Any]], Rows]


def with_siblings(ask: Ask, faces: Sequence[int]) -> list[int]:
    """Return these faces, and every other face of their appearances, by number."""
    found: set[int] = set()
    for chunk in chunks(sorted(set(faces))):
        of = sa.select(tables.face.c.appearance_number).where(tables.face.c.number.in_(chunk))
        found.update(ask(sa.select(tables.face.c.number).where(tables.face.c.appearance_number.in_(of))).scalars())
    return sorted(found)


def of_appearances_of(face_ids: Collection[str]) -> sa.ColumnElement[bool]:
    """Select the faces with these ids, and every other face of their appearances."""
    return tables.face.c.appearance_number.in_(sa.select(tables.face.c.appearance_number).where(tables.face.c.id.in_(list(face_ids))))


def inherit(work: Work, faces: Sequence[int], sibling: int) -> None:
    """Let new faces of an appearance be what one that it had before is: restricted, frozen, taken out, linked to a consent.

    The caller writes the leaf.
    """
    old = work.ask(sa.select(tables.face.c.id, tables.face.c.state).where(tables.face.c.number == sibling)).one()
    work.run(sa.update(tables.face).where(tables.face.c.number.in_(list(faces))).values(state=old.state))
    consents = work.ask(sa.select(consent_face.c.consent_number).where(consent_face.c.face_number == sibling)).scalars().all()
    frozen = work.ask(sa.select(order_face.c.order_number, order_face.c.was).where(order_face.c.face_number == sibling)).all()
    held = sa.select(restriction).where(restriction.c.face_id == old.id, restriction.c.lifted_at.is_(None))
    restricted = work.ask(held).all()
    ids = work.ask(sa.select(tables.face.c.id).where(tables.face.c.number.in_(list(faces)))).scalars().all()
    number = work.next_number(restriction)
    rows: dict[sa.Table, list[dict[str, object]]] = {
        consent_face: [{"consent_number": consent, "face_number": face} for face in faces for consent in consents],
        order_face: [{"order_number": row.order_number, "face_number": face, "was": row.was} for face in faces for row in frozen],
        restriction: [
            {"number": number + place, "id": new_id(work.at), "request_id": row.request_id, "face_id": face_id, "at": row.at}
            for place, (row, face_id) in enumerate((row, face_id) for row in restricted for face_id in ids)
        ],
    }
    for table, new in rows.items():
        if new:
            work.run(sa.insert(table), new)
