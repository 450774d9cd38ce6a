"""`visavis key`: API keys of programs, each tied to sources, a case, a rate and an end."""

import datetime as dt
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from visavis.cli.commands.options import ArchiveOption, AsOption, Format, FormatOption, archive_at, day, signed_in
from visavis.cli.output.document import emit
from visavis.cli.output.plain_text import shown
from visavis.cli.output.table import console

if TYPE_CHECKING:
    from visavis.wiring import Archive
    from visavis.wiring.services import ProgramRecord

key_app = typer.Typer(help="API keys of programs.", no_args_is_help=True)
PER_HOUR, PER_DAY = 60, 500


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(key_app, name="key")


@key_app.command()
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the program is called.")],
    source: Annotated[list[str] | None, typer.Option("--source", metavar="SOURCE", help="A source it may reach; several times.")] = None,
    until: Annotated[dt.date | None, typer.Option(parser=day, metavar="DAY", help="Its last day, within a year.")] = None,
    case: Annotated[str, typer.Option(metavar="CASE", help="The one case that it searches under.")] = "",
    act: Annotated[list[str] | None, typer.Option(metavar="ACT", help="search (else alone), ingest, browse, erase; several times.")] = None,
    per_hour: Annotated[int, typer.Option(help="Searches an hour, at most.")] = PER_HOUR,
    per_day: Annotated[int, typer.Option(help="Searches a day, at most.")] = PER_DAY,
    person: AsOption = None,
    archive: ArchiveOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Make an API key for a program. It is shown once."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        program, key = opened.services.add(
            name,
            sources=source or (),
            until=until,
            case_id=case or None,
            per_hour=per_hour,
            per_day=per_day,
            acts=act or ("search",),
        )
        document = _document(opened, program)
    if form is Format.JSON:
        emit({**document, "key": key}, sys.stdout)
        return
    sys.stdout.write(key + "\n")
    sys.stderr.write(shown(f"key {program.id} of {program.name}; send it as the header x-api-key") + "\n")
    sys.stderr.write("it is shown this once: nobody can read it again\n")


@key_app.command(name="list")
def list_keys(archive: ArchiveOption = None, form: FormatOption = Format.TABLE) -> None:
    """List keys, revoked and ended ones too."""
    with archive_at(archive) as opened:
        keys = [_document(opened, program) for program in opened.services.all()]
    if form is Format.JSON:
        emit({"keys": keys}, sys.stdout)
        return
    screen = console(sys.stdout)
    for key in keys:
        case = f", case {key['case_id']}" if key["case_id"] else ""
        rate = f"{key['per_hour']} searches an hour, {key['per_day']} a day"
        line = f"{key['name']} ({', '.join(key['acts'])}), key {key['key_id']}, {key['state']}, until {key['until']}{case}, {rate}"
        screen.print(shown(line), soft_wrap=True)
    if not keys:
        screen.print("no program has a key: visavis key add NAME --source SOURCE --case CASE --until DAY")


@key_app.command()
def revoke(
    name: Annotated[str, typer.Argument(metavar="KEY", help="Name, id, or the end of an id.")],
    person: AsOption = None,
    archive: ArchiveOption = None,
) -> None:
    """Let a program in no longer, from its next request on."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        gone = opened.services.revoke(name)
    sys.stdout.write(shown(f"revoked the key of {gone.name}") + "\n")


@key_app.command()
def release(
    case: Annotated[str, typer.Argument(metavar="CASE", help="Title, id, or the end of an id.")],
    person: AsOption = None,
    archive: ArchiveOption = None,
) -> None:
    """Let a case go on that a burst of nearly identical probes froze; look first what sent them."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        why = opened.services.why_frozen(opened.cases.one(case))
        released = opened.services.release(case)
    sys.stdout.write(shown(f"case {released.id} goes on; it was frozen because: {why}") + "\n")


def _document(opened: "Archive", program: "ProgramRecord") -> dict[str, Any]:
    ids = {source.number: source.id for source in opened.sources()}
    return {
        "key_id": program.id,
        "name": program.name,
        "state": opened.services.state(program),
        "sources": sorted(ids[number] for number in program.sources if number in ids),
        "case_id": program.case_id,
        "acts": list(program.acts),
        "per_hour": program.per_hour,
        "per_day": program.per_day,
        "until": f"{program.until - dt.timedelta(seconds=1):%Y-%m-%d}",
        "created_at": program.created_at.isoformat(),
        "created_by": program.created_by,
        "revoked_at": program.revoked_at.isoformat() if program.revoked_at else None,
    }
