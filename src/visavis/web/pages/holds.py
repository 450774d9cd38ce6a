"""Holds: what the law wants kept is hidden and kept until a day; one person asks, another puts it in force."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from starlette.responses import Response

from visavis.domain.errors import InputError, VisavisError
from visavis.web.asked import day, id_in
from visavis.web.doors import FORM, Door, Opening, Who
from visavis.web.pages.erasures import erasures_page
from visavis.web.visit import Visit

if TYPE_CHECKING:
    from visavis.wiring import Archive


async def ask(visit: Visit) -> Response:
    """Ask for a hold on pictures."""
    form = visit.form

    def act(archive: "Archive") -> object:
        until = day(form.one("until"))
        if until is None:
            raise InputError("a hold has a last day", remedy="within six months")
        return archive.erasure.hold(form.one("held").split(), legal=form.one("legal"), until=until)

    return await _done(visit, act)


async def second(visit: Visit) -> Response:
    """Put a hold that somebody else asked for in force."""
    hold = id_in(visit, "hold")
    return await _done(visit, lambda archive: archive.erasure.second(hold))


async def release(visit: Visit) -> Response:
    """End a hold before its day."""
    hold = id_in(visit, "hold")
    return await _done(visit, lambda archive: archive.erasure.release(hold))


async def _done(visit: Visit, act: "Callable[[Archive], object]") -> Response:
    try:
        await visit.house.archive.act(visit.here.who, act)
    except VisavisError as error:
        return await erasures_page(visit, error)
    return visit.go("/erasures")


def _post(path: str) -> Door:
    return Door(method="POST", path=path, who=Who.ROLE, act="hold", operation="alteration", body_bytes=FORM)


OPENINGS: tuple[Opening, ...] = (
    (_post("/holds"), ask),
    (_post("/holds/{hold}/second"), second),
    (_post("/holds/{hold}/release"), release),
)
