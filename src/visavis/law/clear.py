"""Who may search what, for which purpose, how far, until when. The only place that issues a clearance; a test reads every syntax tree."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from visavis.domain.actor import Actor
from visavis.domain.clearance import Clearance
from visavis.domain.errors import RefusedError
from visavis.domain.ids import CaseId, SourceId
from visavis.law.calibration import CALIBRATION_GATES, SourceMeasured
from visavis.law.calibration import PURPOSE as CALIBRATION
from visavis.law.facts import CaseFacts, SourceFacts
from visavis.law.gates import first_no, pass_all
from visavis.law.policy import Policy
from visavis.law.requests import RIGHTS_GATES, RightsSearch
from visavis.law.rulebook import Rulebook
from visavis.law.rules import Rule
from visavis.law.search_gates import SEARCH_GATES, SOURCE_GATES, SearchAsked, SearchRequest, SourceAsked

__all__ = [
    "EVALUATION_SOURCE",
    "CaseFacts",
    "Grant",
    "LeftOut",
    "SearchRequest",
    "SourceFacts",
    "clear",
    "clear_calibration",
    "clear_erasure_check",
    "clear_evaluation",
    "clear_index_check",
    "clear_rights",
]

EVALUATION_SOURCE = 0
"""The number that an index in memory gives to the rows of a test set; no stored source has it."""

_ANY_SIMILARITY = -1.0
"""A test set's similarities stay in memory; only rates leave it."""


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


def clear(request: SearchRequest, sources: Sequence[SourceFacts], case: CaseFacts | None, rules: Rulebook, *, at: dt.datetime) -> Grant:
    """Issue a clearance for one search, or refuse.

    Parameters
    ----------
    request : SearchRequest
    sources : sequence of SourceFacts
        All sources of the archive.
    case : CaseFacts or None
        The case that the request names; without one, the archive's shared standing case (household, else trial) or None.
    rules : Rulebook
    at : datetime
        Now, UTC.

    Raises
    ------
    RefusedError
        `rule` says which; the message ends with the reason for each source if nothing is left to search.
    """
    wanted = [source for source in sources if request.sources is None or source.id in request.sources]
    asked = [
        SourceAsked(
            source=source, case=case, policy=rules.of(source.charter), at=at, names_case=request.names_case, program=request.program
        )
        for source in wanted
    ]
    answers = [(one, first_no(SOURCE_GATES, one)) for one in asked]
    left_out = tuple(
        LeftOut(source_id=one.source.id, rule=found[0], why=found[1].why, remedy=found[1].remedy) for one, found in answers if found
    )
    searched = [one for one, found in answers if found is None]
    if case is None or not searched:
        raise _nothing_left(left_out)
    search = SearchAsked(request=request, case=case, profiles=[one.profile for one in searched], at=at)
    pass_all(SEARCH_GATES, search)
    policies = {one.policy.mark: one.policy for one in searched}
    clearance = _issue(
        case,
        request.actor,
        policy=" + ".join(sorted(policies)),
        sources=frozenset(one.source.number for one in searched),
        limits=(_most_candidates(search), request.floor),
        not_after=_end(search, searched, policies.values()),
    )
    return Grant(clearance=clearance, left_out=left_out)


def clear_evaluation(actor: Actor, rules: Rulebook, *, at: dt.datetime) -> Clearance:
    """Issue a clearance for measuring error rates on a test set: rows in memory only (source `EVALUATION_SOURCE`), aggregates only."""
    case = CaseFacts(id=CaseId("evaluation"), purpose="evaluation", sources=frozenset())
    # A trial of many thousand probes is one act; a day is longer than any that was measured.
    not_after = at + dt.timedelta(days=1)
    mark = rules.governing("evaluation").mark
    return _issue(case, actor, policy=mark, sources=frozenset({EVALUATION_SOURCE}), limits=(None, _ANY_SIMILARITY), not_after=not_after)


def clear_index_check(actor: Actor, rules: Rulebook, sources: frozenset[int], *, at: dt.datetime) -> Clearance:
    """Issue a clearance for comparing an archive's index with exact search: probes of nobody, and no candidate is shown.

    Parameters
    ----------
    sources : frozenset of int
        Numbers of every source.
    """
    case = CaseFacts(id=CaseId("index-check"), purpose="evaluation", sources=frozenset())
    mark = rules.governing("evaluation").mark
    return _issue(case, actor, policy=mark, sources=sources, limits=(None, _ANY_SIMILARITY), not_after=at + dt.timedelta(hours=1))


def clear_calibration(asked: Sequence[SourceMeasured], numbers: frozenset[int], rules: Rulebook, *, at: dt.datetime) -> Clearance:
    """Issue a clearance to compare the faces within single photographs of some sources, or refuse; aggregates only leave it.

    Parameters
    ----------
    asked : sequence of SourceMeasured
        At least one, all by one actor.
    numbers : frozenset of int
        Of the same sources.
    rules : Rulebook
    at : datetime
        Now, UTC.

    Raises
    ------
    RefusedError
        `person-needed`, `role-allowed`, `source-live`.
    """
    for one in asked:
        pass_all(CALIBRATION_GATES, one)
    policies = {policy.mark: policy for policy in (rules.governing(one.profile) for one in asked)}
    not_after = at + dt.timedelta(minutes=min(policy.clearance_minutes for policy in policies.values()))
    case = CaseFacts(id=CaseId(CALIBRATION), purpose=CALIBRATION, sources=frozenset())
    mark = " + ".join(sorted(policies))
    return _issue(case, asked[0].actor, policy=mark, sources=numbers, limits=(None, _ANY_SIMILARITY), not_after=not_after)


def clear_rights(asked: RightsSearch, sources: Collection[int], rules: Rulebook, *, at: dt.datetime) -> Clearance:
    """Issue a clearance to look for what is held of a person who asks, or refuse.

    Parameters
    ----------
    asked : RightsSearch
    sources : collection of int
        Numbers of every source in which templates are kept: what its purposes are, whether it is frozen or past its end, is no matter.
    rules : Rulebook
    at : datetime
        Now, UTC.

    Raises
    ------
    RefusedError
        `person-needed`, `role-allowed`, `request-open`, `one-probe-set`.
    """
    pass_all(RIGHTS_GATES, asked)
    case = CaseFacts(id=CaseId(asked.request_id), purpose="dsr", sources=frozenset())
    policy = rules.marked(asked.policy)
    not_after = at + dt.timedelta(minutes=policy.clearance_minutes)
    return _issue(case, asked.actor, policy=policy.mark, sources=frozenset(sources), limits=(None, asked.floor), not_after=not_after)


def clear_erasure_check(actor: Actor, rules: Rulebook, sources: frozenset[int], *, floor: float, at: dt.datetime) -> Clearance:
    """Issue a clearance for looking whether erased faces still answer: whole archive, held probes only, and no candidate is shown.

    Parameters
    ----------
    sources : frozenset of int
        Numbers of every source.
    floor : float
        Cosine below which nothing is looked at.
    """
    case = CaseFacts(id=CaseId("erasure-check"), purpose="erasure-check", sources=frozenset())
    mark = rules.governing("household").mark
    not_after = at + dt.timedelta(hours=1)
    return _issue(case, actor, policy=mark, sources=sources, limits=(None, floor), not_after=not_after)


def _issue(
    case: CaseFacts, actor: Actor, *, policy: str, sources: frozenset[int], limits: tuple[int | None, float], not_after: dt.datetime
) -> Clearance:
    return Clearance(
        actor=actor,
        case_id=case.id,
        purpose=case.purpose,
        policy=policy,
        sources=sources,
        max_candidates=limits[0],
        least_similarity=limits[1],
        not_after=not_after,
    ).sealed()


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


def _most_candidates(search: SearchAsked) -> int | None:
    """Return how many candidates the clearance lets through; None = no cap. GDPR Art. 25(2): few unless more is asked for and allowed."""
    default = search.least(*(profile.default_candidates for profile in search.profiles))
    if search.request.all_candidates or default is None:
        return search.most_candidates
    wanted = max(search.request.candidates or 0, default)
    return search.least(wanted, search.most_candidates)


def _end(search: SearchAsked, searched: Sequence[SourceAsked], policies: Iterable[Policy]) -> dt.datetime:
    """Return the first end of: the pack's minutes, the case, each charter."""
    shortest = min(policy.clearance_minutes for policy in policies)
    charters = (one.source.charter.ends_at() for one in searched)
    return min([search.at + dt.timedelta(minutes=shortest), *search.ends(), *(end for end in charters if end is not None)])
