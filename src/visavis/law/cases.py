"""What a case must say before it is opened, and on which terms it is."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from visavis.domain.errors import InputError
from visavis.domain.ids import CaseId, SourceId
from visavis.law.facts import CaseFacts, SourceFacts
from visavis.law.gates import Gate, No, pass_all
from visavis.law.policy import Profile
from visavis.law.rulebook import Rulebook
from visavis.law.rules import Rule
from visavis.law.search_gates import SourceAsked, purpose_allowed, same_profile, source_live

UNKNOWN_PERSON = "unknown person"
"""A valid answer to whom a case seeks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDraft:
    """A case as it is asked for.

    Attributes
    ----------
    kind : str
        `case` (one matter) or `standing` (one desk's daily work, renewed).
    seeks : str
        Whom; `UNKNOWN_PERSON` is valid.
    legal_reference, necessity : str
        The law, order or mandate it stands on; why faces must be searched for it.
    max_searches, max_candidates : int or None
        None = the pack's.
    open_until : date or None
        Last day; None = the last that the pack allows.
    """

    profile: str
    purpose: str
    title: str
    sources: tuple[SourceId, ...]
    legal_reference: str = ""
    necessity: str = ""
    seeks: str = ""
    max_searches: int | None = None
    max_candidates: int | None = None
    open_until: dt.date | None = None
    kind: str = "case"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseTerms:
    """What a case is opened on; `policy` is the mark of the packs that say so, joined by « + »."""

    approvals: int
    reviewers: int
    one_face: bool
    reason_needed: bool
    max_searches: int | None
    max_candidates: int | None
    open_until: dt.date | None
    policy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    draft: CaseDraft
    sources: Sequence[SourceAsked]
    at: dt.datetime

    @property
    def profiles(self) -> list[Profile]:
        return [one.profile for one in self.sources]

    def least(self, *limits: int | None) -> int | None:
        return min((limit for limit in limits if limit is not None), default=None)

    @property
    def last_day(self) -> dt.date | None:
        """The last day that a case of one matter may have; a standing one ends by not being renewed."""
        days = self.least(*(profile.most_case_days for profile in self.profiles))
        if days is None or self.draft.kind == "standing":
            return None
        return self.at.date() + dt.timedelta(days=days)


def _kind(asked: _Asked) -> No | None:
    kind = asked.draft.kind
    if kind == "case":
        return None
    refusing = [profile.name for profile in asked.profiles if not profile.standing_months]
    if kind == "standing" and not refusing:
        return None
    return No(f"profile {asked.draft.profile} has no {kind} case: each is opened for one matter", "visavis case open … without --standing")


def _grounds(asked: _Asked) -> No | None:
    if not any(profile.person_needed for profile in asked.profiles):
        return None
    fields = {
        "title": "--title: a few words",
        "legal_reference": "--legal: the law, order or mandate it stands on",
        "necessity": "--necessity: why faces must be searched for it",
        "seeks": f"--seeks: whom; «{UNKNOWN_PERSON}» is an answer",
    }
    missing = [field for field in fields if not getattr(asked.draft, field).strip()]
    if not missing:
        return None
    return No(f"a case says its {', '.join(missing)} (GDPR Arts 5(1)(b), 5(2); LED Art. 10)", "; ".join(fields[field] for field in missing))


def _sources(gate: Rule) -> Gate[_Asked]:
    """Ask one of the gates of a search's sources of every source of a draft."""
    check = {Rule.SOURCE_LIVE: source_live, Rule.PROFILE_OF_CASE: same_profile, Rule.PURPOSE_ALLOWED: purpose_allowed}[gate]

    def each(asked: _Asked) -> No | None:
        found = ((one.source.id, no) for one in asked.sources if (no := check(one)) is not None)
        return next((No(f"source {source_id}: {no.why}", no.remedy) for source_id, no in found), None)

    return Gate(gate, each)


def _limits(asked: _Asked) -> No | None:
    draft, last = asked.draft, asked.last_day
    for option, wanted, most in (
        ("--searches", draft.max_searches, asked.least(*(profile.most_searches for profile in asked.profiles))),
        ("--top", draft.max_candidates, asked.least(*(profile.most_candidates for profile in asked.profiles))),
    ):
        if wanted is not None and (wanted < 1 or (most is not None and wanted > most)):
            return No(f"{option} {wanted} is not within 1 and {most or 'any number'}", f"{option} {most or 1}")
    until = draft.open_until
    if until is not None and (until < asked.at.date() or (last is not None and until > last)):
        return No(
            f"a case till {until} is over already, or longer than profile {draft.profile} has them", f"--until {last or 'a later day'}"
        )
    return None


CASE_GATES: tuple[Gate[_Asked], ...] = (
    Gate(Rule.CASE_KIND, _kind),
    Gate(Rule.CASE_GROUNDS, _grounds),
    _sources(Rule.SOURCE_LIVE),
    _sources(Rule.PROFILE_OF_CASE),
    _sources(Rule.PURPOSE_ALLOWED),
    Gate(Rule.CASE_LIMITS, _limits),
)


def check_draft(draft: CaseDraft, sources: Sequence[SourceFacts], rules: Rulebook, *, at: dt.datetime) -> CaseTerms:
    """Ask whether a case may be opened, and on which terms.

    Parameters
    ----------
    draft : CaseDraft
    sources : sequence of SourceFacts
        Of the archive; those that the draft names are looked at.
    rules : Rulebook
    at : datetime
        Now, UTC.

    Raises
    ------
    InputError
        It names no source, one that is not there, or no profile.
    RefusedError
        `case-kind`, `case-grounds`, `source-live`, `profile-of-case`, `purpose-allowed` or `case-limits`.
    """
    named = [source for source in sources if source.id in draft.sources]
    if not draft.sources or len(named) != len(set(draft.sources)):
        raise InputError("a case names the sources that it may search", remedy="--source SOURCE; `visavis source list` shows them")
    if draft.profile not in rules.profiles:
        raise InputError(f"there is no profile «{draft.profile}»", remedy=f"--profile with one of {', '.join(rules.profiles)}")
    case = CaseFacts(
        id=CaseId("draft"), purpose=draft.purpose, sources=frozenset(draft.sources), kind=draft.kind, profile=draft.profile, opened_at=at
    )
    asked = _Asked(
        draft=draft, sources=[SourceAsked(source=source, case=case, policy=rules.of(source.charter), at=at) for source in named], at=at
    )
    pass_all(CASE_GATES, asked)
    profiles = asked.profiles
    return CaseTerms(
        approvals=max(profile.approvals for profile in profiles),
        reviewers=max(profile.reviewers for profile in profiles),
        one_face=any(profile.one_face for profile in profiles),
        reason_needed=draft.kind == "standing" and any(profile.reason_needed for profile in profiles),
        max_searches=draft.max_searches or asked.least(*(profile.most_searches for profile in profiles)),
        max_candidates=draft.max_candidates or asked.least(*(profile.most_candidates for profile in profiles)),
        open_until=draft.open_until or asked.last_day,
        policy=" + ".join(sorted({one.policy.mark for one in asked.sources})),
    )
