"""Clocks at a glance: how many days are left, how much of the time is gone, in words and in a colour."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from visavis.web.visit import Visit
    from visavis.wiring import Archive
    from visavis.wiring.requests import RequestDesk, RequestRecord

KINDS = {
    "access": "Access",
    "rectification": "Rectification",
    "erasure": "Erasure",
    "restriction": "Restriction",
    "portability": "Portability",
    "objection": "Objection",
    "withdrawal": "Withdrawal of consent",
}
"""Kinds of requests, in English; templates translate them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestClock:
    """The time of one request.

    Attributes
    ----------
    left : int
        Days until it is due; negative = overdue.
    used : int
        Per cent of its time that is gone, as far as alarms tell: 0, 50, 80 or 100.
    """

    id: str
    kind: str
    state: str
    received: dt.date
    due: dt.date
    left: int
    used: int
    open: bool

    @property
    def tone(self) -> str:
        """How it is shown: `over`, `late`, `half`, `calm`, `done`."""
        if not self.open:
            return "done"
        return "over" if self.left < 0 else {100: "late", 80: "late", 50: "half"}.get(self.used, "calm")


def clock_of(desk: "RequestDesk", request: "RequestRecord", today: dt.date) -> RequestClock:
    """Return the clock of a request."""
    return RequestClock(
        id=request.id,
        kind=request.kind,
        state=request.state,
        received=request.first_received,
        due=request.due,
        left=(request.due - today).days,
        used=desk.alarm(request),
        open=request.open,
    )


async def clocks_shown(visit: "Visit") -> dict[str, object]:
    """Return what `parts/clocks.html.j2` shows on the first page."""
    return {"requests": await request_alarms(visit), "kinds": KINDS}


async def request_alarms(visit: "Visit") -> list[RequestClock]:
    """Return the clocks of requests that have used half of their time, the most urgent first, for those who answer for them."""
    session = visit.here
    if not session.may("answer-request"):
        return []
    today = visit.house.clock.now().date()

    def ask(archive: "Archive") -> list[RequestClock]:
        if session.who is None and archive.accounts.organisation():
            return []
        desk = archive.requests
        return [clock for request in desk.going_on() if (clock := clock_of(desk, request, today)).used]

    return sorted(await visit.house.archive.act(session.who, ask), key=lambda clock: clock.due)
