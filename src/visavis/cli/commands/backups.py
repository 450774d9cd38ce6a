"""`visavis backup` and `visavis restore`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from visavis.cli.commands.options import ArchiveOption, AsOption, archive_at, ask_passphrase, signed_in
from visavis.cli.output.plain_text import shown
from visavis.cli.output.reading import counted


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(backup)
    app.command()(restore)


def backup(
    to: Annotated[Path, typer.Argument(metavar="TO", help="A new folder, on another drive.")],
    keep_days: Annotated[int, typer.Option(metavar="N", help="To be destroyed after so many days.")] = 90,
    person: AsOption = None,
    archive: ArchiveOption = None,
) -> None:
    """Copy the archive, without its keys: those are kept beside the archive's key, in one file for all backups."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        made = opened.backups.take(to, keep_days=keep_days)
    sys.stdout.write(shown(f"backup {made.id} in {to}; destroy it after {made.keep_until}") + "\n")


def restore(
    source: Annotated[Path, typer.Argument(metavar="BACKUP", help="What `visavis backup` wrote.")],
    to: Annotated[Path, typer.Argument(metavar="DIR", help="The archive's new folder.")],
    ledger: Annotated[list[Path] | None, typer.Option("--ledger", metavar="EXPORT", help="A newer export of its ledger.")] = None,
    replaces: Annotated[
        bool, typer.Option("--replaces", help="Though the archive still stands: it can't be written to afterwards.")
    ] = False,
) -> None:
    """Make an archive from a backup, and erase in it what was erased since. Until that is done nothing opens it."""
    from visavis.wiring import build
    from visavis.wiring.backups import restore as bring_back

    keys = build.archive_keys(build.read_settings(), ask_passphrase)
    done = bring_back(source, to, keys, build.SystemClock(), exports=ledger or (), replaces=replaces)
    again = f"{counted(done.pictures, 'picture')} and {counted(done.faces, 'face')} erased again"
    sys.stdout.write(shown(f"restored to {to} as of leaf {done.leaves}; the ledger had {done.leaves_known}; {again}") + "\n")
    sys.stdout.write(shown(f"{to} is the archive from now on: do not write to the folder that the backup was taken of any more") + "\n")
