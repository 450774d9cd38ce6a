"""Coming in and going out: the start link, the first run, signing in, signing out."""

import hmac
import secrets

from starlette.responses import Response

from visavis.domain.errors import InputError, RefusedError
from visavis.web.doors import FORM, Door, Opening, Who
from visavis.web.guard import ENROL, NEXT
from visavis.web.sessions import WebSession
from visavis.web.visit import NotThere, Visit

_HOURS_12 = 12 * 3600


def with_cookie(visit: Visit, answer: Response, value: str) -> Response:
    """Set the session's cookie: no script reads it, no other site sends it."""
    address = visit.house.address
    answer.set_cookie(address.cookie, value, max_age=_HOURS_12, path="/", secure=address.secure, httponly=True, samesite="strict")
    return answer


async def start(visit: Visit) -> Response:
    """Let in who has the link that the terminal showed: the machine's user, as on the command line."""
    house = visit.house
    key = visit.request.query_params.get("key", "")
    if not house.start_key or not hmac.compare_digest(key.encode(), house.start_key.encode()):
        raise NotThere("this is not the link that the terminal shows", remedy="copy it again, or start the desk anew")
    nobody = await house.archive.act(None, lambda archive: archive.accounts.nobody())
    organisation = await house.archive.act(None, lambda archive: archive.accounts.organisation())
    if organisation and not nobody:  # the machine's user may do nothing here: somebody signs in
        return visit.go("/sign-in")
    session = house.sessions.begin(None)
    return with_cookie(visit, visit.go("/first-run" if nobody else "/"), session.id)


async def first_run(visit: Visit) -> Response:
    """Ask who the owner is."""
    await _nobody_yet(visit)
    return visit.page("first_run.html.j2", name="")


async def make_owner(visit: Visit) -> Response:
    """Make the first person, and sign them in."""
    house, form = visit.house, visit.form
    await _nobody_yet(visit)
    name, passphrase = form.one("name"), _passphrase(visit)
    try:
        if passphrase != (form.fields.get("again") or [""])[0]:
            raise InputError("the two passphrases differ", remedy="type the same twice")
        await house.archive.act(None, lambda archive: archive.people.add(name, ["owner"], passphrase=passphrase))
    except InputError as error:
        return visit.page("first_run.html.j2", error=error, name=name)
    return await signed_in(visit, name, passphrase, "")


async def ask_who(visit: Visit) -> Response:
    """Show the form to sign in. The cookie that it sets opens nothing: it ties the form to this browser."""
    if visit.session is not None:
        return visit.go("/")
    cookie = secrets.token_urlsafe(32)
    knock = Visit(request=visit.request, house=visit.house, cookie=cookie)
    return with_cookie(visit, _form(knock, "", visit.request.query_params.get("next", "")), cookie)


async def sign_in(visit: Visit) -> Response:
    """Open the person's key, and a session under a new id."""
    name, going = visit.form.one("name"), visit.form.one("next")
    if not visit.house.tries.one_more():
        return _form(visit, "Many people tried to sign in during the last minute. Wait a little.", going, name=name, status=429)
    try:
        return await signed_in(visit, name, _passphrase(visit), visit.form.one("code"), going=going)
    except RefusedError as error:
        return _form(visit, f"{str(error).capitalize()}. {error.remedy.capitalize()}.", going, name=name, status=403)


async def sign_out(visit: Visit) -> Response:
    """Forget the session and the key in it."""
    visit.house.sessions.end(visit.here.id)
    answer = visit.go("/sign-in")
    answer.delete_cookie(visit.house.address.cookie, path="/", secure=visit.house.address.secure, httponly=True, samesite="strict")
    return answer


async def signed_in(visit: Visit, name: str, passphrase: str, code: str, *, going: str = "") -> Response:
    """Open the key of a person, and a session under a new id; `RefusedError` if name, passphrase or code is not right."""
    house = visit.house
    who = await house.archive.act(None, lambda archive: archive.accounts.sign_in(name, passphrase, code))
    enrolled = await house.archive.act(who, lambda archive: archive.accounts.enrolled())
    house.sessions.end(visit.cookie)
    session: WebSession = house.sessions.begin(who, must_enrol=house.address.proxied and not enrolled)
    on = ENROL if session.must_enrol else going if NEXT.fullmatch(going) else "/"
    return with_cookie(visit, visit.go(on), session.id)


async def _nobody_yet(visit: Visit) -> None:
    if visit.here.who is not None or not await visit.house.archive.act(None, lambda archive: archive.accounts.nobody()):
        raise NotThere("this archive has its owner", remedy="sign in")


def _form(visit: Visit, problem: str, going: str, *, name: str = "", status: int = 200) -> Response:
    return visit.page("sign_in.html.j2", status=status, problem=problem, name=name, going=going if NEXT.fullmatch(going) else "")


def _passphrase(visit: Visit) -> str:
    """Return the passphrase as it was typed: blanks belong to it."""
    return (visit.form.fields.get("passphrase") or [""])[0]


OPENINGS: tuple[Opening, ...] = (
    (Door(method="GET", path="/start", who=Who.ANYBODY, because="opens a session of the machine's user, who needs no leave"), start),
    (Door(method="GET", path="/first-run", who=Who.SIGNED_IN, because="an empty form"), first_run),
    (Door(method="POST", path="/first-run", who=Who.SIGNED_IN, operation="set-up", body_bytes=FORM), make_owner),
    (Door(method="GET", path="/sign-in", who=Who.ANYBODY, because="an empty form"), ask_who),
    (Door(method="POST", path="/sign-in", who=Who.ANYBODY, operation="set-up", body_bytes=FORM), sign_in),
    (Door(method="POST", path="/sign-out", who=Who.SIGNED_IN, because="forgets what was in memory", body_bytes=FORM), sign_out),
)
