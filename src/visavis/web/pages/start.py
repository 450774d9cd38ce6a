"""The first page of who makes no searches: what their role does, and how much of it waits."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.responses import Response

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

    def gather(archive: "Archive") -> list[Task]:
        return [task for act, task in _tasks(archive, today) if not act or held & roles_for(act)]

    tasks = await visit.house.archive.act(visit.here.who, gather)
    return visit.page("start.html.j2", tasks=[task for task in tasks if task.path in LED_TO])


def _tasks(archive: "Archive", today: "dt.date") -> Iterator[tuple[str, Task]]:
    """Yield what there is to do, with the act that a role needs for it; empty = any."""
    waiting = sum(not one.own for one in archive.approvals.all())
    yield "", Task(path="/approvals", title="Approvals", says="wait for your signature", count=waiting)
    cases = sum(view.state == "open" for view in archive.cases.readable())
    yield "read-case", Task(path="/cases", title="Cases", says="are open", count=cases)
    requests = [one for one in archive.requests.all() if one.open]
    late = sum(one.due < today for one in requests)
    yield "read-requests", Task(path="/requests", title="Requests", says="of people are open", count=len(requests), late=late)
    orders = [archive.orders.standing(order) for order in archive.orders.all() if order.lifted_at is None]
    going = [now for now in orders if now.state != "done"]
    over = sum(now.state == "overdue" for now in going)
    yield "obey-order", Task(path="/orders", title="Orders", says="of authorities are open", count=len(going), late=over)
    yield "read-ledger", Task(path="/ledger", title="Ledger", says="acts stand in it", count=archive.ledger.size())
