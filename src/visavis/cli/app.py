"""The command tree, and the one place where errors become exit codes.

0 done (bad items in a batch included) · 2 your input · 3 set-up · 4 refused by a rule · 5 damage · 130 Ctrl-C.
"""

import io
import sys
from typing import Annotated

import typer

from visavis import __version__
from visavis.cli.commands import (
    backups,
    bench,
    calibrate,
    cases,
    clips,
    collections,
    consents,
    erase,
    evaluate,
    expire,
    ingest,
    jobs,
    keys,
    labels,
    ledger,
    migrate,
    order_questions,
    orders,
    packs,
    paper,
    people,
    policies,
    requests,
    review,
    search,
    serve,
    sources,
    suppress,
    survey,
    upkeep,
    vault,
    webhooks,
)
from visavis.cli.output.plain_text import shown
from visavis.domain.errors import CharterInvalid, RefusedError, SetupError, VisavisError

STOPPED = 130
"""What shells report for Ctrl-C: 128 + SIGINT."""

app = typer.Typer(
    name="visavis",
    help="Search collections of photographs by face, lawfully. Start with: visavis survey FOLDER",
    epilog="Exit codes: 0 done, 2 your input, 3 set-up, 4 refused by a rule, 5 damage, 130 Ctrl-C.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _tell_version(asked: bool) -> None:
    if asked:
        sys.stdout.write(f"visavis {__version__}\n")
        raise typer.Exit


@app.callback(no_args_is_help=True)
def _options(
    version: Annotated[bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Say which version this is.")] = False,
) -> None:
    pass


PARTS = (
    survey,
    sources,
    people,
    keys,
    collections,
    cases,
    policies,
    ingest,
    jobs,
    search,
    serve,
    review,
    clips,
    labels,
    requests,
    suppress,
    consents,
    upkeep,
    expire,
    migrate,
    erase,
    backups,
    orders,
    order_questions,
    paper,
    ledger,
    packs,
    evaluate,
    bench,
    calibrate,
    vault,
    webhooks,
)
for part in PARTS:
    part.register(app)


def main() -> None:
    """Run a command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that can't show a name must not end the command
    try:
        app(prog_name="visavis")
    except VisavisError as error:
        tell(error)
        sys.exit(error.exit_code)
    except OSError as error:  # the disk is full, or a folder of ours can't be written
        about = f"{error.filename}: " if error.filename else ""
        tell(SetupError(f"{about}{error.strerror or error}", remedy="see that there is room, and that you may write there"))
        sys.exit(SetupError.exit_code)
    except SystemExit as end:
        if end.code == STOPPED:
            say("stopped; what was committed stays, and the same command goes on from there")
        raise


def tell(error: VisavisError) -> None:
    """Print what happened, and on a line of its own what mends it."""
    rule = f" [rule: {error.rule}]" if isinstance(error, RefusedError) else ""
    say(f"visavis: {error}{rule}")
    if isinstance(error, CharterInvalid):
        for field, why in error.problems:
            say(f"  {field}: {why}")
    if error.remedy:
        say(f"  → {error.remedy}")


def say(line: str) -> None:
    """Write one line to standard error."""
    sys.stderr.write(shown(line) + "\n")
