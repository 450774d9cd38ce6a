"""`visavis ledger …`: reading the log, proving from it, handing it out."""

import datetime as dt
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from visavis.cli.commands.options import ArchiveOption, AsOption, Format, FormatOption, archive_at, signed_in
from visavis.cli.output.document import emit
from visavis.cli.output.plain_text import shown
from visavis.cli.output.reading import counted
from visavis.domain.errors import InputError

if TYPE_CHECKING:
    from visavis.services.ledger import LogEntry

ledger_app = typer.Typer(help="What was done, by whom, and the proof that nobody rewrote it.", no_args_is_help=True)

DayOption = typer.Option(metavar="YYYY-MM-DD", formats=["%Y-%m-%d"])
RecipientOption = Annotated[str, typer.Option(metavar="NAME", help="To whom it goes; kept sealed.")]
BecauseOption = Annotated[str, typer.Option(metavar="TEXT", help="Why; kept sealed.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(ledger_app, name="ledger")


@ledger_app.command()
def log(
    ground: Annotated[
        str, typer.Option(metavar="WORD", help="What it is read for: lawfulness, self-monitoring, integrity or criminal-proceedings.")
    ] = "lawfulness",
    since: Annotated[dt.datetime | None, DayOption] = None,
    until: Annotated[dt.datetime | None, DayOption] = None,
    operation: Annotated[
        str | None, typer.Option(metavar="WORD", help="collection, alteration, consultation, disclosure, combination, erasure or set-up.")
    ] = None,
    about: Annotated[str | None, typer.Option(metavar="ID", help="Acts that name this source, case, search or person.")] = None,
    last: Annotated[int | None, typer.Option(metavar="N", min=1, help="The newest N only.")] = None,
    person: AsOption = None,
    archive: ArchiveOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """List what was done.

    Reading the log is an act that the log tells of.
    """
    with archive_at(archive) as opened:
        signed_in(opened, person)
        entries = opened.ledger.log(
            purpose=ground,
            since=since.date() if since else None,
            until=until.date() if until else None,
            operation=operation,
            about=about,
            last=last,
        )
        for entry in entries:
            if form is Format.JSON:
                emit(entry.told, sys.stdout, indent=None)
            else:
                sys.stdout.write(shown(_line(entry)) + "\n")


@ledger_app.command()
def proof(
    seq: Annotated[int, typer.Argument(metavar="SEQ", help="Number of the act, as `ledger log` shows it.")],
    person: AsOption = None,
    archive: ArchiveOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Prove that an act stands in the ledger, in the tlog-proof format, without showing it."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        found = opened.ledger.proof(seq)
    if form is Format.JSON:
        emit({"seq": found.seq, "leaf_hash": found.leaf_hash.hex(), "proof": found.text.decode()}, sys.stdout)
    else:
        sys.stdout.write(found.text.decode())


@ledger_app.command()
def checkpoint(
    to: Annotated[Path | None, typer.Option(metavar="FILE", help="A new file; else standard output.")] = None,
    recipient: RecipientOption = "",
    because: BecauseOption = "",
    person: AsOption = None,
    archive: ArchiveOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Sign the ledger as it stands, for somebody outside to keep.

    Whoever keeps it can find out later whether anything before it was changed or taken away.
    """
    _refuse_existing(to)
    with archive_at(archive) as opened:
        signed_in(opened, person)
        given = opened.ledger.checkpoint(recipient=recipient, because=because)
    if to is not None:
        to.write_bytes(given.checkpoint)
    if form is Format.JSON:
        emit({"size": given.size, "checkpoint": given.checkpoint.decode(), "key": given.key}, sys.stdout)
    elif to is None:
        sys.stdout.write(given.checkpoint.decode())
    else:
        sys.stdout.write(shown(f"signed {counted(given.size, 'act')} in {to}") + f"\nkey {given.key}\n")


@ledger_app.command()
def export(
    to: Annotated[Path, typer.Argument(metavar="FILE", help="A new file.")],
    recipient: RecipientOption = "",
    because: BecauseOption = "",
    payloads: Annotated[
        bool, typer.Option("--payloads", help="With what people wrote: reasons, recipients, as far as it was not erased.")
    ] = False,
    person: AsOption = None,
    archive: ArchiveOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Write the whole ledger for an auditor, who checks it with `visavis-audit`."""
    _refuse_existing(to)
    with archive_at(archive) as opened:
        signed_in(opened, person)
        given, lines = opened.ledger.export(recipient=recipient, because=because, payloads=payloads)
        with to.open("xb") as file:
            file.writelines(lines)
    if form is Format.JSON:
        emit({"size": given.size, "file": str(to), "key": given.key}, sys.stdout)
        return
    sys.stdout.write(shown(f"wrote {counted(given.size, 'act')} to {to}") + f"\nkey {given.key}\n")


def _refuse_existing(file: Path | None) -> None:
    if file is not None and file.exists():
        raise InputError(f"{file} is there already", remedy="name a new file")


def _line(entry: "LogEntry") -> str:
    told = entry.told
    facts = {**_mapping(told["objects"]), **_mapping(told["facts"])}
    more = {
        name: told[name] for name in ("case", "purpose", "justification", "policy", "gallery_size", "threshold") if told[name] is not None
    }
    words = " ".join(f"{name}={value if isinstance(value, str) else json.dumps(value)}" for name, value in {**more, **facts}.items())
    actor = _mapping(told["actor"])
    return f"{entry.seq} {entry.at:%Y-%m-%d %H:%M:%S}Z {told['operation']} by {actor['role']} {str(actor['mark'])[:8]}  {words}"


def _mapping(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}
