"""A request with an `Idempotency-Key` is carried out once: who sends it again within a day gets the answer of the first time."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from visavis.web.api.problems import UnderWay, WrongField
from visavis.web.api.reading import WrongFields
from visavis.web.api.routes import Call, Route
from visavis.web.house import House

HEADER = "idempotency-key"
SHAPE = re.compile(r"[\x21-\x7e]{1,200}")


async def answered_once(route: Route, call: Call, request: Request, raw: bytes) -> Response:
    """Carry a request out, or answer as before.

    Raises
    ------
    UnderWay
        The same request is being answered.
    InputError
        The key came before with another body.
    """
    key = request.headers.get(HEADER) if route.door.method != "GET" else None
    if key is None:
        return _response(route, await route.handler(call))
    if not SHAPE.fullmatch(key):
        raise WrongFields([WrongField(field=HEADER, problem="1 to 200 printable characters of ASCII, without blanks")])
    name = f"{_who(call)} {route.door.method} {request.url.path} {key}"
    with _alone(call.house, name):
        before = await call.act(lambda archive: archive.services.answer_of(name, raw))
        if before is not None:
            return await _again(route, call, before)
        answer = await route.handler(call)
        if isinstance(answer, BaseModel):
            text = route.kept(answer) if route.kept else answer.model_dump_json()
            await call.act(lambda archive: archive.services.keep_answer(name, raw, text))
        return _response(route, answer)


async def _again(route: Route, call: Call, before: str) -> Response:
    if route.again is not None:
        return _response(route, await route.again(call, before))
    return Response(before, status_code=route.status, media_type="application/json")


def _response(route: Route, answer: BaseModel | Response) -> Response:
    if isinstance(answer, Response):
        return answer
    return Response(answer.model_dump_json(), status_code=route.status, media_type="application/json")


def _who(call: Call) -> str:
    actor = None if call.who is None else call.who.actor
    return str("the machine's user" if actor is None else actor.service_id or actor.person_id)


@contextmanager
def _alone(house: House, name: str) -> Iterator[None]:
    if name in house.under_way:
        raise UnderWay("the same request is being answered", remedy="wait for its answer, or send it again in a moment")
    house.under_way.add(name)
    try:
        yield
    finally:
        house.under_way.discard(name)
