"""Who the caller is, and the document of all routes."""

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING

from pydantic import Field
from starlette.responses import Response

from visavis.web.api.routes import Call, Route, Told
from visavis.web.doors import Door, Who

if TYPE_CHECKING:
    from visavis.wiring import Archive
    from visavis.wiring.services import ProgramRecord


class KeyOut(Told):
    """A key's bounds."""

    key_id: str
    source_ids: list[str]
    case_id: str | None
    acts: list[str]
    per_hour: int
    per_day: int
    ends_at: dt.datetime
    wait_seconds: int = Field(description="Until it may search again; 0 = now.")


class MeOut(Told):
    """Who asks."""

    kind: str = Field(description="`person`, `program`, or `machine`: who runs the desk at home.")
    roles: list[str]
    key: KeyOut | None
    csrf_token: str | None = Field(description="With a session: what every request that changes something sends in x-csrf-token.")


async def me(call: Call) -> MeOut:
    """Say who asks."""
    token = None
    if call.session is not None:
        token = call.house.sessions.token(call.session.id)
    if call.program is not None:
        own = call.program.program
        key: KeyOut = await call.act(lambda archive: _key(archive, own))
        return MeOut(kind="program", roles=["service"], key=key, csrf_token=None)
    if call.who is None:
        return MeOut(kind="machine", roles=["owner"], key=None, csrf_token=token)
    return MeOut(kind="person", roles=sorted(role.value for role in call.who.actor.roles), key=None, csrf_token=token)


def _key(archive: "Archive", own: "ProgramRecord") -> KeyOut:
    ids = {source.number: source.id for source in archive.sources()}
    return KeyOut(
        key_id=own.id,
        source_ids=sorted(ids[number] for number in own.sources if number in ids),
        case_id=own.case_id,
        acts=list(own.acts),
        per_hour=own.per_hour,
        per_day=own.per_day,
        ends_at=own.until,
        wait_seconds=archive.services.wait_seconds(own.id),
    )


def routes(document: Callable[[], bytes]) -> tuple[Route, ...]:
    """Return the routes; `document` makes the OpenAPI document."""

    async def openapi(_: Call) -> Response:
        return Response(document(), media_type="application/json")

    return (
        Route(
            door=Door(method="GET", path="/v1/me", who=Who.SIGNED_IN, because="the caller's own bounds", key_act="any"),
            name="me",
            says="Who asks, within which bounds.",
            handler=me,
            answer=MeOut,
            tag="about",
        ),
        Route(
            door=Door(method="GET", path="/v1/openapi.json", who=Who.SIGNED_IN, because="a description of the routes", key_act="any"),
            name="openapi",
            says="This document.",
            handler=openapi,
            answer=None,
            tag="about",
        ),
    )
