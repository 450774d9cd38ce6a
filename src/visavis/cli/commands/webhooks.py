"""`visavis webhook`: where the desk tells what was done, in ids only."""

import sys
from typing import Annotated

import typer

from visavis.cli.commands.options import ArchiveOption, AsOption, Format, FormatOption, archive_at, signed_in
from visavis.cli.output.document import emit
from visavis.cli.output.plain_text import shown
from visavis.cli.output.table import console

webhook_app = typer.Typer(help="Where the desk tells what was done.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(webhook_app, name="webhook")


@webhook_app.command()
def add(
    url: Annotated[str, typer.Argument(metavar="URL", help="https, on a host that VISAVIS_WEBHOOK_HOSTS names.")],
    event: Annotated[list[str] | None, typer.Option(metavar="EVENT", help="case.frozen, job.done, …; several times; else all.")] = None,
    person: AsOption = None,
    archive: ArchiveOption = None,
) -> None:
    """Tell a target what is done from now on. Prints the secret that requests are signed with, once."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        target = opened.webhooks.add(url, event or ())
    sys.stdout.write(target.secret + "\n")
    sys.stderr.write(shown(f"webhook {target.id}: {', '.join(target.events)}") + "\n")
    sys.stderr.write("requests are signed with this secret, which is shown this once\n")


@webhook_app.command(name="list")
def list_targets(archive: ArchiveOption = None, form: FormatOption = Format.TABLE) -> None:
    """List targets, and how each stands."""
    with archive_at(archive) as opened:
        targets = opened.webhooks.all()
    if form is Format.JSON:
        names = ("id", "url", "seen", "tries", "problem")
        found = [{**{name: getattr(target, name) for name in names}, "events": list(target.events)} for target in targets]
        emit({"webhooks": found}, sys.stdout)
        return
    screen = console(sys.stdout)
    for target in targets:
        state = f"failed {target.tries} times ({target.problem}), next at {target.next_at:%Y-%m-%d %H:%M} UTC" if target.next_at else "well"
        screen.print(shown(f"{target.url}, webhook {target.id}: {', '.join(target.events)}; {state}"), soft_wrap=True)
    if not targets:
        screen.print("nobody is told anything: visavis webhook add URL")


@webhook_app.command()
def remove(
    target: Annotated[str, typer.Argument(metavar="WEBHOOK", help="Address, id, or the end of an id.")],
    person: AsOption = None,
    archive: ArchiveOption = None,
) -> None:
    """Tell a target nothing more."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        gone = opened.webhooks.remove(target)
    sys.stdout.write(shown(f"{gone.url} is told nothing more") + "\n")
