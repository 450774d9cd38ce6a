"""Objections that last: their totals by source, five or more, and new ones that came without a request."""

from typing import TYPE_CHECKING

from starlette.responses import Response

from visavis.domain.errors import VisavisError
from visavis.web.doors import FORM, Door, Opening, Who
from visavis.web.pages.under_way import begun
from visavis.web.visit import Form, Visit

if TYPE_CHECKING:
    from visavis.services.suppress import SuppressReport
    from visavis.wiring import Archive

SAID = ("faces", "url", "asset", "because", "suppression", "lift_because")


async def show(visit: Visit) -> Response:
    """Show the totals: one consultation leaf."""
    return await _page(visit, None)


async def add(visit: Visit) -> Response:
    """Take faces out of every search, and keep them out."""
    form = visit.form
    said = {"urls": form.one("url"), "assets": form.one("asset")}
    named = {name: (value,) if value else () for name, value in said.items()}

    def act(archive: "Archive") -> "tuple[SuppressReport, bool]":
        return archive.suppressions.add(because=form.one("because"), faces=form.one("faces").split(), **named)

    def onward(done: "tuple[SuppressReport, bool]") -> str:
        visit.here.suppressed = done[0].ids
        return "/suppressions"

    try:
        return await begun(visit, act, title="Taking faces out", back="/suppressions", onward=onward)
    except VisavisError as error:
        return await _page(visit, error)


async def lift(visit: Visit) -> Response:
    """End an objection, at the wish of whoever made it."""
    form = visit.form
    try:
        await visit.house.archive.act(
            visit.here.who, lambda archive: archive.suppressions.lift(form.one("suppression"), because=form.one("lift_because"))
        )
    except VisavisError as error:
        return await _page(visit, error)
    return visit.go("/suppressions")


async def _page(visit: Visit, error: VisavisError | None) -> Response:
    from visavis.services.suppress import NOT_CAUGHT

    totals = await visit.house.archive.act(visit.here.who, lambda archive: archive.suppressions.totals())
    form = visit.form if error else Form()
    made, visit.here.suppressed = visit.here.suppressed, ()
    return visit.page(
        "suppressions.html.j2",
        error=error,
        totals=totals,
        made=made,
        not_caught=NOT_CAUGHT,
        said={name: form.one(name) for name in SAID},
    )


OPENINGS: tuple[Opening, ...] = (
    (Door(method="GET", path="/suppressions", who=Who.ROLE, act="suppress", operation="consultation"), show),
    (Door(method="POST", path="/suppressions", who=Who.ROLE, act="suppress", operation="alteration", body_bytes=FORM), add),
    (Door(method="POST", path="/suppressions/lift", who=Who.ROLE, act="suppress", operation="alteration", body_bytes=FORM), lift),
)
