"""Searches that were made: who, when, for which case, over what, and what was shown."""

import datetime as dt
import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import sqlalchemy as sa

from visavis.domain.clearance import Clearance
from visavis.domain.errors import InputError
from visavis.domain.identification import ExpectedHits, Where
from visavis.domain.ids import CandidateId, CaseId, PersonId, SearchId, ServiceId, new_id
from visavis.records import case_tables, tables
from visavis.records.anchors import FaceAnchors
from visavis.records.database import Database, Work
from visavis.records.files import chunks
from visavis.records.reviews import ProbeToSave, Reviews
from visavis.records.vault import PathSealer

ID_SIGNS = 36
"""Of a whole id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchFacts:
    """What is recorded of one search besides its clearance and candidates.

    Attributes
    ----------
    probes : tuple of ProbeToSave
        What is kept of the searched faces.
    probes_until : datetime or None
        UTC; when they go. None = with their case.
    expected : ExpectedHits or None
        What was said of strangers; None = not measured.
    together : int
        How many faces were sought together: so many candidates after each other belong to one picture or moment. 0 = any of them.
    narrowed : tuple of str
        To what the list was narrowed: `photo`, `film`, `good`, `labelled`.
    """

    pack_id: str
    gallery_size: int
    threshold: float
    where: Where
    reason: str
    probe_faces: int
    probes: tuple[ProbeToSave, ...] = ()
    probes_until: dt.datetime | None = None
    expected: ExpectedHits | None = None
    together: int = 0
    narrowed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFace:
    """A candidate on its way into the records, by rank."""

    face_number: int
    similarity: float
    probe_face: int = 1
    strangers: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PastSearch:
    """A search as it is kept; `sources` are numbers, `since` and `until` ordinal days."""

    id: SearchId
    at: dt.datetime
    case_id: CaseId
    actor: str
    person_id: PersonId | None
    purpose: str
    reason: str
    pack_id: str
    policy: str
    gallery_size: int
    threshold: float
    sources: frozenset[int]
    since: int | None
    until: int | None
    expected: ExpectedHits | None = None
    service_id: ServiceId | None = None
    together: int = 0
    narrowed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PastCandidate:
    """A candidate as it is kept. `key` is the newest template of its face, None if it has none."""

    id: CandidateId
    search_id: SearchId
    rank: int
    face_number: int
    similarity: float
    probe_face: int
    key: int | None
    strangers: float | None = None


class Searches:
    """Queries and writes about searches."""

    def __init__(self, database: Database, sealer: PathSealer, reviews: Reviews) -> None:
        self._database = database
        self._sealer = sealer
        self._reviews = reviews

    def record(self, work: Work, clearance: Clearance, facts: SearchFacts, candidates: Sequence[FoundFace]) -> tuple[SearchId, list[str]]:
        """Write a search with its probes and candidates; return its id and theirs."""
        search_id = SearchId(new_id(work.at))
        work.run(
            sa.insert(tables.search),
            [
                {
                    "id": search_id,
                    "at": work.at,
                    "case_id": clearance.case_id,
                    "actor": self._sealer.seal("search.actor", clearance.actor.name, row=search_id),
                    "person_id": clearance.actor.person_id,
                    "service_id": clearance.actor.service_id,
                    "purpose": clearance.purpose,
                    "reason": self._sealer.seal("search.reason", facts.reason, row=search_id),
                    "pack_id": facts.pack_id,
                    "policy": clearance.policy,
                    "gallery_size": facts.gallery_size,
                    "threshold": facts.threshold,
                    "filters": json.dumps(_filters(clearance, facts)),
                    "expected": None if facts.expected is None else json.dumps(asdict(facts.expected)),
                }
            ],
        )
        ids = [new_id(work.at) for _ in candidates]
        rows = [
            {
                "id": candidate_id,
                "search_id": search_id,
                "rank": rank,
                "face_number": found.face_number,
                "similarity": found.similarity,
                "probe_face": found.probe_face,
                "strangers": found.strangers,
            }
            for rank, (candidate_id, found) in enumerate(zip(ids, candidates, strict=True), start=1)
        ]
        if rows:
            work.run(sa.insert(tables.candidate), rows)
        digests = self._reviews.save_probes(work, search_id, facts.probes, expires_at=facts.probes_until)
        work.leaf(
            "consultation",
            search=search_id,
            case=clearance.case_id,
            purpose=clearance.purpose,
            policy=clearance.policy,
            pack=facts.pack_id,
            sources=sorted(clearance.sources),
            gallery_size=facts.gallery_size,
            threshold=f"{facts.threshold:.4f}",
            probe_faces=facts.probe_faces,
            probes=digests,
            candidates=len(candidates),
            **({"together": facts.together} if facts.together else {}),
            **({"narrowed": list(facts.narrowed)} if facts.narrowed else {}),
            expected="not measured" if facts.expected is None else f"{facts.expected.count:.4g}",
        )
        return search_id, ids

    def one(self, wanted: str) -> PastSearch:
        """Return the search whose id is, or ends in, `wanted`; `InputError` if there is none."""
        table = tables.search
        rows = self._database.ask(sa.select(table).where(_named(table.c.id, wanted)).limit(2)).all()
        if len(rows) != 1:
            raise InputError(f"{'several searches end in' if rows else 'no search'} «{wanted}»", remedy="visavis review list names them")
        return self._search(rows[0])

    def of_case(self, case_id: str) -> list[PastSearch]:
        """Return the searches of a case, oldest first."""
        query = sa.select(tables.search).where(tables.search.c.case_id == case_id).order_by(tables.search.c.at, tables.search.c.id)
        return [self._search(row) for row in self._database.ask(query).all()]

    def newest_of(self, case_id: str, *, limit: int) -> list[PastSearch]:
        """Return the newest searches of a case, newest first."""
        query = sa.select(tables.search).where(tables.search.c.case_id == case_id)
        rows = self._database.ask(query.order_by(tables.search.c.at.desc(), tables.search.c.id.desc()).limit(limit)).all()
        return [self._search(row) for row in rows]

    def searchers(self, case_id: str) -> set[PersonId]:
        """Return who searched under a case."""
        person, search = case_tables.person, tables.search
        theirs = sa.select(search.c.id).where(search.c.case_id == case_id, search.c.person_id == person.c.id)
        return set(self._database.ask(sa.select(person.c.id).where(theirs.exists())).scalars())  # people are few, searches are not

    def candidates(self, search_id: str) -> list[PastCandidate]:
        """Return the candidates of a search by rank, those that may not be shown now too."""
        return self._candidates(tables.candidate.c.search_id == search_id)

    def candidate(self, wanted: str) -> PastCandidate:
        """Return the candidate whose id is, or ends in, `wanted`; `InputError` if there is none."""
        found = self._candidates(_named(tables.candidate.c.id, wanted))
        if len(found) != 1:
            raise InputError(f"{'several candidates end in' if found else 'no candidate'} «{wanted}»", remedy="visavis review list")
        return found[0]

    def anchors(self, faces: Collection[int]) -> dict[int, FaceAnchors]:
        """Return by face number where each face is, and all of its appearance."""
        found: dict[int, FaceAnchors] = {}
        face, beside = tables.face, tables.face.alias()
        for chunk in chunks(sorted(faces)):
            query = (
                sa.select(face.c.number, face.c.anchor, tables.media.c.source_number, beside.c.anchor.label("other"))
                .select_from(face.join(tables.appearance).join(tables.media))
                .join(beside, beside.c.appearance_number == face.c.appearance_number)
                .where(face.c.number.in_(chunk))
                .order_by(beside.c.number)
            )
            for row in self._database.ask(query):
                before = found.get(row.number, FaceAnchors(source_number=row.source_number, own=row.anchor, every=()))
                found[row.number] = replace(before, every=(*before.every, row.other))
        return found

    def anchor_of(self, face_id: str) -> str:
        """Return the anchor of a face by its id; `InputError` if there is none."""
        found = self._database.ask(sa.select(tables.face.c.anchor).where(tables.face.c.id == face_id)).scalar_one_or_none()
        if found is None:
            raise InputError(f"no face {face_id}", remedy="take one from the results of a search: --format json")
        return str(found)

    def _candidates(self, which: sa.ColumnElement[bool]) -> list[PastCandidate]:
        newest = sa.select(sa.func.max(tables.template.c.key)).where(tables.template.c.face_number == tables.candidate.c.face_number)
        query = sa.select(tables.candidate, newest.scalar_subquery().label("key")).where(which).order_by(tables.candidate.c.rank)
        return [
            PastCandidate(
                id=CandidateId(row.id),
                search_id=SearchId(row.search_id),
                rank=row.rank,
                face_number=row.face_number,
                similarity=row.similarity,
                probe_face=row.probe_face,
                key=row.key,
                strangers=row.strangers,
            )
            for row in self._database.ask(query)
        ]

    def _search(self, row: Any) -> PastSearch:
        filters = json.loads(row.filters)
        return PastSearch(
            id=SearchId(row.id),
            at=row.at,
            case_id=CaseId(row.case_id),
            actor=self._sealer.open("search.actor", row.actor, row=row.id),
            person_id=row.person_id and PersonId(row.person_id),
            service_id=row.service_id and ServiceId(row.service_id),
            purpose=row.purpose,
            reason=self._sealer.open("search.reason", row.reason, row=row.id),
            pack_id=row.pack_id,
            policy=row.policy,
            gallery_size=row.gallery_size,
            threshold=row.threshold,
            sources=frozenset(filters["sources"]),
            since=filters["since"],
            until=filters["until"],
            expected=None if row.expected is None else _expected(json.loads(row.expected)),
            together=filters.get("together", 0),
            narrowed=tuple(filters.get("narrowed", ())),
        )


def _named(column: sa.Column[str], wanted: str) -> sa.ColumnElement[bool]:
    """Whether an id is, or from four signs on ends in, `wanted`; a whole one is found by its index."""
    return column == wanted if not 4 <= len(wanted) < ID_SIGNS else column.endswith(wanted, autoescape=True)


def _filters(clearance: Clearance, facts: SearchFacts) -> dict[str, object]:
    more = {"together": facts.together, "narrowed": facts.narrowed}
    where = {"sources": sorted(clearance.sources), "since": facts.where.since, "until": facts.where.until}
    return where | {name: value for name, value in more.items() if value}


def _expected(facts: dict[str, Any]) -> ExpectedHits:
    return ExpectedHits(**{**facts, "probes": tuple(facts["probes"])})
