"""`visavis ingest` and `visavis outcomes`: bring an archive up to date, and see what became of each file."""

import sys
from typing import Annotated

import typer
from rich.table import Table

from visavis.cli.commands.options import ArchiveOption, AsOption, Format, FormatOption, archive_at, signed_in
from visavis.cli.output.document import emit
from visavis.cli.output.plain_text import shown
from visavis.cli.output.progress import IngestView
from visavis.cli.output.sizes import duration
from visavis.cli.output.table import console
from visavis.domain.film import Sampling

SourceOption = Annotated[list[str] | None, typer.Option("--source", metavar="ID", help="Id or title; several times for several.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(ingest)
    app.command()(outcomes)


def ingest(
    source: SourceOption = None,
    workers: Annotated[int, typer.Option(metavar="N", min=1, max=64, help="Processes that analyse pictures.")] = 1,
    thorough: Annotated[bool, typer.Option("--thorough", help="Find 20-pixel faces in large photographs, slowly.")] = False,
    sampling: Annotated[Sampling | None, typer.Option(help="How closely films are looked at; else as the setting says.")] = None,
    confirm_missing: Annotated[
        bool, typer.Option("--confirm-missing", help="Files that are gone are gone, even if they are many.")
    ] = False,
    retry: Annotated[bool, typer.Option("--retry", help="Read again what could not be read, though the file is the same.")] = False,
    person: AsOption = None,
    archive: ArchiveOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Read what is new or changed. Ctrl-C at any moment loses at most what is in flight; run it again to go on."""
    with archive_at(archive) as opened, IngestView(sys.stderr) as view:
        signed_in(opened, person)
        report = opened.ingest(
            sources=source or (),
            workers=workers,
            thorough=thorough,
            sampling=sampling,
            confirm_missing=confirm_missing,
            retry=retry,
            progress=view,
        )
    if form is Format.JSON:
        emit(
            {
                "outcomes": report.outcomes,
                "unchanged": report.unchanged,
                "returned": report.returned,
                "missing": report.missing,
                "faces": report.faces,
                "seconds": round(report.seconds, 3),
                "offline": report.offline,
                "waiting": report.waiting,
            },
            sys.stdout,
        )
        return
    screen = console(sys.stdout)
    table = Table("outcome", "files", box=None, pad_edge=False)
    for name, count in sorted(report.outcomes.items(), key=lambda item: -item[1]):
        table.add_row(name, f"{count:,}")
    for name, count in (("unchanged", report.unchanged), ("back again", report.returned), ("missing now", report.missing)):
        if count:
            table.add_row(name, f"{count:,}")
    screen.print(table)
    for line in report.waiting:
        screen.print(shown(f"not read: {line}"), soft_wrap=True)
    for line in report.offline:
        screen.print(shown(f"offline: {line}. Its faces stay searchable; if the files are really gone: --confirm-missing"), soft_wrap=True)
    screen.print(f"\n{report.faces:,} new faces in {duration(report.seconds)}. What became of each file: visavis outcomes")


def outcomes(
    reason: Annotated[str | None, typer.Option(metavar="NAME", help="Only this outcome: unreadable, no-face, …")] = None,
    source: Annotated[str | None, typer.Option(metavar="ID", help="Only this source: id or title.")] = None,
    archive: ArchiveOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """List every file with what became of it. JSON is one object a line."""
    with archive_at(archive) as opened:
        for record in opened.outcomes(reason=reason, source=source):
            if form is Format.JSON:
                facts = {"path": record.path, "outcome": record.reason.value, "detail": record.detail, "faces": record.faces}
                emit({**facts, "missing": record.missing, "read_at": record.read_at.isoformat()}, sys.stdout, indent=None)
            else:
                notes = "; ".join(filter(None, [record.detail, "missing" if record.missing else ""]))
                sys.stdout.write(
                    shown(f"{record.reason.value:<12} {record.faces:>4}  {record.path}" + (f"  ({notes})" if notes else "")) + "\n"
                )
