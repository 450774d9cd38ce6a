"""Jobs and schedules: what was asked for, how it stands, and which sources are to be looked at again when."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import sqlalchemy as sa

from visavis.domain.errors import InputError
from visavis.domain.film import Sampling
from visavis.domain.ids import JobId, PersonId, SourceId, new_id
from visavis.domain.jobs import OPEN, Hours, JobOptions, JobState
from visavis.records import tables
from visavis.records.database import Database, Work
from visavis.records.job_tables import job_asked, job_schedule
from visavis.records.sources import SourceRecord
from visavis.records.vault import PathSealer


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRecord:
    """A job.

    Attributes
    ----------
    kind : str
        What it does: `ingest`.
    wanted : str
        What a person wants of it while it runs: empty, `pause` or `stop`.
    person_id : PersonId or None
        Who asked for it, or set the schedule that did; None = the machine's user.
    retry_of : JobId or None
        The job whose files it reads again.
    read, faces, outcomes : int, int, mapping of str to int
        Files read, templates made and files by outcome, when it last ended or was interrupted.
    detail : str
        Why it failed, or what else there is to know; may name a folder.
    """

    number: int
    id: JobId
    kind: str
    source_number: int
    source_id: SourceId
    state: JobState
    wanted: str
    options: JobOptions
    person_id: PersonId | None
    scheduled: bool
    retry_of: JobId | None
    asked_at: dt.datetime
    started_at: dt.datetime | None
    ended_at: dt.datetime | None
    read: int
    faces: int
    outcomes: Mapping[str, int]
    detail: str

    @property
    def open(self) -> bool:
        """Whether it is not over."""
        return self.state in OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """A job that is asked for."""

    kind: str
    source: SourceRecord
    options: JobOptions
    person_id: PersonId | None
    scheduled: bool = False
    retry_of: JobId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What the runs of a job have read so far."""

    read: int = 0
    faces: int = 0
    outcomes: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When a source is looked at again.

    Attributes
    ----------
    every_hours : int or None
        From one time to the next; None = only when somebody asks.
    hours : Hours or None
        In which its jobs run; None = at any hour.
    person_id : PersonId or None
        Who set it; None = the machine's user.
    """

    source_number: int
    every_hours: int | None
    hours: Hours | None
    person_id: PersonId | None
    set_at: dt.datetime


class Jobs:
    """Queries and writes about jobs."""

    def __init__(self, database: Database, sealer: PathSealer) -> None:
        self._database = database
        self._sealer = sealer

    def add(self, work: Work, new: NewJob) -> JobId:
        """Write a job that waits for its turn.

        Raises
        ------
        InputError
            The source has a job that is not over.
        """
        self.check_free(work, new.source.number)
        job_id = JobId(new_id(work.at))
        row = {
            "number": work.next_number(job_asked),
            "id": job_id,
            "kind": new.kind,
            "source_number": new.source.number,
            "state": JobState.WAITING.value,
            "options": json.dumps(asdict(new.options)),
            "person_id": new.person_id,
            "scheduled": int(new.scheduled),
            "retry_of": new.retry_of,
            "asked_at": work.at,
        }
        work.run(sa.insert(job_asked), [row])
        facts = {"retry_of": new.retry_of} if new.retry_of else {}
        work.leaf("collection", what="job-asked", job=job_id, source=new.source.id, kind=new.kind, scheduled=new.scheduled, **facts)
        return job_id

    def check_free(self, work: Work, source_number: int, *, but: JobRecord | None = None) -> None:
        """Raise `InputError` if a source has a job that is not over, other than `but`."""
        query = sa.select(job_asked.c.id).where(job_asked.c.source_number == source_number, job_asked.c.state.in_(OPEN))
        before = [found for found in work.ask(query).scalars() if but is None or found != but.id]
        if before:
            raise InputError("this source has a job that is not over", remedy=f"see how it stands: visavis job show {before[0]}")

    def change(self, work: Work, job: JobRecord, what: str, /, **columns: object) -> None:
        """Change columns of a job, with a leaf that says what was done."""
        work.run(sa.update(job_asked).where(job_asked.c.number == job.number).values(**columns))
        work.leaf("collection", what=what, job=job.id, source=job.source_id)

    def end(self, work: Work, job: JobRecord, state: JobState, *, counted: Counted, detail: str = "") -> None:
        """Write how a run of a job ended, with what was read so far; its `wanted` is fulfilled."""
        over = state not in OPEN
        sealed = self._sealer.seal("job_asked.detail", detail, row=job.id, key=self._key(work, job)) if detail else None
        values = {
            "state": state.value,
            "wanted": "",
            "read": counted.read,
            "faces": counted.faces,
            "outcomes": json.dumps(dict(counted.outcomes)),
            "ended_at": work.at if over else None,
            "detail": sealed,
        }
        work.run(sa.update(job_asked).where(job_asked.c.number == job.number).values(**values))
        what = "job-interrupted" if state is JobState.WAITING else f"job-{state}"
        work.leaf("collection", what=what, job=job.id, source=job.source_id, files=counted.read, templates=counted.faces)

    def again(self, work: Work, job: JobRecord) -> JobRecord:
        """Return a job as it stands in this transaction."""
        row = work.ask(_query().where(job_asked.c.number == job.number)).one()
        return self._record(row)

    def one(self, wanted: str) -> JobRecord:
        """Return the job whose id is, or ends with, `wanted`; `InputError` if none or several do."""
        rows = self._database.ask(_query().where(job_asked.c.id == wanted)).all()
        if not rows and len(wanted) >= 4 and wanted.replace("-", "").isalnum():
            rows = self._database.ask(_query().where(job_asked.c.id.endswith(wanted))).all()
        if len(rows) != 1:
            what = "no job" if not rows else f"{len(rows)} jobs"
            raise InputError(f"{what} called «{wanted}»", remedy="list them: visavis job list")
        return self._record(rows[0])

    def newest(self, limit: int, *, source_number: int | None = None, below: int | None = None) -> list[JobRecord]:
        """Return the newest jobs, of one source or of all, newest first; with numbers below `below`."""
        query = _query().order_by(job_asked.c.number.desc()).limit(limit)
        if source_number is not None:
            query = query.where(job_asked.c.source_number == source_number)
        if below is not None:
            query = query.where(job_asked.c.number < below)
        return [self._record(row) for row in self._database.ask(query).all()]

    def open(self) -> list[JobRecord]:
        """Return the jobs that are not over, oldest first."""
        rows = self._database.ask(_query().where(job_asked.c.state.in_(OPEN)).order_by(job_asked.c.number)).all()
        return [self._record(row) for row in rows]

    def by_state(self) -> tuple[dict[str, int], int]:
        """Return how many jobs there are in each state, and how many files all of them have read."""
        rows = self._database.ask(
            sa.select(job_asked.c.state, sa.func.count(), sa.func.sum(job_asked.c.read)).group_by(job_asked.c.state)
        ).all()
        return {str(row[0]): int(row[1]) for row in rows}, sum(int(row[2]) for row in rows)

    def counted(self, job: JobRecord) -> Counted:
        """Count what the runs of a job have read; a file that was read again since, by another, counts there."""
        run, place = tables.job.c, tables.location.c
        runs = [int(number) for number in self._database.ask(sa.select(run.number).where(run.asked_id == job.id)).scalars()]
        query = sa.select(place.reason, sa.func.count()).where(place.job_number.in_(runs)).group_by(place.reason)
        outcomes = {str(row[0]): int(row[1]) for row in self._database.ask(query)} if runs else {}
        sums = self._database.ask(sa.select(sa.func.sum(run.read), sa.func.sum(run.faces)).where(run.asked_id == job.id)).one()
        return Counted(read=int(sums[0] or 0), faces=int(sums[1] or 0), outcomes=outcomes)

    # ---- schedules -----------------------------------------------------------------------------------------------------------

    def schedules(self) -> dict[int, Schedule]:
        """Return the schedules by the numbers of their sources."""
        return {row.source_number: _schedule(row) for row in self._database.ask(sa.select(job_schedule))}

    def set_schedule(self, work: Work, source: SourceRecord, schedule: Schedule | None) -> None:
        """Write the schedule of a source, or remove it."""
        work.run(sa.delete(job_schedule).where(job_schedule.c.source_number == source.number))
        if schedule is None:
            work.leaf("collection", what="schedule-removed", source=source.id)
            return
        hours = schedule.hours
        row = {
            "source_number": source.number,
            "every_hours": schedule.every_hours,
            "since": None if hours is None else f"{hours.since:%H:%M}",
            "until": None if hours is None else f"{hours.until:%H:%M}",
            "zone": None if hours is None else hours.zone,
            "person_id": schedule.person_id,
            "set_at": work.at,
        }
        work.run(sa.insert(job_schedule), [row])
        told = {"every_hours": schedule.every_hours, "hours": "" if hours is None else str(hours)}
        work.leaf("collection", what="schedule-set", source=source.id, **told)

    # ---- rows ----------------------------------------------------------------------------------------------------------------

    def _key(self, work: Work, job: JobRecord) -> int:
        return int(work.ask(sa.select(tables.source.c.key_id).where(tables.source.c.number == job.source_number)).scalar_one())

    def _record(self, row: Any) -> JobRecord:
        options = json.loads(row.options)
        options["sampling"] = None if options["sampling"] is None else Sampling(options["sampling"])
        detail = "" if row.detail is None else self._sealer.open("job_asked.detail", row.detail, row=row.id, key=row.key_id)
        return JobRecord(
            number=row.number,
            id=JobId(row.id),
            kind=row.kind,
            source_number=row.source_number,
            source_id=SourceId(row.source_id),
            state=JobState(row.state),
            wanted=row.wanted,
            options=JobOptions(**options),
            person_id=None if row.person_id is None else PersonId(row.person_id),
            scheduled=bool(row.scheduled),
            retry_of=None if row.retry_of is None else JobId(row.retry_of),
            asked_at=row.asked_at,
            started_at=row.started_at,
            ended_at=row.ended_at,
            read=row.read,
            faces=row.faces,
            outcomes=json.loads(row.outcomes),
            detail=detail,
        )


def _query() -> sa.Select[*tuple[Any, ...]]:
    source = tables.source.c
    return sa.select(job_asked, source.id.label("source_id"), source.key_id).select_from(job_asked.join(tables.source))


def _schedule(row: Any) -> Schedule:
    hours = None
    if row.zone is not None:
        since, until = (dt.time.fromisoformat(said) for said in (row.since, row.until))
        hours = Hours(since=since, until=until, zone=row.zone)
    return Schedule(
        source_number=row.source_number,
        every_hours=row.every_hours,
        hours=hours,
        person_id=None if row.person_id is None else PersonId(row.person_id),
        set_at=row.set_at,
    )
