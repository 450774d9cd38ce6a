"""Jobs: what is being read, how far it is, what became of the files, and what people want of it."""

from typing import TYPE_CHECKING

from starlette.responses import Response

from visavis.domain.errors import InputError, RefusedError, VisavisError
from visavis.domain.film import Sampling
from visavis.domain.jobs import JobOptions
from visavis.web.asked import id_in, nothing_here
from visavis.web.doors import FORM, Door, Opening, Who
from visavis.web.job_view import JobView, SourceLine, view_of
from visavis.web.visit import NotThere, Visit
from visavis.wiring.jobs import Wish

if TYPE_CHECKING:
    from visavis.wiring import Archive
    from visavis.wiring.jobs import FileRecord, JobRecord

FILES_A_PAGE = 100
JOBS_A_PAGE = 50
MOST_WORKERS = 8


async def every(visit: Visit) -> Response:
    """List the newest jobs, and the sources that may be read."""
    return await _list(visit, None)


async def one(visit: Visit) -> Response:
    """Show how a job stands; the page asks for `now` every two seconds."""
    return await _show(visit, None)


async def now(visit: Visit) -> Response:
    """Give the part of a job's page that changes."""
    return visit.page("job_now.html.j2", job=await _view(visit))


async def files(visit: Visit) -> Response:
    """List the files of a job that ended in one outcome, a page at a time, newest first."""
    job_id, reason, below = id_in(visit, "job"), visit.request.query_params.get("reason", ""), _below(visit)

    def ask(archive: "Archive") -> "list[FileRecord]":
        return archive.jobs.files(job_id, reason, below=below, limit=FILES_A_PAGE + 1)

    view = await _view(visit)
    with nothing_here():
        found = await visit.house.archive.act(visit.here.who, ask)
    shown, more = found[:FILES_A_PAGE], len(found) > FILES_A_PAGE
    further = shown[-1].number if more else None
    return visit.page("job_files.html.j2", job=view, reason=reason, files=shown, further=further, first=below is None)


async def start(visit: Visit) -> Response:
    """Ask that a source be read; one that is being read already is shown."""
    source_id, form = id_in(visit, "source"), visit.form

    def ask(archive: "Archive") -> "JobRecord":
        with nothing_here():
            source = archive.source(source_id)
        under_way = [job for job in archive.jobs.open() if job.source_number == source.number]
        return under_way[0] if under_way else archive.jobs.start([source_id], options=_options(visit))[0]

    try:
        job = await visit.house.archive.act(visit.here.who, ask)
    except NotThere:
        raise
    except (InputError, RefusedError) as error:
        return await _list(visit, error)
    return visit.go(f"/jobs/{job.id}" if not form.one("back") else "/jobs")


async def pause(visit: Visit) -> Response:
    """Pause a job."""
    return await _steer(visit, Wish.PAUSE)


async def resume(visit: Visit) -> Response:
    """Go on with a job."""
    return await _steer(visit, Wish.RESUME)


async def stop(visit: Visit) -> Response:
    """Stop a job for good."""
    return await _steer(visit, Wish.STOP)


async def retry(visit: Visit) -> Response:
    """Ask for a job that reads again what this one could not."""
    job_id = id_in(visit, "job")
    await _view(visit)
    try:
        made = await visit.house.archive.act(visit.here.who, lambda archive: archive.jobs.retry(job_id))
    except (InputError, RefusedError) as error:
        return await _show(visit, error)
    return visit.go(f"/jobs/{made.id}")


async def _steer(visit: Visit, wish: Wish) -> Response:
    job_id = id_in(visit, "job")
    await _view(visit)
    try:
        await visit.house.archive.act(visit.here.who, lambda archive: archive.jobs.steer(job_id, wish))
    except (InputError, RefusedError) as error:
        return await _show(visit, error)
    return visit.go(f"/jobs/{job_id}")


async def _list(visit: Visit, error: VisavisError | None) -> Response:
    at, below = visit.house.clock.now(), _below(visit)

    def ask(archive: "Archive") -> tuple[list[JobView], list[SourceLine], int | None]:
        sources, jobs = archive.sources(), archive.jobs.newest(JOBS_A_PAGE + 1, below=below)
        further = jobs[JOBS_A_PAGE - 1].number if len(jobs) > JOBS_A_PAGE else None
        titles, schedules = {source.number: source.title for source in sources}, archive.jobs.schedules()
        busy = {job.source_number: job.id for job in archive.jobs.open()}
        views = [
            view_of(job, archive.jobs.progress(job), titles[job.source_number], schedules.get(job.source_number), at, visit.speech)
            for job in jobs[:JOBS_A_PAGE]
        ]
        lines = [SourceLine.of(source, schedules.get(source.number), busy.get(source.number, "")) for source in sources]
        return views, lines, further

    jobs, sources, further = await visit.house.archive.act(visit.here.who, ask)
    return visit.page(
        "jobs.html.j2",
        error=error,
        jobs=jobs,
        sources=sources if below is None else [],
        further=further,
        first=below is None,
        samplings=SAMPLINGS,
        workers=range(1, MOST_WORKERS + 1),
    )


async def _show(visit: Visit, error: VisavisError | None) -> Response:
    return visit.page("job.html.j2", error=error, job=await _view(visit))


async def _view(visit: Visit) -> JobView:
    job_id, at = id_in(visit, "job"), visit.house.clock.now()

    def ask(archive: "Archive") -> JobView:
        job = archive.jobs.one(job_id)
        return view_of(
            job, archive.jobs.progress(job), archive.source(job.source_id).title, archive.jobs.schedule_of(job.source_id), at, visit.speech
        )

    with nothing_here():
        return await visit.house.archive.act(visit.here.who, ask)


def _options(visit: Visit) -> JobOptions:
    form = visit.form
    said, sampling = form.numbers("workers"), form.one("sampling")
    if said and not 1 <= said[0] <= MOST_WORKERS:
        raise InputError(f"{said[0]} processes are not offered", remedy=f"take 1 to {MOST_WORKERS}")
    if sampling and sampling not in list(Sampling):
        raise InputError("there is no such way to look at films", remedy="choose one of the list")
    return JobOptions(
        workers=said[0] if said else 1,
        thorough=bool(form.one("thorough")),
        sampling=Sampling(sampling) if sampling else None,
        any_hour=bool(form.one("any_hour")),
    )


def _below(visit: Visit) -> int | None:
    """Return the number at which the page before ended; None = this is the first."""
    said = visit.request.query_params.get("below", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 16 else None


SAMPLINGS = {"": "As the setting says", "fast": "Fast", "normal": "Normal", "every-frame": "Every frame"}
_COUNTS = "counts and states of ingest; no person and no picture"
OPENINGS: tuple[Opening, ...] = (
    (Door(method="GET", path="/jobs", who=Who.ROLE, act="ingest", because=_COUNTS), every),
    (Door(method="GET", path="/jobs/{job}", who=Who.ROLE, act="ingest", because=_COUNTS), one),
    (Door(method="GET", path="/jobs/{job}/now", who=Who.ROLE, act="ingest", because=_COUNTS), now),
    (Door(method="GET", path="/jobs/{job}/files", who=Who.ROLE, act="ingest", because="files and what became of them, no face"), files),
    (Door(method="POST", path="/jobs/{job}/pause", who=Who.ROLE, act="ingest", operation="collection", body_bytes=FORM), pause),
    (Door(method="POST", path="/jobs/{job}/resume", who=Who.ROLE, act="ingest", operation="collection", body_bytes=FORM), resume),
    (Door(method="POST", path="/jobs/{job}/stop", who=Who.ROLE, act="ingest", operation="collection", body_bytes=FORM), stop),
    (Door(method="POST", path="/jobs/{job}/retry", who=Who.ROLE, act="ingest", operation="collection", body_bytes=FORM), retry),
    (Door(method="POST", path="/sources/{source}/ingest", who=Who.ROLE, act="ingest", operation="collection", body_bytes=FORM), start),
)
