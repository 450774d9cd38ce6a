"""Measuring how often strangers score high in one's own pictures: who may, and in which sources. Aggregates only come of it."""

from dataclasses import dataclass

from visavis.domain.actor import Actor
from visavis.domain.errors import RefusedError
from visavis.law.charter import SourceState
from visavis.law.gates import Gate, No
from visavis.law.roles import UNNAMED, Act, check_role
from visavis.law.rules import Rule

PURPOSE = "calibration"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceMeasured:
    """One source that is to be measured; `state` is a `SourceState` value."""

    actor: Actor
    source_id: str
    state: str
    profile: str


def _person(asked: SourceMeasured) -> No | None:
    if asked.actor.person_id is not None or asked.profile in UNNAMED:
        return None
    return No(f"source {asked.source_id} of profile {asked.profile} is measured by a person who signed in", "visavis calibrate --as PERSON")


def _role(asked: SourceMeasured) -> No | None:
    try:
        check_role(asked.actor, Act.CALIBRATE)
    except RefusedError as error:
        return No(str(error), error.remedy)
    return None


def _live(asked: SourceMeasured) -> No | None:
    if asked.state == SourceState.LIVE:
        return None
    return No(f"source {asked.source_id} is {asked.state}: nothing of it is compared", "visavis source list shows which are live")


CALIBRATION_GATES: tuple[Gate[SourceMeasured], ...] = (
    Gate(Rule.PERSON_NEEDED, _person),
    Gate(Rule.ROLE_ALLOWED, _role),
    Gate(Rule.SOURCE_LIVE, _live),
)
"""The first that says no refuses the measurement."""
