"""The door of `/aws`: a signature instead of a key or a session, and the act that `X-Amz-Target` names."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from starlette.requests import Request
from starlette.responses import Response

from visavis.domain.errors import RefusedError, VisavisError
from visavis.web.api.problems import TooOften
from visavis.web.aws import collections, faces
from visavis.web.aws.acts import Act, Call
from visavis.web.aws.answers import NotNow, Wrong, answer, failed
from visavis.web.doors import Door, Who
from visavis.web.house import House
from visavis.web.signature import Sent, Signature, signature_of
from visavis.web.visit import read_body
from visavis.wiring.services import Caller

PREFIX = "/aws"
TARGET = "RekognitionService."
BODY = 8 << 20
"""Bytes: a picture of 5 MiB in base64, and the rest."""
KEY_RATE = "key-rate"
ACTS: Mapping[str, Act] = MappingProxyType(
    {
        "CreateCollection": collections.create,
        "DescribeCollection": collections.describe,
        "IndexFaces": faces.index,
        "SearchFacesByImage": faces.by_image,
        "SearchFaces": faces.by_face,
        "ListFaces": collections.listing,
        "DeleteFaces": collections.delete,
    }
)
DOORS: tuple[Door, ...] = tuple(
    Door(method="POST", path=path, who=Who.SIGNATURE, operation="consultation", body_bytes=BODY, key_act="any")
    for path in (PREFIX, f"{PREFIX}/")
)
"""boto3 asks at the path of `endpoint_url`, as it is written: with a slash at its end or without."""
Endpoint = Callable[[Request], Awaitable[Response]]


def endpoints(house: House) -> list[tuple[Door, Endpoint]]:
    """Return what answers there."""

    async def endpoint(request: Request) -> Response:
        request_id = str(request.scope.get("visavis.request_id", ""))
        try:
            return await _answered(request, house, request_id)
        except VisavisError as error:
            return failed(error, request_id=request_id)

    for door in DOORS:
        door.check()
    return [(door, endpoint) for door in DOORS]


async def _answered(request: Request, house: House, request_id: str) -> Response:
    signature = signature_of(dict(request.headers), now=house.clock.now())
    if request.url.query:
        raise Wrong("nothing is asked in the query", kind="InvalidParameterException", remedy="send parameters as JSON")
    if house.key_tries.over(signature.access_id):
        raise TooOften("this key was wrong too often", rule="key-valid", wait_seconds=60, remedy="Wait a minute.")
    body = await read_body(request, BODY)
    who = await _caller(request, house, signature, body)
    if not house.signatures.first(signature):
        await asyncio.sleep(1)  # an SDK signs by the second: what it sends next has another signature, and passes
        raise NotNow("this very request was answered already", remedy="sign it anew")
    call = Call(house=house, who=who, region=signature.region, body=body)
    said = await _limited(call, _act(request)(call))
    return answer(said, request_id=request_id, headers=call.told)


async def _caller(request: Request, house: House, signature: Signature, body: bytes) -> Caller:
    """Return the program whose signature it is."""
    pairs = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw]
    sent = Sent(method=request.method, path=request.url.path, headers=pairs, body=body)

    def let_in(secret: str) -> bool:
        return signature.fits(sent, secret)

    try:
        return await house.archive.act(None, lambda archive: archive.services.authenticate_signature(signature.access_id, let_in))
    except RefusedError:
        house.key_tries.one_more(signature.access_id)
        raise


def _act(request: Request) -> Act:
    target = request.headers.get("x-amz-target", "")
    act = ACTS.get(target.removeprefix(TARGET)) if target.startswith(TARGET) else None
    if act is None:
        raise Wrong(f"«{target[:80]}» is not done here", kind="UnknownOperationException", remedy="one of: " + ", ".join(ACTS))
    return act


async def _limited(call: Call, doing: Awaitable[dict[str, object]]) -> dict[str, object]:
    """Do it; where a key's rate is used up, say how long to wait."""
    try:
        return await doing
    except RefusedError as error:
        if error.rule != KEY_RATE:
            raise
        wait = await call.act(lambda archive: archive.services.wait_seconds(call.who.program.id))
        raise TooOften(str(error), rule=error.rule, wait_seconds=wait, remedy=error.remedy) from None
