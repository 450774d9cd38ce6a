"""`visavis order`: orders of authorities, from what one would stop to the report, and claims of jurisdiction."""

import dataclasses
import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from visavis.cli.commands.options import ArchiveOption, AsOption, Format, FormatOption, archive_at, day, signed_in
from visavis.cli.output.document import emit
from visavis.cli.output.plain_text import shown
from visavis.cli.output.reading import blurred, counted
from visavis.domain.errors import InputError

if TYPE_CHECKING:
    from visavis.domain.orders import Scope
    from visavis.wiring import Archive
    from visavis.wiring.orders import ClaimRecord, Effect, OrderRecord, Standing

order_app = typer.Typer(help="Orders of authorities: freeze, answer, erase, report.", no_args_is_help=True)

OrderArgument = Annotated[str, typer.Argument(metavar="ORDER", help="Reference, id, or the end of an id.")]
SourceOption = Annotated[list[str] | None, typer.Option("--source", metavar="ID", help="Only these sources; several times for several.")]
PlaceOption = Annotated[
    list[str] | None, typer.Option("--jurisdiction", metavar="CODE", help="ISO 3166, as FR; what is unknown is always covered.")
]
FaceOption = Annotated[list[str] | None, typer.Option("--face", metavar="ID", help="Only these faces of one person.")]
SinceOption = Annotated[dt.date | None, typer.Option(parser=day, metavar="DATE", help="Only pictures taken from this day on.")]
UntilOption = Annotated[dt.date | None, typer.Option(parser=day, metavar="DATE", help="Only pictures taken until this day.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(order_app, name="order")


@order_app.command()
def preview(
    source: SourceOption = None,
    jurisdiction: PlaceOption = None,
    face: FaceOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    public: Annotated[bool, typer.Option("--public", help="For outsiders: counts under five are blurred.")] = False,
    archive: ArchiveOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Say what an order would stop. Nothing is changed."""
    with archive_at(archive) as opened:
        effects = opened.orders.preview(_scope(opened, source, jurisdiction, face, since, until))
    if form is Format.JSON:
        emit({"sources": [_effect(one, public=public) for one in effects]}, sys.stdout)
        return
    for one in effects:
        sys.stdout.write(shown(_effect_line(one, public=public)) + "\n")
    if not effects:
        sys.stdout.write("it covers nothing here\n")


@order_app.command(name="open")
def open_order(
    authority: Annotated[str, typer.Option(metavar="NAME", help="Who orders; kept sealed.")],
    reference: Annotated[str, typer.Option(metavar="TEXT", help="Its number; kept sealed.")],
    notified: Annotated[dt.date, typer.Option(parser=day, metavar="DATE", help="Day on which it was notified.")],
    act: Annotated[list[str], typer.Option("--act", metavar="WORD", help="stop, freeze, answer (access requests first), erase.")],
    due: Annotated[dt.date | None, typer.Option(parser=day, metavar="DATE", help="Last day to obey.")] = None,
    months: Annotated[int | None, typer.Option(metavar="N", min=1, help="Else the months it gives, by Reg. 1182/71.")] = None,
    rate: Annotated[int, typer.Option(metavar="SUM", help="Penalty a day.")] = 0,
    cap: Annotated[int | None, typer.Option(metavar="SUM", help="Most that is ever due.")] = None,
    currency: Annotated[str, typer.Option(metavar="CODE", help="ISO 4217.")] = "EUR",
    source: SourceOption = None,
    jurisdiction: PlaceOption = None,
    face: FaceOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    person: AsOption = None,
    archive: ArchiveOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Write an order down. What it covers is out of every search and ingest when this returns."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        done = opened.orders.open(
            authority=authority,
            reference=reference,
            acts=act,
            scope=_scope(opened, source, jurisdiction, face, since, until),
            notified=notified,
            due=due,
            months=months,
            rate=rate,
            cap=cap,
            currency=currency,
        )
        now = opened.orders.standing(done.order)
    if form is Format.JSON:
        emit({**_document(done.order, now), "sources": [_effect(one, public=False) for one in done.effects]}, sys.stdout)
        return
    for one in done.effects:
        sys.stdout.write(shown(_effect_line(one, public=False)) + "\n")
    sys.stdout.write(f"opened order {done.order.id}, due {done.order.terms.due}\n{_line(done.order, now)}\n")
    sys.stdout.write(f"next: visavis order carry-out {done.order.id} --as PERSON\n")


@order_app.command(name="list")
def list_orders(archive: ArchiveOption = None, form: FormatOption = Format.TABLE) -> None:
    """List orders with how they stand, lifted ones too."""
    with archive_at(archive) as opened:
        _tell(opened, opened.orders.all(), None, form)


@order_app.command()
def status(
    order: Annotated[str | None, typer.Argument(metavar="[ORDER]", help="Else all of them.")] = None,
    at: Annotated[dt.date | None, typer.Option(parser=day, metavar="DATE", help="As it stood at the end of this day.")] = None,
    archive: ArchiveOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Say days left, days overdue and the sum."""
    with archive_at(archive) as opened:
        _tell(opened, [opened.orders.one(order)] if order else opened.orders.all(), at, form)


@order_app.command()
def claim(
    source: Annotated[str, typer.Option("--source", metavar="ID", help="Id or title.")],
    jurisdiction: Annotated[list[str], typer.Option("--jurisdiction", metavar="CODE", help="Where its people live; several times.")],
    evidence: Annotated[str, typer.Option(metavar="WORD", help="charter, folder, rights-holder or place.")],
    because: Annotated[str, typer.Option(metavar="TEXT", help="What the evidence is; kept sealed.")] = "",
    folder: Annotated[str, typer.Option(metavar="GLOB", help="Only paths that fit, below the source's folders.")] = "",
    person: AsOption = None,
    archive: ArchiveOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Claim where the people of a source, or of its folders, live. Without a claim it is unknown, and every order covers it."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        made = opened.orders.claim(source=source, places=jurisdiction, evidence=evidence, because=because, folder=folder)
    _tell_claim(made, form)


@order_app.command()
def second(
    claim: Annotated[str, typer.Argument(metavar="CLAIM", help="Id, or its end.")],
    person: AsOption = None,
    archive: ArchiveOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Bear out, as a second person, a claim that was made after an order was notified."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        _tell_claim(opened.orders.second(claim), form)


@order_app.command()
def claims(archive: ArchiveOption = None, form: FormatOption = Format.TABLE) -> None:
    """List claims of jurisdiction, those that wait too."""
    with archive_at(archive) as opened:
        every = opened.orders.claims()
    if form is Format.JSON:
        emit({"claims": [_claim(one) for one in every]}, sys.stdout)
        return
    for one in every:
        _tell_claim(one, form)


@order_app.command()
def appeal(
    order: OrderArgument,
    on: Annotated[dt.date | None, typer.Option(parser=day, metavar="DATE", help="Day of the appeal.")] = None,
    suspends: Annotated[bool, typer.Option("--suspends", help="The order waits for its end, frozen: no clock, no erasure.")] = False,
    ended: Annotated[dt.date | None, typer.Option(parser=day, metavar="DATE", help="Day on which the appeal ended.")] = None,
    person: AsOption = None,
    archive: ArchiveOption = None,
) -> None:
    """Write that an order was appealed, or that the appeal has ended."""
    if (on is None) == (ended is None):
        raise InputError("an appeal begins, or it ends", remedy="--on DATE, or --ended DATE")
    with archive_at(archive) as opened:
        signed_in(opened, person)
        if on is not None:
            found = opened.orders.appeal(order, on, suspends=suspends)
        else:
            found = opened.orders.end_appeal(order, ended or dt.date.min)
        sys.stdout.write(_line(found, opened.orders.standing(found)) + "\n")


@order_app.command()
def lift(
    order: OrderArgument,
    because: Annotated[str, typer.Option(metavar="TEXT", help="By what decision; kept sealed.")],
    person: AsOption = None,
    archive: ArchiveOption = None,
) -> None:
    """Note that an order was lifted: what it holds is let go. Frozen sources are thawed by hand."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        opened.orders.lift(order, because)
    sys.stdout.write("lifted; frozen sources go on with: visavis source thaw SOURCE --as PERSON\n")


@order_app.command(name="carry-out")
def carry_out(order: OrderArgument, person: AsOption = None, archive: ArchiveOption = None, form: FormatOption = Format.TABLE) -> None:
    """Do what an order asks that is left to do: answer open access requests first, then erase."""
    with archive_at(archive) as opened:
        signed_in(opened, person)
        done = opened.orders.carry_out(order)
        now = opened.orders.standing(done.order)
    faces, pictures = sum(one.faces for one in done.receipts), sum(one.pictures for one in done.receipts)
    if form is Format.JSON:
        emit({**_document(done.order, now), "erased_faces": faces, "erased_pictures": pictures, "kept": done.kept}, sys.stdout)
        return
    sys.stdout.write(f"erased {counted(faces, 'face')}, {counted(pictures, 'picture')}\n")
    if done.kept:
        sys.stdout.write(f"{done.kept:,} under another hold stay, hidden; carry it out again when the hold has ended\n")
    sys.stdout.write(_line(done.order, now) + "\n")


@order_app.command()
def report(
    order: OrderArgument,
    at: Annotated[dt.date, typer.Option(parser=day, metavar="DATE", help="The day at whose end it shows the order.")],
    to: Annotated[Path, typer.Option(metavar="FOLDER", help="A new folder.")],
    person: AsOption = None,
    archive: ArchiveOption = None,
) -> None:
    """Write the evidence pack of an order: the ledger up to a day, and what it tells. `visavis-audit` checks it offline."""
    if to.exists():
        raise InputError(f"{to} is there already", remedy="name a new folder")
    with archive_at(archive) as opened:
        signed_in(opened, person)
        pack = opened.orders.report(order, at)
    to.mkdir(parents=True)
    (to / "report.json").write_bytes(pack.report)
    (to / "ledger.export").write_bytes(pack.export)
    sys.stdout.write(shown(f"wrote {to}; check it: visavis-audit {to / 'ledger.export'} --report {to / 'report.json'}") + "\n")


def _scope(
    opened: "Archive",
    source: list[str] | None,
    jurisdiction: list[str] | None,
    face: list[str] | None,
    since: dt.date | None,
    until: dt.date | None,
) -> "Scope":
    return opened.orders.scope(sources=source or (), jurisdictions=jurisdiction or (), faces=face or (), since=since, until=until)


def _tell(opened: "Archive", orders: "list[OrderRecord]", at: dt.date | None, form: Format) -> None:
    told = [(order, opened.orders.standing(order, at)) for order in orders]
    if form is Format.JSON:
        emit({"orders": [_document(order, now) for order, now in told]}, sys.stdout)
        return
    for order, now in told:
        sys.stdout.write(shown(f"{order.authority} {order.reference}, order {order.id}: {_line(order, now)}") + "\n")
    if not told:
        sys.stdout.write("no order yet\n")


def _line(order: "OrderRecord", now: "Standing") -> str:
    if order.lifted_at is not None:
        return f"lifted on {order.lifted_at:%Y-%m-%d}"
    days = f"{counted(now.days_left, 'day')} left" if now.state == "open" else f"{counted(now.days_overdue, 'day')} overdue"
    alarm = f", {now.alarm} % of the time is over" if now.alarm else ""
    return f"{now.state}, due {order.terms.due}, {days}, {now.penalty:,} {order.currency}{alarm}"


def _document(order: "OrderRecord", now: "Standing") -> dict[str, object]:
    scope, terms = order.scope, order.terms
    return {
        "order_id": order.id,
        "authority": order.authority,
        "reference": order.reference,
        "acts": list(order.acts),
        "scope": {name: _plain(value) for name, value in dataclasses.asdict(scope).items()},
        "notified": terms.notified.isoformat(),
        "due": terms.due.isoformat(),
        "rate": terms.rate,
        "cap": terms.cap,
        "currency": order.currency,
        "appeals": [{name: _plain(value) for name, value in dataclasses.asdict(one).items()} for one in terms.appeals],
        "opened_at": order.opened_at.isoformat(),
        "complied_at": order.complied_at and order.complied_at.isoformat(),
        "lifted_at": order.lifted_at and order.lifted_at.isoformat(),
        **dataclasses.asdict(now),
    }


def _effect(one: "Effect", *, public: bool) -> dict[str, object]:
    def told(number: int) -> object:
        return blurred(number) if public else number

    return {
        "source_id": one.source_id,
        "title": one.title,
        "state": one.state,
        "whole": one.whole,
        "pictures": told(one.pictures),
        "faces": told(one.faces),
        "unknown": told(one.unknown),
        "kept_out": {claim: told(number) for claim, number in one.kept_out.items()},
    }


def _effect_line(one: "Effect", *, public: bool) -> str:
    def told(number: int) -> str:
        return blurred(number) if public else f"{number:,}"

    out = sum(one.kept_out.values())
    kept = f"; {told(out)} kept out by {counted(len(one.kept_out), 'claim')}" if out else ""
    whole = "all of it, " if one.whole else ""
    return f"«{one.title}» ({one.state}): {whole}pictures {told(one.pictures)} ({told(one.unknown)} unknown), faces {told(one.faces)}{kept}"


def _claim(one: "ClaimRecord") -> dict[str, object]:
    return {
        "claim_id": one.id,
        "places": list(one.places),
        "folder": one.folder,
        "evidence": one.evidence,
        "because": one.because,
        "made_at": one.made_at.isoformat(),
        "after_notification": one.late,
        "in_force_at": one.in_force_at and one.in_force_at.isoformat(),
    }


def _tell_claim(one: "ClaimRecord", form: Format) -> None:
    if form is Format.JSON:
        emit(_claim(one), sys.stdout)
        return
    where = one.folder or "the whole source"
    sys.stdout.write(shown(f"claim {one.id}: {', '.join(one.places)} for {where}, by {one.evidence}") + "\n")
    if one.in_force_at is None:
        sys.stdout.write(f"made after an order was notified: it waits for a second person: visavis order second {one.id} --as ANOTHER\n")


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, dt.date) else list(value) if isinstance(value, tuple) else value
