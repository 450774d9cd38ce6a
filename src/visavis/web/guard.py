"""The guard at every door: session, forgery, role, in this order, before a page is asked anything."""

import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from visavis.domain.errors import DamageError, InputError, RefusedError, SetupError, VisavisError
from visavis.domain.speech import ENGLISH, Speech
from visavis.web.doors import Door, Handler, Who
from visavis.web.house import Address, House
from visavis.web.problem import begun
from visavis.web.sessions import WebSession
from visavis.web.visit import Form, NotThere, TooLarge, Visit, read_form
from visavis.wiring.policies import rules_said

if TYPE_CHECKING:
    from visavis.wiring import Archive

ENROL = "/account/second-factor"
OPEN_BEFORE_ENROLMENT = (ENROL, "/sign-out")
NEXT = re.compile(r"/searches/[0-9a-f-]{36}")
"""Where a person may be sent on after signing in: the stable link of a search, and nothing else."""

_STATUS: tuple[tuple[type[VisavisError], int, str], ...] = (
    (TooLarge, 413, "Too large"),
    (NotThere, 404, "Nothing here"),
    (InputError, 422, "That did not work"),
    (RefusedError, 403, "Refused"),
    (SetupError, 503, "Not ready"),
    (DamageError, 500, "Something is damaged"),
)


def guarded(door: Door, handler: Handler, house: House) -> Callable[[Request], Awaitable[Response]]:
    """Return what answers a route: the page behind its door, an error as a page, or the way to sign in."""

    async def endpoint(request: Request) -> Response:
        cookie = request.cookies.get(house.address.cookie, "")
        session = house.sessions.find(cookie)
        visit = Visit(request=request, house=house, cookie=cookie, session=session)
        try:
            if door.who is not Who.ANYBODY and session is None:
                return _to_sign_in(door, request)
            if session is not None and session.must_enrol and door.who is not Who.ANYBODY and door.path not in OPEN_BEFORE_ENROLMENT:
                return RedirectResponse(ENROL, status_code=303)
            if door.method != "GET" and not same_origin(request, house.address):
                raise RefusedError("a page of another site sent this", rule="same-origin", remedy="open the desk and send it from there")
            if session is not None and door.who is not Who.ANYBODY:
                await permitted(door, house, session)
            form = await _form(door, request, visit)
            return await handler(Visit(request=request, house=house, cookie=cookie, session=session, form=form))
        except VisavisError as error:
            return error_page(visit, error)

    return endpoint


def error_page(visit: Visit, error: VisavisError) -> Response:
    """Return what happened, what mends it, and the number under which the log has it."""
    status, title = next(((status, title) for kind, status, title in _STATUS if isinstance(error, kind)), (500, "That did not work"))
    rule = error.rule if isinstance(error, RefusedError) else ""
    headline = "" if visit.speech is ENGLISH else _headline(rule, visit.speech)
    facts = {"title": title, "message": str(error), "rule": rule, "headline": headline}
    return visit.page("error.html.j2", status=status, error=error, **facts)


def _headline(rule: str, speech: Speech) -> str:
    """Return what a rule asks for in the person's language: what it says of this one time stands below in English."""
    says = dict(rules_said()).get(rule, "")
    text = speech.say(says) if says else ""
    return begun(text)


async def _form(door: Door, request: Request, visit: Visit) -> Form:
    """Return the form of a request that changes something; `RefusedError` without the token of the page it was on."""
    if door.method == "GET" or door.streamed:
        return Form()
    form = await read_form(request, most=door.body_bytes)
    if not door.own_token:
        visit.check_token(form.one("token"))
    return form


def same_origin(request: Request, address: Address) -> bool:
    """Whether the browser says that a page of ours sends this; what says neither is no browser, and has no business with a form."""
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site not in (None, "same-origin"):
        return False
    own = origin == address.origin or (not address.proxied and origin in {f"http://{host}" for host in address.hosts})
    return own if origin is not None else site == "same-origin"


async def permitted(door: Door, house: House, session: WebSession) -> None:
    """Ask whether the person may still sign in, and whether the act is one of their role."""

    def ask(archive: "Archive") -> RefusedError | None:
        try:
            archive.accounts.check_standing()
        except RefusedError as error:
            return error
        if door.act:
            archive.accounts.check(door.act, operation=door.operation or "consultation")
        return None

    gone = await house.archive.act(session.who, ask)
    if gone is not None:
        house.sessions.end(session.id)
        raise gone


def _to_sign_in(door: Door, request: Request) -> Response:
    if door.method != "GET":
        raise RefusedError("nobody is signed in", rule="signed-in", remedy="sign in, and send it again")
    path = request.url.path
    query = f"?{urlencode({'next': path})}" if NEXT.fullmatch(path) else ""
    return RedirectResponse(f"/sign-in{query}", status_code=303)
