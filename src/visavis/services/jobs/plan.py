"""Which job is next: jobs that schedules want are written, and of those that wait the first that may run now is named."""

import datetime as dt

from visavis.domain.actor import Actor
from visavis.domain.ids import JobId
from visavis.domain.jobs import JobOptions, JobState
from visavis.records.archive import Records
from visavis.records.jobs import JobRecord, NewJob, Schedule
from visavis.records.sources import SourceRecord


class PlanJobs:
    """Looks at schedules and at what waits. It asks nobody's leave: who set a schedule did, and each job asks again when it begins."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def run(self, machine: Actor) -> JobId | None:
        """Write what is due, and return the job to be started; None = nothing may run now.

        A job that is noted as running is gone on with: whoever calls this knows of no process that does.
        """
        at = self._records.clock.now()
        schedules = self._records.jobs.schedules()
        if any(schedule.every_hours for schedule in schedules.values()):
            self._write_due(machine, schedules, at)
        waiting = [job for job in self._records.jobs.open() if job.state is not JobState.PAUSED]
        first = sorted(waiting, key=lambda job: (job.state is not JobState.RUNNING, job.number))
        return next((job.id for job in first if may_run(job, schedules.get(job.source_number), at)), None)

    def _write_due(self, machine: Actor, schedules: dict[int, Schedule], at: dt.datetime) -> None:
        busy = {job.source_number for job in self._records.jobs.open()}
        for source in self._records.sources.all():
            schedule = schedules.get(source.number)
            if schedule is None or source.number in busy or not _live(source, at) or not self._is_due(schedule, at):
                continue
            with self._records.work(machine) as work:
                new = NewJob(kind="ingest", source=source, options=JobOptions(), person_id=schedule.person_id, scheduled=True)
                self._records.jobs.add(work, new)

    def _is_due(self, schedule: Schedule, at: dt.datetime) -> bool:
        if schedule.every_hours is None:
            return False
        last = self._records.jobs.newest(1, source_number=schedule.source_number)
        return not last or at - last[0].asked_at >= dt.timedelta(hours=schedule.every_hours)


def may_run(job: JobRecord, schedule: Schedule | None, at: dt.datetime) -> bool:
    """Whether a job may run at a moment: within the hours of its source, if it has some."""
    return job.options.any_hour or schedule is None or schedule.hours is None or schedule.hours.hold(at)


def _live(source: SourceRecord, at: dt.datetime) -> bool:
    """Whether there is a point in looking: a frozen or ended source would refuse file by file, as ingest does when a person asks."""
    within = source.live_until is None or at.date() <= source.live_until
    return source.state == "live" and source.signed_by is not None and within
