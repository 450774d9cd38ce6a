"""`visavis status`, `visavis verify`, `visavis explain`."""

import dataclasses
import sys
from typing import Annotated

import typer

from visavis.cli.commands.options import ArchiveOption, Format, FormatOption, archive_at
from visavis.cli.output.document import emit
from visavis.cli.output.plain_text import shown
from visavis.cli.output.reading import counted
from visavis.cli.output.sizes import size
from visavis.cli.output.table import console
from visavis.domain import words
from visavis.domain.errors import DamageError


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(status)
    app.command()(verify)
    app.command()(explain)


def status(archive: ArchiveOption = None, form: FormatOption = Format.TABLE) -> None:
    """Say how the archive stands."""
    with archive_at(archive) as opened:
        found = opened.status()
    if form is Format.JSON:
        times = {"at": found.at, "ledger_since": found.ledger_since, "checkpoint_at": found.checkpoint_at}
        told = {name: time.isoformat() if time else None for name, time in times.items()}
        emit({**dataclasses.asdict(found), **told, "notices": found.notices}, sys.stdout)
        return
    screen = console(sys.stdout)
    screen.print(shown(f"archive {found.archive_id} in {found.folder}, {size(found.bytes)}"), soft_wrap=True)
    screen.print(f"pack {found.pack}\nvault {found.vault}\nledger {counted(found.leaves, 'act')}")
    for source in found.sources:
        screen.print()
        screen.print(shown(f"«{source.title}» ({source.profile}, {source.state}), source {source.id}"), soft_wrap=True)
        counts = ", ".join(f"{name} {count:,}" for name, count in sorted(source.outcomes.items(), key=lambda item: -item[1]))
        screen.print(f"  {counted(source.searchable, 'template')} searchable; files: {counts or 'none read yet'}", soft_wrap=True)
    for notice in found.notices:
        screen.print(shown(f"note: {notice}"), soft_wrap=True)


def verify(
    repair: Annotated[bool, typer.Option("--repair", help="Make damaged codes anew from the rows.")] = False,
    archive: ArchiveOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Check every byte of the archive.

    Database, rows and codes, and each against the others.
    """
    with archive_at(archive) as opened:
        verdict = opened.verify(repair=repair, say=_say)
    if form is Format.JSON:
        emit(dataclasses.asdict(verdict), sys.stdout)
    else:
        for problem in verdict.problems:
            sys.stdout.write(shown(problem) + "\n")
        sound = f"sound: {counted(verdict.templates, 'template')}" + (", codes made anew" if verdict.repaired else "")
        sys.stdout.write((counted(len(verdict.problems), "problem") if verdict.problems else sound) + "\n")
    if verdict.problems:
        derived = all(problem.startswith("codes") for problem in verdict.problems)
        remedy = "visavis verify --repair" if derived else "restore the named files from a backup"
        raise DamageError("the archive is damaged", remedy=remedy)


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")


def explain(
    word: Annotated[
        str | None, typer.Argument(metavar="WORD", help="A word of the field: FPIR, template, charter, …; none = list.")
    ] = None,
) -> None:
    """Say what a word of the field means.

    Without a word, list them all.
    """
    if word is None:
        for entry in words.glossary():
            sys.stdout.write(entry.word + "\n")
        return
    found = words.explain(word)
    screen = console(sys.stdout)
    screen.print(f"{found.word}: {found.meaning}")
    if found.source:
        screen.print(f"({found.source})")
