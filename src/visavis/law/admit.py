"""What may become a template, and what of a picture's header may be kept. Asked twice in ingest; a refusal is a stored outcome."""

import datetime as dt
from dataclasses import dataclass, replace
from enum import StrEnum

from visavis.domain.media import PictureMetadata
from visavis.law.charter import Charter, SourceState
from visavis.law.gates import Gate, No, first_no
from visavis.law.policy import Profile
from visavis.law.rulebook import Rulebook
from visavis.law.rules import Rule

# 0.1 degree is 11 km of latitude: about a city, whatever the street.
_CITY_DECIMALS = 1


class Step(StrEnum):
    """Which of the two questions is asked."""

    DECODE = "decode"
    """Before any byte of the picture is decoded."""
    INDEX = "index"
    """Before its templates are added: the answer may have changed since."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A file (its path below its root) at one step, «decode» or «index», with what `law.admit` asks of it.

    Attributes
    ----------
    kind : str
        `photo` or `film`.
    pictures : int
        Taken of its source before it; each stretch of a film is one.
    """

    path: str
    step: str
    kind: str
    pictures: int
    consents: int = 0
    faces: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFacts:
    """What is known of one item when it is asked for.

    Attributes
    ----------
    source_state : str
        A `SourceState` value.
    kind : str
        `photo` or `film`.
    pictures_before : int
        Pictures of this source that were already taken, those waiting in the same batch included; each stretch of a film is one.
    order : str
        Id of an authority's order that stops taking in files from its place; empty = none does.
    consents : int
        Consents that cover it now, for every purpose of the charter.
    faces : int
        That were found in it, of a film so far: each appearance is one; 0 before decoding.
    """

    source_state: str
    kind: str
    pictures_before: int
    order: str = ""
    consents: int = 0
    faces: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A rule's no to one item; `detail` says why, in words that name no person and no file."""

    rule: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    charter: Charter
    profile: Profile
    facts: ItemFacts
    at: dt.datetime


def _live(asked: _Asked) -> No | None:
    state = asked.facts.source_state
    return None if state == SourceState.LIVE else No(f"the source is {state}")


def _in_dates(asked: _Asked) -> No | None:
    why = asked.charter.out_of_dates(asked.at)
    return No(why) if why else None


def _photo_or_film(asked: _Asked) -> No | None:
    return None if asked.facts.kind in ("photo", "film") else No(f"{asked.facts.kind} is not taken in by this version")


def _size(asked: _Asked) -> No | None:
    most = asked.profile.most_pictures
    if most is None or asked.facts.pictures_before < most:
        return None
    return No(f"profile {asked.profile.name} takes {most:,} pictures")


def _no_order(asked: _Asked) -> No | None:
    return No(f"order {asked.facts.order} stops it") if asked.facts.order else None


def _consented(asked: _Asked) -> No | None:
    """Ask for a consent a face: whose face is whose nobody knows yet, so with fewer somebody's would be stored who never agreed."""
    given, faces = asked.facts.consents, asked.facts.faces
    if asked.charter.profile != "consent" or given >= max(1, faces):
        return None
    return No("no live consent covers it" if not given else "it shows more people than have consented to it")


ADMIT_GATES: tuple[Gate[_Asked], ...] = (
    Gate(Rule.PROFILE_USABLE, lambda asked: None if asked.profile.use == "source" else No(asked.profile.refusal)),
    Gate(Rule.SOURCE_LIVE, _live),
    Gate(Rule.ORDER_STOPS, _no_order),
    Gate(Rule.CHARTER_IN_DATES, _in_dates),
    Gate(Rule.PHOTO_OR_FILM, _photo_or_film),
    Gate(Rule.SOURCE_SIZE, _size),
    Gate(Rule.CONSENT_GIVEN, _consented),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceFacts:
    """What is known of one face of an admitted picture: whether somebody has objected to it."""

    suppressed: bool


FACE_GATES: tuple[Gate[FaceFacts], ...] = (
    Gate(Rule.NOT_OBJECTED, lambda facts: No("the person has objected") if facts.suppressed else None),
)


def admit_face(facts: FaceFacts) -> Refusal | None:
    """Ask whether a face of an admitted picture may become a template; asked in the transaction that would store it."""
    found = first_no(FACE_GATES, facts)
    return None if found is None else Refusal(rule=found[0], detail=found[1].why)


def admit(charter: Charter, rules: Rulebook, *, at: dt.datetime, step: Step, facts: ItemFacts) -> Refusal | None:
    """Ask whether an item may take the next step of ingest.

    Parameters
    ----------
    charter : Charter
        The one in force for the item's source.
    rules : Rulebook
    at : datetime
        Now, UTC.
    step : Step
    facts : ItemFacts

    Returns
    -------
    Refusal or None
        The first rule that says no, or None: it may.
    """
    profile = rules.of(charter).profiles[charter.profile]
    found = first_no(ADMIT_GATES, _Asked(charter=charter, profile=profile, facts=facts, at=at))
    if found is None:
        return None
    rule, no = found
    return Refusal(rule=rule, detail=f"before {'decoding' if step is Step.DECODE else 'adding'}: {no.why}")


def keep(metadata: PictureMetadata, charter: Charter) -> PictureMetadata:
    """Return what of a picture's header may be stored: texts by the charter's list, the position by its `place`, the date always."""
    kept = charter.metadata
    return replace(
        metadata,
        caption=metadata.caption if "caption" in kept else "",
        credit=metadata.credit if "credit" in kept else "",
        rights=metadata.rights if "rights" in kept else "",
        asset_id=metadata.asset_id if "asset_id" in kept else "",
        latitude=_position(metadata.latitude, charter.place),
        longitude=_position(metadata.longitude, charter.place),
    )


def _position(degrees: float | None, place: str) -> float | None:
    if degrees is None or place == "none":
        return None
    return degrees if place == "exact" else round(degrees, _CITY_DECIMALS)
