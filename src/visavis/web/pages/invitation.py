"""The link of an invitation: an invited person chooses the passphrase that closes their key. Nobody else ever learns it."""

import re
import secrets
from typing import TYPE_CHECKING

from starlette.responses import Response

from visavis.domain.actor import Role
from visavis.domain.errors import InputError, RefusedError
from visavis.web.doors import FORM, Door, Opening, Who
from visavis.web.pages.entry import signed_in, with_cookie
from visavis.web.visit import NotThere, Visit

if TYPE_CHECKING:
    from visavis.wiring.people import Invitation

TOKEN = re.compile(r"[A-Za-z0-9_-]{20,60}")


async def invited(visit: Visit) -> Response:
    """Ask for a passphrase. The cookie opens nothing: it ties the form to this browser."""
    invitation = await _invitation(visit)
    if visit.session is not None:
        return _form(visit, invitation, None)
    cookie = secrets.token_urlsafe(32)
    knock = Visit(request=visit.request, house=visit.house, cookie=cookie)
    return with_cookie(visit, _form(knock, invitation, None), cookie)


async def accept(visit: Visit) -> Response:
    """Make the person with their key, and sign them in; the link opens nothing from then on."""
    house, form = visit.house, visit.form
    if not house.tries.one_more():
        raise RefusedError("many people tried to sign in during the last minute", rule="signed-in", remedy="wait a little")
    invitation, token = await _invitation(visit), visit.request.path_params["token"]
    passphrase, again = ((form.fields.get(name) or [""])[0] for name in ("passphrase", "again"))
    try:
        if passphrase != again:
            raise InputError("the two passphrases differ", remedy="type the same twice")
        await house.archive.act(None, lambda archive: archive.people.accept(token, passphrase))
    except InputError as error:
        return _form(visit, invitation, error)
    return await signed_in(visit, invitation.name, passphrase, "")


async def _invitation(visit: Visit) -> "Invitation":
    token = visit.request.path_params["token"]
    try:
        if not TOKEN.fullmatch(token):
            raise InputError("this is no invitation")
        return await visit.house.archive.act(None, lambda archive: archive.people.invited(token))
    except (InputError, RefusedError):
        raise NotThere("this invitation was used, taken back, or is too old", remedy="ask the owner for another") from None


def _form(visit: Visit, invitation: "Invitation", error: InputError | None) -> Response:
    roles = [role.value for role in Role if role in invitation.roles]
    token = visit.request.path_params["token"]
    return visit.page("invitation.html.j2", error=error, invitation=invitation, roles=roles, link_token=token)


_HERE = "/invitations/{token}"
OPENINGS: tuple[Opening, ...] = (
    (Door(method="GET", path=_HERE, who=Who.ANYBODY, because="an empty form, for who has the link"), invited),
    (Door(method="POST", path=_HERE, who=Who.ANYBODY, operation="set-up", body_bytes=FORM), accept),
)
