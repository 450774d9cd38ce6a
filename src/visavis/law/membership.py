"""Who belongs to a case and opens its searches by a link; and who may read its terms."""

from collections.abc import Collection
from dataclasses import dataclass

from visavis.domain.actor import Actor, Role
from visavis.domain.ids import PersonId, ServiceId
from visavis.law.gates import Gate, No, first_no, pass_all
from visavis.law.roles import ACTS, Act
from visavis.law.rules import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    actor: Actor
    kind: str
    involved: Collection[PersonId | ServiceId]


def _member(asked: _Asked) -> No | None:
    actor = asked.actor
    if actor.service_id is not None:
        return None if actor.service_id in asked.involved else No("another than this program made this search", "read your own")
    # A shared or standing case is everybody's whose role searches; a reviewer gives the second verdict in cases of others.
    if asked.kind != "case" or Role.REVIEWER in (actor.roles or {actor.role}) or actor.person_id in asked.involved:
        return None
    return No("you have no part in this case", "ask who opened it")


MEMBER_GATES: tuple[Gate[_Asked], ...] = (Gate(Rule.CASE_MEMBER, _member),)


def check_member(actor: Actor, *, kind: str, involved: Collection[PersonId | ServiceId]) -> None:
    """Ask whether a person belongs to a case; whether their role may look at it is `roles.check_role`'s to say.

    Parameters
    ----------
    actor : Actor
    kind : str
        `shared`, `standing` or `case`.
    involved : collection of PersonId or ServiceId
        Who opened it, approved it, searched under it; of programs the one that made this search.

    Raises
    ------
    RefusedError
        `case-member`.
    """
    pass_all(MEMBER_GATES, _Asked(actor=actor, kind=kind, involved=involved))


def is_member(actor: Actor, *, kind: str, involved: Collection[PersonId | ServiceId]) -> bool:
    """Whether `check_member` lets a person pass."""
    return first_no(MEMBER_GATES, _Asked(actor=actor, kind=kind, involved=involved)) is None


# ---- its terms -----------------------------------------------------------------------------------------------------------------

_ANSWERS_FOR_OTHERS = frozenset({Act.APPROVE_CASE, Act.FREEZE})
"""Whoever signs or stops cases of others has to know what they say; what was found in them is the members' only."""


def _reader(asked: _Asked) -> No | None:
    held = asked.actor.roles or {asked.actor.role}
    if any(_ANSWERS_FOR_OTHERS & ACTS[role] for role in held):
        return None
    return _member(asked)


READER_GATES: tuple[Gate[_Asked], ...] = (Gate(Rule.CASE_FILE, _reader),)


def check_reader(actor: Actor, *, kind: str, involved: Collection[PersonId]) -> None:
    """Ask whether a person may read a case's terms; whether their role reads any is `roles.check_role`'s to say.

    Parameters
    ----------
    actor : Actor
    kind : str
        `shared`, `standing` or `case`.
    involved : collection of PersonId
        Who opened it, approved it, searched under it.

    Raises
    ------
    RefusedError
        `case-file`.
    """
    pass_all(READER_GATES, _Asked(actor=actor, kind=kind, involved=involved))


def is_reader(actor: Actor, *, kind: str, involved: Collection[PersonId]) -> bool:
    """Whether `check_reader` lets a person pass."""
    return first_no(READER_GATES, _Asked(actor=actor, kind=kind, involved=involved)) is None
