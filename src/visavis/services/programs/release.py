"""A case that a burst of probes froze goes on when a person has looked what sent them."""

from visavis.domain.actor import Actor
from visavis.domain.errors import InputError
from visavis.law.roles import Act, check_role
from visavis.records.archive import Records
from visavis.records.cases import CaseRecord


class ReleaseCase:
    """Releases cases."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def run(self, actor: Actor, name: str) -> CaseRecord:
        """Let a case go on that a burst froze; programs are counted anew from here.

        Raises
        ------
        InputError
            No such case, or no burst froze it.
        RefusedError
            A program asks, nobody signed in, or it is not an act of the actor's roles.
        """
        case = self._records.cases.one(name)
        with self._records.noting_refusals(actor, "alteration", what="burst-release", case=case.id, purpose=case.purpose):
            check_role(actor, Act.FREEZE, profile=case.profile)
        if not self._records.program_looks.why_frozen(case):
            raise InputError(f"no burst of probes froze case {case.id}", remedy="who froze it lifts it: visavis case thaw CASE")
        with self._records.work(actor) as work:
            self._records.cases.thaw(work, case)
            work.leaf("alteration", what="burst-released", case=case.id, purpose=case.purpose)
        return case
