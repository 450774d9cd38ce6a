"""What the law is told of a program."""

from visavis.domain.actor import Actor
from visavis.domain.errors import RefusedError
from visavis.domain.ids import CaseId, SourceId
from visavis.law.programs import ProgramAct, ProgramFacts
from visavis.law.rules import Rule
from visavis.records.archive import Records
from visavis.records.programs import ProgramRecord


class Facts:
    """Gathers it."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def of(self, actor: Actor) -> ProgramFacts | None:
        """Return the facts of the program that acts, as it stands now; None = a person does.

        Raises
        ------
        RefusedError
            `key-valid`: there is no such program.
        """
        if actor.service_id is None:
            return None
        program = self._records.programs.by_id(actor.service_id)
        if program is None:
            raise RefusedError("there is no such key", rule=Rule.KEY_VALID, remedy="visavis key list")
        return self.of_record(program)

    def of_record(self, program: ProgramRecord) -> ProgramFacts:
        """Return the facts of a service account."""
        made_hour, made_day = self._records.programs.searches(program.id, self._records.clock.now())
        return ProgramFacts(
            id=program.id,
            sources=frozenset(SourceId(source.id) for source in self._records.sources.all() if source.number in program.sources),
            case_id=program.case_id and CaseId(program.case_id),
            acts=frozenset(ProgramAct(one) for one in program.acts),
            until=program.until,
            revoked_at=program.revoked_at,
            per_hour=program.per_hour,
            per_day=program.per_day,
            made_hour=made_hour,
            made_day=made_day,
        )
