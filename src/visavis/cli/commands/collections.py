"""`visavis collection`: what programs that ask in the shapes of Amazon Rekognition call sources."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from visavis.cli.commands.options import ArchiveOption, AsOption, Format, FormatOption, archive_at, signed_in
from visavis.cli.output.document import emit
from visavis.cli.output.plain_text import encodable, shown
from visavis.cli.output.table import console

collection_app = typer.Typer(help="Collections of programs that ask as Amazon Rekognition is asked.", no_args_is_help=True)
KeyOption = Annotated[str, typer.Option("--key", metavar="KEY", help="Name, id, or the end of an id of the program's key.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(collection_app, name="collection")


@collection_app.command()
def allow(
    name: Annotated[str, typer.Argument(metavar="NAME", help="As the program calls it: its CollectionId.")],
    key: KeyOption,
    source: Annotated[str, typer.Option(metavar="SOURCE", help="The source that it stands for; the key names it too.")],
    folder: Annotated[
        Path | None, typer.Option(metavar="DIR", help="A folder of the source, in which IndexFaces puts pictures; else it takes none.")
    ] = None,
    person: AsOption = None,
    archive: ArchiveOption = None,
) -> None:
    """Let a program call a source by a name. Charter and case are those of the source and of the key."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        made = opened.collections.allow(name, key=key, source=source, folder=folder)
    sys.stdout.write(shown(f"collection {made.name} may be created ({made.id})") + "\n")


@collection_app.command(name="list")
def list_collections(archive: ArchiveOption = None, form: FormatOption = Format.TABLE) -> None:
    """List collections, created or only allowed."""
    with archive_at(archive) as opened:
        keys = {program.id: program for program in opened.services.all()}
        sources = {source.number: source for source in opened.sources()}
        found = [
            {
                "collection_id": one.id,
                "name": one.name,
                "key_id": one.service_id,
                "key": keys[one.service_id].name,
                "source_id": sources[one.source_number].id,
                "source": sources[one.source_number].title,
                "folder": encodable(one.folder),
                "created_at": one.created_at.isoformat() if one.created_at else None,
            }
            for one in opened.collections.all()
        ]
    if form is Format.JSON:
        emit({"collections": found}, sys.stdout)
        return
    screen = console(sys.stdout)
    for told in found:
        state = "created" if told["created_at"] else "allowed, not created"
        takes = f"puts pictures into {told['folder']}" if told["folder"] else "takes no pictures"
        screen.print(shown(f"{told['name']} of {told['key']}: «{told['source']}», {state}, {takes}"), soft_wrap=True)
    if not found:
        screen.print("no program has a collection: visavis collection allow NAME --key KEY --source SOURCE")


@collection_app.command()
def forbid(
    name: Annotated[str, typer.Argument(metavar="NAME", help="As the program calls it.")],
    key: KeyOption,
    person: AsOption = None,
    archive: ArchiveOption = None,
) -> None:
    """Let a program call its source so no longer; what was read stays, as part of its source."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        gone = opened.collections.forbid(name, key=key)
    sys.stdout.write(shown(f"collection {gone.name} is forbidden") + "\n")
