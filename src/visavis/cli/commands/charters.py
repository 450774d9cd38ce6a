"""`visavis source sign|answer|freeze|thaw|amend|root add`: the life of a source's legal file."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from visavis.cli.commands.options import ArchiveOption, AsOption, Format, FormatOption, archive_at, signed_in
from visavis.cli.output.document import emit
from visavis.cli.output.legal import added_text, source_document
from visavis.cli.output.plain_text import shown

if TYPE_CHECKING:
    from visavis.wiring import Archive, SourceRecord

SourceArgument = Annotated[str, typer.Argument(metavar="SOURCE", help="Id, the end of an id, or title.")]
BecauseOption = Annotated[str, typer.Option("--because", metavar="TEXT", help="Why; kept, sealed, with the source.")]
AnswerOption = Annotated[
    str, typer.Option("--answer", metavar="TEXT", help="Your answer to what the files say against the charter; kept with it.")
]

root_app = typer.Typer(help="Folders of a source.", no_args_is_help=True)


def register(source_app: typer.Typer) -> None:
    """Add the commands to `visavis source`."""
    for command in (sign, answer, freeze, thaw, amend):
        source_app.command()(command)
    root_app.command(name="add")(add_root)
    source_app.add_typer(root_app, name="root")


def sign(source: SourceArgument, person: AsOption = None, archive: ArchiveOption = None, form: FormatOption = Format.TABLE) -> None:
    """Put a charter in force under your name: the owner or the data-protection officer."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        _tell(opened, opened.charters.sign(source), "signed", form)


def answer(
    source: SourceArgument,
    text: Annotated[str, typer.Option("--text", metavar="TEXT", help="Where the pictures come from, and why that is right.")],
    person: AsOption = None,
    archive: ArchiveOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Answer in writing for what the files say against the charter."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        _tell(opened, opened.charters.answer(source, text), "answered", form)


def freeze(
    source: SourceArgument,
    because: BecauseOption,
    person: AsOption = None,
    archive: ArchiveOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Take a source out of every search and ingest, at once."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        _tell(opened, opened.charters.freeze(source, because), "frozen", form)


def thaw(
    source: SourceArgument,
    because: BecauseOption,
    person: AsOption = None,
    archive: ArchiveOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Put a frozen source back."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        _tell(opened, opened.charters.thaw(source, because), "live again", form)


def amend(
    source: SourceArgument,
    charter: Annotated[Path, typer.Option("--charter", metavar="FILE", help="The whole charter, as it shall be.")],
    person: AsOption = None,
    archive: ArchiveOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Bring a new version of a charter; the old one stays in force until the new one is signed."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        _tell(opened, opened.charters.amend(source, charter), "amended", form)


def add_root(
    source: SourceArgument,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Pictures of the same class; it is only ever read.")],
    text: AnswerOption = "",
    person: AsOption = None,
    archive: ArchiveOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Add a folder to a source, under the charter that it has and your signature."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        added = opened.charters.add_root(source, folder, answer=text)
        found = opened.source(added.source_id)
        if form is Format.JSON:
            emit(source_document(opened, found), sys.stdout)
            return
        sys.stdout.write(added_text(opened, found, added))


def _tell(opened: "Archive", source: "SourceRecord", done: str, form: Format) -> None:
    if form is Format.JSON:
        emit(source_document(opened, source), sys.stdout)
        return
    waits = f"; version {source.draft_version} waits: visavis source sign {source.id} --as PERSON" if source.draft_version else ""
    line = f"{done}: «{source.title}» ({source.profile}, {source.state}), charter version {source.charter_version}{waits}"
    sys.stdout.write(shown(line) + "\n")
    if done == "signed":
        if case := opened.standing_case(source):
            sys.stdout.write(f'search it under its standing case: --case {case} --as PERSON --reason "…"\n')
        sys.stdout.write("next: visavis ingest\n")
