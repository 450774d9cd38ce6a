"""What the law is told of sources, cases and the people who approve them."""

import datetime as dt
from dataclasses import dataclass

from visavis.domain.actor import Role
from visavis.domain.ids import CaseId, PersonId, SourceId
from visavis.law.charter import Charter


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFacts:
    """One source of the archive as it stands now.

    Attributes
    ----------
    number : int
        What the index knows it by.
    state : str
        A `SourceState` value.
    standing_case : CaseId or None
        The open case that was opened together with the source, if any.
    measured : bool
        It was measured on its own pictures how often strangers score high.
    """

    id: SourceId
    number: int
    state: str
    charter: Charter
    standing_case: CaseId | None = None
    measured: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Approver:
    """A person who approves; `public_key` is Ed25519, `created_by` who added them (None = the first person of the archive)."""

    person_id: PersonId
    role: Role
    public_key: bytes
    created_at: dt.datetime
    created_by: PersonId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """One approval that was given; `self_approved` = by who asked, in a house of one person."""

    approver: Approver
    at: dt.datetime
    self_approved: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """One case as it stands now.

    Attributes
    ----------
    kind : str
        `shared` (of all sources of a household or trial), `standing` (of one desk, renewed) or `case` (of one matter).
    profile : str
        Of all its sources; empty for `evaluation`, which has none.
    sources : frozenset of SourceId
        The sources it names.
    opened_at, renewed_at, frozen_at, closed_at : datetime or None
        UTC. `renewed_at` None = never since it was opened; `frozen_at`, `closed_at` None = not stopped.
    open_until : date or None
        Last day, included, UTC.
    max_searches, max_candidates : int or None
        Of the case, on top of the profile's; None = none of its own.
    seeks : str
        Whom; «unknown person» is valid.
    """

    id: CaseId
    purpose: str
    sources: frozenset[SourceId]
    kind: str = "case"
    profile: str = ""
    opened_at: dt.datetime | None = None
    opened_by: PersonId | None = None
    renewed_at: dt.datetime | None = None
    open_until: dt.date | None = None
    frozen_at: dt.datetime | None = None
    closed_at: dt.datetime | None = None
    approvals: tuple[Approval, ...] = ()
    searches_made: int = 0
    max_searches: int | None = None
    max_candidates: int | None = None
    seeks: str = ""
    legal_reference: str = ""
    necessity: str = ""
