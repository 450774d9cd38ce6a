"""Who may search what, for which purpose, how far, until when. The only place that issues a clearance; a test reads every syntax tree."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from visavis.domain.actor import Actor
from visavis.domain.clearance import Clearance
from visavis.domain.errors import RefusedError
from visavis.domain.ids import CaseId, SourceId
from visavis.law.admit import SourceState
from visavis.law.charter import Charter, first_moment_after
from visavis.law.policy import Policy, Profile
from visavis.law.rules import Rule

EVALUATION_SOURCE = 0
"""The number that an index in memory gives to the rows of a test set; no stored source has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRequest:
    """What is asked for. It has no purpose: that is the case's.

    Attributes
    ----------
    sources : frozenset of SourceId or None
        Narrow the search to these; None = all that may be searched.
    candidates : int or None
        Most candidates wanted; None = the profile's default.
    all_candidates : bool
        Want them all.
    names_case : bool
        False: no case was named, so that the archive's shared one is taken.
    """

    actor: Actor
    sources: frozenset[SourceId] | None = None
    candidates: int | None = None
    all_candidates: bool = False
    names_case: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFacts:
    """One source of the archive as it stands now.

    Attributes
    ----------
    number : int
        What the index knows it by.
    standing_case : CaseId or None
        The open case that was opened together with the source, if any.
    """

    id: SourceId
    number: int
    state: str
    charter: Charter
    standing_case: CaseId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """One case as it stands now.

    Attributes
    ----------
    sources : frozenset of SourceId
        The sources it names.
    open_until : date or None
        Last day, included, UTC.
    closed_at : datetime or None
        UTC; None = not closed.
    """

    id: CaseId
    purpose: str
    sources: frozenset[SourceId]
    open_until: dt.date | None = None
    closed_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A source that was asked for and is not searched: the rule, why, and the option or command that mends it (may be empty)."""

    source_id: SourceId
    rule: Rule
    why: str
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A clearance, and the sources that it leaves out."""

    clearance: Clearance
    left_out: tuple[LeftOut, ...]


def clear(request: SearchRequest, sources: Sequence[SourceFacts], case: CaseFacts | None, policy: Policy, *, at: dt.datetime) -> Grant:
    """Issue a clearance for one search, or refuse.

    Parameters
    ----------
    request : SearchRequest
    sources : sequence of SourceFacts
        All sources of the archive.
    case : CaseFacts or None
        The case that the request names; without one, the archive's shared standing case (household, else trial) or None.
    policy : Policy
    at : datetime
        Now, UTC.

    Raises
    ------
    RefusedError
        `rule` says which; the message ends with the reason for each source if nothing is left to search.
    """
    if case is not None:
        _check_open(case, at)
    wanted = [source for source in sources if request.sources is None or source.id in request.sources]
    answers = [(source, _why_not(source, case, policy, at, names_case=request.names_case)) for source in wanted]
    left_out = tuple(no for _, no in answers if no is not None)
    searched = [source for source, no in answers if no is None]
    if case is None or not searched:
        raise _nothing_left(left_out)
    limits = [policy.profiles[source.charter.profile] for source in searched]
    clearance = _issue(
        case,
        request.actor,
        policy,
        sources=frozenset(source.number for source in searched),
        max_candidates=_most_candidates(request, limits),
        not_after=min(_ends(case, searched, policy, at)),
    )
    return Grant(clearance=clearance, left_out=left_out)


def clear_evaluation(actor: Actor, policy: Policy, *, at: dt.datetime) -> Clearance:
    """Issue a clearance for measuring error rates on a test set: rows in memory only (source `EVALUATION_SOURCE`), aggregates only."""
    case = CaseFacts(id=CaseId("evaluation"), purpose="evaluation", sources=frozenset())
    # A trial of many thousand probes is one act; a day is longer than any that was measured.
    not_after = at + dt.timedelta(days=1)
    return _issue(case, actor, policy, sources=frozenset({EVALUATION_SOURCE}), max_candidates=None, not_after=not_after)


def _issue(
    case: CaseFacts, actor: Actor, policy: Policy, *, sources: frozenset[int], max_candidates: int | None, not_after: dt.datetime
) -> Clearance:
    return Clearance(
        actor=actor,
        case_id=case.id,
        purpose=case.purpose,
        policy=policy.mark,
        sources=sources,
        max_candidates=max_candidates,
        not_after=not_after,
    ).sealed()


def _check_open(case: CaseFacts, at: dt.datetime) -> None:
    ends_at = _case_end(case)
    if (case.closed_at is not None and at >= case.closed_at) or (ends_at is not None and at >= ends_at):
        when = f"was closed on {case.closed_at:%Y-%m-%d}" if case.closed_at is not None else f"ended after {case.open_until}"
        raise RefusedError(
            f"case {case.id} {when}: nothing can be searched under it", rule=Rule.CASE_OPEN, remedy="name an open case with --case ID"
        )


def _case_end(case: CaseFacts) -> dt.datetime | None:
    return None if case.open_until is None else first_moment_after(case.open_until)


def _why_not(source: SourceFacts, case: CaseFacts | None, policy: Policy, at: dt.datetime, *, names_case: bool) -> LeftOut | None:
    """Return the first rule that keeps a source out of this search, or None."""
    profile = policy.profiles[source.charter.profile]
    if profile.use != "source":
        return LeftOut(source_id=source.id, rule=Rule.PROFILE_USABLE, why=profile.refusal)
    if source.state != SourceState.LIVE:
        return LeftOut(source_id=source.id, rule=Rule.SOURCE_LIVE, why=f"it is {source.state}")
    if why := source.charter.out_of_dates(at):
        return LeftOut(source_id=source.id, rule=Rule.CHARTER_IN_DATES, why=why)
    if case is None or source.id not in case.sources:
        return _needs_case(source, named=case is not None and names_case)
    if case.purpose not in source.charter.purposes:
        allowed = ", ".join(source.charter.purposes)
        why = f"the case is for {case.purpose}, its charter allows {allowed}"
        return LeftOut(source_id=source.id, rule=Rule.PURPOSE_ALLOWED, why=why, remedy="add --case ID of a case for one of these")
    return None


def _needs_case(source: SourceFacts, *, named: bool) -> LeftOut:
    rule = Rule.SOURCE_IN_CASE if named else Rule.CASE_NEEDED
    why = "this search's case does not name it" if named else "it is searched under a case only"
    if source.standing_case is None:
        why += ", and its charter has no [standing_case]"
        return LeftOut(source_id=source.id, rule=rule, why=why, remedy="`visavis source charter --profile archive` shows how to write one")
    return LeftOut(source_id=source.id, rule=rule, why=why, remedy=f"add --case {source.standing_case}")


def _nothing_left(left_out: Sequence[LeftOut]) -> RefusedError:
    if not left_out:
        return RefusedError(
            "there is no source to search",
            rule=Rule.SOMETHING_TO_SEARCH,
            remedy="`visavis source add FOLDER --profile household --title TITLE`, or look at `visavis source list`",
        )
    rules = {no.rule for no in left_out}
    remedies = dict.fromkeys(no.remedy for no in left_out if no.remedy)
    return RefusedError(
        "nothing may be searched: " + "; ".join(f"source {no.source_id}: {no.why}" for no in left_out),
        rule=rules.pop() if len(rules) == 1 else Rule.SOMETHING_TO_SEARCH,
        remedy="; ".join(remedies) or "look at `visavis source list`",
    )


def _most_candidates(request: SearchRequest, limits: Iterable[Profile]) -> int | None:
    """Return how many candidates the clearance lets through; None = no cap. GDPR Art. 25(2): few unless more is asked for and allowed."""
    limits = list(limits)
    most = min((limit.most_candidates for limit in limits if limit.most_candidates is not None), default=None)
    default = min((limit.default_candidates for limit in limits if limit.default_candidates is not None), default=None)
    if most is not None and (request.all_candidates or (request.candidates or 0) > most):
        raise RefusedError(
            f"at most {most} candidates may be asked for here", rule=Rule.CANDIDATES_CAPPED, remedy=f"search again with --top {most}"
        )
    if request.all_candidates or default is None:
        return None
    return max(request.candidates or 0, default)


def _ends(case: CaseFacts, searched: Iterable[SourceFacts], policy: Policy, at: dt.datetime) -> list[dt.datetime]:
    ends = [_case_end(case), *(source.charter.ends_at() for source in searched)]
    return [at + dt.timedelta(minutes=policy.clearance_minutes), *(end for end in ends if end is not None)]
