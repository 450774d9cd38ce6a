"""Around the application: hosts that are answered, a number for each request, headers, one line in the log, one count."""

import json
import logging
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from visavis.domain.ids import new_id
from visavis.web.house import House

LOG = logging.getLogger("visavis.web")
ALWAYS: Mapping[str, str] = {
    "content-security-policy": "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "media-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}
"""Scripts, styles and pictures from this host and nowhere else, none of them written into a page; nothing frames the desk."""
HSTS = "max-age=31536000"


@dataclass(slots=True, kw_only=True)
class _Answer:
    """What becomes of one request."""

    request_id: str
    began: float
    status: int = 500
    length: int = 0
    extra: dict[str, str] = field(default_factory=dict)


class Shell:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, house: House) -> None:
        self._app = app
        self._house = house

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answer(request_id=new_id(self._house.clock.now()), began=time.perf_counter())
        scope["visavis.request_id"] = answer.request_id

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer.status = message["status"]
                self._head(MutableHeaders(scope=message), answer)
            await send(message)

        try:
            if self._refused(scope):
                await PlainTextResponse("this host is not answered\n", status_code=421)(scope, receive, sending)
                return
            await self._app(scope, receive, sending)
        finally:
            self._note(scope, answer)

    def _refused(self, scope: Scope) -> bool:
        """Whether the request names another host (a name that somebody points at this machine), or names none or several."""
        headers = Headers(scope=scope)
        return headers.getlist("host") not in [[host] for host in self._house.address.hosts]

    def _head(self, headers: MutableHeaders, answer: _Answer) -> None:
        for name, value in ALWAYS.items():
            headers[name] = value
        headers["x-request-id"] = answer.request_id
        headers.setdefault("cache-control", "no-store")
        if self._house.address.secure:
            headers["strict-transport-security"] = HSTS

    def _note(self, scope: Scope, answer: _Answer) -> None:
        route = getattr(scope.get("route"), "path", "none")
        seconds = time.perf_counter() - answer.began
        method = scope["method"] if re.fullmatch("GET|POST|HEAD|PUT|DELETE|PATCH|OPTIONS", scope["method"]) else "other"
        self._house.meters.answered(method=method, route=route, status=answer.status, seconds=seconds)
        line = {"method": method, "route": route, "status": answer.status, "ms": round(seconds * 1000), "request_id": answer.request_id}
        LOG.info(json.dumps(line))
