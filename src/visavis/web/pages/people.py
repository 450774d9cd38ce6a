"""People: who may act, in which roles; inviting, changing roles, revoking, signing out, a second factor that was lost."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.responses import Response

from visavis.domain.actor import Role
from visavis.domain.errors import InputError, RefusedError, VisavisError
from visavis.web.asked import id_in, several
from visavis.web.doors import FORM, Door, Opening, Who
from visavis.web.visit import NotThere, Visit

if TYPE_CHECKING:
    from visavis.wiring import Archive
    from visavis.wiring.people import AccountRecord, Invitation, Invited, PersonRecord

ROLES = {
    Role.OWNER: "Answers for the archive, adds people, signs; may do everything but search for a request.",
    Role.INVESTIGATOR: "Opens cases, searches, judges, hands out results.",
    Role.REVIEWER: "Approves cases of others, gives the second verdict.",
    Role.CLERK: "Answers requests, erases, carries out orders.",
    Role.OFFICER: "Watches over the others: signs charters, freezes, reads the ledger. Holds no other role.",
    Role.AUDITOR: "Reads the ledger and nothing else. Holds no other role.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One person on the page."""

    who: "PersonRecord"
    account: "AccountRecord"
    sessions: int
    own: bool

    @property
    def roles(self) -> tuple[Role, ...]:
        """In the order in which they are listed everywhere."""
        return tuple(role for role in Role if role in self.who.roles)


async def people(visit: Visit) -> Response:
    """List everybody, and who is invited."""
    return await _page(visit, None)


async def invite(visit: Visit) -> Response:
    """Make a one-time link for a person, shown on the next page and never again."""
    form = visit.form
    try:
        made = await visit.house.archive.act(visit.here.who, lambda archive: archive.people.invite(form.one("name"), several(form, "role")))
    except (InputError, RefusedError) as error:
        return await _page(visit, error)
    return await _page(visit, None, made=made)


async def withdraw(visit: Visit) -> Response:
    """Take an invitation back."""
    wanted = id_in(visit, "invitation")
    try:
        await visit.house.archive.act(visit.here.who, lambda archive: archive.people.withdraw(wanted))
    except InputError:
        raise NotThere from None
    return visit.go("/people")


async def change_roles(visit: Visit) -> Response:
    """Give a person other roles; they sign in again under them."""
    roles = several(visit.form, "role")
    return await _do(visit, lambda archive, who: archive.people.change_roles(who, roles), ends=True)


async def revoke(visit: Visit) -> Response:
    """Let a person sign in no longer, and end their sessions."""
    return await _do(visit, lambda archive, who: archive.people.revoke(who), ends=True)


async def end_sessions(visit: Visit) -> Response:
    """Sign a person out everywhere."""
    return await _do(visit, lambda archive, who: archive.accounts.end_sessions(who), ends=True)


async def reset_factor(visit: Visit) -> Response:
    """Forget a second factor that its person has lost, and end their sessions."""
    return await _do(visit, lambda archive, who: archive.accounts.reset_factor(who), ends=True)


async def _do(visit: Visit, what: "Callable[[Archive, str], object]", *, ends: bool) -> Response:
    wanted = id_in(visit, "person")

    def act(archive: "Archive") -> None:
        if wanted not in {who.id for who in archive.people.all()}:
            raise NotThere
        what(archive, wanted)

    try:
        await visit.house.archive.act(visit.here.who, act)
    except NotThere:
        raise
    except (InputError, RefusedError) as error:
        return await _page(visit, error)
    if ends:
        visit.house.sessions.end_person(wanted)
    return visit.go("/people")


async def _page(visit: Visit, error: VisavisError | None, *, made: "Invited | None" = None) -> Response:
    house, form = visit.house, visit.form
    me = None if visit.here.who is None else visit.here.who.actor.person_id

    def read(archive: "Archive") -> "tuple[list[tuple[PersonRecord, AccountRecord]], list[Invitation]]":
        return [(who, archive.people.account(who)) for who in archive.people.all()], archive.people.invitations()

    found, invitations = await house.archive.act(visit.here.who, read)
    rows = [Row(who=who, account=account, sessions=house.sessions.of_person(who.id), own=who.id == me) for who, account in found]
    return visit.page(
        "people.html.j2",
        error=error,
        rows=[row for row in rows if row.who.revoked_at is None],
        gone=[row for row in rows if row.who.revoked_at is not None],
        names={str(row.who.id): row.who.name for row in rows},
        invitations=invitations,
        made=made,
        link="" if made is None else f"{house.address.origin}/invitations/{made.token}",
        roles=ROLES,
        now=house.clock.now(),
        said="" if made else form.one("name"),
        chosen=() if made else several(form, "role"),
    )


_HERE = "/people/{person}"
OPENINGS: tuple[Opening, ...] = (
    (Door(method="GET", path="/people", who=Who.ROLE, act="add-person", because="who may act; each change has its leaf"), people),
    (Door(method="POST", path="/people/invitations", who=Who.ROLE, act="add-person", operation="set-up", body_bytes=FORM), invite),
    (
        Door(
            method="POST",
            path="/people/invitations/{invitation}/withdraw",
            who=Who.ROLE,
            act="add-person",
            operation="set-up",
            body_bytes=FORM,
        ),
        withdraw,
    ),
    (Door(method="POST", path=f"{_HERE}/roles", who=Who.ROLE, act="add-person", operation="set-up", body_bytes=FORM), change_roles),
    (Door(method="POST", path=f"{_HERE}/revoke", who=Who.ROLE, act="add-person", operation="set-up", body_bytes=FORM), revoke),
    (Door(method="POST", path=f"{_HERE}/sign-out", who=Who.ROLE, act="add-person", operation="set-up", body_bytes=FORM), end_sessions),
    (
        Door(method="POST", path=f"{_HERE}/second-factor", who=Who.ROLE, act="add-person", operation="set-up", body_bytes=FORM),
        reset_factor,
    ),
)
