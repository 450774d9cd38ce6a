"""Local policy packs: rules of one's own, signed by an owner. Past decisions keep the pack that they were made under."""

import hashlib
from collections.abc import Callable

from visavis.domain.actor import Actor, Role
from visavis.domain.errors import RefusedError
from visavis.law.policy import Policy
from visavis.law.rulebook import Rulebook, load_local
from visavis.law.rules import Rule
from visavis.records.archive import Records


def with_local(rules: Rulebook, records: Records) -> Rulebook:
    """Return the shipped packs joined by an archive's own.

    Raises
    ------
    RefusedError
        `pack-signed`: a pack does not carry its owner's signature; nothing is decided by it or without it.
    """
    for pack in records.policies.all():
        rules = load_local(rules, pack.body, signature=pack.signature, public_key=pack.public_key)
    return rules


class AddPolicy:
    """Adds local packs."""

    def __init__(self, records: Records, rules: Rulebook) -> None:
        self._records = records
        self._rules = rules

    def run(self, actor: Actor, sign: Callable[[bytes], bytes] | None, body: bytes) -> Policy:
        """Sign a pack's file and keep it; decisions from here on may be made under it.

        Raises
        ------
        SetupError
            It is no pack, takes a shipped one's name, or extends one that is not here.
        InputError
            It is here already.
        RefusedError
            Nobody signed in, or the actor is no owner.
        """
        with self._records.noting_refusals(actor, "set-up", what="policy-add"):
            if actor.person_id is None or sign is None:
                raise RefusedError(
                    "a policy pack is signed by an owner", rule=Rule.PERSON_NEEDED, remedy="repeat the command with --as PERSON"
                )
            if Role.OWNER not in (actor.roles or {actor.role}):
                raise RefusedError("only an owner changes the rules", rule=Rule.ROLE_ALLOWED, remedy="visavis policy add FILE --as OWNER")
        signature = sign(hashlib.sha256(body).digest())
        public_key = self._records.people.one(actor.person_id).public_key
        joined = load_local(self._rules, body, signature=signature, public_key=public_key)
        policy = list(joined.marks.values())[-1]
        with self._records.work(actor) as work:
            self._records.policies.add(work, mark=policy.mark, body=body, signature=signature, person_id=actor.person_id)
        return policy
