"""`visavis packs`: model packs and their licences."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from visavis.cli.commands.options import Format, FormatOption
from visavis.cli.output.document import emit
from visavis.cli.output.plain_text import shown
from visavis.domain.errors import InputError

packs_app = typer.Typer(help="Model packs: networks, their licences and measured thresholds.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(packs_app, name="packs")


@packs_app.command(name="list")
def list_packs(form: FormatOption = Format.TABLE) -> None:
    """List known packs, usable or not."""
    from visavis.wiring import tools

    listing = tools.packs()
    if form is Format.JSON:
        emit(
            {"packs": [{"id": item.id, "title": item.title, "usable": item.pack is not None, "problem": item.problem} for item in listing]},
            sys.stdout,
        )
        return
    for item in listing:
        sys.stdout.write(shown(f"{item.id}: {item.title}") + "\n")
        if item.problem:
            sys.stdout.write(shown(f"  not usable: {item.problem}") + "\n")


@packs_app.command()
def show(pack: Annotated[str, typer.Argument(metavar="ID")], form: FormatOption = Format.TABLE) -> None:
    """Show a pack: licences, precision, thresholds and their trials."""
    from visavis.wiring import tools

    found = next((item for item in tools.packs() if item.id == pack), None)
    if found is None:
        raise InputError(f"there is no model pack «{pack}»", remedy="visavis packs list")
    document: dict[str, object] = {"id": found.id, "title": found.title, "problem": found.problem}
    if found.pack is not None:
        document |= {
            "precision": found.pack.precision,
            "dimensions": found.pack.dim,
            "sha256": found.pack.hash,
            "licences": [f"{licence.spdx}" for licence in found.pack.licences],
            "thresholds": {f"{fpir:g}": {"similarity": t.value, "trial": t.trial} for fpir, t in sorted(found.pack.thresholds.items())},
        }
    if form is Format.JSON:
        emit(document, sys.stdout)
        return
    for name, value in document.items():
        if isinstance(value, dict):
            for fpir, threshold in value.items():
                sys.stdout.write(shown(f"threshold at FPIR {fpir}: {threshold['similarity']:.3f} ({threshold['trial']})") + "\n")
        elif value:
            sys.stdout.write(shown(f"{name}: {', '.join(value) if isinstance(value, list) else value}") + "\n")


@packs_app.command()
def install(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Holds the pack's two files, or a manifest and two files.")],
) -> None:
    """Copy a pack from a folder; nothing is ever downloaded."""
    from visavis.wiring import tools

    sys.stdout.write(f"installed {tools.install_pack(folder)}\n")
