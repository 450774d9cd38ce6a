"""`visavis order question|reply|questions`: what an authority asks with an order, and what it was told."""

import datetime as dt
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from visavis.cli.commands.options import ArchiveOption, AsOption, Format, FormatOption, archive_at, day, signed_in
from visavis.cli.commands.orders import OrderArgument, order_app
from visavis.cli.output.document import emit
from visavis.cli.output.plain_text import shown

if TYPE_CHECKING:
    from visavis.wiring.orders import Question


def register(_app: typer.Typer) -> None:
    """Add the commands: importing this module put them beside the others of `visavis order`."""


@order_app.command()
def question(
    order: OrderArgument,
    text: Annotated[str, typer.Option(metavar="TEXT", help="What is asked, as it stands in the order.")],
    due: Annotated[dt.date | None, typer.Option(parser=day, metavar="DATE", help="Last day; without it, the order's.")] = None,
    person: AsOption = None,
    archive: ArchiveOption = None,
) -> None:
    """Write one question of an order down. Until it is replied to, it is named at 50, 80 and 100 % of its time."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        asked = opened.orders.ask(order, text, due=due)
    sys.stdout.write(f"question {asked.id}, due {asked.due}; next: visavis order reply {asked.id}\n")


@order_app.command()
def reply(
    wanted: Annotated[str, typer.Argument(metavar="QUESTION", help="Id, or its end.")],
    text: Annotated[str, typer.Option(metavar="TEXT", help="What the authority was told.")],
    person: AsOption = None,
    archive: ArchiveOption = None,
) -> None:
    """Write what was replied to a question, once."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        replied = opened.orders.reply(wanted, text)
    sys.stdout.write(f"replied to question {replied.id}\n")


@order_app.command()
def questions(order: OrderArgument, archive: ArchiveOption = None, form: FormatOption = Format.TABLE) -> None:
    """List the questions that came with an order."""
    with archive_at(archive) as opened:
        found = opened.orders.questions(order)
    if form is Format.JSON:
        emit({"questions": [_document(one) for one in found]}, sys.stdout)
        return
    for one in found:
        state = f"replied on {one.replied_at:%Y-%m-%d}" if one.replied_at else f"open, due {one.due}"
        sys.stdout.write(shown(f"{one.id} {state}: {one.text}") + "\n")
    if not found:
        sys.stdout.write("no question yet\n")


def _document(one: "Question") -> dict[str, object]:
    return {
        "question_id": one.id,
        "order_id": one.order_id,
        "text": one.text,
        "due": one.due.isoformat(),
        "reply": one.reply or None,
        "replied_at": one.replied_at and one.replied_at.isoformat(),
    }
