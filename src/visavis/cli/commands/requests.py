"""`visavis request …`: what the people shown ask, from the first message to the close."""

import datetime as dt
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from visavis.cli.commands.exports import handing_out
from visavis.cli.commands.options import ArchiveOption, AsOption, Format, FormatOption, archive_at, day, signed_in
from visavis.cli.commands.search import check_writable
from visavis.cli.output.document import emit
from visavis.cli.output.plain_text import shown
from visavis.cli.output.reading import counted
from visavis.cli.output.request_sheet import write_request_sheet
from visavis.cli.output.table import console
from visavis.domain.errors import InputError

if TYPE_CHECKING:
    from visavis.wiring.requests import RequestDesk, RequestRecord

request_app = typer.Typer(help="What the people shown ask: access, erasure, objection and the rest.", no_args_is_help=True)

RequestArgument = Annotated[str, typer.Argument(metavar="REQUEST", help="Id of a request, the end of one, or the person's contact.")]
DayOption = Annotated[dt.date | None, typer.Option("--told", parser=day, metavar="DATE", help="When the person was told or asked.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(request_app, name="request")


@request_app.command(name="open")
def open_request(
    contact: Annotated[list[str], typer.Option("--contact", metavar="TEXT", help="E-mail, telephone or postal address; may be repeated.")],
    channel: Annotated[str, typer.Option(metavar="WORD", help="How it came in: e-mail, post, counter …")],
    kind: Annotated[
        str, typer.Option(metavar="KIND", help="access, rectification, erasure, restriction, portability, objection or withdrawal.")
    ] = "",
    text: Annotated[str, typer.Option(metavar="TEXT", help="What they wrote.")] = "",
    received: Annotated[dt.date | None, typer.Option(parser=day, metavar="DATE", help="When it reached the house; else today.")] = None,
    representative: Annotated[str, typer.Option(metavar="NAME", help="Who writes for the person.")] = "",
    mandate: Annotated[str, typer.Option(metavar="TEXT", help="By what they may.")] = "",
    apart: Annotated[bool, typer.Option("--apart", help="Another person at the same address.")] = False,
    person: AsOption = None,
    archive: ArchiveOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Write a message down. Messages of one person join one request, and its time runs from the first."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        receipt = opened.requests.open(
            contacts=contact,
            channel=channel,
            kind=kind,
            text=text,
            received=received,
            representative=representative,
            mandate=mandate,
            apart=apart,
        )
    if form is Format.JSON:
        days = {"first_received": receipt.first_received.isoformat(), "due": receipt.due.isoformat()}
        emit({"request_id": receipt.request_id, "kind": receipt.kind, "joined": receipt.joined, **days}, sys.stdout)
        return
    what = "another message of" if receipt.joined else "request"
    sys.stdout.write(f"received: {what} {receipt.request_id} ({receipt.kind}), to be answered by {receipt.due}\n")


@request_app.command(name="list")
def list_requests(person: AsOption = None, archive: ArchiveOption = None, form: FormatOption = Format.TABLE) -> None:
    """List requests with their days, and how often photographs were searched for them."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        desk, found, searches = opened.requests, opened.requests.all(), opened.requests.searches()
        if form is Format.JSON:
            rate = [{"request_id": one.request_id, "at": one.at.isoformat(), "person_id": one.person_id} for one in searches]
            emit({"requests": [_brief(desk, one) for one in found], "searches": rate}, sys.stdout)
            return
        screen = console(sys.stdout)
        for one in found:
            alarm = f", {desk.alarm(one)} % of its time is gone" if desk.alarm(one) else ""
            said = f"{one.kind}, {one.state}, received {one.first_received}, due {one.due}{alarm}: request {one.id}"
            screen.print(shown(said), soft_wrap=True)
        screen.print(f"{counted(len(found), 'request')}; searched with a photograph: {len(searches)}")


@request_app.command()
def show(
    request: RequestArgument,
    output: Annotated[Path | None, typer.Option("--output", metavar="FILE", help="Write the candidates as a page.")] = None,
    person: AsOption = None,
    archive: ArchiveOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Show a request with its messages, steps and candidates."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        if output is not None:
            check_writable(output, (), opened)
            sheet = opened.requests.sheet(request)
            with handing_out(output, None) as stream:
                write_request_sheet(sheet, stream)
            return
        document = _document(opened.requests, opened.requests.one(request))
    if form is Format.JSON:
        emit(document, sys.stdout)
        return
    screen = console(sys.stdout)
    for name, value in document.items():
        if isinstance(value, list):
            screen.print(f"{name}:" if value else f"{name}: none")
            for item in value:
                screen.print(shown("  " + _line(item)), soft_wrap=True)
        else:
            screen.print(shown(f"{name}: {'' if value is None else value}"), soft_wrap=True)


@request_app.command()
def step(
    request: RequestArgument,
    photo: Annotated[list[Path] | None, typer.Option(metavar="PHOTO", help="Photographs that the person gave; never asked for.")] = None,
    face: Annotated[list[int] | None, typer.Option(metavar="N", help="Which face, by number; one for each photograph.")] = None,
    file: Annotated[Path | None, typer.Option(metavar="FILE", help="A copy of the picture, or its name.")] = None,
    url: Annotated[str, typer.Option(metavar="URL", help="Where they saw it; nothing is fetched.")] = "",
    asset: Annotated[str, typer.Option(metavar="ID", help="Its number in the collection.")] = "",
    on: Annotated[dt.date | None, typer.Option(parser=day, metavar="DATE", help="When it was taken.")] = None,
    place: Annotated[str, typer.Option(metavar="TEXT", help="Where; looked for in captions and names.")] = "",
    doubt: Annotated[str, typer.Option(metavar="TEXT", help="Why it is doubted that they are who they say.")] = "",
    extend: Annotated[str, typer.Option(metavar="REASONS", help="Take longer; the person was told, with these reasons.")] = "",
    pause: Annotated[str, typer.Option(metavar="TEXT", help="What the person was asked for, where the clock stops for it.")] = "",
    resume: Annotated[bool, typer.Option("--resume", help="The person has answered: the clock goes on.")] = False,
    wrong: Annotated[str, typer.Option(metavar="ID", help="A label, or a decided candidate, that is not this person.")] = "",
    because: Annotated[str, typer.Option(metavar="TEXT", help="What is wrong with it.")] = "",
    lift: Annotated[str, typer.Option(metavar="TEXT", help="End a restriction: why, and how the person was told.")] = "",
    told: DayOption = None,
    person: AsOption = None,
    archive: ArchiveOption = None,
) -> None:
    """Take one step: look for what is held, note a doubt, take longer, correct, lift a restriction."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        desk = opened.requests
        steps: list[tuple[object, Callable[[], str]]] = [
            (photo, lambda: _looked(desk.look_by_photo(request, photo or (), faces=face or ()))),
            (
                file or url or asset or on or place,
                lambda: _looked(desk.look_by_hint(request, file=file, url=url, asset=asset, day=on, place=place)),
            ),
            (doubt, lambda: _doubted(desk, request, doubt)),
            (extend, lambda: f"to be answered by {desk.extend(request, extend, told=told)}"),
            (pause, lambda: f"the clock stands still; due {desk.pause(request, pause, day=told)} and the days that this takes"),
            (resume, lambda: f"to be answered by {desk.resume(request, day=told)}"),
            (wrong, lambda: f"corrected: {desk.correct(request, wrong, because=because)}"),
            (lift, lambda: f"lifted: {counted(desk.lift(request, lift), 'face')} may be shown again"),
        ]
        chosen = [act for asked, act in steps if asked]
        if len(chosen) != 1:
            raise InputError(
                "one step at a time", remedy="--photo; or --file, --url, --asset, --on, --place; or --doubt, --extend, --wrong … (--help)"
            )
        sys.stdout.write(shown(chosen[0]()) + "\n")


@request_app.command()
def confirm(
    request: RequestArgument,
    candidates: Annotated[list[str] | None, typer.Argument(metavar="CANDIDATE", help="Numbers or ids; none = all that wait.")] = None,
    reject: Annotated[bool, typer.Option("--reject", help="They are somebody else.")] = False,
    person: AsOption = None,
    archive: ArchiveOption = None,
) -> None:
    """Confirm that candidates are who asks, or say that they are not."""
    if not candidates and not reject:
        raise InputError("which candidates are who asks?", remedy="visavis request show REQUEST numbers them")
    with archive_at(archive) as opened:
        signed_in(opened, person)
        judge = opened.requests.reject if reject else opened.requests.confirm
        judged = judge(request, candidates or ())
    sys.stdout.write(f"{len(judged.confirmed)} confirmed, {judged.pending} not judged yet\n")


@request_app.command()
def identity(
    request: RequestArgument,
    means: Annotated[str, typer.Option(metavar="TEXT", help="How you made sure; no copy of a document is kept.")],
    person: AsOption = None,
    archive: ArchiveOption = None,
) -> None:
    """Record how staff made sure that who asks is who is shown."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        opened.requests.identity(request, means)
    sys.stdout.write("recorded\n")


@request_app.command()
def answer(
    request: RequestArgument,
    output: Annotated[Path, typer.Option("--output", metavar="FILE", help="The ZIP file to send.")],
    person: AsOption = None,
    archive: ArchiveOption = None,
) -> None:
    """Carry out what is asked for, and write the answer to send."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        check_writable(output, (), opened)
        done = opened.requests.answer(request, output.resolve())
    sys.stdout.write(f"answered: {counted(done.written.pictures, 'picture')}, SHA-256 {done.sha256}\n")
    if done.written.unread:
        sys.stderr.write(f"{counted(done.written.unread, 'original')} could not be read: the answer says so\n")
    sys.stderr.write(shown(f"written to {done.output}; send it, and then: visavis request close {request}") + "\n")


@request_app.command()
def refuse(
    request: RequestArgument,
    ground: Annotated[str, typer.Option(metavar="WORD", help="unfounded, excessive, not-identified, rights-of-others, exception or law.")],
    reasons: Annotated[str, typer.Option(metavar="TEXT", help="Why, as the person is told.")],
    remedies: Annotated[str, typer.Option(metavar="TEXT", help="Which authority and which court they may go to.")],
    person: AsOption = None,
    archive: ArchiveOption = None,
) -> None:
    """Refuse a request, as a person who answers for it."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        refused = opened.requests.refuse(request, ground=ground, reasons=reasons, remedies=remedies)
    sys.stdout.write(shown(f"refused ({refused.ground}). Tell the person: {reasons} You may go to: {remedies}") + "\n")


@request_app.command()
def close(
    request: RequestArgument,
    withdrawn: Annotated[str, typer.Option(metavar="TEXT", help="How the person took it back.")] = "",
    person: AsOption = None,
    archive: ArchiveOption = None,
) -> None:
    """Close a request: the photograph that was given, and whom it was likened to, are destroyed."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        opened.requests.close(request, withdrawn=withdrawn)
    sys.stdout.write("closed; the photograph and the candidates are gone, what was asked and answered stays\n")


def _looked(new: int) -> str:
    return f"{counted(new, 'new candidate')}; look at them: visavis request show REQUEST --output sheet.html"


def _doubted(desk: "RequestDesk", request: str, why: str) -> str:
    desk.doubt(request, why)
    return "noted; what is shown to settle it is seen, never kept"


def _line(item: object) -> str:
    return ", ".join(f"{name} {value}" for name, value in item.items() if value) if isinstance(item, dict) else str(item)


def _brief(desk: "RequestDesk", one: "RequestRecord") -> dict[str, object]:
    """What an officer or an auditor needs to see: no name, no address, nobody's face."""
    return {
        "request_id": one.id,
        "kind": one.kind,
        "state": one.state,
        "first_received": one.first_received.isoformat(),
        "due": one.due.isoformat(),
        "time_used": desk.alarm(one),
        "policy": one.policy,
    }


def _document(desk: "RequestDesk", one: "RequestRecord") -> dict[str, object]:
    return _brief(desk, one) | {
        "contacts": list(one.contacts),
        "representative": one.representative or None,
        "mandate": one.mandate or None,
        "ground": one.ground or None,
        "proof": one.proof or None,
        "answer_sha256": one.answer_sha256.hex() if one.answer_sha256 else None,
        "steps": [
            {
                "at": f"{taken.at:%Y-%m-%d %H:%M}",
                "act": taken.act,
                "channel": taken.channel or None,
                "day": taken.day.isoformat() if taken.day else None,
                "note": taken.note or None,
            }
            for taken in one.steps
        ],
        "candidates": [
            {
                "number": found.number,
                "face_id": found.face_id,
                "candidate_id": found.id,
                "how": found.how,
                "similarity": None if found.similarity is None else round(found.similarity, 4),
                "says": found.says or None,
            }
            for found in one.candidates
        ],
    }
