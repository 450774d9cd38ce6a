"""A gate: one rule and the function that asks it. Tuples of gates are what the law consists of, so that each can be counted and tested."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from visavis.domain.errors import RefusedError
from visavis.law.rules import Rule

Facts = TypeVar("Facts")


@dataclass(frozen=True, slots=True)
class No:
    """A refusal: why, in words that name no person and no file, and the command that mends it (may be empty)."""

    why: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Gate(Generic[Facts]):
    """One rule that may refuse; `check` returns None to let pass."""

    rule: Rule
    check: Callable[[Facts], No | None]


def first_no(gates: Iterable[Gate[Facts]], facts: Facts) -> tuple[Rule, No] | None:
    """Return the first gate's rule that says no, with what it says; None = all let pass."""
    return next(((gate.rule, no) for gate in gates if (no := gate.check(facts)) is not None), None)


def pass_all(gates: Iterable[Gate[Facts]], facts: Facts) -> None:
    """Raise `RefusedError` with the first rule that says no."""
    found = first_no(gates, facts)
    if found is not None:
        rule, no = found
        raise RefusedError(no.why, rule=rule, remedy=no.remedy)
