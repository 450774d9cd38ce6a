"""Cases: for which purpose, on which law, in which sources, within which limits, who asked and who approved."""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import sqlalchemy as sa

from visavis.domain.actor import Role
from visavis.domain.errors import InputError
from visavis.domain.ids import CaseId, PersonId, new_id
from visavis.records import case_tables, tables
from visavis.records.database import Database, Work
from visavis.records.keyring import KeyKind, Keyring
from visavis.records.signatures import SignatureRecord, Signatures
from visavis.records.vault import PathSealer

APPROVAL = "case-approval"
"""What a signature is called that approves a case; its object is the case, and it holds while the case's terms are what was signed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """What a case says, from its opening on; `law` has checked it.

    Attributes
    ----------
    kind : str
        `shared` (household, trial), `standing` (opened with a source, or renewed yearly), `case`.
    seeks : str
        Whom it seeks; «unknown person» is an answer.
    sources : frozenset of int
        Numbers of the sources that it may search.
    open_until : date or None
        Last day, included, UTC.
    policy : str
        Mark of the policy pack that its terms come from.
    opened_by : PersonId or None
        None = opened by the machine's user, at home and in a trial.
    """

    kind: str
    profile: str
    title: str
    purpose: str
    sources: frozenset[int]
    legal_reference: str = ""
    necessity: str = ""
    seeks: str = ""
    max_searches: int | None = None
    max_candidates: int | None = None
    open_until: dt.date | None = None
    approvals_needed: int = 0
    reviewers_needed: int = 0
    one_face: bool = False
    reason_needed: bool = False
    policy: str = ""
    opened_by: PersonId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalRecord:
    """One approval whose signature holds for the case's terms as they are, with what the law asks of its approver."""

    person_id: PersonId
    role: Role
    public_key: bytes
    created_at: dt.datetime
    created_by: PersonId | None
    at: dt.datetime
    self_approved: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRecord(CaseFile):
    """A case as it stands.

    Attributes
    ----------
    key_id : int
        The data key of what dies with the case.
    frozen_at, closed_at : datetime or None
        UTC; nothing is searched or shown from then on.
    searches_made : int
    approvals : tuple of ApprovalRecord
    """

    id: CaseId
    key_id: int
    opened_at: dt.datetime
    renewed_at: dt.datetime | None
    frozen_at: dt.datetime | None
    frozen_by: PersonId | None
    closed_at: dt.datetime | None
    closed_by: PersonId | None
    closed_why: str
    searches_made: int
    approvals: tuple[ApprovalRecord, ...]

    def state(self, at: dt.datetime) -> str:
        """Return `closed`, `expired`, `frozen`, `waiting` (for approvals) or `open`; whether a renewal is due is for `law` to say."""
        if self.closed_at is not None and at >= self.closed_at:
            return "closed"
        if self.open_until is not None and at.date() > self.open_until:
            return "expired"
        if self.frozen_at is not None:
            return "frozen"
        return "waiting" if len(self.approvals) < self.approvals_needed else "open"


class Cases:
    """Queries and writes about cases."""

    def __init__(self, database: Database, sealer: PathSealer, keys: Keyring, signatures: Signatures) -> None:
        self._database = database
        self._sealer = sealer
        self._keys = keys
        self._signatures = signatures

    def add(self, work: Work, new: CaseFile) -> CaseId:
        """Open a case, with its leaf; return its id."""
        case_id = self.write(work, new)
        work.leaf(
            "set-up",
            what="case-opened",
            case=case_id,
            purpose=new.purpose,
            kind=new.kind,
            profile=new.profile,
            sources=sorted(new.sources),
            policy=new.policy,
            terms=terms_sha256(case_id, new),
        )
        return case_id

    def write(self, work: Work, new: CaseFile) -> CaseId:
        """Write a case whose leaf the caller writes: one that is opened with a source. A shared one is joined if it is there."""
        case_id = self._shared(work, new) if new.kind == "shared" else None
        if case_id is None:
            case_id = CaseId(new_id(work.at))
            texts = ("title", "legal_reference", "necessity", "seeks")
            facts = {name: value for name, value in asdict(new).items() if name != "sources"}
            sealed = {name: self._sealer.seal(f"case.{name}", facts[name], row=case_id) for name in texts}
            own = {"id": case_id, "opened_at": work.at, "key_id": self._keys.make(work, KeyKind.CASE)}
            work.run(sa.insert(tables.case), [{**facts, **sealed, **own}])
        rows = [{"case_id": case_id, "source_number": number} for number in sorted(new.sources)]
        work.run(sa.insert(tables.case_source), rows)
        return case_id

    def renew(self, work: Work, case: CaseRecord) -> None:
        """Note that a standing case is needed for another year."""
        work.run(sa.update(tables.case).where(tables.case.c.id == case.id).values(renewed_at=work.at))
        work.leaf("alteration", what="case-renewed", case=case.id, purpose=case.purpose)

    def freeze(self, work: Work, case: CaseRecord) -> None:
        """Stop a case, in this transaction."""
        values = {"frozen_at": work.at, "frozen_by": work.actor.person_id}
        work.run(sa.update(tables.case).where(tables.case.c.id == case.id).values(values))
        work.leaf("alteration", what="case-frozen", case=case.id, purpose=case.purpose)

    def thaw(self, work: Work, case: CaseRecord) -> None:
        """Let a frozen case go on."""
        work.run(sa.update(tables.case).where(tables.case.c.id == case.id).values(frozen_at=None, frozen_by=None))
        work.leaf("alteration", what="case-thawed", case=case.id, purpose=case.purpose)

    def close(self, work: Work, case: CaseRecord, *, why: str, probes: int, what: str = "case-closed") -> None:
        """Close a case and destroy the key of what dies with it; `probes` were dropped by the caller in the same work."""
        values = {
            "closed_at": case.closed_at or work.at,
            "closed_by": work.actor.person_id,
            "closed_why": self._sealer.seal("case.closed_why", why, row=case.id),
        }
        work.run(sa.update(tables.case).where(tables.case.c.id == case.id).values(values))
        if case.key_id:
            self._keys.destroy(work, case.key_id)
        work.leaf("erasure", what=what, case=case.id, purpose=case.purpose, probes=probes)

    def all(self) -> list[CaseRecord]:
        """Return every case, oldest first."""
        return self._read(sa.select(tables.case), sa.select(tables.case_source))

    def one(self, wanted: str) -> CaseRecord:
        """Return the case of that id, end of an id, or title; `InputError` if none or several are."""
        allowed = sa.select(tables.case_source).where(tables.case_source.c.case_id == wanted)
        by_id = self._read(sa.select(tables.case).where(tables.case.c.id == wanted), allowed)
        return by_id[0] if by_id else one_of(self.all(), wanted)

    def _read(self, cases: sa.Select[Any], sources: sa.Select[Any]) -> list[CaseRecord]:
        allowed: dict[str, set[int]] = {}
        for row in self._database.ask(sources):
            allowed.setdefault(row.case_id, set()).add(row.source_number)
        rows = self._database.ask(cases.order_by(tables.case.c.id)).all()
        return self._with_approvals([self._record(row, frozenset(allowed.get(row.id, ()))) for row in rows])

    def _shared(self, work: Work, new: CaseFile) -> CaseId | None:
        query = sa.select(tables.case.c.id).where(
            tables.case.c.kind == "shared", tables.case.c.purpose == new.purpose, tables.case.c.closed_at.is_(None)
        )
        found = work.ask(query).scalar_one_or_none()
        return None if found is None else CaseId(found)

    def _record(self, row: sa.Row[Any], sources: frozenset[int]) -> CaseRecord:
        def opened(name: str) -> str:
            sealed = getattr(row, name)
            return self._sealer.open(f"case.{name}", sealed, row=row.id) if sealed else ""

        return CaseRecord(
            id=CaseId(row.id),
            kind=row.kind,
            profile=row.profile,
            title=opened("title"),
            purpose=row.purpose,
            sources=sources,
            legal_reference=opened("legal_reference"),
            necessity=opened("necessity"),
            seeks=opened("seeks"),
            max_searches=row.max_searches,
            max_candidates=row.max_candidates,
            open_until=row.open_until,
            approvals_needed=row.approvals_needed,
            reviewers_needed=row.reviewers_needed,
            one_face=bool(row.one_face),
            reason_needed=bool(row.reason_needed),
            policy=row.policy,
            opened_by=row.opened_by,
            key_id=row.key_id,
            opened_at=row.opened_at,
            renewed_at=row.renewed_at,
            frozen_at=row.frozen_at,
            frozen_by=row.frozen_by,
            closed_at=row.closed_at,
            closed_by=row.closed_by,
            closed_why=opened("closed_why"),
            searches_made=row.searches,
            approvals=(),
        )

    def _with_approvals(self, cases: list[CaseRecord]) -> list[CaseRecord]:
        if not any(case.approvals_needed for case in cases):
            return cases
        signed: dict[str, list[SignatureRecord]] = {}
        for signature in self._signatures.of(APPROVAL, cases[0].id if len(cases) == 1 else None):
            signed.setdefault(signature.object_id, []).append(signature)
        born = {row.id: row for row in self._database.ask(sa.select(case_tables.person))}
        return [replace(case, approvals=tuple(_approvals(case, signed.get(case.id, ()), born))) for case in cases]


def _approvals(case: CaseRecord, signed: Iterable[SignatureRecord], born: Mapping[str, sa.Row[Any]]) -> Iterator[ApprovalRecord]:
    terms = terms_sha256(case.id, case)
    for signature in signed:
        if signature.facts["terms"] == terms:
            approver = born[signature.person_id]
            yield ApprovalRecord(
                person_id=signature.person_id,
                role=Role(signature.facts["role"]),
                public_key=signature.public_key,
                created_at=approver.created_at,
                created_by=approver.created_by,
                at=signature.at,
                self_approved=signature.facts["self_approved"],
            )


def one_of(cases: Sequence[CaseRecord], wanted: str) -> CaseRecord:
    """Return the case of that id, end of an id, or title; `InputError` if none or several are."""
    found = [case for case in cases if wanted in (case.id, case.title)] or [
        case for case in cases if len(wanted) >= 4 and case.id.endswith(wanted)
    ]
    if len(found) != 1:
        what = "no case is" if not found else f"{len(found)} cases are"
        raise InputError(f"{what} called «{wanted}»", remedy="list them: visavis case list")
    return found[0]


def terms_sha256(case_id: CaseId, terms: CaseFile) -> str:
    """Return the digest that an approver signs: every term of a case, its texts too."""
    facts = {name: getattr(terms, name) for name in CaseFile.__slots__}
    facts |= {"id": case_id, "sources": sorted(terms.sources), "open_until": str(terms.open_until or "")}
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
