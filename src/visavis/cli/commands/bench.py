"""`visavis bench`: how fast this machine is."""

import dataclasses
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from visavis.cli.commands.options import Format, FormatOption
from visavis.cli.output.document import emit
from visavis.cli.output.reading import counted
from visavis.cli.output.sizes import duration, size
from visavis.cli.output.table import console

if TYPE_CHECKING:
    from visavis.services.bench import BenchReport

_STAGES = {
    "read": "reading the file",
    "decode": "decoding it",
    "detect": "the detector's network",
    "embed": "the recogniser's network",
    "around": "all around these",
}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(bench)


def bench(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Photographs such as yours; nothing of them is stored.")],
    pack: Annotated[str | None, typer.Option(metavar="ID", help="Model pack; else the default.")] = None,
    templates: Annotated[int, typer.Option(metavar="N", min=1_000, max=10_000_000, help="Made templates to search among.")] = 100_000,
    form: FormatOption = Format.TABLE,
) -> None:
    """Measure this machine in under two minutes: analysing pictures, stage by stage, and searching.

    The pictures are analysed in memory as ingest does it, so name a folder that you may process; nothing of them is kept.
    """
    from visavis.wiring import tools

    report = tools.bench(folder, pack_id=pack, templates=templates, say=_say)
    if form is Format.JSON:
        pictures = report.pictures
        told = {"pictures_a_second": pictures.pictures_a_second, "over_kernels": pictures.over_kernels}
        emit({**dataclasses.asdict(report), "pictures": {**dataclasses.asdict(pictures), **told}}, sys.stdout)
    else:
        _show(report)


def _show(report: "BenchReport") -> None:
    pictures, search, screen = report.pictures, report.search, console(sys.stdout)
    table = Table("stage", "ms a picture", box=None, pad_edge=False)
    table.columns[1].justify = "right"
    for stage, ms in pictures.ms_a_picture.items():
        table.add_row(_STAGES[stage], f"{ms:.2f}")
    tried = pictures.pictures + pictures.unreadable
    again = f" ({counted(pictures.files, 'file')}, read over and over)" if tried > pictures.files else ""
    screen.print(f"{pictures.pictures:,} pictures{again}, {pictures.faces:,} faces, pack {report.pack}, one worker", soft_wrap=True)
    screen.print(table)
    screen.print(
        f"{pictures.pictures_a_second:.1f} pictures a second; the whole is {pictures.over_kernels:.2f} times decoding and networks"
    )
    screen.print(
        f"a search among {search.templates:,} templates of {search.dim} values: {search.median_ms:.2f} ms, 99 % below {search.slow_ms:.1f}"
    )
    screen.print(
        f"\na million photographs such as these: {duration(report.million_hours * 3600)} with one worker, {report.million_faces:,} faces, "
        f"{size(report.million_bytes)} of templates and codes; a search {report.million_search_ms:.0f} ms (extrapolated)",
        soft_wrap=True,
    )


def _say(what: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"measuring {what}\n")
