"""Looking through the pictures of a source: no search, and still a consultation, for somebody who has a reason to be there."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from visavis.domain.actor import Actor, Role
from visavis.law.charter import Charter, SourceState
from visavis.law.gates import Gate, No, pass_all
from visavis.law.roles import ACTS, Act
from visavis.law.rules import Rule

WATCHING = frozenset({Act.ADD_SOURCE, Act.SIGN_CHARTER, Act.FREEZE, Act.EXPIRE, Act.READ_LEDGER})
"""Whose role holds one of these answers for sources, or watches over who does: they see that each of them is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Browsing:
    """Who wants to look through a source.

    Attributes
    ----------
    state : str
        Of the source.
    in_case : bool
        The person has a part in an open case that names the source; the case that a household's sources share counts.
    """

    actor: Actor
    state: str
    charter: Charter
    in_case: bool
    at: dt.datetime


def _live(asked: Browsing) -> No | None:
    if asked.state == SourceState.LIVE:
        return None
    return No(f"the source is {asked.state}: its pictures are not shown", "visavis source list says how each stands")


def _in_dates(asked: Browsing) -> No | None:
    why = asked.charter.out_of_dates(asked.at)
    return No(why, "amend the charter, if its grant has later dates") if why else None


def _in_case(asked: Browsing) -> No | None:
    if asked.in_case or Role.OWNER in _held(asked.actor):
        return None
    return No("you have no part in an open case that names this source (GDPR Art. 5(1)(b))", "open one, or ask who did")


BROWSE_GATES: tuple[Gate[Browsing], ...] = (
    Gate(Rule.SOURCE_LIVE, _live),
    Gate(Rule.CHARTER_IN_DATES, _in_dates),
    Gate(Rule.BROWSED_IN_CASE, _in_case),
)


def check_browsing(asked: Browsing) -> None:
    """Ask whether a person may look through a source; whether their role may at all is `roles.check_role`'s to say (`browse`).

    Raises
    ------
    RefusedError
        `source-live`, `charter-in-dates`, `browsed-in-case`.
    """
    pass_all(BROWSE_GATES, asked)


def sees_source(actor: Actor, *, in_case: bool) -> bool:
    """Whether a person is told that a source is there: who answers for sources or watches, and who has a case that names it."""
    return in_case or any(WATCHING & ACTS[role] for role in _held(actor))


def _held(actor: Actor) -> Collection[Role]:
    return actor.roles or frozenset({actor.role})
