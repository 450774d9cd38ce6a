"""The first page of who makes no searches: what their role does, and how much of it waits."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.responses import Response

from visavis.web.clocks import clocks_shown
from visavis.web.places import PLACES
from visavis.web.visit import Visit
from visavis.wiring.accounts import roles_for

if TYPE_CHECKING:
    import datetime as dt

    from visavis.wiring import Archive

LED_TO = frozenset(place.path for place in PLACES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One thing to do; `count` of `noun`s wait or are there, `late` of them past their day."""

    path: str
    title: str
    says: str
    count: int
    late: int = 0


async def page(visit: Visit) -> Response:
    """Show what this person does, with counts."""
    held = frozenset() if visit.here.who is None else visit.here.who.actor.roles
    today = visit.house.clock.now().date()
    counts = [count for act, path, count in COUNTS if path in LED_TO and (not act or held & roles_for(act))]
    tasks = await visit.house.archive.act(visit.here.who, lambda archive: [count(archive, today) for count in counts])
    return visit.page("start.html.j2", tasks=tasks, clocks=await clocks_shown(visit))


def _approvals(archive: "Archive", _: "dt.date") -> Task:
    waiting = sum(not one.own for one in archive.approvals.all())
    return Task(path="/approvals", title="Approvals", says="waiting for your signature", count=waiting)


def _cases(archive: "Archive", _: "dt.date") -> Task:
    going = sum(view.state == "open" for view in archive.cases.readable())
    return Task(path="/cases", title="Cases", says="open", count=going)


def _requests(archive: "Archive", today: "dt.date") -> Task:
    going = [one for one in archive.requests.all() if one.open]
    late = sum(one.due < today for one in going)
    return Task(path="/requests", title="Requests", says="of people, open", count=len(going), late=late)


def _orders(archive: "Archive", _: "dt.date") -> Task:
    standings = [archive.orders.standing(order) for order in archive.orders.all() if order.lifted_at is None]
    going = [now.state for now in standings if now.state != "done"]
    return Task(path="/orders", title="Orders", says="of authorities, open", count=len(going), late=going.count("overdue"))


def _ledger(archive: "Archive", _: "dt.date") -> Task:
    return Task(path="/ledger", title="Ledger", says="acts in it", count=archive.ledger.size())


COUNTS: tuple[tuple[str, str, Callable[["Archive", "dt.date"], Task]], ...] = (
    ("", "/approvals", _approvals),
    ("read-case", "/cases", _cases),
    ("read-requests", "/requests", _requests),
    ("obey-order", "/orders", _orders),
    ("read-ledger", "/ledger", _ledger),
)
"""What there is to do: the act that a role needs for it (empty = any), where, and how much. Places that the desk lacks are left out."""
