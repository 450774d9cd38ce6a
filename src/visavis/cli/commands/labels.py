"""`visavis label …`: names beside faces of a source, as people decided them."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from visavis.cli.commands.options import ArchiveOption, AsOption, Format, FormatOption, archive_at, signed_in
from visavis.cli.output.document import emit
from visavis.cli.output.plain_text import shown
from visavis.cli.output.reading import counted
from visavis.cli.output.table import console

if TYPE_CHECKING:
    from visavis.wiring.review import Label

label_app = typer.Typer(help="Names that people gave to faces of a source.", no_args_is_help=True)

_BOX_DECIMALS = 6


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(label_app, name="label")


@label_app.command()
def add(
    candidate: Annotated[str, typer.Argument(metavar="CANDIDATE", help="Id of a candidate that is decided to be the same.")],
    name: Annotated[str, typer.Option(metavar="TEXT", help="Who is shown.")],
    authority: Annotated[str, typer.Option(metavar="ID", help="The person's id in a list of names: ULAN 500115588.")] = "",
    person: AsOption = None,
    archive: ArchiveOption = None,
) -> None:
    """Promote a decision to a label of its source."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        label_id = opened.labels.add(candidate, name, authority=authority)
    sys.stdout.write(f"label {label_id}\n")


@label_app.command()
def find(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Case, accents and punctuation do not matter.")],
    person: AsOption = None,
    archive: ArchiveOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """List the faces that bear a name."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        _print(opened.labels.find(name), form)


@label_app.command(name="list")
def list_labels(
    source: Annotated[str | None, typer.Option(metavar="ID", help="Of this source only.")] = None,
    person: AsOption = None,
    archive: ArchiveOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """List the labels."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        _print(opened.labels.all(source=source), form)


@label_app.command()
def rename(
    label: Annotated[str, typer.Argument(metavar="LABEL", help="Id of a label, or the end of one.")],
    name: Annotated[str, typer.Option(metavar="TEXT", help="Who is shown.")],
    because: Annotated[str, typer.Option(metavar="TEXT", help="Why the name changes.")],
    person: AsOption = None,
    archive: ArchiveOption = None,
) -> None:
    """Give a labelled face another name; the old one is erased."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        label_id = opened.labels.rename(label, name, because=because)
    sys.stdout.write(f"label {label_id}\n")


@label_app.command()
def remove(
    label: Annotated[str, typer.Argument(metavar="LABEL", help="Id of a label, or the end of one.")],
    because: Annotated[str, typer.Option(metavar="TEXT", help="Why it goes.")],
    person: AsOption = None,
    archive: ArchiveOption = None,
) -> None:
    """Erase a label."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        opened.labels.remove(label, because=because)
    sys.stdout.write("removed\n")


def _print(labels: "list[Label]", form: Format) -> None:
    if form is Format.JSON:
        emit({"labels": [_document(label) for label in labels]}, sys.stdout)
        return
    screen = console(sys.stdout)
    screen.print(counted(len(labels), "label"))
    for label in labels:
        known_as = f" ({label.authority})" if label.authority else ""
        told = f"{label.name}{known_as} · picture {label.anchor[:12]} · {label.at:%Y-%m-%d} · label {label.id}"
        screen.print(shown(told), soft_wrap=True)


def _document(label: "Label") -> dict[str, object]:
    sides = {"left": label.box.left, "top": label.box.top, "width": label.box.width, "height": label.box.height}
    return {
        "label_id": label.id,
        "name": label.name,
        "authority": label.authority or None,
        "source_id": label.source_id,
        "candidate_id": label.candidate_id,
        "person_id": label.person_id,
        "at": label.at.isoformat(),
        "picture_sha256": label.anchor.partition("/")[0],
        "box": {side: round(value, _BOX_DECIMALS) for side, value in sides.items()},
    }
