"""A case is frozen, goes on, or is closed. Each takes effect in its transaction, before the answer."""

from visavis.domain.actor import Actor, Role
from visavis.domain.errors import InputError, RefusedError
from visavis.law.roles import Act, check_role
from visavis.law.rules import Rule
from visavis.records.archive import Records
from visavis.records.cases import CaseRecord


class FreezeCase:
    """Freezes cases, and lets them go on."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def run(self, actor: Actor, name: str) -> CaseRecord:
        """Stop a case: nothing is searched under it or shown of it until the freeze is lifted.

        Raises
        ------
        InputError
            No such case, or it is frozen or closed already.
        RefusedError
            Nobody signed in, or it is not an act of the actor's roles.
        """
        case = self._records.cases.one(name)
        with self._records.noting_refusals(actor, "alteration", what="case-freeze", case=case.id, purpose=case.purpose):
            check_role(actor, Act.FREEZE, profile=case.profile)
        state = case.state(self._records.clock.now())
        if state in ("frozen", "closed"):
            raise InputError(f"case {case.id} is {state} already", remedy="visavis case list")
        with self._records.work(actor) as work:
            self._records.cases.freeze(work, case)
        return case

    def lift(self, actor: Actor, name: str) -> CaseRecord:
        """Let a frozen case go on.

        Raises
        ------
        InputError
            No such case, or it is not frozen.
        RefusedError
            The actor is neither who froze it nor a data-protection officer.
        """
        case = self._records.cases.one(name)
        if case.state(self._records.clock.now()) != "frozen":
            raise InputError(f"case {case.id} is not frozen", remedy="visavis case list")
        with self._records.noting_refusals(actor, "alteration", what="case-thaw", case=case.id, purpose=case.purpose):
            check_role(actor, Act.FREEZE, profile=case.profile)
            if actor.person_id != case.frozen_by and Role.OFFICER not in (actor.roles or {actor.role}):
                raise RefusedError(
                    "a freeze is lifted by who froze the case, or by a data-protection officer",
                    rule=Rule.ROLE_ALLOWED,
                    remedy=f"ask one of them: visavis case thaw {case.id} --as PERSON",
                )
        with self._records.work(actor) as work:
            self._records.cases.thaw(work, case)
        return case


class CloseCase:
    """Closes cases for good."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def run(self, actor: Actor, name: str, *, why: str = "") -> CaseRecord:
        """Close a case: its searches are hidden at once, its saved probes and the key of what dies with it are destroyed.

        Raises
        ------
        InputError
            No such case, it is closed already, or it is the one that a household's or trial's sources share.
        RefusedError
            Nobody signed in, or it is not an act of the actor's roles.
        """
        case = self._records.cases.one(name)
        with self._records.noting_refusals(actor, "erasure", what="case-close", case=case.id, purpose=case.purpose):
            check_role(actor, Act.CLOSE_CASE, profile=case.profile)
        if case.kind == "shared":
            raise InputError(f"all sources of profile {case.profile} share this case; it goes with them", remedy="visavis case list")
        if case.closed_at is not None:
            raise InputError(f"case {case.id} was closed on {case.closed_at:%Y-%m-%d} already", remedy="visavis case list")
        self._close(actor, case, why)
        return case

    def close_ended(self, actor: Actor) -> list[CaseRecord]:
        """Close every case that is past its last day, so that nothing of it is kept; return them. Nobody's leave is needed for that."""
        at = self._records.clock.now()
        ended = [case for case in self._records.cases.all() if case.state(at) == "expired"]
        for case in ended:
            self._close(actor, case, "past its last day")
        return ended

    def _close(self, actor: Actor, case: CaseRecord, why: str) -> None:
        with self._records.work(actor) as work:
            probes = self._records.reviews.drop_probes(work, case.id)
            self._records.cases.close(work, case, why=why, probes=probes)
