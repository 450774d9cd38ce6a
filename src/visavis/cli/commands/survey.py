"""`visavis survey`: what a folder holds, before anything is asked of anybody."""

import dataclasses
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from visavis.cli.commands.options import ExcludeOption, Format, FormatOption
from visavis.cli.output.document import emit
from visavis.cli.output.plain_text import shown
from visavis.cli.output.sizes import duration, size
from visavis.cli.output.table import console
from visavis.wiring import tools


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(survey)


def survey(
    folder: Annotated[Path, typer.Argument(help="A folder of photographs.")],
    exclude: ExcludeOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Look over a folder: types, unreadable files, doubles, dates, and what ingest would cost. Decodes and stores nothing."""
    report = tools.survey(folder, exclude=exclude or ())
    if form is Format.JSON:
        emit(dataclasses.asdict(report), sys.stdout)
        return
    screen = console(sys.stdout)
    table = Table("type", "files", "size", box=None, pad_edge=False)
    for kind, tally in report.by_type.items():
        table.add_row(kind, f"{tally.files:,}", size(tally.bytes))
    for ending, tally in report.unsupported.items():
        table.add_row(shown(f"not opened: {ending or 'no extension'}"), f"{tally.files:,}", size(tally.bytes))
    screen.print(table)
    screen.print(f"\n{report.files.files:,} files, {size(report.files.bytes)}; {report.duplicates.files:,} are exact copies of others")
    if report.paired.files:
        screen.print(f"{report.paired.files:,} RAW files stand beside a camera JPEG of the same shot and count once")
    if report.videos.files:
        screen.print(f"{report.videos.files:,} videos: not searched in this version")
    screen.print(f"{report.unreadable_count:,} can't be read" + (":" if report.unreadable else ""))
    for unread in report.unreadable[:10]:
        screen.print(shown(f"  {unread.reason.value}: {unread.path}"), soft_wrap=True)
    if report.unreadable_count > 10:
        screen.print("  … all of them: --format json")
    decades = ", ".join(f"{first}s: {count:,}" for first, count in sorted(report.decades.items()))
    screen.print(f"{report.dated:,} pictures have a capture date, {report.undated:,} have none" + (f" ({decades})" if decades else ""))
    if report.largest:
        screen.print(f"largest picture: {report.largest.width} x {report.largest.height}")
    screen.print(
        f"\ningest would take about {duration(report.ingest_seconds_one_core)} on one core and {size(report.archive_bytes)} of disk"
    )
