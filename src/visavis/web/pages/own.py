"""A person's own account: the passphrase, and sessions elsewhere."""

from starlette.responses import Response

from visavis.domain.errors import InputError, RefusedError, VisavisError
from visavis.web.doors import FORM, Door, Opening, Who
from visavis.web.sessions import WebSession
from visavis.web.visit import Visit
from visavis.wiring.accounts import SignedIn


async def account(visit: Visit) -> Response:
    """Show what the account has, and what can be changed of it."""
    return await _page(visit, None)


async def passphrase(visit: Visit) -> Response:
    """Close the key with another passphrase; every other session ends."""
    session, who, form = visit.here, _person(visit.here), visit.form
    before, new, again = ((form.fields.get(name) or [""])[0] for name in ("before", "passphrase", "again"))
    try:
        if not visit.house.tries.one_more():
            raise RefusedError("many people tried to sign in during the last minute", rule="signed-in", remedy="wait a little")
        if new != again:
            raise InputError("the two passphrases differ", remedy="type the same twice")
        await visit.house.archive.act(who, lambda archive: archive.accounts.change_passphrase(before, new))
    except (InputError, RefusedError) as error:
        return await _page(visit, error)
    visit.house.sessions.end_person(str(who.actor.person_id), but=session.id)
    return visit.go("/account?changed=passphrase")


async def others(visit: Visit) -> Response:
    """End every other session of this person."""
    session, who = visit.here, _person(visit.here)
    person = str(who.actor.person_id)
    await visit.house.archive.act(who, lambda archive: archive.accounts.end_sessions(person))
    visit.house.sessions.end_person(person, but=session.id)
    return visit.go("/account?changed=sessions")


def _person(session: WebSession) -> SignedIn:
    if session.who is None:
        raise RefusedError("an account is a person's own", rule="person-needed", remedy="sign in")
    return session.who


async def _page(visit: Visit, error: VisavisError | None) -> Response:
    who = _person(visit.here)
    person = str(who.actor.person_id)
    enrolled = await visit.house.archive.act(who, lambda archive: archive.accounts.enrolled())
    return visit.page(
        "account.html.j2",
        error=error,
        changed=visit.request.query_params.get("changed", ""),
        enrolled=enrolled,
        roles=sorted(role.value for role in who.actor.roles),
        person=person,
        elsewhere=visit.house.sessions.of_person(person) - 1,
    )


OPENINGS: tuple[Opening, ...] = (
    (Door(method="GET", path="/account", who=Who.SIGNED_IN, because="one's own account"), account),
    (Door(method="POST", path="/account/passphrase", who=Who.SIGNED_IN, operation="set-up", body_bytes=FORM), passphrase),
    (Door(method="POST", path="/account/sign-out-elsewhere", who=Who.SIGNED_IN, operation="set-up", body_bytes=FORM), others),
)
