"""`visavis job`: ingest that runs by itself while the desk is open, or when it is told to."""

import json
import sys
from datetime import time
from typing import TYPE_CHECKING, Annotated

import typer

from visavis.cli.commands.options import ArchiveOption, AsOption, Format, FormatOption, archive_at, archive_folder, signed_in
from visavis.cli.output.document import emit
from visavis.cli.output.jobs import job_document, job_lines
from visavis.cli.output.plain_text import shown
from visavis.cli.output.table import console
from visavis.domain.errors import InputError
from visavis.domain.film import Sampling
from visavis.domain.jobs import Hours, JobOptions

if TYPE_CHECKING:
    from visavis.wiring.jobs import JobRecord

job_app = typer.Typer(help="Ingest that runs by itself: the desk carries it out.", no_args_is_help=True)
JobArgument = Annotated[str, typer.Argument(metavar="JOB", help="Id of the job, or the end of it.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(job_app, name="job")


@job_app.command()
def start(
    source: Annotated[list[str] | None, typer.Option("--source", metavar="ID", help="Id or title; several times for several.")] = None,
    workers: Annotated[int, typer.Option(metavar="N", min=1, max=64, help="Processes that analyse pictures.")] = 1,
    thorough: Annotated[bool, typer.Option("--thorough", help="Find 20-pixel faces in large photographs, slowly.")] = False,
    sampling: Annotated[Sampling | None, typer.Option(help="How closely films are looked at; else as the setting says.")] = None,
    any_hour: Annotated[bool, typer.Option("--any-hour", help="Outside the hours of the source's schedule too.")] = False,
    person: AsOption = None,
    archive: ArchiveOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Ask that sources be read: a job each. An open desk begins within seconds."""
    options = JobOptions(workers=workers, thorough=thorough, sampling=sampling, any_hour=any_hour)
    with archive_at(archive) as opened:
        signed_in(opened, person)
        made = opened.jobs.start(source or (), options=options)
    if form is Format.JSON:
        emit({"jobs": [job_document(job, None) for job in made]}, sys.stdout)
        return
    for job in made:
        sys.stdout.write(f"job {job.id} waits; an open desk carries it out, or: visavis job run {job.id}\n")


@job_app.command(name="list")
def list_jobs(archive: ArchiveOption = None, form: FormatOption = Format.TABLE) -> None:
    """List the newest jobs, newest first."""
    with archive_at(archive) as opened:
        titles = {source.number: source.title for source in opened.sources()}
        jobs = [(job, opened.jobs.progress(job)) for job in opened.jobs.newest()]
    if form is Format.JSON:
        emit({"jobs": [job_document(job, progress) for job, progress in jobs]}, sys.stdout)
        return
    screen = console(sys.stdout)
    for job, progress in jobs:
        screen.print(shown(job_lines(job, progress, titles[job.source_number])[0]), soft_wrap=True)
    if not jobs:
        screen.print("no job yet: visavis job start")


@job_app.command()
def show(job: JobArgument, archive: ArchiveOption = None, form: FormatOption = Format.TABLE) -> None:
    """Show how a job stands, and its files by outcome."""
    with archive_at(archive) as opened:
        found = opened.jobs.one(job)
        progress, title = opened.jobs.progress(found), opened.source(found.source_id).title
    if form is Format.JSON:
        emit(job_document(found, progress), sys.stdout)
        return
    for line in job_lines(found, progress, title):
        console(sys.stdout).print(shown(line), soft_wrap=True)


@job_app.command()
def pause(job: JobArgument, person: AsOption = None, archive: ArchiveOption = None) -> None:
    """Pause a job after the batch in hand; «resume» goes on with it."""
    _steer("pause", job, person, archive)


@job_app.command()
def resume(job: JobArgument, person: AsOption = None, archive: ArchiveOption = None) -> None:
    """Go on with a job that was paused, or that has failed."""
    _steer("resume", job, person, archive)


@job_app.command()
def stop(job: JobArgument, person: AsOption = None, archive: ArchiveOption = None) -> None:
    """Stop a job for good, after the batch in hand. What it has read stays."""
    _steer("stop", job, person, archive)


@job_app.command()
def retry(job: JobArgument, person: AsOption = None, archive: ArchiveOption = None) -> None:
    """Ask for a new job that reads again what a job that is over could not read."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        made = opened.jobs.retry(job)
    sys.stdout.write(f"job {made.id} waits\n")


@job_app.command()
def schedule(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="Id or title.")],
    every: Annotated[int | None, typer.Option("--every", metavar="HOURS", min=1, help="Look again after so many hours.")] = None,
    between: Annotated[str | None, typer.Option("--between", metavar="FROM-TO", help="Only in these hours: 19:00-07:00.")] = None,
    zone: Annotated[str, typer.Option("--zone", metavar="NAME", help="By the clocks of this time zone: Europe/Paris.")] = "UTC",
    person: AsOption = None,
    archive: ArchiveOption = None,
) -> None:
    """Say when a source is looked at again, and in which hours its jobs run; without options neither."""
    hours = None if between is None else _hours(between, zone)
    with archive_at(archive) as opened:
        signed_in(opened, person)
        opened.jobs.schedule(source, every_hours=every, hours=hours)
    rhythm = "never by itself" if every is None else f"every {every} h"
    sys.stdout.write(shown(f"looked at again: {rhythm}; its jobs run {'at any hour' if hours is None else hours}") + "\n")


@job_app.command()
def run(
    job: JobArgument,
    for_desk: Annotated[bool, typer.Option("--for-desk", help="Tied to the desk that started it, by a pipe.")] = False,
    archive: ArchiveOption = None,
) -> None:
    """Carry a job out here and now, without a desk. Ctrl-C at any moment loses at most what is in flight; the job waits then."""
    if for_desk:
        from visavis.wiring.build import read_settings
        from visavis.wiring.job_process import run_for_desk

        settings = read_settings()
        sys.stdout.write(json.dumps(run_for_desk(archive_folder(archive, settings), job, settings=settings)))
        return
    with archive_at(archive) as opened:
        ended = opened.jobs.carry_out(job)
        title = opened.source(ended.source_id).title
    for line in job_lines(ended, None, title):
        console(sys.stdout).print(shown(line), soft_wrap=True)


def _steer(wish: str, job: str, person: str | None, archive: ArchiveOption) -> None:
    from visavis.wiring.jobs import Wish

    with archive_at(archive) as opened:
        signed_in(opened, person)
        told = opened.jobs.steer(job, Wish(wish))
    sys.stdout.write(_told(told) + "\n")


def _told(job: "JobRecord") -> str:
    return f"job {job.id} is {job.state}" + (f", and will {job.wanted} after the batch in hand" if job.wanted else "")


def _hours(between: str, zone: str) -> Hours:
    since, _, until = between.partition("-")
    try:
        times = time.fromisoformat(since.strip()), time.fromisoformat(until.strip())
    except ValueError:
        raise InputError(f"«{between}» are no hours", remedy="write them as 19:00-07:00") from None
    return Hours(since=times[0], until=times[1], zone=zone)
