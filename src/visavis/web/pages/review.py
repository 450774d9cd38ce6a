"""What waits for this person's verdict, over the cases they belong to."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from starlette.responses import Response

from visavis.web.doors import Door, Opening, Who
from visavis.web.visit import Visit

if TYPE_CHECKING:
    from visavis.wiring.review import OpenLead, PastResult

STATES = ("first", "second")


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One search with candidates that wait: how many for a first verdict, how many for a second. What was said is not told."""

    past: "PastResult"
    first: int
    second: int
    needed: int


async def show(visit: Visit) -> Response:
    """List the searches with open leads, oldest first: one consultation leaf."""
    leads = await visit.house.back.act(visit.here.who, lambda archive: archive.review.leads())
    asked = visit.request.query_params
    case, state = asked.get("case", ""), asked.get("state", "")
    cases = {lead.past.case.id: lead.past.case.title or lead.past.case.kind for lead in leads}
    wanted = [lead for lead in leads if case not in cases or lead.past.case.id == case]
    if state in STATES:
        wanted = [lead for lead in wanted if (lead.given > 0) is (state == "second")]
    return visit.page(
        "review.html.j2",
        rows=_rows(wanted),
        leads=len(wanted),
        cases=cases,
        asked={"case": case, "state": state},
    )


def _rows(leads: "Sequence[OpenLead]") -> list[Waiting]:
    found = []
    for _, group in groupby(leads, key=lambda lead: lead.past.search.id):
        mine = list(group)
        second = sum(lead.given > 0 for lead in mine)
        found.append(Waiting(past=mine[0].past, first=len(mine) - second, second=second, needed=mine[0].needed))
    return found


OPENINGS: tuple[Opening, ...] = ((Door(method="GET", path="/review", who=Who.ROLE, act="review", operation="consultation"), show),)
