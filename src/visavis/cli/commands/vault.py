"""`visavis vault …`: the archive's key, its change, and its recovery sheet."""

import dataclasses
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from visavis.cli.commands.options import (
    ArchiveOption,
    AsOption,
    Format,
    FormatOption,
    archive_at,
    archive_folder,
    new_passphrase,
    signed_in,
)
from visavis.cli.output.document import emit
from visavis.cli.output.plain_text import shown
from visavis.cli.output.reading import counted
from visavis.domain.errors import InputError

vault_app = typer.Typer(help="The archive's key: how it lies, changing it, its recovery sheet.", no_args_is_help=True)

SheetOption = Annotated[
    Path | None, typer.Option("--recovery-sheet", metavar="FILE", help="Write the recovery sheet there, to be printed; a new file.")
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(vault_app, name="vault")


@vault_app.command()
def status(archive: ArchiveOption = None, form: FormatOption = Format.TABLE) -> None:
    """Say how names and paths are closed, and where the key lies."""
    with archive_at(archive) as opened:
        found = opened.vault.status()
    if form is Format.JSON:
        emit(dataclasses.asdict(found), sys.stdout)
        return
    closed = "closed by a passphrase" if found.passphrase else "not closed by a passphrase"
    sys.stdout.write(f"vault {found.kind}\n")
    sys.stdout.write(shown(f"key {found.key_file}, {closed}") + "\n")
    sys.stdout.write(f"{counted(found.keys, 'data key')}, {found.destroyed:,} destroyed\n")
    if found.one_drive:
        sys.stdout.write("note: key and archive lie on one drive: a thief of the drive has both; encrypt the drive\n")
    for warning in found.warnings:
        sys.stdout.write(shown(f"note: {warning}") + "\n")


@vault_app.command()
def rekey(
    templates: Annotated[bool, typer.Option("--templates", help="Turn every template anew instead; the archive's key stays.")] = False,
    sheet: SheetOption = None,
    person: AsOption = None,
    archive: ArchiveOption = None,
) -> None:
    """Change the archive's key, and print the new recovery sheet.

    Keys of sources, cases and people are wrapped anew; what they close stays as it is. The old key opens only backups made before.
    With --templates, templates are laid under new rotations and the keys of the old ones destroyed; a run that was cut short is ended.
    """
    if templates and sheet is not None:
        raise InputError("--templates changes no key, so there is no new recovery sheet", remedy="leave one of the two out")
    refuse_existing(sheet)
    with archive_at(archive) as opened:
        signed_in(opened, person)
        if templates:
            turned = opened.retention.rekey_templates()
            groups = counted(turned.groups, "group")
            sys.stdout.write(f"turned {counted(turned.templates, 'template')} anew, in {groups} of sources\n")
            return
        give_sheet(opened.vault.rekey(), sheet)
    sys.stdout.write("the archive has a new key\n")


@vault_app.command()
def recovery(sheet: SheetOption = None, archive: ArchiveOption = None) -> None:
    """Print the recovery sheet: the key in readable groups, with checksums."""
    refuse_existing(sheet)
    with archive_at(archive) as opened:
        text = opened.vault.recovery()
    if sheet is None:
        sys.stdout.write(text)
    else:
        give_sheet(text, sheet)


@vault_app.command()
def recover(
    sheet: Annotated[Path, typer.Argument(metavar="FILE", help="A file with the sheet's eight lines; - reads standard input.")],
    passphrase: Annotated[bool, typer.Option("--passphrase", help="Close the key file by a passphrase; it is asked for.")] = False,
    archive: ArchiveOption = None,
) -> None:
    """Make the key file again from the recovery sheet."""
    from visavis.wiring import build
    from visavis.wiring.vault import recover as take_back

    settings = build.read_settings()
    chosen = new_passphrase() if passphrase else None
    aside = take_back(archive_folder(archive, settings), _read(sheet), build.archive_keys(settings), passphrase=chosen)
    sys.stdout.write("the key file is made again\n")
    if aside is not None:
        sys.stdout.write(shown(f"the file that was in its place is now {aside}") + "\n")


def refuse_existing(sheet: Path | None) -> None:
    """Refuse to write a recovery sheet over another file, before anything is done."""
    if sheet is not None and sheet.exists():
        raise InputError(f"{sheet} is there already", remedy="name a new file for the recovery sheet")


def give_sheet(text: str, sheet: Path | None) -> None:
    """Write a recovery sheet to its file, or once to the terminal; into a pipe or log it does not go."""
    if sheet is not None:
        descriptor = os.open(sheet, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
        sys.stdout.write(shown(f"recovery sheet: {sheet}; print it, lock the paper away, remove the file") + "\n")
    elif sys.stdout.isatty():
        sys.stdout.write("\n" + text + "\n")
    else:
        sys.stdout.write("print the recovery sheet and lock it away: visavis vault recovery --recovery-sheet FILE\n")


def _read(sheet: Path) -> str:
    if str(sheet) == "-":
        return sys.stdin.read()
    try:
        return sheet.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"can't read {sheet}", remedy="name a text file with the sheet's eight lines") from error
