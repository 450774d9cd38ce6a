"""What changes about a person: their roles, and the passphrase that closes their key."""

from collections.abc import Sequence

from visavis.domain.actor import Actor, Role
from visavis.domain.errors import InputError, RefusedError
from visavis.law.roles import check_roles
from visavis.law.rules import Rule
from visavis.records.archive import Records
from visavis.records.passphrase import PASSPHRASE, Argon2
from visavis.records.people import PersonRecord
from visavis.records.person_key import close_again
from visavis.services.people.members import check_owner, check_passphrase


class ChangeRoles:
    """Gives people other roles."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def run(self, actor: Actor, name: str, roles: Sequence[Role]) -> PersonRecord:
        """Put these roles in the place of a person's.

        Who was not an approver before waits like a new one before approving what the actor asks.

        Raises
        ------
        InputError
            Nobody is called so, they were revoked, have these roles already, none is named, or it is the last owner.
        RefusedError
            Nobody signed in, it is not an act of the actor's roles, or the roles watch over each other.
        """
        records = self._records
        with records.noting_refusals(actor, "set-up", what="person-roles"):
            check_owner(actor)
            check_roles(roles)
        who = records.people.one(name)
        if who.revoked_at is not None:
            raise InputError(f"{who.name} was revoked on {who.revoked_at:%Y-%m-%d}", remedy="invite them again under a name of its own")
        if not roles or frozenset(roles) == who.roles:
            raise InputError(f"{who.name} has these roles already, or none was named", remedy="one of: " + ", ".join(Role))
        owners = [one.id for one in records.people.all() if Role.OWNER in one.roles and one.revoked_at is None]
        if owners == [who.id] and Role.OWNER not in roles:
            raise InputError(f"{who.name} is the only owner", remedy="make somebody else an owner first")
        with records.work(actor) as work:
            records.people.change_roles(work, who, roles)
        return records.people.one(who.id)


class ChangePassphrase:
    """Closes a person's key with another passphrase; the key, and what it signed, stay."""

    def __init__(self, records: Records, *, argon2: Argon2 = PASSPHRASE) -> None:
        self._records = records
        self._argon2 = argon2

    def run(self, actor: Actor, before: str, passphrase: str) -> None:
        """Change the passphrase of who acts.

        Raises
        ------
        InputError
            The new one is too short.
        RefusedError
            Nobody signed in, or `before` does not open the key.
        """
        records = self._records
        check_passphrase(passphrase)
        with records.noting_refusals(actor, "set-up", what="passphrase-change"):
            if actor.person_id is None:
                raise RefusedError("a passphrase is a person's own", rule=Rule.PERSON_NEEDED, remedy="sign in")
            who = records.people.one(actor.person_id)
            closed = close_again(records.people.closed_key(who), before, passphrase, self._argon2)
            if closed is None:
                raise RefusedError(
                    "this is not your present passphrase", rule=Rule.SIGNED_IN, remedy="try again; see that Caps Lock is off"
                )
        with records.work(actor) as work:
            records.people.close_key(work, who, closed)
