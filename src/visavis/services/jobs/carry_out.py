"""One run of a job, in the process that holds the archive's lock: begun, watched, interrupted between batches, ended."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Protocol

from visavis.domain.actor import Actor, Role
from visavis.domain.errors import InputError, RefusedError, VisavisError
from visavis.domain.jobs import JobProgress, JobState
from visavis.domain.progress import IngestProgress, Pace
from visavis.law.roles import Act, check_role
from visavis.law.rules import Rule
from visavis.records.archive import Records
from visavis.records.jobs import Counted, JobRecord
from visavis.services.jobs.plan import may_run

LOOK_EVERY_S = 1.0
"""Seconds between two looks at what people want of the job; between two notes of how far it is."""

Tell = Callable[[IngestProgress], None]


class Kind(Protocol):
    """What a kind of job does; a new kind is another of these, named in `wiring`."""

    def __call__(self, records: Records, job: JobRecord, actor: Actor, tell: Tell, /) -> str:
        """Do it as that person, telling after each batch how far it is; return what else there is to know, empty = nothing.

        `tell` may raise: then nothing more is begun, and what was committed stays.
        """
        ...


class _Interrupted(Exception):
    """Raised out of `tell`: the run is to end, and the job to stand so."""

    def __init__(self, state: JobState) -> None:
        super().__init__(state.value)
        self.state = state


class CarryOut:
    """Carries jobs out.

    Parameters
    ----------
    records : Records
        Writable, making way: whoever calls this holds the archive's lock, and so is the only one.
    kinds : mapping of str to Kind
    """

    def __init__(self, records: Records, kinds: Mapping[str, Kind]) -> None:
        self._records = records
        self._kinds = kinds

    def run(self, machine: Actor, name: str) -> JobRecord:
        """Begin or go on with a job, until its end or until somebody wants otherwise; return how it stands then.

        What goes wrong is the job's end, «failed» with its reason, and raised no further.

        Parameters
        ----------
        machine : Actor
            Who runs this process; the job itself is done as the person who asked for it.

        Raises
        ------
        InputError
            No such job, or it is paused or over.
        KeyboardInterrupt
            Ctrl-C came; the job waits for its next run.
        """
        job = self._records.jobs.one(name)
        if job.state not in (JobState.WAITING, JobState.RUNNING):
            raise InputError(f"job {job.id} is {job.state}", remedy=f"visavis job resume {job.id}, or start another")
        try:
            self._look(job)
            actor = self._begin(machine, job)
            detail = self._kinds[job.kind](self._records, job, actor, self._watching(job))
            self._end(machine, job, JobState.DONE, detail)
        except _Interrupted as interrupted:
            self._end(machine, job, interrupted.state)
        except KeyboardInterrupt:
            if self._records.usable:
                self._end(machine, job, JobState.WAITING)
            raise
        except VisavisError as error:
            self._end(machine, job, JobState.FAILED, f"{error}" + (f": {error.remedy}" if error.remedy else ""))
        except OSError as error:
            self._end(machine, job, JobState.FAILED, error.strerror or type(error).__name__)
        return self._records.jobs.one(job.id)

    def _begin(self, machine: Actor, job: JobRecord) -> Actor:
        """Note that it runs; return the person in whose name, if they may still ask for it."""
        source = self._records.sources.one(job.source_id)
        actor = self._person(machine, job)
        with self._records.noting_refusals(actor, "collection", job=job.id, source=source.id, what="job-started"):
            if job.person_id is not None and self._records.people.one(job.person_id).revoked_at is not None:
                why = "who asked for this job, or set its schedule, was revoked"
                raise RefusedError(why, rule=Rule.SIGNED_IN, remedy="somebody else has to ask for it, or set the schedule anew")
            check_role(actor, Act.INGEST, profile=source.profile)
        with self._records.work(machine) as work:
            now = self._records.jobs.again(work, job)
            if now.state not in (JobState.WAITING, JobState.RUNNING):  # somebody was quicker
                raise _Interrupted(now.state)
            what, started = ("job-started", work.at) if now.started_at is None else ("job-went-on", now.started_at)
            self._records.jobs.change(work, job, what, state=JobState.RUNNING.value, started_at=started, detail=None)
        return actor

    def _person(self, machine: Actor, job: JobRecord) -> Actor:
        if job.person_id is None:
            return machine
        who = self._records.people.one(job.person_id)
        return Actor(name=who.name, role=min(who.roles, key=list(Role).index), person_id=who.id, roles=who.roles)

    def _look(self, job: JobRecord) -> None:
        """Raise `_Interrupted` if somebody wants the job to pause or to stop, or to write; or if its hours are over."""
        now = self._records.jobs.one(job.id)
        if now.wanted:
            raise _Interrupted(JobState.PAUSED if now.wanted == "pause" else JobState.STOPPED)
        if self._records.wanted or not may_run(now, self._records.jobs.schedules().get(job.source_number), self._records.clock.now()):
            raise _Interrupted(JobState.WAITING)

    def _watching(self, job: JobRecord) -> Tell:
        before, pace = self._records.jobs.counted(job), Pace()
        looked_s = -LOOK_EVERY_S
        empty = IngestProgress(files_done=0, files_total=None, faces=0, bytes_done=0, seconds=0)
        self._records.job_notes.write(job.id, _note(before, empty, Pace(), self._records.clock.now()))

        def tell(event: IngestProgress) -> None:
            nonlocal looked_s
            pace.take(event)
            if event.seconds - looked_s < LOOK_EVERY_S:
                return
            looked_s = event.seconds
            self._records.job_notes.write(job.id, _note(before, event, pace, self._records.clock.now()))
            self._look(job)

        return tell

    def _end(self, machine: Actor, job: JobRecord, state: JobState, detail: str = "") -> None:
        now = self._records.jobs.one(job.id)
        if now.state is state and not now.wanted:
            return  # it waits already, and was not begun
        counted = self._records.jobs.counted(job)
        with self._records.work(machine) as work:
            self._records.jobs.end(work, job, state, counted=counted, detail=detail)
        if not self._records.jobs.one(job.id).open:
            self._records.job_notes.drop(job.id)


def _note(before: Counted, event: IngestProgress, pace: Pace, at: dt.datetime) -> JobProgress:
    read = sum(event.outcomes.values())
    outcomes = {name: before.outcomes.get(name, 0) + event.outcomes.get(name, 0) for name in {**before.outcomes, **event.outcomes}}
    return JobProgress(
        at=at,
        files_done=event.files_done,
        files_total=event.files_total,
        read=before.read + read,
        faces=before.faces + event.faces,
        files_per_s=pace.rate("files_done"),
        film_s=event.film_s,
        film_total_s=event.film_total_s,
        film_speed=pace.rate("film_s"),
        outcomes=outcomes,
    )
