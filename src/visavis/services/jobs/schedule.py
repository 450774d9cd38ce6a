"""When a source is looked at again, and in which hours its jobs run."""

from visavis.domain.actor import Actor
from visavis.domain.errors import InputError, RefusedError
from visavis.domain.jobs import Hours
from visavis.law.roles import Act, check_role
from visavis.law.rules import Rule
from visavis.records.archive import Records
from visavis.records.jobs import Schedule
from visavis.records.sources import SourceRecord

MOST_HOURS = 24 * 366
"""A look once a year is the rarest that is a schedule."""


class ScheduleSource:
    """Sets and removes schedules."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def run(self, actor: Actor, source: SourceRecord, *, every_hours: int | None, hours: Hours | None) -> None:
        """Set the schedule of a source in the place of the one it has; with neither rhythm nor hours, remove it.

        Raises
        ------
        InputError
            A rhythm that is none.
        RefusedError
            `person-needed`, `role-allowed`; `charter-signed`: the source is a draft.
        """
        if every_hours is not None and not 1 <= every_hours <= MOST_HOURS:
            raise InputError(f"every {every_hours} hours is no rhythm", remedy=f"write a whole number of hours, 1 to {MOST_HOURS}")
        with self._records.noting_refusals(actor, "collection", source=source.id, what="schedule"):
            check_role(actor, Act.INGEST, profile=source.profile)
            if source.signed_by is None:
                raise RefusedError(
                    f"«{source.title}» is a draft: nobody has signed its charter",
                    rule=Rule.CHARTER_SIGNED,
                    remedy=f"visavis source sign {source.id} --as PERSON",
                )
        with self._records.work(actor) as work:
            new = None
            if every_hours is not None or hours is not None:
                new = Schedule(source_number=source.number, every_hours=every_hours, hours=hours, person_id=actor.person_id, set_at=work.at)
            self._records.jobs.set_schedule(work, source, new)
