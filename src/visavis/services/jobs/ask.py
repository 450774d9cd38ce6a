"""Asking for a job, by hand."""

from visavis.domain.actor import Actor
from visavis.domain.errors import InputError, RefusedError
from visavis.domain.ids import JobId, PersonId
from visavis.domain.jobs import JobOptions
from visavis.law.roles import Act, check_role
from visavis.law.rules import Rule
from visavis.records.archive import Records
from visavis.records.jobs import JobRecord, NewJob
from visavis.records.sources import SourceRecord


class AskForJob:
    """Puts a job behind those that wait."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def run(
        self,
        actor: Actor,
        source: SourceRecord,
        options: JobOptions,
        *,
        retry_of: JobRecord | None = None,
        answering: PersonId | None = None,
    ) -> JobId:
        """Ask that a source be read; `retry_of` is a job that is over, whose unread files are tried again.

        `answering` is who made the key of a program that asks: the job runs in their name.

        Raises
        ------
        InputError
            The source has a job that is not over, or the one to be tried again is not.
        RefusedError
            `person-needed`, `role-allowed`; `charter-signed`: the source is a draft.
        """
        if retry_of is not None and retry_of.open:
            raise InputError(f"job {retry_of.id} is not over", remedy=f"wait for its end, or stop it: visavis job stop {retry_of.id}")
        with self._records.noting_refusals(actor, "collection", source=source.id, what="job"):
            check_role(actor, Act.INGEST, profile=source.profile)
            if source.signed_by is None:
                raise RefusedError(
                    f"«{source.title}» is a draft: nobody has signed its charter",
                    rule=Rule.CHARTER_SIGNED,
                    remedy=f"visavis source sign {source.id} --as PERSON",
                )
        kind = "ingest" if retry_of is None else retry_of.kind
        before = None if retry_of is None else retry_of.id
        with self._records.work(actor) as work:
            new = NewJob(kind=kind, source=source, options=options, person_id=actor.person_id or answering, retry_of=before)
            return self._records.jobs.add(work, new)
