"""`visavis survey`: what a folder holds, before anything is asked of anybody."""

import dataclasses
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from visavis.cli.commands.options import ExcludeOption, Format, FormatOption
from visavis.cli.output.document import emit
from visavis.cli.output.plain_text import shown
from visavis.cli.output.reading import counted
from visavis.cli.output.sizes import duration, size
from visavis.cli.output.table import console

if TYPE_CHECKING:
    from visavis.wiring import SurveyReport


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(survey)


def survey(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A folder of photographs.")],
    exclude: ExcludeOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Look over a folder before anything is stored.

    Types, unreadable files, doubles, dates, and what ingest would cost. Decodes no picture.
    """
    from visavis.wiring import tools

    report = tools.survey(folder, exclude=exclude or ())
    if form is Format.JSON:
        emit(dataclasses.asdict(report), sys.stdout)
        return
    screen = console(sys.stdout)
    screen.print(_types(report))
    for line in _lines(report):
        screen.print(shown(line), soft_wrap=True)


def _types(report: "SurveyReport") -> Table:
    table = Table("type", "files", "size", box=None, pad_edge=False)
    for kind, tally in report.by_type.items():
        table.add_row(kind, f"{tally.files:,}", size(tally.bytes))
    for ending, tally in report.unsupported.items():
        table.add_row(shown(f"not opened: {ending or 'no extension'}"), f"{tally.files:,}", size(tally.bytes))
    return table


def _lines(report: "SurveyReport") -> Iterator[str]:
    yield f"{counted(report.files.files, 'file')}, {size(report.files.bytes)}; exact copies of others: {report.duplicates.files:,}"
    if report.paired.files:
        yield f"{report.paired.files:,} RAW files stand beside a camera JPEG of the same shot and count once"
    if report.videos.files:
        yield f"{counted(report.videos.files, 'film')}, {size(report.videos.bytes)}: the time that they take shows when they are read"
    yield f"can't be read: {report.unreadable_count:,}"
    yield from (f"  {unread.reason.value}: {unread.path}" for unread in report.unreadable[:10])
    if report.unreadable_count > 10:
        yield "  … all of them: --format json"
    decades = ", ".join(f"{first}s: {count:,}" for first, count in sorted(report.decades.items()))
    yield f"with a capture date: {report.dated:,}, without: {report.undated:,}" + (f" ({decades})" if decades else "")
    if report.largest:
        yield f"largest picture: {report.largest.width} x {report.largest.height}"
    yield f"ingest would take about {duration(report.ingest_seconds_one_core)} on one core and {size(report.archive_bytes)} of disk"
