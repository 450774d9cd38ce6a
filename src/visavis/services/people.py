"""People who may act: signing in with a passphrase, adding, revoking; and the statements that they sign."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from visavis.domain.actor import Actor, Role
from visavis.domain.errors import RefusedError
from visavis.ledger.leaf import Json, canonical_json
from visavis.records.archive import Records
from visavis.records.people import PersonRecord
from visavis.records.person_key import holds, open_key


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A person whose passphrase has opened their key. `sign` makes an Ed25519 signature (64 bytes) with it."""

    actor: Actor
    sign: Callable[[bytes], bytes]


def sign_in(records: Records, name: str, passphrase: str) -> SignedIn:
    """Open a person's key.

    Raises
    ------
    InputError
        Nobody is called so.
    RefusedError
        Wrong passphrase, or a person who was revoked (rule `signed-in`); counted in the ledger.
    """
    who = records.people.one(name)
    private = None if who.revoked_at else open_key(records.people.closed_key(who), passphrase)
    actor = _actor(who)
    if private is None:
        error = RefusedError(
            f"{who.name} was revoked on {who.revoked_at:%Y-%m-%d}" if who.revoked_at else f"this is not the passphrase of {who.name}",
            rule="signed-in",
            remedy="sign in as a person of `visavis person list` who is not revoked" if who.revoked_at else "try again",
        )
        records.note_refusal(actor, "set-up", error, what="sign-in", person=who.id)
        raise error
    return SignedIn(actor=actor, sign=private.sign)


def signed_statement(signer: SignedIn, what: str, object_id: str, facts: Mapping[str, Json], *, at: dt.datetime) -> tuple[bytes, bytes]:
    """Return (statement, signature): canonical JSON that says what is signed, about which object, by whom, when, with which facts."""
    statement = canonical_json(
        {"at": at.astimezone(dt.UTC).isoformat(), "facts": facts, "object": object_id, "person": signer.actor.person_id, "what": what}
    )
    return statement, signer.sign(statement)


def verify(public_key: bytes, statement: bytes, signature: bytes) -> bool:
    """Whether a statement was signed with this key."""
    return holds(public_key, statement, signature)


def _actor(who: PersonRecord) -> Actor:
    first = min(who.roles, key=list(Role).index)
    return Actor(name=who.name, role=first, person_id=who.id, roles=who.roles)
