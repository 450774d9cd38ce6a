"""`visavis person`: who may act, in which roles, with a key of their own."""

import getpass
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from visavis.cli.commands.options import ArchiveOption, AsOption, Format, FormatOption, archive_at, signed_in
from visavis.cli.output.document import emit
from visavis.cli.output.plain_text import shown
from visavis.cli.output.table import console
from visavis.domain.actor import Role
from visavis.domain.errors import InputError

if TYPE_CHECKING:
    from visavis.wiring import PersonRecord

person_app = typer.Typer(help="Who may act, in which roles.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(person_app, name="person")


@person_app.command()
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="As they sign.")],
    role: Annotated[list[Role] | None, typer.Option(help="Several times for several; «service» is a program's, by `visavis key`.")] = None,
    passphrase_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Its first line is the new person's passphrase; else it is asked for, twice.")
    ] = None,
    person: AsOption = None,
    archive: ArchiveOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Add a person with a key that their passphrase closes. The first is the archive's owner; later ones are added by an owner."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        passphrase = opened.people.passphrase(_new_passphrase, file=passphrase_file)
        added = opened.people.add(name, role or (), passphrase=passphrase)
    if form is Format.JSON:
        emit(_document(added), sys.stdout)
        return
    sys.stdout.write(shown(f"added {added.name} ({_roles(added)}), person {added.id}") + "\n")
    sys.stdout.write("the key opens with this passphrase only: nobody can read or reset it\n")


@person_app.command(name="list")
def list_people(archive: ArchiveOption = None, form: FormatOption = Format.TABLE) -> None:
    """List people, revoked ones too."""
    with archive_at(archive) as opened:
        people = opened.people.all()
    if form is Format.JSON:
        emit({"people": [_document(who) for who in people]}, sys.stdout)
        return
    screen = console(sys.stdout)
    for who in people:
        end = f", revoked on {who.revoked_at:%Y-%m-%d}" if who.revoked_at else ""
        screen.print(shown(f"{who.name} ({_roles(who)}), person {who.id}, since {who.created_at:%Y-%m-%d}{end}"), soft_wrap=True)
    if not people:
        screen.print("nobody yet; at home and for a trial nobody is needed. Else: visavis person add NAME --role owner")


@person_app.command()
def roles(
    name: Annotated[str, typer.Argument(metavar="PERSON", help="Name, id, or the end of an id.")],
    role: Annotated[list[Role], typer.Option(help="Several times for several; they take the place of those before.")],
    person: AsOption = None,
    archive: ArchiveOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Give a person other roles. A new approver waits a day before approving what who made them one asks."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        changed = opened.people.change_roles(name, role)
    if form is Format.JSON:
        emit(_document(changed), sys.stdout)
        return
    sys.stdout.write(shown(f"{changed.name} is now: {_roles(changed)}") + "\n")


@person_app.command(name="reset-factor")
def reset_factor(
    name: Annotated[str, typer.Argument(metavar="PERSON", help="Name, id, or the end of an id.")],
    person: AsOption = None,
    archive: ArchiveOption = None,
) -> None:
    """Forget the second factor that a person has lost; they sign in to the desk with their passphrase, and enrol another."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        opened.accounts.reset_factor(name, on_machine=True)
    sys.stdout.write("forgotten; they enrol another in the desk\n")


@person_app.command()
def revoke(
    name: Annotated[str, typer.Argument(metavar="PERSON", help="Name, id, or the end of an id.")],
    person: AsOption = None,
    archive: ArchiveOption = None,
) -> None:
    """Let a person sign in no longer. What they signed stays signed."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        gone = opened.people.revoke(name)
    sys.stdout.write(shown(f"revoked {gone.name}") + "\n")


def _new_passphrase(prompt: str) -> str:
    """Ask twice, so that a slip of the finger locks nobody out."""
    first = getpass.getpass(prompt)
    if getpass.getpass("Once more: ") != first:
        raise InputError("the two passphrases differ", remedy="try again")
    return first


def _roles(who: "PersonRecord") -> str:
    return ", ".join(role for role in Role if role in who.roles)


def _document(who: "PersonRecord") -> dict[str, object]:
    return {
        "person_id": who.id,
        "name": who.name,
        "roles": [role for role in Role if role in who.roles],
        "public_key": who.public_key.hex(),
        "created_at": who.created_at.isoformat(),
        "created_by": who.created_by,
        "revoked_at": who.revoked_at.isoformat() if who.revoked_at else None,
    }
