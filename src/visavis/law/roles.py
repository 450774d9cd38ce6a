"""Which act belongs to which role, and who needs to be a named person."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from visavis.domain.actor import Actor, Role
from visavis.law.gates import Gate, No, pass_all
from visavis.law.rules import Rule

UNNAMED = frozenset({"household", "trial", "evaluation"})
"""Profiles under which whoever runs the process may act: small by capability, so that nobody else is answerable."""


def named_profile(profiles: Iterable[str]) -> str | None:
    """Return the first of these profiles that wants a person who signed in; None = none of them does."""
    return next((profile for profile in profiles if profile not in UNNAMED), None)


class Act(StrEnum):
    """What a person may be asked to have a role for."""

    ADD_PERSON = "add-person"
    ADD_SOURCE = "add-source"
    SIGN_CHARTER = "sign-charter"
    FREEZE = "freeze"
    OPEN_CASE = "open-case"
    APPROVE_CASE = "approve-case"
    CLOSE_CASE = "close-case"
    READ_CASE = "read-case"
    SEARCH = "search"
    REVIEW = "review"
    BROWSE = "browse"
    DISCLOSE = "disclose"
    LABEL = "label"
    READ_LEDGER = "read-ledger"
    EXPIRE = "expire"
    REKEY = "rekey"
    REPACK = "repack"
    RECEIVE_REQUEST = "receive-request"
    ANSWER_REQUEST = "answer-request"
    SEARCH_FOR_REQUEST = "search-for-request"
    READ_REQUESTS = "read-requests"
    OBEY_ORDER = "obey-order"
    CLAIM_JURISDICTION = "claim-jurisdiction"
    WRITE_PAPER = "write-paper"
    ERASE = "erase"
    HOLD = "hold"
    CERTIFY = "certify"
    BACK_UP = "back-up"
    SUPPRESS = "suppress"
    CONSENT = "consent"
    CALIBRATE = "calibrate"
    ISSUE_KEY = "issue-key"
    INGEST = "ingest"


_RIGHTS = (Act.ERASE, Act.HOLD, Act.CERTIFY, Act.SUPPRESS, Act.CONSENT)
_REQUESTS = (Act.RECEIVE_REQUEST, Act.ANSWER_REQUEST, Act.READ_REQUESTS)
_ORDERS = (Act.OBEY_ORDER, Act.CLAIM_JURISDICTION, Act.WRITE_PAPER)

ACTS: Mapping[Role, frozenset[Act]] = MappingProxyType(
    {
        # Everything but the search over all sources whatever their purposes: that is the clerk's, for a request and nothing else.
        Role.OWNER: frozenset(Act) - {Act.SEARCH_FOR_REQUEST},
        Role.INVESTIGATOR: frozenset(
            {Act.OPEN_CASE, Act.CLOSE_CASE, Act.READ_CASE, Act.SEARCH, Act.REVIEW, Act.BROWSE, Act.DISCLOSE, Act.LABEL}
            | {Act.RECEIVE_REQUEST}
        ),
        Role.REVIEWER: frozenset({Act.APPROVE_CASE, Act.READ_CASE, Act.REVIEW, Act.BROWSE, Act.LABEL, Act.RECEIVE_REQUEST}),
        Role.CLERK: frozenset(
            {Act.FREEZE, Act.READ_CASE, Act.EXPIRE, Act.READ_LEDGER, Act.SEARCH_FOR_REQUEST, *_RIGHTS, *_REQUESTS, *_ORDERS}
        ),
        # Stops, and never searches (GDPR Art. 38(6): no task that makes a conflict of interests).
        Role.OFFICER: frozenset(
            {Act.SIGN_CHARTER, Act.FREEZE, Act.CLOSE_CASE, Act.READ_CASE, Act.HOLD, Act.CERTIFY, Act.READ_LEDGER, Act.CALIBRATE}
            | {*_REQUESTS, *_ORDERS}
        ),
        Role.AUDITOR: frozenset({Act.READ_LEDGER, Act.READ_REQUESTS}),
        # A program: nothing that wants a person's judgement or name. What else its key allows, `law.programs` says.
        Role.SERVICE: frozenset({Act.SEARCH, Act.INGEST, Act.BROWSE}),
    }
)
"""Nobody's role holds an act that changes the ledger: there is none."""

WATCHERS = frozenset({Role.OFFICER, Role.AUDITOR})


def _apart(roles: Collection[Role]) -> No | None:
    watching = WATCHERS.intersection(roles)
    if not watching or len(set(roles)) == 1:
        return None
    watcher = min(watching).value
    return No(
        f"{watcher} is the only role of whoever holds it: it watches over the others (GDPR Art. 38(6))",
        f"visavis person add NAME --role {watcher}",
    )


PERSON_GATES: tuple[Gate[Collection[Role]], ...] = (Gate(Rule.ROLES_APART, _apart),)


def check_roles(roles: Collection[Role]) -> None:
    """Ask whether one person may hold these roles together; `RefusedError` (`roles-apart`) if one watches over another."""
    pass_all(PERSON_GATES, roles)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    actor: Actor
    act: Act
    profile: str | None

    @property
    def held(self) -> frozenset[Role]:
        return self.actor.roles or frozenset({self.actor.role})


def _person(asked: _Asked) -> No | None:
    if asked.actor.service_id is not None:
        return None if asked.act in ACTS[Role.SERVICE] else No(f"«{asked.act}» is a person's, and no program's", "sign in, and do it")
    if asked.profile is None or asked.profile in UNNAMED or asked.actor.person_id is not None:
        return None
    return No(
        f"«{asked.act}» under profile {asked.profile} needs a person who signed in",
        "repeat the command with --as PERSON; `visavis person add NAME --role ROLE` adds one",
    )


def _role(asked: _Asked) -> No | None:
    if any(asked.act in ACTS[role] for role in asked.held):
        return None
    able = ", ".join(role.value for role in Role if asked.act in ACTS[role])
    held = ", ".join(sorted(role.value for role in asked.held))
    return No(f"«{asked.act}» is not an act of the role {held}", f"ask a person with one of these roles: {able}")


ROLE_GATES: tuple[Gate[_Asked], ...] = (Gate(Rule.PERSON_NEEDED, _person), Gate(Rule.ROLE_ALLOWED, _role))


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
    pass_all(ROLE_GATES, _Asked(actor=actor, act=act, profile=profile))
