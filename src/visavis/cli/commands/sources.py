"""`visavis init`, `visavis source …`, `visavis metadata import`: the archive, its sources and their legal files."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from visavis.cli.commands import charters
from visavis.cli.commands.charters import AnswerOption, SourceArgument
from visavis.cli.commands.options import (
    ArchiveOption,
    AsOption,
    ExcludeOption,
    Format,
    FormatOption,
    archive_at,
    new_passphrase,
    signed_in,
)
from visavis.cli.commands.vault import SheetOption, give_sheet, refuse_existing
from visavis.cli.output.document import emit
from visavis.cli.output.legal import added_text, signer, source_document, source_lines
from visavis.cli.output.plain_text import shown
from visavis.cli.output.reading import counted
from visavis.cli.output.table import console

source_app = typer.Typer(help="Folders of originals and their legal files.", no_args_is_help=True)
metadata_app = typer.Typer(help="What is known of pictures beside what their files say.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(init)
    charters.register(source_app)
    app.add_typer(source_app, name="source")
    app.add_typer(metadata_app, name="metadata")


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="New or empty folder on a local disk.")],
    pack: Annotated[str | None, typer.Option(metavar="ID", help="Model pack; visavis migrate moves an archive to another.")] = None,
    passphrase: Annotated[bool, typer.Option("--passphrase", help="Close the key file by a passphrase; it is asked for.")] = False,
    sheet: SheetOption = None,
) -> None:
    """Make an empty archive, its key outside it, and the key's recovery sheet."""
    from visavis.wiring.tools import create_archive

    refuse_existing(sheet)
    recovery_sheet = create_archive(folder, pack_id=pack, passphrase=new_passphrase() if passphrase else None)
    sys.stdout.write(shown(f"made an archive in {folder}; next: visavis source add FOLDER -a {folder} …") + "\n")
    give_sheet(recovery_sheet, sheet)


@source_app.command()
def add(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder of originals; it is only ever read.")],
    profile: Annotated[str | None, typer.Option(metavar="NAME", help="`household` needs no charter file: own pictures, own eyes.")] = None,
    title: Annotated[str | None, typer.Option(metavar="TEXT", help="With --profile household.")] = None,
    charter: Annotated[Path | None, typer.Option(metavar="FILE", help="A charter, filled in: see `visavis source charter`.")] = None,
    exclude: ExcludeOption = None,
    text: AnswerOption = "",
    person: AsOption = None,
    archive: ArchiveOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Add a folder with its legal file. A charter of an organisation is a draft until somebody signs it: `visavis source sign`."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        added = opened.charters.add(folder, profile=profile, title=title, charter=charter, exclude=exclude or (), answer=text)
        source = opened.source(added.source_id)
        if form is Format.JSON:
            emit(source_document(opened, source), sys.stdout)
            return
        sys.stdout.write(added_text(opened, source, added))


@source_app.command(name="list")
def list_sources(archive: ArchiveOption = None, form: FormatOption = Format.TABLE) -> None:
    """List the sources."""
    with archive_at(archive) as opened:
        sources = opened.sources()
        if form is Format.JSON:
            emit({"sources": [source_document(opened, source) for source in sources]}, sys.stdout)
            return
        screen = console(sys.stdout)
        for source in sources:
            state = f"{source.state}, offline" if source.offline else source.state
            screen.print(shown(f"«{source.title}» ({source.profile}, {state}), source {source.id}"), soft_wrap=True)
            screen.print(shown(f"  charter version {source.charter_version}, {signer(source)}; rules: {source.policy}"), soft_wrap=True)
            if source.draft_version:
                screen.print(f"  version {source.draft_version} waits: visavis source sign {source.id} --as PERSON", soft_wrap=True)
            if source.profile != "household" and (case := opened.standing_case(source)):
                screen.print(f"  searched with --case {case}", soft_wrap=True)
            for root in source.roots:
                screen.print(shown(f"  {root.path}"), soft_wrap=True)


@source_app.command()
def show(source: SourceArgument, archive: ArchiveOption = None, form: FormatOption = Format.TABLE) -> None:
    """Show a source with its charter: in force, waiting, and what was written about it."""
    with archive_at(archive) as opened:
        found = opened.source(source)
        document = source_document(opened, found)
        versions, notes = opened.charters.versions(found), opened.charters.notes(found)
    if form is Format.JSON:
        waiting = next((version.toml for version in versions if version.version == found.draft_version), None)
        written = [{"kind": note.kind, "text": note.text, "person_id": note.person_id, "at": note.at.isoformat()} for note in notes]
        emit({**document, "charter": found.charter_toml, "draft": waiting, "notes": written}, sys.stdout)
        return
    screen = console(sys.stdout)
    for line in source_lines(found, document):
        screen.print(shown(line), soft_wrap=True)
    for note in notes:
        screen.print(shown(f"{note.kind} on {note.at:%Y-%m-%d}: {note.text}"), soft_wrap=True)
    for version in versions:
        if version.version in (found.charter_version, found.draft_version):
            waits = "" if version.signed_by else ", waiting for a signature"
            screen.print(f"\ncharter, version {version.version}{waits}:\n")
            for line in version.toml.splitlines():
                screen.print(shown(line), soft_wrap=True)


@source_app.command()
def move(
    source: SourceArgument,
    to: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where the folder lies now.")],
    root: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Which of its folders moved, if it has several.")] = None,
    archive: ArchiveOption = None,
) -> None:
    """Say that a source's folder lies elsewhere now; nothing is read again."""
    with archive_at(archive) as opened:
        opened.move_source(source, to, root=root)
    sys.stdout.write("moved\n")


@source_app.command()
def charter(
    profile: Annotated[str, typer.Option(metavar="NAME", help="household, trial, consent, archive, tracing, police or evaluation.")],
) -> None:
    """Write a commented charter to standard output, to be filled in."""
    from visavis.wiring import tools

    sys.stdout.write(tools.template(profile))


@metadata_app.command(name="import")
def import_metadata(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV with the columns path (below the source's folder) and captured_at.")],
    source: Annotated[str, typer.Option(metavar="ID", help="Id or title of the source.")],
    archive: ArchiveOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Take capture dates from a list: 2016-05-14, 1962, before 1970, 1958/1962."""
    with archive_at(archive) as opened:
        report = opened.import_metadata(source, file)
    if form is Format.JSON:
        emit({"dated": report.dated, "unknown_lines": report.unknown, "unreadable_lines": report.unreadable}, sys.stdout)
        return
    sys.stdout.write(counted(report.dated, "picture") + " dated\n")
    for what, lines in (("name no picture of the source", report.unknown), ("hold no date that can be read", report.unreadable)):
        if lines:
            sys.stdout.write(f"{len(lines):,} lines {what}: {', '.join(map(str, lines[:20]))}{' …' if len(lines) > 20 else ''}\n")
