"""Who may approve a case: not who asks, not twice with one key, not on the day one was made an approver by who asks."""

import datetime as dt
from dataclasses import dataclass

from visavis.domain.actor import Role
from visavis.law.facts import Approval, Approver, CaseFacts
from visavis.law.gates import Gate, No, pass_all
from visavis.law.policy import Policy
from visavis.law.roles import ACTS, Act
from visavis.law.rules import Rule

__all__ = ["APPROVAL_GATES", "Approval", "Approver", "check_approval"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    case: CaseFacts
    approver: Approver
    people: int
    at: dt.datetime
    policy: Policy

    @property
    def wait(self) -> dt.timedelta:
        return dt.timedelta(hours=self.policy.approver_hours)

    @property
    def own(self) -> bool:
        return self.approver.person_id == self.case.opened_by


def _role(asked: _Asked) -> No | None:
    if Act.APPROVE_CASE in ACTS[asked.approver.role]:
        return None
    able = ", ".join(role.value for role in Role if Act.APPROVE_CASE in ACTS[role])
    return No(f"the role {asked.approver.role.value} does not approve cases", f"ask a person with one of these roles: {able}")


def _open(asked: _Asked) -> No | None:
    stopped = asked.case.frozen_at or asked.case.closed_at
    if stopped is None or asked.at < stopped:
        return None
    return No(f"case {asked.case.id} was stopped on {stopped:%Y-%m-%d}", "visavis case open …")


def _apart(asked: _Asked) -> No | None:
    if not asked.own:
        return None
    profile, remedy = asked.policy.profiles[asked.case.profile], f"visavis case approve {asked.case.id} --as ANOTHER"
    if not profile.self_approval:
        return No(f"who asks does not approve, and profile {profile.name} allows no exception", remedy)
    if asked.people != 1:
        return No("who asks does not approve where there is somebody else", remedy)
    opened = asked.case.opened_at
    if opened is None or asked.at < opened + asked.wait:
        hours = asked.policy.approver_hours
        return No(f"the only person of a house may approve their own case {hours} hours after asking, not before", "wait, and repeat it")
    return None


def _one_key(asked: _Asked) -> No | None:
    for given in asked.case.approvals:
        if given.approver.public_key == asked.approver.public_key or given.approver.person_id == asked.approver.person_id:
            return No("this key has approved the case already", f"visavis case approve {asked.case.id} --as ANOTHER")
    return None


def _known(asked: _Asked) -> No | None:
    approver = asked.approver
    if approver.created_by is None or approver.created_by != asked.case.opened_by or asked.at >= approver.created_at + asked.wait:
        return None
    return No(
        f"a new approver can't approve for {asked.policy.approver_hours} hours what the person who added them asks",
        f"visavis case approve {asked.case.id} --as ANOTHER, or wait until {approver.created_at + asked.wait:%Y-%m-%d %H:%M} UTC",
    )


APPROVAL_GATES: tuple[Gate[_Asked], ...] = (
    Gate(Rule.ROLE_ALLOWED, _role),
    Gate(Rule.CASE_OPEN, _open),
    Gate(Rule.ONE_KEY_ONCE, _one_key),
    Gate(Rule.APPROVER_APART, _apart),
    Gate(Rule.APPROVER_KNOWN, _known),
)


def check_approval(case: CaseFacts, approver: Approver, *, people: int, at: dt.datetime, policy: Policy) -> bool:
    """Ask whether a person may approve a case now.

    Parameters
    ----------
    case : CaseFacts
        With the approvals that it has already.
    approver : Approver
    people : int
        Persons of the archive who are not revoked.
    at : datetime
        Now, UTC.
    policy : Policy
        `rules.of(charter)` of the case's sources.

    Returns
    -------
    bool
        Whether it is a self-approval, to be marked as such.

    Raises
    ------
    RefusedError
        `role-allowed`, `case-open`, `one-key-once`, `approver-apart` or `approver-known`.
    """
    asked = _Asked(case=case, approver=approver, people=people, at=at, policy=policy)
    pass_all(APPROVAL_GATES, asked)
    return asked.own
