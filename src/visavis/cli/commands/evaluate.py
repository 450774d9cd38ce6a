"""`visavis evaluate`: error rates on a licensed test set. Aggregates only: no candidate, path or name is ever printed."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from visavis.cli.commands.options import Format, FormatOption
from visavis.cli.output.document import emit

evaluate_app = typer.Typer(help="Measure error rates on a licensed test set.", no_args_is_help=True)
PackOption = Annotated[str | None, typer.Option(metavar="ID", help="Model pack; else the default.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(evaluate_app, name="evaluate")


@evaluate_app.command()
def pairs(
    file: Annotated[Path, typer.Argument(metavar="PAIRS", help="In the format of LFW's pairs.txt.")],
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder a person.")],
    pack: PackOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Compare pictures pair by pair."""
    from visavis.wiring import tools

    _print(tools.evaluate_pairs(file, folder, pack_id=pack, progress=_progress).to_dict(), form)


@evaluate_app.command()
def identify(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder a person; the first file by name is enrolled.")],
    pack: PackOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Search people among one enrolled picture of each."""
    from visavis.wiring import tools

    _print(tools.evaluate_identify(folder, pack_id=pack, progress=_progress).to_dict(), form)


def _progress(done: int) -> None:
    if done % 512 == 0:
        sys.stderr.write(f"{done:,} pictures\n")


def _print(document: Mapping[str, object], form: Format) -> None:
    if form is Format.JSON:
        emit(document, sys.stdout)
        return
    for name, value in document.items():
        if isinstance(value, Mapping):
            sys.stdout.write(f"{name}:\n")
            for key, inner in value.items():
                sys.stdout.write(f"  {key}: {inner}\n")
        else:
            sys.stdout.write(f"{name}: {value}\n")
