"""Pausing a job, going on with it, stopping it for good."""

from enum import StrEnum

from visavis.domain.actor import Actor
from visavis.domain.errors import InputError
from visavis.domain.jobs import JobState
from visavis.law.roles import Act, check_role
from visavis.records.archive import Records
from visavis.records.database import Work
from visavis.records.jobs import JobRecord


class Wish(StrEnum):
    """What may be wished of a job; the value is the command's name."""

    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"


class SteerJob:
    """Tells a job what to do. One that runs hears of it within a second, and obeys after the batch in hand."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def run(self, actor: Actor, name: str, wish: Wish) -> JobRecord:
        """Note the wish, or fulfil it where no process has to hear of it.

        Raises
        ------
        InputError
            No such job, or it does not stand so that this could be wished.
        RefusedError
            `person-needed`, `role-allowed`.
        """
        job = self._records.jobs.one(name)
        source = self._records.sources.one(job.source_id)
        with self._records.noting_refusals(actor, "collection", job=job.id, source=source.id, what=f"job-{wish}"):
            check_role(actor, Act.INGEST, profile=source.profile)
        acts = {Wish.PAUSE: self._pause, Wish.RESUME: self._resume, Wish.STOP: self._stop}
        with self._records.work(actor) as work:
            acts[wish](work, self._records.jobs.again(work, job))
        return self._records.jobs.one(job.id)

    def _pause(self, work: Work, job: JobRecord) -> None:
        if job.state is JobState.WAITING:
            self._records.jobs.change(work, job, "job-paused", state=JobState.PAUSED.value)
        elif job.state is JobState.RUNNING and job.wanted != Wish.STOP:
            self._records.jobs.change(work, job, "job-pause-wanted", wanted=Wish.PAUSE.value)
        else:
            raise _not_now(job, "be paused")

    def _resume(self, work: Work, job: JobRecord) -> None:
        if job.state is JobState.RUNNING and job.wanted == Wish.PAUSE:
            self._records.jobs.change(work, job, "job-resumed", wanted="")
        elif job.state in (JobState.PAUSED, JobState.FAILED):
            self._records.jobs.check_free(work, job.source_number, but=job)
            self._records.jobs.change(work, job, "job-resumed", state=JobState.WAITING.value, ended_at=None)
        else:
            raise _not_now(job, "go on")

    def _stop(self, work: Work, job: JobRecord) -> None:
        if job.state in (JobState.WAITING, JobState.PAUSED):
            self._records.jobs.change(work, job, "job-stopped", state=JobState.STOPPED.value, wanted="", ended_at=work.at)
        elif job.state is JobState.RUNNING:
            self._records.jobs.change(work, job, "job-stop-wanted", wanted=Wish.STOP.value)
        else:
            raise _not_now(job, "be stopped")


def _not_now(job: JobRecord, what: str) -> InputError:
    stands = f"{job.state}, and to {job.wanted}" if job.wanted else str(job.state)
    return InputError(f"job {job.id} can't {what}: it is {stands}", remedy=f"see how it stands: visavis job show {job.id}")
