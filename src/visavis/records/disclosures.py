"""What left the house: which file, to whom, why, and whose faces were in it."""

import datetime as dt
import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from visavis.domain.ids import CaseId, FaceId, PersonId, SearchId, SourceId, new_id
from visavis.records import review_tables
from visavis.records.database import Database, Work
from visavis.records.files import chunks
from visavis.records.vault import PathSealer


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    """One file that was handed out.

    Attributes
    ----------
    what : str
        `search-html`, `search-csv`, `search-json`, `search-table`, `markers`, `clip`, `copies`, `review-sheet` or `case-report`.
    sha256 : bytes
        Of the file, 32 bytes.
    faces : tuple of FaceId
        Whose faces are in it, so that an erasure can be passed on (GDPR Art. 19).
    """

    case_id: CaseId
    search_id: SearchId | None
    what: str
    sha256: bytes
    recipient: str
    because: str
    person_id: PersonId | None
    sources: tuple[SourceId, ...]
    faces: tuple[FaceId, ...]
    id: str = ""
    at: dt.datetime | None = None


class Disclosures:
    """Queries and writes about disclosures."""

    def __init__(self, database: Database, sealer: PathSealer) -> None:
        self._database = database
        self._sealer = sealer

    def record(self, work: Work, made: Disclosure) -> str:
        """Write a disclosure, recipient and reason sealed, and its leaf; return its id."""
        disclosure_id = new_id(work.at)
        row = {
            "id": disclosure_id,
            "at": work.at,
            "case_id": made.case_id,
            "search_id": made.search_id,
            "what": made.what,
            "sha256": made.sha256,
            "recipient": self._sealer.seal("disclosure.recipient", made.recipient, row=disclosure_id),
            "because": self._sealer.seal("disclosure.because", made.because, row=disclosure_id),
            "person_id": made.person_id,
            "sources": json.dumps(sorted(made.sources)),
        }
        work.run(sa.insert(review_tables.disclosure), [row])
        faces = [{"disclosure_id": disclosure_id, "face_id": face} for face in sorted(set(made.faces))]
        if faces:
            work.run(sa.insert(review_tables.disclosed_face), faces)
        work.leaf(
            "disclosure",
            disclosure=disclosure_id,
            case=made.case_id,
            search=made.search_id,
            what=made.what,
            sha256=made.sha256.hex(),
            sources=sorted(made.sources),
            faces=len(faces),
        )
        return disclosure_id

    def of_case(self, case_id: str) -> list[Disclosure]:
        """Return what left the house from one case, oldest first."""
        return self._found(review_tables.disclosure.c.case_id == case_id)

    def of_faces(self, face_ids: Collection[str]) -> list[Disclosure]:
        """Return what left the house with one of these faces in it, oldest first: whom to tell of an erasure."""
        table, ids = review_tables.disclosed_face, set[str]()
        for part in chunks(sorted(face_ids)):
            ids.update(self._database.ask(sa.select(table.c.disclosure_id).where(table.c.face_id.in_(part))).scalars())
        found = [made for part in chunks(sorted(ids)) for made in self._found(review_tables.disclosure.c.id.in_(part))]
        return sorted(found, key=lambda made: (made.at, made.id))

    def _found(self, which: sa.ColumnElement[bool]) -> list[Disclosure]:
        table, faces = review_tables.disclosure, review_tables.disclosed_face
        found = []
        for row in self._database.ask(sa.select(table).where(which).order_by(table.c.at, table.c.id)).all():
            shown = self._database.ask(sa.select(faces.c.face_id).where(faces.c.disclosure_id == row.id).order_by(faces.c.face_id))
            found.append(self._disclosure(row, tuple(FaceId(face) for face in shown.scalars())))
        return found

    def _disclosure(self, row: Any, faces: tuple[FaceId, ...]) -> Disclosure:
        return Disclosure(
            id=row.id,
            at=row.at,
            case_id=CaseId(row.case_id),
            search_id=None if row.search_id is None else SearchId(row.search_id),
            what=row.what,
            sha256=row.sha256,
            recipient=self._sealer.open("disclosure.recipient", row.recipient, row=row.id),
            because=self._sealer.open("disclosure.because", row.because, row=row.id),
            person_id=None if row.person_id is None else PersonId(row.person_id),
            sources=tuple(SourceId(source) for source in json.loads(row.sources)),
            faces=faces,
        )
