"""The desk of jobs: ingest that is asked for, watched, steered and scheduled, and the one run of it that a process carries out."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from visavis.domain.actor import Actor
from visavis.domain.errors import InputError
from visavis.domain.ids import JobId
from visavis.domain.jobs import Hours, JobOptions, JobProgress, JobState
from visavis.domain.media import Reason
from visavis.domain.progress import IngestProgress
from visavis.records.archive import Records
from visavis.records.files import FileRecord
from visavis.records.jobs import JobRecord, Schedule
from visavis.services.jobs import AskForJob, CarryOut, Kind, PlanJobs, ScheduleSource, SteerJob, Wish
from visavis.wiring.services import ServiceDesk
from visavis.wiring.session import Session

if TYPE_CHECKING:
    from visavis.services.ingest import IngestReport, IngestRequest

__all__ = ["FileRecord", "JobDesk", "JobRecord", "Schedule", "Wish"]

Ingest = Callable[[Records, "IngestRequest", Callable[[IngestProgress], None]], "IngestReport"]


class JobDesk:
    """Jobs of one archive."""

    def __init__(self, session: Session, kinds: Mapping[str, Kind]) -> None:
        self._session = session
        self._kinds = kinds

    # ---- what people do ------------------------------------------------------------------------------------------------------

    def start(self, sources: Sequence[str] = (), *, options: JobOptions | None = None) -> list[JobRecord]:
        """Ask that sources be read: a job each, which a desk that is open begins within seconds.

        Parameters
        ----------
        sources : sequence of str
            Ids or titles; empty = every source whose charter is signed, and that has no job that is not over.

        Raises
        ------
        InputError
            An unknown source, no source at all, or one that has a job that is not over.
        RefusedError
            `person-needed`, `role-allowed`, `charter-signed`.
        """
        records = self._session.records()
        busy = {job.source_number for job in records.jobs.open()}
        named = [records.sources.one(name) for name in sources]
        chosen = named or [one for one in records.sources.all() if one.signed_by is not None and one.number not in busy]
        if not chosen:
            raise InputError("there is no source that could be read now", remedy="visavis source list; visavis job list")
        ask, programs = AskForJob(records), ServiceDesk(self._session)
        for source in chosen:
            programs.check("ingest", source=source.id)
        answering = programs.answering()
        made = [ask.run(self._session.actor, source, options or JobOptions(), answering=answering) for source in chosen]
        return [records.jobs.one(job_id) for job_id in made]

    def retry(self, name: str) -> JobRecord:
        """Ask for a new job that reads again what a job that is over could not read; raises as `start` does."""
        records = self._session.records()
        job = records.jobs.one(name)
        options = JobOptions(
            workers=job.options.workers,
            thorough=job.options.thorough,
            sampling=job.options.sampling,
            retry=True,
            any_hour=job.options.any_hour,
        )
        source = records.sources.one(job.source_id)
        programs = ServiceDesk(self._session)
        programs.check("ingest", source=source.id)
        asked = AskForJob(records).run(self._session.actor, source, options, retry_of=job, answering=programs.answering())
        return records.jobs.one(asked)

    def steer(self, name: str, wish: Wish) -> JobRecord:
        """Pause a job, go on with it, or stop it for good.

        Raises
        ------
        InputError
            No such job, or it does not stand so.
        RefusedError
            `person-needed`, `role-allowed`.
        """
        ServiceDesk(self._session).check("ingest", source=self._session.records().jobs.one(name).source_id)
        return SteerJob(self._session.records()).run(self._session.actor, name, wish)

    def schedule(self, source: str, *, every_hours: int | None = None, hours: Hours | None = None) -> None:
        """Set when a source is looked at again, and in which hours; with neither, never by itself and at any hour.

        Raises
        ------
        InputError
            No such source, or a rhythm that is none.
        RefusedError
            `person-needed`, `role-allowed`, `charter-signed`.
        """
        records = self._session.records()
        ScheduleSource(records).run(self._session.actor, records.sources.one(source), every_hours=every_hours, hours=hours)

    # ---- what people see -----------------------------------------------------------------------------------------------------

    def newest(self, limit: int = 50, *, below: int | None = None) -> list[JobRecord]:
        """Return the newest jobs, newest first; `below` is the last number of the page before."""
        return self._session.records().jobs.newest(limit, below=below)

    def open(self) -> list[JobRecord]:
        """Return the jobs that are not over, oldest first."""
        return self._session.records().jobs.open()

    def one(self, name: str) -> JobRecord:
        """Return a job by its id, or the end of it."""
        return self._session.records().jobs.one(name)

    def progress(self, job: JobRecord) -> JobProgress | None:
        """Return how far a job that is not over is, as its process last said; None = it has said nothing."""
        return self._session.records().job_notes.read(job.id) if job.open else None

    def schedules(self) -> dict[int, Schedule]:
        """Return the schedules by the numbers of their sources."""
        return self._session.records().jobs.schedules()

    def schedule_of(self, source: str) -> Schedule | None:
        """Return the schedule of a source."""
        records = self._session.records()
        return records.jobs.schedules().get(records.sources.one(source).number)

    def files(self, name: str, reason: str, *, below: int | None = None, limit: int = 100) -> list[FileRecord]:
        """Return files that ended in an outcome in a job, newest first; `below` is the last number of the page before."""
        records = self._session.records()
        try:
            wanted = Reason(reason)
        except ValueError:
            raise InputError(f"there is no outcome «{reason[:40]}»", remedy="one of: " + ", ".join(Reason)) from None
        return records.files.read_for(records.jobs.one(name).id, wanted, below=below, limit=limit)

    def by_state(self) -> tuple[dict[str, int], int]:
        """Return how many jobs there are in each state, and how many files they have read."""
        return self._session.records().jobs.by_state()

    def read_so_far(self, name: str) -> int:
        """Return how many files the runs of a job have read."""
        records = self._session.records()
        return records.jobs.counted(records.jobs.one(name)).read

    # ---- what machines do ----------------------------------------------------------------------------------------------------

    def next(self) -> JobId | None:
        """Write the jobs that schedules want now, and return the job to be carried out; None = there is nothing to do."""
        return PlanJobs(self._session.records()).run(self._session.actor)

    def carry_out(self, name: str) -> JobRecord:
        """Carry a job out here and now, to its end or until somebody wants otherwise; raises as `CarryOut.run` does.

        Raises
        ------
        ArchiveBusy
            Another process is writing.
        """
        with self._session.writing(makes_way=True) as records:
            return CarryOut(records, self._kinds).run(self._session.actor, name)

    def give_up(self, name: str, why: str) -> JobRecord:
        """Note that a job can't be carried out, where its own process could not do so."""
        records = self._session.records()
        job = records.jobs.one(name)
        counted = records.jobs.counted(job)
        with records.work(self._session.actor) as work:
            records.jobs.end(work, job, JobState.FAILED, counted=counted, detail=why)
        records.job_notes.drop(job.id)
        return records.jobs.one(job.id)


def reading(session: Session, ingest: Ingest) -> Kind:
    """Return the kind of job that reads a source."""

    def run(records: Records, job: JobRecord, actor: Actor, tell: Callable[[IngestProgress], None]) -> str:
        from visavis.services.ingest import IngestRequest

        options = job.options
        request = IngestRequest(
            actor=actor,
            sources=(job.source_id,),
            workers=options.workers,
            thorough=options.thorough,
            sampling=options.sampling or session.settings.sampling,
            retry=options.retry,
            asked_id=job.id,
        )
        return "; ".join(ingest(records, request, tell).offline)

    return run
