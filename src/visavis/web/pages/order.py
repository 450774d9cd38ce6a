"""One order: how it stands, what it covers, each act with its proof in the ledger, appeal, questions, report."""

import asyncio
import datetime as dt
import io
import zipfile
from asyncio import Future
from collections.abc import Callable
from typing import TYPE_CHECKING

from starlette.responses import Response

from visavis.domain.errors import InputError, RefusedError, SetupError, VisavisError
from visavis.web.asked import day, id_in, needed_day, nothing_here
from visavis.web.doors import FORM, Door, Opening, Who
from visavis.web.pages.cases import may
from visavis.web.pages.orders import ACTS, Row, row_of
from visavis.web.visit import NotThere, Visit

if TYPE_CHECKING:
    from visavis.wiring import Archive
    from visavis.wiring.orders import CarriedOut, Effect, OrderRecord

PATIENCE_SECONDS = 4
"""So long the answer waits for what is carried out, before it leads to a page that tells how far it is."""
ZIP_DAY = (1980, 1, 1, 0, 0, 0)
"""The time that files in a pack bear: the same bytes whenever it is made."""


async def show(visit: Visit) -> Response:
    """Show an order as it stands, or, with `?at=DAY`, as it stood at the end of a day."""
    return await _page(visit, None)


async def carry_out(visit: Visit) -> Response:
    """Do what is left to do. What takes long goes on by itself, and the page tells how far it is; asked twice, it is done once."""
    order, errands, who = await _one(visit), visit.house.errands, visit.here.who
    running: Future[CarriedOut] | None = errands.get(order.id)
    if running is None or running.done():
        running = asyncio.ensure_future(visit.house.back.act(who, lambda archive: archive.orders.carry_out(order.id)))
        running.add_done_callback(lambda ended: ended.cancelled() or ended.exception())  # told on the page, not in the log
        errands[order.id] = running
    await asyncio.wait({running}, timeout=PATIENCE_SECONDS)
    return await _page(visit, None) if running.done() else visit.go(f"/orders/{order.id}")


async def progress(visit: Visit) -> Response:
    """Say how far the carrying out is, for the page to show again and again; when it has ended, the page is loaded anew."""
    order = await _one(visit)
    running = visit.house.errands.get(order.id)
    going = running is not None and not running.done()
    effects = await visit.house.archive.act(visit.here.who, lambda archive: archive.orders.preview(order.scope))
    answer = visit.page("order_progress.html.j2", order=order, going=going, left=sum(one.pictures for one in effects))
    if not going:
        answer.headers["hx-refresh"] = "true"
    return answer


async def appeal(visit: Visit) -> Response:
    """Write that an appeal was made, or that it has ended."""
    form = visit.form

    def act(archive: "Archive", order_id: str) -> None:
        if form.one("what") == "ended":
            archive.orders.end_appeal(order_id, needed_day(form.one("on"), "the day"))
        else:
            archive.orders.appeal(order_id, needed_day(form.one("on"), "the day"), suspends=bool(form.one("suspends")))

    return await _do(visit, act)


async def lift(visit: Visit) -> Response:
    """Note that the authority or a court lifted it."""
    because = visit.form.one("because")
    return await _do(visit, lambda archive, order_id: archive.orders.lift(order_id, because), slow=True)


async def ask(visit: Visit) -> Response:
    """Write down a question that came with it."""
    form = visit.form

    def act(archive: "Archive", order_id: str) -> None:
        archive.orders.ask(order_id, form.one("text"), due=day(form.one("due")))

    return await _do(visit, act)


async def reply(visit: Visit) -> Response:
    """Write what was replied to a question of this order, once."""
    question, text = id_in(visit, "question"), visit.form.one("reply")

    def act(archive: "Archive", order_id: str) -> None:
        if question not in {one.id for one in archive.orders.questions(order_id)}:
            raise NotThere
        archive.orders.reply(question, text)

    return await _do(visit, act)


async def report(visit: Visit) -> Response:
    """Give the evidence pack as it stood at the end of a day: report and ledger in one ZIP, the same bytes each time."""
    order = await _one(visit)
    try:
        at = needed_day(visit.form.one("at"), "the day")
        pack = await visit.house.back.act(visit.here.who, lambda archive: archive.orders.report(order.id, at))
    except (InputError, RefusedError, SetupError) as error:
        return await _page(visit, error)
    packed = zipped({"report.json": pack.report, "ledger.export": pack.export})
    name = f"order-{order.id}-{at.isoformat()}.zip"
    return Response(packed, media_type="application/zip", headers={"content-disposition": f'attachment; filename="{name}"'})


def zipped(files: dict[str, bytes]) -> bytes:
    """Return files in one archive whose bytes depend on nothing but them."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, date_time=ZIP_DAY)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content, compress_type=zipfile.ZIP_DEFLATED)
    return held.getvalue()


async def _do(visit: Visit, what: "Callable[[Archive, str], object]", *, slow: bool = False) -> Response:
    order = await _one(visit)
    thread = visit.house.back if slow else visit.house.archive
    try:
        await thread.act(visit.here.who, lambda archive: what(archive, order.id))
    except NotThere:
        raise
    except (InputError, RefusedError, SetupError) as error:
        return await _page(visit, error)
    return visit.go(f"/orders/{order.id}")


async def _one(visit: Visit) -> "OrderRecord":
    order_id = id_in(visit, "order")
    with nothing_here():
        return await visit.house.archive.act(visit.here.who, lambda archive: archive.orders.one(order_id))


def _ended(visit: Visit, order: "OrderRecord") -> "tuple[CarriedOut | None, VisavisError | None]":
    """Return what became of the last carrying out that has ended, once."""
    running = visit.house.errands.get(order.id)
    if running is None or not running.done():
        return None, None
    del visit.house.errands[order.id]
    if running.cancelled():
        return None, None
    problem = running.exception()
    if problem is None:
        return running.result(), None
    if not isinstance(problem, VisavisError):
        raise problem
    return None, problem


async def _page(visit: Visit, error: VisavisError | None) -> Response:
    order = await _one(visit)
    done, failed = _ended(visit, order)
    error = error or failed
    at = day(visit.request.query_params.get("at", ""))
    today = visit.house.clock.now().date()
    if at is not None and at > today:
        raise InputError(f"{at} has not begun", remedy="ask for a day that has")

    def read(archive: "Archive") -> "tuple[Row, tuple[Effect, ...], dict[str, str], dict[str, str]]":
        effects = archive.orders.preview(order.scope)
        names = {str(who.id): who.name for who in archive.people.all()}
        titles = {str(source.id): source.title for source in archive.sources()}
        return row_of(archive, order, at), effects, names, titles

    row, effects, names, titles = await visit.house.archive.act(visit.here.who, read)
    form = visit.form
    return visit.page(
        "order.html.j2",
        error=error,
        row=row,
        order=order,
        at=at,
        today=today,
        yesterday=today - dt.timedelta(days=1),
        effects=effects,
        names=names,
        titles=titles,
        acts=ACTS,
        done=done,
        carrying=order.id in visit.house.errands,
        running=next((one for one in order.terms.appeals if one.until is None), None),
        may_carry_out=may(visit, "expire"),
        said={name: form.one(name) for name in ("because", "text", "due", "reply", "on")},
    )


_HERE = "/orders/{order}"
OPENINGS: tuple[Opening, ...] = (
    (Door(method="GET", path=_HERE, who=Who.ROLE, act="obey-order", because="days and sums; what is done has its leaf"), show),
    (
        Door(method="POST", path=f"{_HERE}/carry-out", who=Who.ROLE, act="expire", operation="erasure", body_bytes=FORM),
        carry_out,
    ),
    (Door(method="GET", path=f"{_HERE}/progress", who=Who.ROLE, act="obey-order", because="a count"), progress),
    (Door(method="POST", path=f"{_HERE}/appeal", who=Who.ROLE, act="obey-order", operation="alteration", body_bytes=FORM), appeal),
    (Door(method="POST", path=f"{_HERE}/lift", who=Who.ROLE, act="obey-order", operation="alteration", body_bytes=FORM), lift),
    (Door(method="POST", path=f"{_HERE}/questions", who=Who.ROLE, act="obey-order", operation="alteration", body_bytes=FORM), ask),
    (
        Door(
            method="POST",
            path=f"{_HERE}/questions/{{question}}/reply",
            who=Who.ROLE,
            act="obey-order",
            operation="disclosure",
            body_bytes=FORM,
        ),
        reply,
    ),
    (Door(method="POST", path=f"{_HERE}/report", who=Who.ROLE, act="obey-order", operation="disclosure", body_bytes=FORM), report),
)
