"""Orders of authorities: the penalty clock, the claims of jurisdiction that narrow one, and what stands before its erasure.

Whoever says «we can't know who is French» has everybody in scope: without a claim that carries evidence a picture is of unknown
jurisdiction, and unknown counts as inside (docs/law/the-order-of-2022.md).
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from visavis.domain.ids import PersonId
from visavis.domain.orders import Terms
from visavis.law.clocks import overdue_days, penalty
from visavis.law.gates import Gate, No, pass_all
from visavis.law.rules import Rule

ALARMS = (50, 80, 100)
"""Per cent of the time after which an order that is not carried out is named."""


class Evidence(StrEnum):
    """What a claim of jurisdiction may stand on; the list is closed."""

    CHARTER = "charter"
    """The source's charter says so, and nothing else."""
    FOLDER = "folder"
    """How the files were filed."""
    RIGHTS_HOLDER = "rights-holder"
    """Who holds the rights, in writing."""
    PLACE = "place"
    """Where the pictures were taken, if the charter lets that be kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How an order stands at a moment.

    Attributes
    ----------
    state : str
        `open`, `suspended`, `overdue` or `done`.
    days_left : int
        To the last day, 0 from then on.
    days_overdue : int
        Half-open: the due day counts, the day of compliance does not; days under a suspending appeal are left out.
    penalty : int
    alarm : int
        Per cent of the time that has passed, as one of `ALARMS`; 0 = less than the first, or it is done.
    """

    state: str
    days_left: int
    days_overdue: int
    penalty: int
    alarm: int


def standing(terms: Terms, now: dt.datetime, *, complied_at: dt.datetime | None = None) -> Standing:
    """Return how an order stands at `now` (UTC)."""
    today = now.date()
    done = complied_at is not None and complied_at <= now
    over = overdue_days(terms.due, now, complied_at=complied_at)
    days = [terms.due + dt.timedelta(days=number) for number in range(over)]
    counted = sum(not terms.suspended_at(day) for day in days) if terms.appeals else over
    suspended = terms.suspended_at(today)
    state = "done" if done else "suspended" if suspended else "overdue" if counted else "open"
    return Standing(
        state=state,
        days_left=0 if done else max(0, (terms.due - today).days),
        days_overdue=counted,
        penalty=penalty(terms.rate, counted, cap=terms.cap),
        alarm=0 if done else alarm(terms.notified, terms.due, today),
    )


def alarm(notified: dt.date, due: dt.date, today: dt.date) -> int:
    """Return the last of `ALARMS` that the time from one day to another has passed, 0 for none."""
    whole, passed = (due - notified).days, (today - notified).days
    share = 100 if whole <= 0 else 100 * passed // whole
    return max((alarm for alarm in ALARMS if share >= alarm), default=0)


# ---- claims --------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A claim as it is made: where the people of some pictures live, and what that stands on.

    Attributes
    ----------
    places : tuple of str
        ISO 3166 codes, or `unknown`.
    charter_places : tuple of str
        What the charter of the source says.
    charter_place : str
        How much of a picture's position the charter lets be kept.
    """

    places: tuple[str, ...]
    evidence: Evidence
    because: str
    charter_places: tuple[str, ...]
    charter_place: str


def _borne_out(claim: Claim) -> No | None:
    if claim.evidence is Evidence.CHARTER and set(claim.places) != set(claim.charter_places):
        return No(f"the charter says {', '.join(claim.charter_places) or 'nothing'}", "claim what it says, or name other evidence")
    if claim.evidence is Evidence.PLACE and claim.charter_place == "none":
        return No("the charter keeps no place, so none can bear a claim out", "name other evidence: --evidence folder")
    if claim.evidence is not Evidence.CHARTER and not claim.because.strip():
        return No("a claim says what its evidence is", '--because "where that is written"')
    return None


CLAIM_GATES: tuple[Gate[Claim], ...] = (Gate(Rule.CLAIM_EVIDENCE, _borne_out),)


def check_claim(claim: Claim) -> None:
    """Ask whether a claim is borne out by its evidence; `RefusedError` (`claim-evidence`) if not."""
    pass_all(CLAIM_GATES, claim)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Second:
    first: PersonId | None
    second: PersonId | None


def _another(asked: _Second) -> No | None:
    if asked.second is not None and asked.first is not None and asked.first != asked.second:
        return None
    return No(
        "a claim made after the order was notified takes effect when a second person bears it out",
        "visavis order second CLAIM --as ANOTHER",
    )


SECOND_GATES: tuple[Gate[_Second], ...] = (Gate(Rule.CLAIM_SECONDED, _another),)


def check_second(first: PersonId | None, second: PersonId | None) -> None:
    """Ask whether a late claim is borne out by another person than who made it; `RefusedError` (`claim-seconded`) if not."""
    pass_all(SECOND_GATES, _Second(first=first, second=second))


# ---- carrying out --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasing:
    """What stands before an order's erasure: `requests` are ids of access requests that are open."""

    terms: Terms
    today: dt.date
    requests: Sequence[str]


def _not_suspended(asked: Erasing) -> No | None:
    if not asked.terms.suspended_at(asked.today):
        return None
    return No("an appeal suspends the order: it stays frozen, and nothing is erased", "visavis order appeal ORDER --ended DATE")


def _answered(asked: Erasing) -> No | None:
    if not asked.requests:
        return None
    return No(
        f"{len(asked.requests)} access requests are open, and what they ask for would be gone: {', '.join(asked.requests)}",
        "visavis request list, answer them, and carry the order out again",
    )


ERASE_GATES: tuple[Gate[Erasing], ...] = (Gate(Rule.ORDER_SUSPENDED, _not_suspended), Gate(Rule.REQUESTS_FIRST, _answered))


def check_erasing(asked: Erasing) -> None:
    """Ask whether an order may erase now; `RefusedError` (`order-suspended`, `requests-first`) if not."""
    pass_all(ERASE_GATES, asked)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Thaw:
    orders: Sequence[str]


THAW_GATES: tuple[Gate[_Thaw], ...] = (
    Gate(
        Rule.ORDER_FREEZES,
        lambda asked: No(f"order {', '.join(asked.orders)} covers all of it and stands", "visavis order status") if asked.orders else None,
    ),
)


def check_thaw(orders: Sequence[str]) -> None:
    """Ask whether a source may be thawed; `RefusedError` (`order-freezes`) while orders that cover all of it stand."""
    pass_all(THAW_GATES, _Thaw(orders=orders))
