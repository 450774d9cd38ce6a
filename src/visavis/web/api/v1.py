"""Every route of `/v1`, with what answers it."""

import functools
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from visavis.web.api import about, cases, jobs, judging, ledger, media, rights, searches, sources
from visavis.web.api.guard import guarded
from visavis.web.api.openapi import document
from visavis.web.api.routes import Route
from visavis.web.doors import Door
from visavis.web.house import House

PREFIX = "/v1/"
DECLARED: tuple[Route, ...] = (
    *sources.ROUTES,
    *jobs.ROUTES,
    *media.ROUTES,
    *searches.ROUTES,
    *cases.ROUTES,
    *judging.ROUTES,
    *rights.ROUTES,
    *ledger.ROUTES,
)
Endpoint = Callable[[Request], Awaitable[Response]]


def doors() -> tuple[Door, ...]:
    """Return the door of every route."""
    return tuple(route.door for route in (*DECLARED, *about.routes(bytes)))


def endpoints(house: House) -> list[tuple[Door, Endpoint]]:
    """Return what answers each route.

    Raises
    ------
    SetupError
        A route leaves something out.
    """
    made: list[Route] = []
    told = functools.cache(lambda: document(made, house.address))
    made += [*about.routes(told), *DECLARED]
    for route in made:
        route.check()
    return [(route.door, guarded(route, house)) for route in made]
