"""People who may act: adding, revoking, and signing in with the passphrase that opens a person's key."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from visavis.domain.actor import Actor, Role
from visavis.domain.errors import InputError, RefusedError
from visavis.domain.ids import PersonId
from visavis.law.roles import Act, check_role, check_roles
from visavis.law.rules import Rule
from visavis.ledger.leaf import canonical_json
from visavis.records.archive import Records
from visavis.records.passphrase import PASSPHRASE, Argon2
from visavis.records.people import PersonRecord
from visavis.records.person_key import make_key, open_key

LEAST_PASSPHRASE = 12
"""Characters. Whoever has the archive and its key can try as many as they like, each at Argon2id's price."""
LONGEST_NAME = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A person whose passphrase has opened their key. `sign` makes an Ed25519 signature (64 bytes) with it."""

    actor: Actor
    sign: Callable[[bytes], bytes]

    def statement(self, what: str, object_id: str, facts: Mapping[str, Any], *, at: dt.datetime) -> tuple[bytes, bytes]:
        """Return (statement, signature), as `visavis.domain.signing.Signer` says."""
        said = {"at": at.astimezone(dt.UTC).isoformat(), "facts": facts, "object": object_id, "person": self.actor.person_id, "what": what}
        statement = canonical_json(said)
        return statement, self.sign(statement)


def sign_in(records: Records, by: Actor, name: str, passphrase: str) -> SignedIn:
    """Open a person's key; `by` is who runs the process, and stands in the ledger for what is refused.

    Raises
    ------
    InputError
        Nobody is called so.
    RefusedError
        Wrong passphrase, or a person who was revoked (rule `signed-in`); counted in the ledger.
    """
    who = records.people.one(name)
    with records.noting_refusals(by, "set-up", what="sign-in", person=who.id):
        if who.revoked_at is not None:
            raise RefusedError(
                f"{who.name} was revoked on {who.revoked_at:%Y-%m-%d}",
                rule=Rule.SIGNED_IN,
                remedy="somebody else has to act: visavis person list",
            )
        private = open_key(records.people.closed_key(who), passphrase)
        if private is None:
            raise RefusedError(
                f"this is not the passphrase of {who.name}", rule=Rule.SIGNED_IN, remedy="try again; see that Caps Lock is off"
            )
    return SignedIn(actor=_actor(who), sign=private.sign)


class AddPerson:
    """Adds people to an archive. The first is its owner, and needs nobody's leave."""

    def __init__(self, records: Records, *, argon2: Argon2 = PASSPHRASE) -> None:
        self._records = records
        self._argon2 = argon2

    def run(self, actor: Actor, name: str, roles: Sequence[Role], passphrase: str) -> PersonId:
        """Make a key that the passphrase closes, and write the person.

        Raises
        ------
        InputError
            No name or one that is taken, no role, a first person who is no owner, or a passphrase that is too short.
        RefusedError
            Nobody signed in (except for the first), it is not an act of the actor's roles, or the roles watch over each other.
        """
        name = " ".join(name.split())
        check_name(name, roles)
        check_passphrase(passphrase)
        with self._records.noting_refusals(actor, "set-up", what="person-add"):
            check_roles(roles)
            first = not self._records.people.all()
            if first and Role.OWNER not in roles:
                raise InputError("the first person of an archive is its owner", remedy=f'visavis person add "{name}" --role owner')
            if not first:
                check_owner(actor)
        key = make_key(passphrase, self._argon2)
        with self._records.work(actor) as work:
            return self._records.people.add(work, name=name, roles=roles, key=key, first=first)


class RevokePerson:
    """Takes a person's leave to sign in."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def run(self, actor: Actor, name: str) -> PersonRecord:
        """Revoke a person; what they signed stays signed.

        Raises
        ------
        InputError
            Nobody is called so, they were revoked already, or it is the last owner.
        RefusedError
            Nobody signed in, or it is not an act of the actor's roles.
        """
        with self._records.noting_refusals(actor, "set-up", what="person-revoke"):
            check_owner(actor)
        who = self._records.people.one(name)
        if who.revoked_at is not None:
            raise InputError(f"{who.name} was revoked on {who.revoked_at:%Y-%m-%d} already", remedy="visavis person list")
        owners = [one.id for one in self._records.people.all() if Role.OWNER in one.roles and one.revoked_at is None]
        if owners == [who.id]:
            raise InputError(f"{who.name} is the only owner", remedy="add another first: visavis person add NAME --role owner --as PERSON")
        with self._records.work(actor) as work:
            self._records.people.revoke(work, who)
        return who


def check_name(name: str, roles: Sequence[Role]) -> None:
    """Raise `InputError` unless a person has a name and a role."""
    if not name or len(name) > LONGEST_NAME:
        raise InputError(f"a person has a name of 1 to {LONGEST_NAME} characters", remedy='visavis person add "Ada Lovelace" --role owner')
    if not roles or Role.SERVICE in roles:
        able = ", ".join(role for role in Role if role is not Role.SERVICE)
        raise InputError("a person has a role that is no program's", remedy=f"--role with one of: {able}")


def check_passphrase(passphrase: str) -> None:
    """Raise `InputError` for a passphrase that is too short."""
    if len(passphrase) < LEAST_PASSPHRASE:
        raise InputError(
            f"a passphrase has at least {LEAST_PASSPHRASE} characters", remedy="four words that have nothing to do with each other"
        )


def check_owner(actor: Actor) -> None:
    """Ask whether an actor may change who acts; `RefusedError` (`person-needed`, `role-allowed`) if not."""
    if actor.person_id is None:
        raise RefusedError(
            "only somebody who signed in changes who may act", rule=Rule.PERSON_NEEDED, remedy="repeat the command with --as PERSON"
        )
    check_role(actor, Act.ADD_PERSON)


def _actor(who: PersonRecord) -> Actor:
    first = min(who.roles, key=list(Role).index)
    return Actor(name=who.name, role=first, person_id=who.id, roles=who.roles)
