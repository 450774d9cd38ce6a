"""The making of the desk's application: every route has a door, and is guarded."""

from collections.abc import Sequence

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from visavis.domain.errors import InputError
from visavis.web.api import problems, v1
from visavis.web.aws import endpoint as aws
from visavis.web.doors import Door, Opening, check_declared
from visavis.web.guard import error_page, guarded
from visavis.web.house import House
from visavis.web.pages import (
    account,
    again,
    approvals,
    beside,
    browse,
    candidate,
    cases,
    charter,
    clip,
    consents,
    entry,
    erasures,
    films,
    handout,
    holds,
    invitation,
    jobs,
    keys,
    labels,
    language,
    ledger,
    notices,
    order,
    orders,
    own,
    papers,
    people,
    plain,
    probes,
    report,
    request_acts,
    request_photos,
    requests,
    results,
    review,
    rights,
    rules,
    schedules,
    search,
    sources,
    suppressions,
    under_way,
    where,
)
from visavis.web.shell import Shell
from visavis.web.visit import NotThere, Visit

OPENINGS: tuple[Opening, ...] = (
    *plain.OPENINGS,
    *entry.OPENINGS,
    *language.OPENINGS,
    *account.OPENINGS,
    *search.OPENINGS,
    *probes.OPENINGS,
    *results.OPENINGS,
    *films.OPENINGS,
    *again.OPENINGS,
    *candidate.OPENINGS,
    *keys.OPENINGS,
    *jobs.OPENINGS,
    *schedules.OPENINGS,
    *charter.OPENINGS,
    *where.OPENINGS,
    *sources.OPENINGS,
    *browse.OPENINGS,
    *beside.OPENINGS,
    *handout.OPENINGS,
    *clip.OPENINGS,
    *labels.OPENINGS,
    *report.OPENINGS,
    *review.OPENINGS,
    *cases.OPENINGS,
    *approvals.OPENINGS,
    *orders.OPENINGS,
    *order.OPENINGS,
    *ledger.OPENINGS,
    *people.OPENINGS,
    *invitation.OPENINGS,
    *own.OPENINGS,
    *papers.OPENINGS,
    *rules.OPENINGS,
    *rights.OPENINGS,
    *notices.OPENINGS,
    *requests.OPENINGS,
    *request_acts.OPENINGS,
    *request_photos.OPENINGS,
    *erasures.OPENINGS,
    *holds.OPENINGS,
    *consents.OPENINGS,
    *suppressions.OPENINGS,
    *under_way.OPENINGS,
)


def doors() -> tuple[Door, ...]:
    """Return every door of the desk."""
    return (*(door for door, _ in OPENINGS), *v1.doors(), *aws.DOORS)


def make_app(house: House, openings: Sequence[Opening] = OPENINGS) -> ASGIApp:
    """Return the application.

    Raises
    ------
    SetupError
        A route has no declaration, or one that leaves something out.
    """
    app = FastAPI(title="Visavis", openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    for door, handler in openings:
        door.check()
        app.add_api_route(door.path, guarded(door, handler, house), methods=[door.method], include_in_schema=False, response_model=None)

    programs = [*v1.endpoints(house), *aws.endpoints(house)]
    for door, endpoint in programs:
        app.add_api_route(door.path, endpoint, methods=[door.method], include_in_schema=False, response_model=None)

    async def unknown(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        if request.url.path.startswith(v1.PREFIX):
            allowed = (error.headers or {}) if isinstance(error, HTTPException) else {}
            return problems.unknown(status, request_id=str(request.scope.get("visavis.request_id", "")), headers=allowed)
        cookie = request.cookies.get(house.address.cookie, "")
        visit = Visit(request=request, house=house, cookie=cookie, session=house.sessions.find(cookie))
        if status == 404:
            return error_page(visit, NotThere())
        answer = error_page(visit, InputError("this address is not asked that way", remedy="start from the first page"))
        answer.status_code = status
        return answer

    app.add_exception_handler(HTTPException, unknown)
    check_declared(app.routes, [door for door, _ in [*openings, *programs]])
    return Shell(app, house)
