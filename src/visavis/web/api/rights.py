"""Requests of the people shown, and orders of authorities: where each stands. Whom a request concerns is told in the desk only."""

import datetime as dt
from typing import TYPE_CHECKING

from pydantic import Field

from visavis.web.api.paging import Paged, page_of
from visavis.web.api.routes import Asked, Call, Route, Told
from visavis.web.doors import FORM, Door, Who
from visavis.web.visit import NotThere

if TYPE_CHECKING:
    from visavis.wiring import Archive
    from visavis.wiring.orders import OrderRecord
    from visavis.wiring.requests import Receipt, RequestRecord


class RequestOut(Told):
    """A request: ids, words and days; no name and no address."""

    request_id: str
    kind: str
    state: str
    first_received: dt.date
    due: dt.date
    time_used: int = Field(description="Per cent of its time that is gone: 0, 50, 80 or 100.")
    candidates: int
    pending: int = Field(description="Candidates that nobody has judged.")
    policy: str
    closed_at: dt.datetime | None


class RequestsOut(Told):
    """A page of requests."""

    items: list[RequestOut]
    next_cursor: str | None


class RequestIn(Asked):
    """A message of a person, as it came."""

    contacts: list[str] = Field(min_length=1, max_length=10, description="Where the person is reached.")
    channel: str = Field(min_length=1, max_length=100, description="How it came: letter, mail, counter …")
    kind: str = Field(default="", max_length=40, description="access, erasure, objection …; may be empty for a further message.")
    text: str = Field(default="", max_length=20_000)
    received: dt.date | None = Field(default=None, description="None = today.")


class ReceiptOut(Told):
    """That a message is on record: the same whether anything is held of the person or not."""

    request_id: str
    kind: str
    joined: bool = Field(description="It was one more message of a request that is open.")
    first_received: dt.date
    due: dt.date


class OrderOut(Told):
    """An order of an authority, its days and its money."""

    order_id: str
    authority: str
    reference: str
    acts: list[str]
    source_ids: list[str]
    jurisdictions: list[str]
    notified: dt.date
    due: dt.date
    state: str = Field(description="open, suspended, overdue or done.")
    days_left: int
    days_overdue: int
    penalty: int
    currency: str
    complied_at: dt.datetime | None
    lifted_at: dt.datetime | None


class OrdersOut(Told):
    """A page of orders."""

    items: list[OrderOut]
    next_cursor: str | None


async def requests(call: Call) -> RequestsOut:
    """List requests, oldest first."""
    paged = call.filters(Paged)

    def read(archive: "Archive") -> RequestsOut:
        every = sorted(archive.requests.all(), key=lambda one: one.id)
        found, cursor = page_of(every, paged, "requests", key=lambda one: one.id)
        return RequestsOut(items=[_request(archive, one) for one in found], next_cursor=cursor)

    answer: RequestsOut = await call.act(read)
    return answer


async def request(call: Call) -> RequestOut:
    """Return one."""

    def read(archive: "Archive") -> RequestOut:
        found = next((one for one in archive.requests.all() if one.id == call.ids["request_id"]), None)
        if found is None:
            raise NotThere(remedy="GET /v1/requests lists them")
        return _request(archive, found)

    answer: RequestOut = await call.act(read)
    return answer


async def receive(call: Call) -> ReceiptOut:
    """Write a message down."""
    said = call.asked(RequestIn)
    given: Receipt = await call.act(
        lambda archive: archive.requests.open(
            contacts=said.contacts, channel=said.channel, kind=said.kind, text=said.text, received=said.received
        )
    )
    return ReceiptOut(request_id=given.request_id, kind=given.kind, joined=given.joined, first_received=given.first_received, due=given.due)


async def orders(call: Call) -> OrdersOut:
    """List orders, oldest first."""
    paged = call.filters(Paged)

    def read(archive: "Archive") -> OrdersOut:
        every = sorted(archive.orders.all(), key=lambda one: one.id)
        found, cursor = page_of(every, paged, "orders", key=lambda one: one.id)
        return OrdersOut(items=[_order(archive, one, call) for one in found], next_cursor=cursor)

    answer: OrdersOut = await call.act(read)
    return answer


async def order(call: Call) -> OrderOut:
    """Return one."""

    def read(archive: "Archive") -> OrderOut:
        found = next((one for one in archive.orders.all() if one.id == call.ids["order_id"]), None)
        if found is None:
            raise NotThere(remedy="GET /v1/orders lists them")
        return _order(archive, found, call)

    answer: OrderOut = await call.act(read)
    return answer


def _request(archive: "Archive", one: "RequestRecord") -> RequestOut:
    return RequestOut(
        request_id=one.id,
        kind=one.kind,
        state=one.state,
        first_received=one.first_received,
        due=one.due,
        time_used=archive.requests.alarm(one),
        candidates=len(one.candidates),
        pending=one.pending,
        policy=one.policy,
        closed_at=one.closed_at,
    )


def _order(archive: "Archive", one: "OrderRecord", call: Call) -> OrderOut:
    now, words = archive.orders.standing(one), call.house.words
    return OrderOut(
        order_id=one.id,
        authority=words.encodable(one.authority),
        reference=words.encodable(one.reference),
        acts=[act.value for act in one.acts],
        source_ids=list(one.scope.sources),
        jurisdictions=list(one.scope.jurisdictions),
        notified=one.terms.notified,
        due=one.terms.due,
        state=now.state,
        days_left=now.days_left,
        days_overdue=now.days_overdue,
        penalty=now.penalty,
        currency=one.currency,
        complied_at=one.complied_at,
        lifted_at=one.lifted_at,
    )


_COUNTS = "ids, words and days; who asks is told in the desk"
ROUTES: tuple[Route, ...] = (
    Route(
        door=Door(method="GET", path="/v1/requests", who=Who.ROLE, act="read-requests", because=_COUNTS),
        name="list_requests",
        says="Requests of the people shown, oldest first.",
        handler=requests,
        answer=RequestsOut,
        tag="requests",
        query=Paged,
    ),
    Route(
        door=Door(method="GET", path="/v1/requests/{request_id}", who=Who.ROLE, act="read-requests", because=_COUNTS),
        name="get_request",
        says="One of them.",
        handler=request,
        answer=RequestOut,
        tag="requests",
    ),
    Route(
        door=Door(method="POST", path="/v1/requests", who=Who.ROLE, act="receive-request", operation="collection", body_bytes=8 * FORM),
        name="receive_request",
        says="Write a person's message down; its clock runs from its day of receipt.",
        handler=receive,
        answer=ReceiptOut,
        tag="requests",
        status=201,
        body=RequestIn,
    ),
    Route(
        door=Door(method="GET", path="/v1/orders", who=Who.ROLE, act="obey-order", because="orders, their days and their money"),
        name="list_orders",
        says="Orders of authorities, oldest first.",
        handler=orders,
        answer=OrdersOut,
        tag="orders",
        query=Paged,
    ),
    Route(
        door=Door(method="GET", path="/v1/orders/{order_id}", who=Who.ROLE, act="obey-order", because="an order, its days and its money"),
        name="get_order",
        says="One of them.",
        handler=order,
        answer=OrderOut,
        tag="orders",
    ),
)
