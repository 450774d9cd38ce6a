"""An authority's order as values: what it asks for, what it covers, its days and its money."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from visavis.domain.errors import InputError
from visavis.domain.ids import FaceId, SourceId


class OrderAct(StrEnum):
    """What an order asks for, in the order in which it is done."""

    STOP = "stop"
    """Nothing more is taken in."""
    FREEZE = "freeze"
    """What is there is out of every search."""
    ANSWER = "answer"
    """Open access requests are answered first."""
    ERASE = "erase"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What an order covers; an empty field narrows nothing.

    Attributes
    ----------
    jurisdictions : tuple of str
        ISO 3166 codes; pictures of unknown jurisdiction are always inside.
    faces : tuple of FaceId
        Of one person, found and confirmed by people; then only these are covered.
    since, until : date or None
        When the pictures were taken; those without a date are inside.
    """

    sources: tuple[SourceId, ...] = ()
    jurisdictions: tuple[str, ...] = ()
    faces: tuple[FaceId, ...] = ()
    since: dt.date | None = None
    until: dt.date | None = None

    def __post_init__(self) -> None:
        """Check the codes; `InputError` for what is none."""
        for place in self.jurisdictions:
            if not re.fullmatch(r"[A-Z]{2}(-[A-Z0-9]{1,3})?", place):
                raise InputError(
                    f"«{place}» is no jurisdiction", remedy="write ISO 3166 codes such as FR or CA-QC; unknown is always inside"
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class Appeal:
    """An appeal, and whether it suspends the order. `until` is the day of its end, None = it goes on."""

    since: dt.date
    until: dt.date | None
    suspends: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The days and the money of an order.

    Attributes
    ----------
    notified, due : date
        Day on which it was notified; last day to obey. Days are UTC.
    rate : int
        Penalty a day, in the order's unit of money; 0 = none.
    cap : int or None
        Most that is ever due.
    """

    notified: dt.date
    due: dt.date
    rate: int = 0
    cap: int | None = None
    appeals: tuple[Appeal, ...] = ()

    def suspended_at(self, day: dt.date) -> bool:
        """Whether an appeal that suspends the order runs on this day."""
        return any(one.suspends and one.since <= day and (one.until is None or day < one.until) for one in self.appeals)


def touches(claimed: Sequence[str], wanted: Sequence[str]) -> bool:
    """Whether a claim leaves pictures inside an order for `wanted`: no claim, or one of unknown, does; a country touches its regions."""
    if not wanted or not claimed or "unknown" in claimed:
        return True
    return any(one == other or one.startswith(f"{other}-") or other.startswith(f"{one}-") for one in claimed for other in wanted)
