"""A person's own account: the second factor."""

from urllib.parse import quote

from starlette.responses import Response

from visavis.domain.errors import InputError, RefusedError
from visavis.web.doors import FORM, Door, Opening, Who
from visavis.web.guard import ENROL
from visavis.web.visit import Visit
from visavis.wiring.accounts import new_secret


async def second_factor(visit: Visit) -> Response:
    """Show a new secret, to be typed into a device."""
    return await _page(visit, None)


async def enrol(visit: Visit) -> Response:
    """Keep the secret, after a right code of it; a secret that stood before is replaced only so."""
    session, code, before = visit.here, visit.form.one("code"), visit.form.one("before")
    try:
        await visit.house.archive.act(session.who, lambda archive: archive.accounts.enrol(session.secret, code, before=before))
    except InputError as error:
        return await _page(visit, error)
    session.must_enrol, session.secret = False, ""
    return visit.go("/")


async def _page(visit: Visit, error: InputError | None) -> Response:
    session = visit.here
    if session.who is None:
        raise RefusedError("a second factor is a person's own", rule="person-needed", remedy="sign in")
    session.secret = session.secret or new_secret()
    enrolled = await visit.house.archive.act(session.who, lambda archive: archive.accounts.enrolled())
    groups = [session.secret[start : start + 4] for start in range(0, len(session.secret), 4)]
    link = f"otpauth://totp/Visavis:{quote(session.name)}?secret={session.secret}&issuer=Visavis"
    return visit.page("second_factor.html.j2", error=error, groups=groups, link=link, enrolled=enrolled)


OPENINGS: tuple[Opening, ...] = (
    (Door(method="GET", path=ENROL, who=Who.SIGNED_IN, because="shows a secret that is not kept yet"), second_factor),
    (Door(method="POST", path=ENROL, who=Who.SIGNED_IN, operation="set-up", body_bytes=FORM), enrol),
)
