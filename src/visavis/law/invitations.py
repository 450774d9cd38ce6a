"""Who comes in by an invitation, and who lets somebody in again whose second factor is lost."""

import datetime as dt
from dataclasses import dataclass

from visavis.domain.ids import PersonId
from visavis.law.gates import Gate, No, pass_all
from visavis.law.rules import Rule

LIFE = dt.timedelta(hours=72)
"""Of an invitation: over a weekend, and no longer than that in a mailbox."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """An invitation as it is used.

    Attributes
    ----------
    spent : bool
        It was used, or taken back.
    by_able : bool
        Who invited is not revoked, and may still add people.
    """

    at: dt.datetime
    until: dt.datetime
    spent: bool
    by_able: bool


def _valid(asked: Invited) -> No | None:
    if not asked.spent and asked.by_able and asked.at < asked.until:
        return None
    return No("this invitation was used, taken back, or is too old", "ask the owner for another")


INVITATION_GATES: tuple[Gate[Invited], ...] = (Gate(Rule.INVITED, _valid),)


def check_invitation(asked: Invited) -> None:
    """Ask whether an invitation may be used now; `RefusedError` (`invited`) if not, in the same words whatever is wrong."""
    pass_all(INVITATION_GATES, asked)


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorReset:
    """A second factor that is to be forgotten; `on_machine` = asked for on the command line, where no code is asked for either."""

    actor: PersonId | None
    person: PersonId
    on_machine: bool


def _another(asked: FactorReset) -> No | None:
    if asked.on_machine or asked.actor != asked.person:
        return None
    return No("nobody resets their own second factor over the network", "ask another owner; or on the machine: visavis person reset-factor")


FACTOR_GATES: tuple[Gate[FactorReset], ...] = (Gate(Rule.FACTOR_APART, _another),)


def check_factor_reset(asked: FactorReset) -> None:
    """Ask whether a second factor may be reset by who asks; `RefusedError` (`factor-apart`) if not."""
    pass_all(FACTOR_GATES, asked)
