"""`visavis suppress …`: objections that last."""

import sys
from typing import Annotated

import typer

from visavis.cli.commands.options import ArchiveOption, AsOption, Format, FormatOption, archive_at, signed_in
from visavis.cli.output.document import emit
from visavis.cli.output.plain_text import shown
from visavis.cli.output.reading import counted
from visavis.cli.output.table import console

suppress_app = typer.Typer(help="Objections that last: a face is taken out, and not let in again with its picture.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(suppress_app, name="suppress")


@suppress_app.command()
def add(
    because: Annotated[str, typer.Option(metavar="TEXT", help="Why; kept sealed with the objection.")],
    face: Annotated[list[str] | None, typer.Option("--face-id", metavar="ID", help="A face from results: --format json.")] = None,
    candidate: Annotated[list[str] | None, typer.Option(metavar="ID", help="A candidate of a search.")] = None,
    url: Annotated[list[str] | None, typer.Option(metavar="URL", help="A picture: every face in it.")] = None,
    asset: Annotated[list[str] | None, typer.Option(metavar="ID", help="A picture by its keeper's id: every face in it.")] = None,
    person: AsOption = None,
    archive: ArchiveOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Take faces out of every search now, erase their templates, and let no template in with the same picture again."""
    from visavis.services.suppress import NOT_CAUGHT

    with archive_at(archive) as opened:
        signed_in(opened, person)
        report, erased = opened.suppressions.add(
            because=because, faces=face or (), candidates=candidate or (), urls=url or (), assets=asset or ()
        )
    if form is Format.JSON:
        told = {"suppressions": list(report.ids), "faces": report.faces, "unseen": report.unseen, "erased": erased}
        emit({**told, "for_the_person": NOT_CAUGHT}, sys.stdout)
        return
    screen = console(sys.stdout)
    screen.print(f"{counted(report.faces, 'face')} taken out of every search" + (", erased" if erased else ""), soft_wrap=True)
    if not erased:
        screen.print("another process is writing: the templates are erased by whichever command writes next", soft_wrap=True)
    if report.unseen:
        unseen = f"{counted(report.unseen, 'original')} could not be seen, or can't be told from others: known again by the same bytes only"
        screen.print(unseen, soft_wrap=True)
    for suppression_id in report.ids:
        screen.print(f"suppression {suppression_id}", soft_wrap=True)
    screen.print(f"For the person: {NOT_CAUGHT}", soft_wrap=True)


@suppress_app.command(name="list")
def list_totals(person: AsOption = None, archive: ArchiveOption = None, form: FormatOption = Format.TABLE) -> None:
    """Say how many faces of each source were taken out or not let in; numbers under five, and files, are never told."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        totals = opened.suppressions.totals()
    if form is Format.JSON:
        emit({"sources": [{"source_id": one.source_id, "title": one.title, "faces": one.faces} for one in totals]}, sys.stdout)
        return
    screen = console(sys.stdout)
    for one in totals:
        told = "fewer than five faces" if one.faces is None else counted(one.faces, "face")
        screen.print(shown(f"{one.title}: {told} taken out or not let in"), soft_wrap=True)
    if not totals:
        screen.print("no face was taken out, or kept from coming in")


@suppress_app.command()
def lift(
    suppression: Annotated[str, typer.Argument(metavar="SUPPRESSION", help="Its whole id, from the request's file.")],
    because: Annotated[str, typer.Option(metavar="TEXT", help="Why: whoever objected wishes it.")],
    person: AsOption = None,
    archive: ArchiveOption = None,
) -> None:
    """End an objection, and destroy what was kept for it."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        opened.suppressions.lift(suppression, because=because)
    sys.stdout.write("lifted; the face comes back only with a file that is read anew\n")
