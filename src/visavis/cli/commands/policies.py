"""`visavis policy`: the rules in force, as dated packs."""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from visavis.cli.commands.options import ArchiveOption, AsOption, Format, FormatOption, archive_at, signed_in
from visavis.cli.output.document import emit
from visavis.cli.output.plain_text import shown
from visavis.cli.output.table import console

policy_app = typer.Typer(help="The rules in force, as dated packs.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(policy_app, name="policy")


@policy_app.command(name="list")
def list_policies(archive: ArchiveOption = None, form: FormatOption = Format.TABLE) -> None:
    """List the packs that ship with Visavis, and this archive's own."""
    with archive_at(archive) as opened:
        packs, local = opened.policies.all(), opened.policies.local()
    if form is Format.JSON:
        listing = [{"name": pack.name, "mark": pack.mark, "says": pack.says, "signed_by": local.get(pack.mark)} for pack in packs]
        emit({"policies": listing}, sys.stdout)
        return
    screen = console(sys.stdout)
    for pack in packs:
        origin = f"signed by {local[pack.mark]}" if pack.mark in local else "shipped"
        screen.print(shown(f"{pack.mark} ({origin}): {pack.says}"), soft_wrap=True)


@policy_app.command()
def show(
    pack: Annotated[str, typer.Argument(metavar="NAME", help="Name, or mark: the newest of a name, or exactly that one.")],
    archive: ArchiveOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Show every rule of a pack."""
    with archive_at(archive) as opened:
        found = opened.policies.one(pack)
    document = {"mark": found.mark, **found.document}
    if form is Format.JSON:
        emit(document, sys.stdout)
        return
    screen = console(sys.stdout)
    for name, value in _flat(document):
        screen.print(shown(f"{name} = {value}"), soft_wrap=True)


@policy_app.command()
def add(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A pack in TOML; `extends` names the one it completes.")],
    person: AsOption = None,
    archive: ArchiveOption = None,
) -> None:
    """Sign a pack of your own and put it in force, for the charters that name it."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        added = opened.policies.add(file)
    sys.stdout.write(shown(f'added {added.mark}; a charter takes it with: policy = "{added.name}"') + "\n")


def _flat(document: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, object]]:
    for name, value in document.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", value
