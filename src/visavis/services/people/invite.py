"""Inviting a person, who brings a passphrase of their own: the owner never learns it."""

import datetime as dt
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from visavis.domain.actor import Actor, Role
from visavis.domain.errors import InputError, RefusedError
from visavis.domain.ids import PersonId
from visavis.law.invitations import LIFE, check_invitation
from visavis.law.invitations import Invited as InvitedFacts
from visavis.law.roles import ACTS, Act, check_roles
from visavis.law.rules import Rule
from visavis.records.archive import Records
from visavis.records.invitations import Invitation
from visavis.records.passphrase import PASSPHRASE, Argon2
from visavis.records.person_key import make_key
from visavis.services.people.members import check_name, check_owner, check_passphrase

TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """An invitation that was made. `token` is shown once and kept nowhere."""

    id: str
    token: str = field(repr=False)
    until: dt.datetime


class Invite:
    """Makes invitations, and takes them back."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def run(self, actor: Actor, name: str, roles: Sequence[Role]) -> Invited:
        """Invite a person under a name, in roles.

        Raises
        ------
        InputError
            No name or one that is taken, or no role.
        RefusedError
            Nobody signed in, it is not an act of the actor's roles, or the roles watch over each other.
        """
        records, name = self._records, " ".join(name.split())
        check_name(name, roles)
        with records.noting_refusals(actor, "set-up", what="person-invite"):
            check_owner(actor)
            check_roles(roles)
        if records.people.taken(name):
            raise InputError(f"there is, or was, a person called «{name}»", remedy="add a word that tells them apart")
        token, until = secrets.token_urlsafe(TOKEN_BYTES), records.clock.now() + LIFE
        with records.work(actor) as work:
            made = records.invitations.add(work, token_sha256=_digest(token), name=name, roles=roles, until=until)
        return Invited(id=made, token=token, until=until)

    def withdraw(self, actor: Actor, invitation_id: str) -> Invitation:
        """Take an invitation back; `InputError` if there is none, or it was used."""
        records = self._records
        with records.noting_refusals(actor, "set-up", what="invitation-withdraw"):
            check_owner(actor)
        found = next((one for one in records.invitations.all() if one.id == invitation_id), None)
        if found is None or found.spent:
            raise InputError("there is no such invitation, or it was used", remedy="see who is invited on the page of people")
        with records.work(actor) as work:
            records.invitations.withdraw(work, found)
        return found

    def open(self) -> list[Invitation]:
        """Return the invitations that still hold, oldest first."""
        at = self._records.clock.now()
        return [one for one in self._records.invitations.all() if not one.spent and at < one.until]


class AcceptInvitation:
    """Lets an invited person in."""

    def __init__(self, records: Records, *, argon2: Argon2 = PASSPHRASE) -> None:
        self._records = records
        self._argon2 = argon2

    def look(self, by: Actor, token: str) -> Invitation:
        """Return the invitation of a link; `RefusedError` (`invited`), in the same words whatever is wrong. `by` runs the process."""
        records = self._records
        found = records.invitations.by_token(_digest(token))
        if found is None:
            raise RefusedError("this invitation was used, taken back, or is too old", rule=Rule.INVITED, remedy="ask the owner for another")
        people = {who.id: who for who in records.people.all()}
        inviter = people[found.invited_by]
        able = inviter.revoked_at is None and any(Act.ADD_PERSON in ACTS[role] for role in inviter.roles)
        asked = InvitedFacts(at=records.clock.now(), until=found.until, spent=found.spent, by_able=able)
        with records.noting_refusals(by, "set-up", what="invitation", invitation=found.id):
            check_invitation(asked)
            check_roles(sorted(found.roles))
        return found

    def run(self, by: Actor, token: str, passphrase: str) -> PersonId:
        """Write the person, with a key that their passphrase closes; the link opens nothing from then on.

        Raises
        ------
        InputError
            The passphrase is too short, or the name was taken meanwhile.
        RefusedError
            `invited`.
        """
        records = self._records
        found = self.look(by, token)
        check_passphrase(passphrase)
        key = make_key(passphrase, self._argon2)
        with records.work(by) as work:
            records.invitations.use(work, found)
            return records.people.add(
                work, name=found.name, roles=sorted(found.roles), key=key, first=False, by=found.invited_by, invitation=found.id
            )


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
