"""Somebody else than the asker answers for a case: the approval, and the yearly renewal of a standing one. Both are signatures."""

from collections.abc import Mapping
from dataclasses import dataclass

from visavis.domain.actor import Actor, Role
from visavis.domain.errors import InputError, RefusedError
from visavis.domain.signing import Signer
from visavis.law.approvals import Approval, Approver, check_approval
from visavis.law.facts import CaseFacts
from visavis.law.roles import ACTS, Act, check_role
from visavis.law.rulebook import Rulebook
from visavis.law.rules import Rule
from visavis.records.archive import Records
from visavis.records.cases import APPROVAL, ApprovalRecord, CaseRecord, terms_sha256
from visavis.records.database import Work
from visavis.records.people import PersonRecord

RENEWAL = "case-renewal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """What became of an approval: whether it was the asker's own, and how many of how many the case has now."""

    self_approved: bool
    given: int
    needed: int


class ApproveCase:
    """Approves cases."""

    def __init__(self, records: Records, rules: Rulebook) -> None:
        self._records = records
        self._rules = rules

    def run(self, actor: Actor, signer: Signer | None, name: str) -> Approved:
        """Sign every term of a case as it stands; a term that is changed afterwards leaves it unapproved.

        Raises
        ------
        InputError
            No such case, or it asks for no approval.
        RefusedError
            The rule that says no; it stands in the ledger.
        """
        case = self._records.cases.one(name)
        with self._records.noting_refusals(actor, "set-up", what="case-approve", case=case.id, purpose=case.purpose):
            signer = _signer(actor, signer, Act.APPROVE_CASE, case)
            if not case.approvals_needed:
                raise InputError(f"case {case.id} asks for no approval", remedy=f"search with --case {case.id}")
            _check_going(case, self._records)
            approver = self._approver(actor, case)
            self_approved = self._check(case, approver)
        with self._records.work(actor) as work:
            facts = {"terms": terms_sha256(case.id, case), "role": approver.role.value, "self_approved": self_approved}
            _sign(self._records, work, signer, APPROVAL, case.id, facts)
            work.leaf("set-up", what=APPROVAL, case=case.id, purpose=case.purpose, **facts)
        return Approved(self_approved=self_approved, given=len(case.approvals) + 1, needed=case.approvals_needed)

    def _approver(self, actor: Actor, case: CaseRecord) -> Approver:
        who: PersonRecord = self._records.people.one(actor.person_id or "")
        able = [role for role in Role if role in who.roles and Act.APPROVE_CASE in ACTS[role]]
        made = [(who.created_at, who.created_by)] + ([(who.roles_at, who.roles_by)] if who.roles_at else [])
        # Whom the asker made an approver only now, by adding them or by another role, waits as a new one does.
        since, by = max((one for one in made if one[1] == case.opened_by), key=lambda one: one[0], default=made[0])
        return Approver(person_id=who.id, role=able[0], public_key=who.public_key, created_at=since, created_by=by)

    def _check(self, case: CaseRecord, approver: Approver) -> bool:
        """Ask every pack that the case's terms come from."""
        facts = CaseFacts(
            id=case.id,
            kind=case.kind,
            profile=case.profile,
            purpose=case.purpose,
            sources=frozenset(),
            opened_at=case.opened_at,
            opened_by=case.opened_by,
            frozen_at=case.frozen_at,
            closed_at=case.closed_at,
            approvals=tuple(_approval(given) for given in case.approvals),
        )
        people = sum(who.revoked_at is None for who in self._records.people.all())
        at = self._records.clock.now()
        packs = [self._rules.marked(mark) for mark in case.policy.split(" + ")]
        answers = [check_approval(facts, approver, people=people, at=at, policy=policy) for policy in packs]
        return any(answers)


class RefuseCase:
    """Refuses cases that somebody else asks for."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def run(self, actor: Actor, name: str, because: str) -> CaseRecord:
        """Refuse a case that waits for approvals: it is closed, with the reason.

        Raises
        ------
        InputError
            No such case, it does not wait for approvals, or no reason.
        RefusedError
            Nobody signed in, not an act of the actor's roles, or the actor asked for it.
        """
        records = self._records
        case = records.cases.one(name)
        with records.noting_refusals(actor, "erasure", what="case-refuse", case=case.id, purpose=case.purpose):
            check_role(actor, Act.APPROVE_CASE, profile=case.profile)
            if actor.person_id == case.opened_by:
                raise RefusedError("who asks does not refuse", rule=Rule.APPROVER_APART, remedy=f"close it: visavis case close {case.id}")
        if case.state(records.clock.now()) != "waiting":
            raise InputError(f"case {case.id} does not wait for approvals", remedy="visavis case list")
        if not because.strip():
            raise InputError("a refusal says why", remedy='--because "…"')
        with records.work(actor) as work:
            probes = records.reviews.drop_probes(work, case.id)
            records.cases.close(work, case, why=because.strip(), probes=probes, what="case-refused")
        return case


class RenewCase:
    """Renews standing cases."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def run(self, actor: Actor, signer: Signer | None, name: str) -> None:
        """Sign that a standing case is needed for another year.

        Raises
        ------
        InputError
            No such case, it is no standing one, or this person renewed it today.
        RefusedError
            Nobody signed in, not an act of the actor's roles, who opened it is not who renews it where approvals are asked for, or it
            is closed or frozen.
        """
        case = self._records.cases.one(name)
        with self._records.noting_refusals(actor, "alteration", what="case-renew", case=case.id, purpose=case.purpose):
            signer = _signer(actor, signer, Act.APPROVE_CASE if case.approvals_needed else Act.OPEN_CASE, case)
            if case.kind != "standing":
                raise InputError(
                    f"case {case.id} is no standing case", remedy="open another for what is still to be searched: visavis case open …"
                )
            _check_going(case, self._records)
            if case.approvals_needed and actor.person_id == case.opened_by:
                raise RefusedError(
                    "who asked for a case does not renew it", rule=Rule.APPROVER_APART, remedy=f"visavis case renew {case.id} --as ANOTHER"
                )
        with self._records.work(actor) as work:
            _sign(self._records, work, signer, RENEWAL, f"{case.id} {work.at:%Y-%m-%d}", {"terms": terms_sha256(case.id, case)})
            self._records.cases.renew(work, case)


def _signer(actor: Actor, signer: Signer | None, act: Act, case: CaseRecord) -> Signer:
    check_role(actor, act, profile=case.profile)
    if signer is None:
        raise RefusedError("only somebody who signed in can sign", rule=Rule.PERSON_NEEDED, remedy="repeat the command with --as PERSON")
    return signer


def _check_going(case: CaseRecord, records: Records) -> None:
    state = case.state(records.clock.now())
    if state in ("closed", "expired", "frozen"):
        raise RefusedError(f"case {case.id} is {state}", rule=Rule.CASE_OPEN, remedy="visavis case list")


def _sign(records: Records, work: Work, signer: Signer, what: str, object_id: str, facts: Mapping[str, object]) -> None:
    person_id = signer.actor.person_id
    if person_id is None:
        raise ValueError("a signer has signed in")
    statement, signature = signer.statement(what, object_id, facts, at=work.at)
    records.signatures.add(work, what=what, object_id=object_id, person_id=person_id, statement=statement, signature=signature)


def _approval(given: ApprovalRecord) -> Approval:
    approver = Approver(
        person_id=given.person_id,
        role=given.role,
        public_key=given.public_key,
        created_at=given.created_at,
        created_by=given.created_by,
    )
    return Approval(approver=approver, at=given.at, self_approved=given.self_approved)
