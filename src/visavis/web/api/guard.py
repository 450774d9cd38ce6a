"""The guard at every door of `/v1`: key or session, forgery, role, in this order, before anything is read."""

import hmac
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from visavis.domain.errors import RefusedError, VisavisError
from visavis.web.api.problems import TooOften, Unauthorised, problem
from visavis.web.api.reading import WrongFields, body_of, ids_of, query_of
from visavis.web.api.repeats import answered_once
from visavis.web.api.routes import Call, Nothing, Route
from visavis.web.guard import permitted, same_origin
from visavis.web.house import House
from visavis.web.sessions import WebSession
from visavis.wiring.accounts import SignedIn
from visavis.wiring.services import Caller

if TYPE_CHECKING:
    from visavis.wiring import Archive

KEY = "x-api-key"
TOKEN = "x-csrf-token"  # noqa: S105 - the name of a header
LONGEST_KEY = 200
KEY_RATE, KEY_VALID = "key-rate", "key-valid"


def guarded(route: Route, house: House) -> Callable[[Request], Awaitable[Response]]:
    """Return what answers a route: the model of its handler as JSON, or what went wrong."""

    async def endpoint(request: Request) -> Response:
        request_id = str(request.scope.get("visavis.request_id", ""))
        try:
            who, session = await _caller(request, house)
            await _let_in(route, request, house, who, session)
            call, raw = await _call(route, request, house, who, session)
            return await _limited(house, who, answered_once(route, call, request, raw))
        except WrongFields as error:
            return problem(error, request_id=request_id, errors=error.errors)
        except VisavisError as error:
            return problem(error, request_id=request_id)

    return endpoint


async def _caller(request: Request, house: House) -> tuple[SignedIn | Caller | None, WebSession | None]:
    """Return who asks: a program by its key, else whoever is signed in."""
    key = request.headers.get(KEY)
    if key is not None:
        return await _by_key(key, house), None
    session = house.sessions.find(request.cookies.get(house.address.cookie, ""))
    if session is None:
        raise Unauthorised("nobody has come in", rule="signed-in", remedy=f"send an API key in the header {KEY}")
    return session.who, session


async def _by_key(key: str, house: House) -> Caller:
    name = key[: len("vis_") + 32]
    if len(key) > LONGEST_KEY or house.key_tries.over(name):
        raise TooOften("this key was wrong too often", rule=KEY_VALID, wait_seconds=60, remedy="wait a minute")
    try:
        return await house.archive.act(None, lambda archive: archive.services.authenticate(key))
    except RefusedError as error:
        house.key_tries.one_more(name)
        raise Unauthorised(str(error), rule=error.rule, remedy=error.remedy) from None


async def _let_in(route: Route, request: Request, house: House, who: SignedIn | Caller | None, session: WebSession | None) -> None:
    """Ask whether the caller may come in at this door at all."""
    door = route.door
    if session is None:
        await house.archive.act(who, lambda archive: _program(archive, route))
        return
    if session.must_enrol:
        raise RefusedError("a second factor is needed first", rule="signed-in", remedy="enrol one in the desk")
    if door.method != "GET" and not same_origin(request, house.address):
        raise RefusedError("a page of another site sent this", rule="same-origin", remedy="send it from the desk's own origin")
    await permitted(door, house, session)
    if door.method != "GET" and not _holds(request, house):
        raise RefusedError("the session's token is missing", rule="same-origin", remedy=f"send it in the header {TOKEN}: /v1/me has it")


def _program(archive: "Archive", route: Route) -> None:
    door = route.door
    if not door.key_act:
        archive.services.refuse(door.operation or "consultation")
    if door.key_act not in ("", "any"):
        archive.services.check(door.key_act)


def _holds(request: Request, house: House) -> bool:
    cookie = request.cookies.get(house.address.cookie, "")
    return hmac.compare_digest(house.sessions.token(cookie).encode(), request.headers.get(TOKEN, "").encode())


async def _call(
    route: Route, request: Request, house: House, who: SignedIn | Caller | None, session: WebSession | None
) -> tuple[Call, bytes]:
    body: BaseModel = Nothing()
    photo = raw = b""
    ids = ids_of(request)
    query = query_of(route, request.query_params)
    if route.door.method != "GET":
        body, photo, raw = await body_of(route, request)
    return Call(house=house, who=who, session=session, ids=ids, query=query, body=body, photo=photo), raw


async def _limited(house: House, who: SignedIn | Caller | None, answer: Awaitable[Response]) -> Response:
    """Answer; where a key's rate is used up, say how long to wait."""
    try:
        return await answer
    except RefusedError as error:
        if error.rule != KEY_RATE or not isinstance(who, Caller):
            raise
        service = who.program.id
        wait = await house.archive.act(who, lambda archive: archive.services.wait_seconds(service))
        raise TooOften(str(error), rule=error.rule, wait_seconds=wait, remedy=error.remedy) from None
