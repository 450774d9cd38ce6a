"""Whom a request's person was likened to: the photograph they gave, and the faces that people confirm or reject. Dies with the request."""

import datetime as dt
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from visavis.domain.errors import InputError
from visavis.domain.ids import FaceId, PersonId, new_id
from visavis.records import request_tables as t
from visavis.records.database import Database, Work
from visavis.records.vault import Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class RightsSearchRecord:
    """A search with a person's own photographs: by whom, over how many templates, above which similarity."""

    request_id: str
    at: dt.datetime
    person_id: PersonId
    pack_id: str
    gallery_size: int
    threshold: float
    probe_faces: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewlyFound:
    """A face that may be the person. `how` is `photo`, `file`, `url`, `asset` or `place`; only a photograph gives a similarity."""

    face_id: FaceId
    how: str
    similarity: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundForRequest:
    """A face that may be the person, with what people say of it: `confirmed`, `rejected`, or nothing yet.

    Attributes
    ----------
    number : int
        From 1, in the order in which they were found; it stays while the request is open.
    """

    id: str
    number: int
    face_id: FaceId
    how: str
    similarity: float | None
    says: str
    person_id: PersonId | None


class Likened:
    """Queries and writes about candidates and probes of requests. The caller writes the leaf."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    def record_search(self, work: Work, made: RightsSearchRecord, pictures: Sequence[bytes], *, key: int) -> None:
        """Write a search, and keep the searched faces (JPEGs) to compare with."""
        row = {name: getattr(made, name) for name in RightsSearchRecord.__slots__ if name != "at"}
        work.run(sa.insert(t.request_search), [{**row, "at": work.at}])
        for number, picture in enumerate(pictures, start=work.next_number(t.request_probe)):
            sealed = self._vault.seal("request_probe.picture", picture, row=str(number), key=key)
            work.run(sa.insert(t.request_probe), [{"number": number, "request_id": made.request_id, "picture": sealed}])

    def add(self, work: Work, request_id: str, found: Sequence[NewlyFound], *, key: int) -> int:
        """Write candidates, those that are known already left out; return how many are new."""
        known = {one.face_id for one in self._read(work.ask(_of(request_id)).all(), key)}
        rows = []
        for one in found:
            if one.face_id not in known:
                known.add(one.face_id)
                candidate_id = new_id(work.at)
                said = {"face": one.face_id, "how": one.how, "similarity": one.similarity}
                sealed = self._vault.seal("request_candidate.found", json.dumps(said).encode(), row=candidate_id, key=key)
                rows.append({"id": candidate_id, "request_id": request_id, "found": sealed})
        if rows:
            work.run(sa.insert(t.request_candidate), rows)
        return len(rows)

    def judge(self, work: Work, candidates: Collection[str], says: str) -> None:
        """Write what a person says of candidates."""
        values = {"says": says, "person_id": work.actor.person_id, "decided_at": work.at}
        for candidate in candidates:
            work.run(sa.update(t.request_candidate).where(t.request_candidate.c.id == candidate).values(**values))

    def candidates(self, request_id: str, key: int) -> tuple[FoundForRequest, ...]:
        """Return a request's candidates, in the order in which they were found."""
        return tuple(self._read(self._database.ask(_of(request_id)).all(), key))

    def probes(self, request_id: str, key: int) -> list[bytes]:
        """Return the searched faces of a request that is not closed, as JPEGs."""
        query = sa.select(t.request_probe).where(t.request_probe.c.request_id == request_id).order_by(t.request_probe.c.number)
        return [
            self._vault.open("request_probe.picture", row.picture, row=str(row.number), key=key) for row in self._database.ask(query).all()
        ]

    def search(self, request_id: str) -> RightsSearchRecord | None:
        """Return the search that was made for a request."""
        return next(iter(self._searches(t.request_search.c.request_id == request_id)), None)

    def searches(self) -> list[RightsSearchRecord]:
        """Return every search that was made for a request, oldest first."""
        return self._searches(sa.true())

    def drop(self, work: Work, request_id: str) -> None:
        """Delete what a request was likened with and to. The caller destroys the key."""
        for table in (t.request_probe, t.request_candidate):
            work.run(sa.delete(table).where(table.c.request_id == request_id))

    def _searches(self, which: sa.ColumnElement[bool]) -> list[RightsSearchRecord]:
        query = sa.select(t.request_search).where(which).order_by(t.request_search.c.at)
        return [
            RightsSearchRecord(**{name: getattr(row, name) for name in RightsSearchRecord.__slots__}) for row in self._database.ask(query)
        ]

    def _read(self, rows: Sequence[sa.Row[tuple[object, ...]]], key: int) -> list[FoundForRequest]:
        found = []
        for number, row in enumerate(rows, start=1):
            said = json.loads(self._vault.open("request_candidate.found", row.found, row=row.id, key=key))
            person = None if row.person_id is None else PersonId(row.person_id)
            found.append(
                FoundForRequest(
                    id=row.id,
                    number=number,
                    face_id=FaceId(said["face"]),
                    how=said["how"],
                    similarity=said["similarity"],
                    says=row.says or "",
                    person_id=person,
                )
            )
        return found


def candidate_of(candidates: Sequence[FoundForRequest], wanted: str) -> FoundForRequest:
    """Return the candidate whose number or id is `wanted`, or whose id ends in it; `InputError` if there is none."""
    found = [one for one in candidates if wanted in (str(one.number), one.id)]
    found = found or [one for one in candidates if len(wanted) >= 4 and one.id.endswith(wanted)]
    if len(found) != 1:
        raise InputError(f"{'several candidates end in' if found else 'no candidate'} «{wanted}»", remedy="visavis request show ID")
    return found[0]


def _of(request_id: str) -> sa.Select[tuple[object, ...]]:
    in_order: sa.ColumnClause[int] = sa.literal_column("rowid", sa.Integer)  # ids of one millisecond have no order
    return sa.select(t.request_candidate).where(t.request_candidate.c.request_id == request_id).order_by(in_order)
