"""The ledger: its leaves, and proofs that one stands in it."""

import datetime as dt
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field
from starlette.responses import Response

from visavis.domain.errors import InputError
from visavis.web.api.paging import Paged, behind, next_cursor
from visavis.web.api.routes import Call, Route, Told
from visavis.web.api.searches import Id
from visavis.web.doors import Door, Who
from visavis.web.visit import NotThere

if TYPE_CHECKING:
    from visavis.wiring import Archive


class LeavesPaged(Paged):
    """Which leaves."""

    purpose: Literal["lawfulness", "self-monitoring", "integrity", "criminal-proceedings"] = Field(
        default="lawfulness", description="What the log is read for (LED Art. 25(2))."
    )
    operation: Literal["collection", "alteration", "consultation", "disclosure", "combination", "erasure", "set-up"] | None = None
    about: Id | None = Field(default=None, description="An id that the leaf names.")
    since: dt.date | None = Field(default=None, description="UTC, included.")
    until: dt.date | None = Field(default=None, description="UTC, included.")


class LeafOut(Told):
    """One act; `leaf` is its canonical JSON."""

    seq: int
    at: dt.datetime
    leaf: dict[str, Any]


class LeavesOut(Told):
    """A page of leaves."""

    items: list[LeafOut]
    next_cursor: str | None


async def leaves(call: Call) -> LeavesOut:
    """List leaves in order; the reading is itself one."""
    paged = call.filters(LeavesPaged)

    def read(archive: "Archive") -> LeavesOut:
        first = int(behind(paged, "leaves") or -1)
        every = archive.ledger.log(
            purpose=paged.purpose, since=_day(paged.since), until=_day(paged.until), operation=paged.operation, about=paged.about
        )
        found = list(islice((one for one in every if one.seq > first), paged.limit + 1))
        items = [LeafOut(seq=one.seq, at=one.at, leaf=dict(one.told)) for one in found[: paged.limit]]
        return LeavesOut(items=items, next_cursor=next_cursor(found, paged, "leaves", key=lambda one: str(one.seq)))

    answer: LeavesOut = await call.act(read)
    return answer


def _day(day: dt.date | None) -> dt.date | None:
    """Return a day; `InputError` for the last there is, behind which no midnight lies."""
    if day == dt.date.max:
        raise InputError("this day has no end", remedy="leave it out")
    return day


async def proof(call: Call) -> Response:
    """Prove that a leaf stands in the ledger."""
    seq = int(call.ids["seq"])

    def prove(archive: "Archive") -> bytes:
        try:
            return archive.ledger.proof(seq).text
        except InputError:
            raise NotThere("there is no such leaf", remedy="GET /v1/ledger/leaves lists them") from None

    return Response(await call.act(prove), media_type="text/plain")


ROUTES: tuple[Route, ...] = (
    Route(
        door=Door(method="GET", path="/v1/ledger/leaves", who=Who.ROLE, act="read-ledger", operation="consultation"),
        name="list_leaves",
        says="Leaves of the ledger, in order; reading them is one.",
        handler=leaves,
        answer=LeavesOut,
        tag="ledger",
        query=LeavesPaged,
    ),
    Route(
        door=Door(
            method="GET",
            path="/v1/ledger/leaves/{seq}/proof",
            who=Who.ROLE,
            act="read-ledger",
            because="a proof shows the hash of a leaf, not the leaf",
        ),
        name="get_proof",
        says="A proof that a leaf stands in the ledger: a `.tlog-proof` file.",
        handler=proof,
        answer=None,
        tag="ledger",
        media="text/plain",
    ),
)
