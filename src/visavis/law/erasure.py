"""Who keeps what somebody wants gone, and what an erasure's certificate stands on."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from visavis.domain.ids import PersonId
from visavis.law.clocks import add_months
from visavis.law.gates import Gate, No, pass_all
from visavis.law.rules import Rule

HOLD_MONTHS = 6
"""A hold that is still needed then is asked for again, by two people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldAsked:
    """A hold that is asked for: its law, its last day, and who asks; `at` is the day it is asked on."""

    legal: str
    until: dt.date
    at: dt.date
    asked_by: PersonId | None


def _hold_person(asked: HoldAsked) -> No | None:
    if asked.asked_by is not None:
        return None
    return No("a hold is asked for by a named person", "repeat the command with --as PERSON")


def _hold_grounds(asked: HoldAsked) -> No | None:
    if asked.legal.strip():
        return None
    return No("a hold names the law, order or proceedings that want it (GDPR Art. 17(3))", '--legal "Art. …"')


def _hold_ends(asked: HoldAsked) -> No | None:
    last = add_months(asked.at, HOLD_MONTHS)
    if asked.at <= asked.until <= last:
        return None
    return No(f"a hold ends within {HOLD_MONTHS} months: by {last.isoformat()}", f"--until {last.isoformat()}, and ask again then")


HOLD_GATES: tuple[Gate[HoldAsked], ...] = (
    Gate(Rule.PERSON_NEEDED, _hold_person),
    Gate(Rule.HOLD_GROUNDS, _hold_grounds),
    Gate(Rule.HOLD_ENDS, _hold_ends),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Second:
    """A second person for what a first one did."""

    first: PersonId | None
    second: PersonId | None


def _second_apart(asked: Second) -> No | None:
    if asked.second is not None and asked.second != asked.first:
        return None
    return No("this takes a second person, signed in", "repeat the command with --as ANOTHER")


TWO_PEOPLE_GATES: tuple[Gate[Second], ...] = (Gate(Rule.SECOND_PERSON, _second_apart),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What the checks of an erasure found; None = they are not made."""

    checks: Sequence[Mapping[str, Any]] | None


def _checks_passed(asked: Checked) -> No | None:
    if asked.checks is None:
        return No("the checks of this erasure are not made yet", "run any `visavis erase` command that writes; they are made first")
    if failed := [str(check["check"]) for check in asked.checks if not check["passed"]]:
        return No(f"checks of this erasure failed: {', '.join(failed)}", "see what with `visavis erase list`, and mend it")
    return None


CERTIFICATE_GATES: tuple[Gate[Checked], ...] = (Gate(Rule.ERASURE_CHECKED, _checks_passed),)


def check_hold(asked: HoldAsked) -> None:
    """Ask whether a hold may be asked for; `RefusedError` (`person-needed`, `hold-grounds`, `hold-ends`) if not."""
    pass_all(HOLD_GATES, asked)


def check_second(first: PersonId | None, second: PersonId | None) -> None:
    """Ask whether somebody is another person than the first; `RefusedError` (`second-person`) if not."""
    pass_all(TWO_PEOPLE_GATES, Second(first=first, second=second))


def check_certificate(checks: Sequence[Mapping[str, Any]] | None) -> None:
    """Ask whether an erasure may be certified; `RefusedError` (`erasure-checked`) if not."""
    pass_all(CERTIFICATE_GATES, Checked(checks=checks))
