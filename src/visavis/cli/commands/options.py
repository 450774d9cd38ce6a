"""Options that several commands share."""

import datetime as dt
import getpass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from visavis.domain.errors import InputError

if TYPE_CHECKING:
    from visavis.settings import Settings
    from visavis.wiring import Archive


class Format(StrEnum):
    """Forms of a list."""

    TABLE = "table"
    JSON = "json"


ArchiveOption = Annotated[Path | None, typer.Option("--archive", "-a", metavar="DIR", help="Archive folder; else VISAVIS_ARCHIVE.")]
FormatOption = Annotated[Format, typer.Option("--format", help="For people or for programs.")]
ExcludeOption = Annotated[list[str] | None, typer.Option("--exclude", metavar="GLOB", help="Leave out what fits, in .gitignore syntax.")]
AsOption = Annotated[str | None, typer.Option("--as", metavar="PERSON", help="Who acts: name or id; asks for their passphrase.")]


def day(text: str) -> dt.date:
    """Read a day, for an option that takes one."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"«{text}» is no day; write it as 1962-05-14") from None


def archive_at(folder: Path | None) -> "Archive":
    """Open the archive that was named, or the one in the settings."""
    from visavis.wiring.archive import open_archive
    from visavis.wiring.build import read_settings

    settings = read_settings()
    return open_archive(archive_folder(folder, settings), settings=settings, ask=ask_passphrase)


def archive_folder(folder: Path | None, settings: "Settings") -> Path:
    """Return the folder of the archive that was named, or of the one in the settings."""
    chosen = folder or settings.archive
    if chosen is None:
        raise InputError("which archive?", remedy="name it with -a DIR, or set VISAVIS_ARCHIVE")
    return chosen


def ask_passphrase() -> str:
    """Ask for the passphrase of the archive's key file."""
    return str(typer.prompt("Passphrase of the archive's key", hide_input=True, err=True))


def new_passphrase() -> str:
    """Ask for a new passphrase for the archive's key file, twice."""
    return str(typer.prompt("New passphrase for the archive's key", hide_input=True, confirmation_prompt=True, err=True))


def signed_in(opened: "Archive", person: str | None) -> None:
    """Sign a person in, with the passphrase from the settings' file or from the terminal; without a name nobody signs in."""
    if person is not None:
        opened.people.sign_in(person, ask=getpass.getpass)
