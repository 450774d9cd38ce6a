"""`visavis consent …`: who agreed to what, and its withdrawal."""

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from visavis.cli.commands.options import ArchiveOption, AsOption, Format, FormatOption, archive_at, day, signed_in
from visavis.cli.output.document import emit
from visavis.cli.output.plain_text import shown
from visavis.cli.output.reading import counted
from visavis.cli.output.table import console

if TYPE_CHECKING:
    from visavis.wiring.rights import ConsentRecord

consent_app = typer.Typer(help="Consents that a source stands on: given, shown, withdrawn.", no_args_is_help=True)

ConsentArgument = Annotated[str, typer.Argument(metavar="CONSENT", help="Id of a consent, or the end of one.")]
DayOption = Annotated[dt.date | None, typer.Option(parser=day, metavar="DATE")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(consent_app, name="consent")


@consent_app.command()
def give(
    source: Annotated[str, typer.Option(metavar="ID", help="Id or title of a source of profile consent.")],
    who: Annotated[str, typer.Option("--person", metavar="TEXT", help="Who agrees: a name, or a token that leads you to them.")],
    text: Annotated[Path, typer.Option(metavar="FILE", help="The words they agreed to; kept with the consent.")],
    text_version: Annotated[str, typer.Option(metavar="NAME", help="What you call these words: guests-2026-1.")],
    means: Annotated[str, typer.Option(metavar="WORD", help="paper, web-form, email or spoken.")],
    allowed: Annotated[list[str], typer.Option("--purpose", metavar="WORD", help="Once for each purpose of the source's charter.")],
    files: Annotated[list[str], typer.Option(metavar="PATTERN", help="Files that it covers: a folder, a pattern, in .gitignore syntax.")],
    proof: Annotated[str, typer.Option(metavar="TEXT", help="Where the signed sheet, the form or the message lies.")],
    given: DayOption = None,
    until: DayOption = None,
    guardian: Annotated[str, typer.Option(metavar="TEXT", help="Who agreed for them, if they could not.")] = "",
    person: AsOption = None,
    archive: ArchiveOption = None,
) -> None:
    """Record a consent; from then on the files that it covers are taken in."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        consent_id = opened.consents.give(
            source,
            person=who,
            text=text,
            text_version=text_version,
            means=means,
            purposes=allowed,
            files=files,
            proof=proof,
            given_at=None if given is None else dt.datetime.combine(given, dt.time(), tzinfo=dt.UTC),
            until=until,
            guardian=guardian,
        )
    sys.stdout.write(f"consent {consent_id}\n")


@consent_app.command()
def link(
    consent: ConsentArgument,
    face: Annotated[list[str], typer.Option("--face-id", metavar="ID", help="A face from results: --format json.")],
    person: AsOption = None,
    archive: ArchiveOption = None,
) -> None:
    """Say which faces show the person, where a picture shows others too."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        linked = opened.consents.link(consent, face)
    sys.stdout.write(f"{counted(linked, 'face')} linked\n")


@consent_app.command()
def unlink(
    consent: ConsentArgument,
    face: Annotated[list[str], typer.Option("--face-id", metavar="ID", help="A face that was linked by mistake.")],
    person: AsOption = None,
    archive: ArchiveOption = None,
) -> None:
    """Take a wrong link back."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        unlinked = opened.consents.unlink(consent, face)
    sys.stdout.write(f"{counted(unlinked, 'face')} unlinked\n")


@consent_app.command()
def withdraw(
    consent: ConsentArgument,
    because: Annotated[str, typer.Option(metavar="TEXT", help="Nobody has to say why.")] = "",
    person: AsOption = None,
    archive: ArchiveOption = None,
) -> None:
    """Withdraw a consent: what stood on it leaves every search now, and is erased."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        done, erased = opened.consents.withdraw(consent, because=because)
    what = f"{counted(done.faces, 'face')} taken out of every search, {counted(done.pictures, 'picture')} with them"
    sys.stdout.write(f"{what}; {'erased' if erased else 'erased by whichever command writes next'}\n")


@consent_app.command(name="list")
def list_consents(
    source: Annotated[str | None, typer.Option(metavar="ID", help="Of this source only.")] = None,
    person: AsOption = None,
    archive: ArchiveOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """List the consents, withdrawn and ended ones too."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        consents = opened.consents.all(source=source)
    if form is Format.JSON:
        emit({"consents": [_document(one) for one in consents]}, sys.stdout)
        return
    screen = console(sys.stdout)
    screen.print(counted(len(consents), "consent"))
    for one in consents:
        screen.print(shown(_line(one)), soft_wrap=True)


@consent_app.command()
def show(consent: ConsentArgument, person: AsOption = None, archive: ArchiveOption = None, form: FormatOption = Format.TABLE) -> None:
    """Show one consent with the words that were agreed to."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        one = opened.consents.show(consent)
    if form is Format.JSON:
        emit({**_document(one), "text": one.text.words}, sys.stdout)
        return
    screen = console(sys.stdout)
    screen.print(shown(_line(one)), soft_wrap=True)
    screen.print(shown(f"covers {', '.join(one.files)} for {', '.join(one.purposes)}; proof: {one.proof}"), soft_wrap=True)
    screen.print(shown(f"words «{one.text.version}», SHA-256 {one.text.sha256}:\n{one.text.words}"), soft_wrap=True)


def _line(one: "ConsentRecord") -> str:
    by = f" by {one.guardian} for them" if one.guardian else ""
    end = f", until {one.until:%Y-%m-%d}" if one.until else ""
    withdrawn = f", withdrawn {one.withdrawn_at:%Y-%m-%d}" if one.withdrawn_at else ""
    return f"{one.person}: given {one.given_at:%Y-%m-%d} ({one.means}{by}){end}{withdrawn} · consent {one.id}"


def _document(one: "ConsentRecord") -> dict[str, object]:
    return {
        "consent_id": one.id,
        "source_id": one.source_id,
        "person": one.person,
        "guardian": one.guardian or None,
        "text_version": one.text.version,
        "text_sha256": one.text.sha256,
        "means": one.means,
        "purposes": list(one.purposes),
        "files": list(one.files),
        "proof": one.proof,
        "given_at": one.given_at.isoformat(),
        "until": one.until.isoformat() if one.until else None,
        "withdrawn_at": one.withdrawn_at.isoformat() if one.withdrawn_at else None,
    }
