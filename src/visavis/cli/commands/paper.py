"""`visavis paper`: what the law wants on paper, from live data, as a page and as JSON."""

import datetime as dt
import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from visavis.cli.commands.options import ArchiveOption, AsOption, archive_at, day, signed_in
from visavis.cli.output.document import emit
from visavis.cli.output.paper import write_paper
from visavis.cli.output.plain_text import shown
from visavis.domain.errors import InputError

if TYPE_CHECKING:
    from visavis.wiring.paper import Paper

paper_app = typer.Typer(help="The record of processing, notices and breach notifications, from live data.", no_args_is_help=True)

ToOption = Annotated[
    Path | None, typer.Option("--to", metavar="FILE", help="A new file: .html to print, .json for programs; else JSON here.")
]
DayOption = Annotated[dt.date | None, typer.Option("--date", parser=day, metavar="DATE", help="The day it bears; else today.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(paper_app, name="paper")


@paper_app.command()
def art30(to: ToOption = None, date: DayOption = None, person: AsOption = None, archive: ArchiveOption = None) -> None:
    """Write the record of processing activities (GDPR Art. 30): every source but a household's."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        _write(opened.papers.register(day=date), to)


@paper_app.command()
def notice(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="Id or title.")],
    to: ToOption = None,
    date: DayOption = None,
    archive: ArchiveOption = None,
) -> None:
    """Write the notice to the people in a source's pictures (GDPR Arts 13, 14), to be published."""
    with archive_at(archive) as opened:
        _write(opened.papers.notice(source, day=date), to)


@paper_app.command()
def breach(
    ids: Annotated[list[str] | None, typer.Argument(metavar="[ID]…", help="Ids of faces, pictures or sources that got out.")] = None,
    ids_from: Annotated[Path | None, typer.Option(metavar="FILE", help="More ids, one a line.")] = None,
    aware: Annotated[dt.datetime | None, typer.Option(formats=["%Y-%m-%dT%H:%M"], help="When you became aware, UTC; else now.")] = None,
    key_safe: Annotated[bool, typer.Option("--key-safe", help="The archive's key certainly did not get out.")] = False,
    to: ToOption = None,
    date: DayOption = None,
    person: AsOption = None,
    archive: ArchiveOption = None,
) -> None:
    """Say how far a breach goes, and draft its notification (GDPR Art. 33). What no record knows is marked, to be written by people."""
    wanted = [*(ids or ()), *(ids_from.read_text(encoding="utf-8").split() if ids_from else ())]
    aware_at = None if aware is None else aware.replace(tzinfo=dt.UTC)
    with archive_at(archive) as opened:
        signed_in(opened, person)
        _write(opened.papers.breach(wanted, aware_at=aware_at, key_safe=key_safe, day=date), to)


def _write(paper: "Paper", to: Path | None) -> None:
    from visavis.wiring.public import paper_document

    if to is None:
        emit(paper_document(paper), sys.stdout)
        return
    if to.exists() or to.suffix not in (".html", ".json"):
        raise InputError(f"{to} is there already, or ends in neither .html nor .json", remedy="name a new file")
    text = io.StringIO()
    write_paper(paper, text) if to.suffix == ".html" else emit(paper_document(paper), text)
    to.write_text(text.getvalue(), encoding="utf-8")
    sys.stdout.write(shown(f"wrote {to}") + "\n")
