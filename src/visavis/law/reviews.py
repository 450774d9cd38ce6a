"""Verdicts on a candidate: who may give one, and what two of them decide. A candidate is a lead until people decide."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from visavis.domain.errors import InputError
from visavis.domain.ids import PersonId
from visavis.law.gates import Gate, No, pass_all
from visavis.law.rules import Rule

VERDICTS = ("same", "not-the-same", "cannot-say")


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
