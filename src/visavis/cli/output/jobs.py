"""How a job reads, in lines and as a document."""

import datetime as dt
from typing import TYPE_CHECKING

from visavis.cli.output.reading import counted
from visavis.cli.output.sizes import duration
from visavis.domain.film import clock
from visavis.domain.jobs import JobProgress, JobState

if TYPE_CHECKING:
    from visavis.wiring.jobs import JobRecord


def job_lines(job: "JobRecord", progress: JobProgress | None, title: str) -> list[str]:
    """Return what there is to say of a job: one line for a list, and more below it."""
    read, faces, outcomes = _counts(job, progress)
    wanted = f" (will {job.wanted})" if job.wanted else ""
    first = f"{job.id}  {job.state}{wanted}  {title}  {counted(read, 'file')}, {counted(faces, 'face')}"
    lines = [first + (f"  {_pace(progress)}" if progress is not None and job.state is JobState.RUNNING else "")]
    if job.detail:
        lines.append(f"  {job.detail}")
    lines += [f"  {name:<12} {count:,}" for name, count in sorted(outcomes.items(), key=lambda item: -item[1])]
    return lines


def job_document(job: "JobRecord", progress: JobProgress | None) -> dict[str, object]:
    """Return a job as plain values."""
    read, faces, outcomes = _counts(job, progress)
    times = {name: None if at is None else at.isoformat() for name, at in _times(job, progress).items()}
    running = None
    if progress is not None:
        running = {
            "files_done": progress.files_done,
            "files_total": progress.files_total,
            "files_per_s": round(progress.files_per_s, 2),
            "film_s": round(progress.film_s, 1),
            "film_total_s": round(progress.film_total_s, 1),
        }
    return {
        "job_id": job.id,
        "kind": job.kind,
        "source_id": job.source_id,
        "state": job.state.value,
        "wanted": job.wanted or None,
        "scheduled": job.scheduled,
        "retry_of": job.retry_of,
        "read": read,
        "faces": faces,
        "outcomes": dict(outcomes),
        "detail": job.detail or None,
        "progress": running,
        **times,
    }


def _counts(job: "JobRecord", progress: JobProgress | None) -> tuple[int, int, dict[str, int]]:
    if progress is None:
        return job.read, job.faces, dict(job.outcomes)
    return progress.read, progress.faces, dict(progress.outcomes)


def _times(job: "JobRecord", progress: JobProgress | None) -> dict[str, dt.datetime | None]:
    seen = None if progress is None else progress.at
    return {"asked_at": job.asked_at, "started_at": job.started_at, "ended_at": job.ended_at, "heard_at": seen}


def _pace(progress: JobProgress) -> str:
    total = "" if progress.files_total is None else f" of {progress.files_total:,}"
    parts = [f"{progress.files_done:,}{total} listed", f"{progress.files_per_s:.1f} files/s"]
    if progress.film_total_s:
        parts.append(f"{clock(progress.film_s)} of {clock(progress.film_total_s)} of film")
    left = progress.seconds_left
    return " · ".join([*parts, *([] if left is None else [f"{duration(left)} left"])])
