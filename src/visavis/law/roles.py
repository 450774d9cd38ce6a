"""Which act belongs to which role, and who needs to be a named person."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from types import MappingProxyType

from visavis.domain.actor import Actor, Role
from visavis.domain.errors import RefusedError
from visavis.law.rules import Rule

UNNAMED = frozenset({"household", "trial", "evaluation"})
"""Profiles under which whoever runs the process may act: small by capability, so that nobody else is answerable."""


class Act(StrEnum):
    """What a person may be asked to have a role for."""

    ADD_PERSON = "add-person"
    ADD_SOURCE = "add-source"
    SIGN_CHARTER = "sign-charter"
    FREEZE = "freeze"
    OPEN_CASE = "open-case"
    APPROVE_CASE = "approve-case"
    CLOSE_CASE = "close-case"
    SEARCH = "search"
    REVIEW = "review"
    DISCLOSE = "disclose"
    LABEL = "label"
    READ_LEDGER = "read-ledger"
    EXPIRE = "expire"
    REKEY = "rekey"


ACTS: Mapping[Role, frozenset[Act]] = MappingProxyType(
    {
        Role.OWNER: frozenset(Act),
        Role.INVESTIGATOR: frozenset({Act.OPEN_CASE, Act.CLOSE_CASE, Act.SEARCH, Act.REVIEW, Act.DISCLOSE, Act.LABEL}),
        Role.REVIEWER: frozenset({Act.APPROVE_CASE, Act.REVIEW, Act.LABEL}),
        Role.CLERK: frozenset({Act.FREEZE, Act.EXPIRE, Act.READ_LEDGER}),
        # Stops, and never searches (GDPR Art. 38(6): no task that makes a conflict of interests).
        Role.OFFICER: frozenset({Act.SIGN_CHARTER, Act.FREEZE, Act.CLOSE_CASE, Act.READ_LEDGER}),
        Role.AUDITOR: frozenset({Act.READ_LEDGER}),
    }
)
"""Nobody's role holds an act that changes the ledger: there is none."""

WATCHERS = frozenset({Role.OFFICER, Role.AUDITOR})


def check_roles(roles: Collection[Role]) -> None:
    """Ask whether one person may hold these roles together; `RefusedError` (`roles-apart`) if one watches over another."""
    for watcher in WATCHERS.intersection(roles):
        if len(set(roles)) > 1:
            raise RefusedError(
                f"{watcher.value} is the only role of whoever holds it: it watches over the others (GDPR Art. 38(6))",
                rule=Rule.ROLES_APART,
                remedy=f"visavis person add NAME --role {watcher.value}",
            )


def check_role(actor: Actor, act: Act, *, profile: str | None = None) -> None:
    """Ask whether an actor may do this.

    Parameters
    ----------
    actor : Actor
        Any of `actor.roles` (or `actor.role`, if it has only one) may allow it.
    act : Act
    profile : str or None
        The profile of the source or case it touches; None = the archive as a whole, where a person is asked only for their role.

    Raises
    ------
    RefusedError
        `person-needed`: nobody signed in, and the profile wants a named person. `role-allowed`: not an act of the actor's roles.
    """
    if profile is not None and profile not in UNNAMED and actor.person_id is None:
        raise RefusedError(
            f"«{act}» under profile {profile} needs a person who signed in",
            rule=Rule.PERSON_NEEDED,
            remedy="repeat the command with --as PERSON; `visavis person add NAME --role ROLE` adds one",
        )
    held = actor.roles or {actor.role}
    if not any(act in ACTS[role] for role in held):
        able = ", ".join(role.value for role in Role if act in ACTS[role])
        raise RefusedError(
            f"«{act}» is not an act of the role {', '.join(sorted(role.value for role in held))}",
            rule=Rule.ROLE_ALLOWED,
            remedy=f"ask a person with one of these roles: {able}",
        )
