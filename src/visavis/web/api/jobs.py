"""Ingest jobs: asked for, watched, steered."""

import datetime as dt
from typing import TYPE_CHECKING

from pydantic import Field

from visavis.domain.film import Sampling
from visavis.domain.jobs import JobOptions, JobState
from visavis.web.api.paging import Paged, page_of
from visavis.web.api.routes import Asked, Call, Nothing, Route, Told
from visavis.web.api.sources import one_of
from visavis.web.doors import FORM, Door, Who
from visavis.web.visit import NotThere

if TYPE_CHECKING:
    from visavis.wiring import Archive
    from visavis.wiring.jobs import JobRecord, Wish


class JobIn(Asked):
    """How a source is to be read."""

    workers: int = Field(default=1, ge=1, le=64, description="Processes that analyse.")
    thorough: bool = Field(default=False, description="Look for 20-pixel faces in large photographs, slowly.")
    sampling: Sampling | None = Field(default=None, description="How closely films are looked at; null = as the setting says.")
    any_hour: bool = Field(default=False, description="Outside the hours of its source too.")


class JobOut(Told):
    """A job, with counts as far as its process last said."""

    job_id: str
    kind: str
    source_id: str
    state: JobState
    wanted: str = Field(description="What somebody wants of it while it runs: pause, stop, or nothing.")
    scheduled: bool
    retry_of: str | None
    asked_at: dt.datetime
    started_at: dt.datetime | None
    ended_at: dt.datetime | None
    files: int
    templates: int
    outcomes: dict[str, int] = Field(description="Files by what became of them, when it last ended or was interrupted.")


class JobsOut(Told):
    """A page of jobs."""

    items: list[JobOut]
    next_cursor: str | None


async def start(call: Call) -> JobOut:
    """Ask that a source be read."""
    said = call.asked(JobIn)
    options = JobOptions(workers=said.workers, thorough=said.thorough, sampling=said.sampling, any_hour=said.any_hour)

    def ask(archive: "Archive") -> JobOut:
        source = one_of(archive, call.ids["source_id"])
        (job,) = archive.jobs.start([source.id], options=options)
        return _told(archive, job)

    made: JobOut = await call.act(ask)
    return made


async def jobs(call: Call) -> JobsOut:
    """List the jobs of the sources that the caller may know of, oldest first."""
    paged = call.filters(Paged)

    def read(archive: "Archive") -> JobsOut:
        found, cursor = page_of(_visible(archive), paged, "jobs", key=lambda job: job.id)
        return JobsOut(items=[_told(archive, job) for job in found], next_cursor=cursor)

    answer: JobsOut = await call.act(read)
    return answer


async def job(call: Call) -> JobOut:
    """Return one of them."""
    answer: JobOut = await call.act(lambda archive: _told(archive, _one(archive, call.ids["job_id"])))
    return answer


async def steer(call: Call, wish: str) -> JobOut:
    """Pause a job, go on with it, stop it, or ask for another that reads again what it could not."""

    def act(archive: "Archive") -> JobOut:
        from visavis.wiring.jobs import Wish

        own = _one(archive, call.ids["job_id"])
        archive.services.check("ingest", source=own.source_id)
        done = archive.jobs.retry(own.id) if wish == "retry" else archive.jobs.steer(own.id, Wish(wish))
        return _told(archive, done)

    answer: JobOut = await call.act(act)
    return answer


MOST = 1_000
"""The newest so many are listed."""


def _visible(archive: "Archive") -> "list[JobRecord]":
    bound = archive.services.sources()
    return [job for job in reversed(archive.jobs.newest(MOST)) if bound is None or job.source_number in bound]


def _one(archive: "Archive", job_id: str) -> "JobRecord":
    found = next((job for job in _visible(archive) if job.id == job_id), None)
    if found is None:
        raise NotThere(remedy="GET /v1/jobs lists yours")
    return found


def _told(archive: "Archive", job: "JobRecord") -> JobOut:
    now = archive.jobs.progress(job)
    return JobOut(
        job_id=job.id,
        kind=job.kind,
        source_id=job.source_id,
        state=job.state,
        wanted=job.wanted,
        scheduled=job.scheduled,
        retry_of=job.retry_of,
        asked_at=job.asked_at,
        started_at=job.started_at,
        ended_at=job.ended_at,
        files=job.read if now is None else now.read,
        templates=job.faces if now is None else now.faces,
        outcomes=dict(job.outcomes),
    )


def _steer(wish: "Wish | str", says: str) -> Route:
    async def handler(call: Call) -> JobOut:
        return await steer(call, str(wish))

    path = f"/v1/jobs/{{job_id}}/{wish}"
    door = Door(method="POST", path=path, who=Who.ROLE, act="ingest", operation="collection", body_bytes=FORM, key_act="ingest")
    return Route(door=door, name=f"{wish}_job", says=says, handler=handler, answer=JobOut, tag="jobs", body=Nothing)


_COUNTS = "counts and states of ingest; no person and no picture"
ROUTES: tuple[Route, ...] = (
    Route(
        door=Door(
            method="POST",
            path="/v1/sources/{source_id}/jobs",
            who=Who.ROLE,
            act="ingest",
            operation="collection",
            body_bytes=FORM,
            key_act="ingest",
        ),
        name="start_job",
        says="Ask that a source be read; a desk that is open begins within seconds.",
        handler=start,
        answer=JobOut,
        tag="jobs",
        status=201,
        body=JobIn,
    ),
    Route(
        door=Door(method="GET", path="/v1/jobs", who=Who.ROLE, act="ingest", because=_COUNTS, key_act="ingest"),
        name="list_jobs",
        says="Jobs, oldest first.",
        handler=jobs,
        answer=JobsOut,
        tag="jobs",
        query=Paged,
    ),
    Route(
        door=Door(method="GET", path="/v1/jobs/{job_id}", who=Who.ROLE, act="ingest", because=_COUNTS, key_act="ingest"),
        name="get_job",
        says="One of them.",
        handler=job,
        answer=JobOut,
        tag="jobs",
    ),
    _steer("pause", "Pause a job."),
    _steer("resume", "Go on with a paused job."),
    _steer("stop", "Stop a job for good; what it read stays."),
    _steer("retry", "Ask for a new job that reads again what this one could not."),
)
