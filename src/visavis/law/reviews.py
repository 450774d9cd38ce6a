"""Verdicts on a candidate: who may give one, and what two of them decide. A candidate is a lead until people decide."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from visavis.domain.errors import InputError
from visavis.domain.ids import PersonId
from visavis.law.gates import Gate, No, first_no, pass_all
from visavis.law.rules import Rule

VERDICTS = ("same", "not-the-same", "cannot-say")
UNDO_WITHIN = dt.timedelta(days=1)
"""Taking a verdict back is for slips: what somebody thinks better of later is a correction, with its reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    first: PersonId | None
    reviewer: PersonId
    requester: PersonId | None
    approvers: Collection[PersonId]
    reviewers_needed: int


def _apart(asked: _Asked) -> No | None:
    if asked.reviewers_needed < 2:
        return None
    remedy = "let another person decide: visavis review decide … --as ANOTHER"
    if asked.reviewer == asked.requester:
        return No("who asked for the search does not judge what it found", remedy)
    if asked.reviewer == asked.first:
        return No("the second verdict comes from another person than the first (AI Act Art. 14(5))", remedy)
    if asked.first is not None and asked.reviewer in asked.approvers:
        return No("who approved the case gives no second verdict", remedy)
    return None


REVIEW_GATES: tuple[Gate[_Asked], ...] = (Gate(Rule.REVIEWER_APART, _apart),)


def check_reviewer(
    first: PersonId | None,
    reviewer: PersonId,
    requester: PersonId | None,
    *,
    approvers: Collection[PersonId] = (),
    reviewers_needed: int = 2,
) -> None:
    """Ask whether a person may give the next verdict on a candidate.

    Parameters
    ----------
    first : PersonId or None
        Who gave the first verdict; None = this is the first.
    reviewer : PersonId
    requester : PersonId or None
        Who made the search.
    approvers : collection of PersonId
        Who approved the case.
    reviewers_needed : int
        Of the profile; where one is enough, anybody with the role may judge.

    Raises
    ------
    RefusedError
        `reviewer-apart`.
    """
    asked = _Asked(first=first, reviewer=reviewer, requester=requester, approvers=approvers, reviewers_needed=reviewers_needed)
    pass_all(REVIEW_GATES, asked)


def may_judge(
    first: PersonId | None,
    reviewer: PersonId,
    requester: PersonId | None,
    *,
    approvers: Collection[PersonId] = (),
    reviewers_needed: int = 2,
) -> bool:
    """Whether `check_reviewer` lets a person pass."""
    asked = _Asked(first=first, reviewer=reviewer, requester=requester, approvers=approvers, reviewers_needed=reviewers_needed)
    return first_no(REVIEW_GATES, asked) is None


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoAsked:
    """A verdict that its giver wants to take back.

    Attributes
    ----------
    age : timedelta
        How long it has stood.
    judged, seen : bool
        Another person's verdict stands beside it; another person has opened the candidate or its search since.
    used : bool
        A label or a file that left the house rests on it.
    """

    age: dt.timedelta
    judged: bool
    seen: bool
    used: bool


def _unseen(asked: UndoAsked) -> No | None:
    remedy = 'correct it: visavis review decide CANDIDATE VERDICT --grounds "…" --because "…"'
    if asked.judged:
        return No("another person has judged this candidate too", remedy)
    if asked.used:
        return No("a label, or a file that left the house, rests on this verdict", remedy)
    if asked.seen:
        return No("another person has opened this candidate since you judged it", remedy)
    if asked.age > UNDO_WITHIN:
        return No("this verdict is older than a day", remedy)
    return None


UNDO_GATES: tuple[Gate[UndoAsked], ...] = (Gate(Rule.VERDICT_UNSEEN, _unseen),)


def check_undo(asked: UndoAsked) -> None:
    """Ask whether a verdict may be taken back; `RefusedError` (`verdict-unseen`) if it may only be corrected."""
    pass_all(UNDO_GATES, asked)


def decided(verdicts: Sequence[str], reviewers_needed: int) -> str:
    """Return what the verdicts on a candidate decide: `open`, one of `VERDICTS`, or `disagreement`.

    Raises
    ------
    InputError
        A word that is no verdict.
    """
    if unknown := [verdict for verdict in verdicts if verdict not in VERDICTS]:
        raise InputError(f"«{unknown[0]}» is no verdict", remedy=f"say one of {', '.join(VERDICTS)}")
    if len(verdicts) < reviewers_needed:
        return "open"
    return verdicts[0] if len(set(verdicts)) == 1 else "disagreement"
