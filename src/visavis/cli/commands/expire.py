"""`visavis expire`."""

import dataclasses
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from visavis.cli.commands.options import ArchiveOption, AsOption, Format, FormatOption, archive_at, signed_in
from visavis.cli.output.document import emit
from visavis.cli.output.reading import counted

if TYPE_CHECKING:
    from visavis.services.expire import Due, ExpiryReport


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(expire)


def expire(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what is due.")] = False,
    person: AsOption = None,
    archive: ArchiveOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Erase what is past its charter's, consent's or case's end.

    It has been hidden since that end. What a charter wants reviewed, what is held and what is frozen is named and stays.
    """
    with archive_at(archive) as opened:
        signed_in(opened, person)
        report = opened.retention.expire(dry_run=dry_run)
    if form is Format.JSON:
        emit(_document(report), sys.stdout)
        return
    for item in report.due:
        sys.stdout.write(_line(item) + "\n")
    if dry_run or not report.due:
        sys.stdout.write("nothing was erased\n" if report.due else "nothing is due\n")
        return
    faces, pictures = sum(receipt.faces for receipt in report.receipts), sum(receipt.pictures for receipt in report.receipts)
    sys.stdout.write(f"erased {counted(faces, 'face')}, {counted(pictures, 'picture')}, {counted(report.probes, 'saved probe')}\n")


def _line(item: "Due") -> str:
    since = f" since {item.since:%Y-%m-%d}" if item.since else ""
    what = f"{counted(item.pictures, 'picture')}, {counted(item.faces, 'face')}"
    held = f"; {item.held} under a hold stay" if item.held else ""
    return f"{item.action}: {item.kind} {item.id}{since}: {what}{held}"


def _document(report: "ExpiryReport") -> dict[str, object]:
    def told(value: object) -> object:
        return value.isoformat() if hasattr(value, "isoformat") else value

    return {
        "due": [{name: told(value) for name, value in dataclasses.asdict(item).items()} for item in report.due],
        "receipts": [{name: told(value) for name, value in dataclasses.asdict(receipt).items()} for receipt in report.receipts],
        "probes": report.probes,
    }
