"""What may become a template, and what of a picture's header may be kept. Asked twice in ingest; a refusal is a stored outcome."""

import datetime as dt
from dataclasses import dataclass, replace
from enum import StrEnum

from visavis.domain.media import PictureMetadata
from visavis.law.charter import Charter
from visavis.law.policy import Policy
from visavis.law.rules import Rule

# 0.1 degree is 11 km of latitude: about a city, whatever the street.
_CITY_DECIMALS = 1


class SourceState(StrEnum):
    """Where a source stands in its life; the value is stored."""

    LIVE = "live"
    FROZEN = "frozen"
    EXPIRED = "expired"
    ERASED = "erased"


class Step(StrEnum):
    """Which of the two questions is asked."""

    DECODE = "decode"
    """Before any byte of the picture is decoded."""
    INDEX = "index"
    """Before its templates are added: the answer may have changed since."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFacts:
    """What is known of one item when it is asked for.

    Attributes
    ----------
    source_state : str
        A `SourceState` value.
    kind : str
        `photo` is the only kind that this version takes.
    pictures_before : int
        Pictures of this source that were already taken, those waiting in the same batch included.
    """

    source_state: str
    kind: str
    pictures_before: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A rule's no to one item; `detail` says why, in words that name no person and no file."""

    rule: str
    detail: str


def admit(charter: Charter, policy: Policy, *, at: dt.datetime, step: Step, facts: ItemFacts) -> Refusal | None:
    """Ask whether an item may take the next step of ingest.

    Parameters
    ----------
    charter : Charter
        The one in force for the item's source.
    policy : Policy
    at : datetime
        Now, UTC.
    step : Step
    facts : ItemFacts

    Returns
    -------
    Refusal or None
        The first rule that says no, or None: it may.
    """
    profile = policy.profiles[charter.profile]
    before = "decoding" if step is Step.DECODE else "adding"
    if profile.use != "source":
        return Refusal(rule=Rule.PROFILE_USABLE, detail=profile.refusal)
    if facts.source_state != SourceState.LIVE:
        return Refusal(rule=Rule.SOURCE_LIVE, detail=f"before {before}: the source is {facts.source_state}")
    if why := charter.out_of_dates(at):
        return Refusal(rule=Rule.CHARTER_IN_DATES, detail=f"before {before}: {why}")
    if facts.kind != "photo":
        return Refusal(rule=Rule.PHOTOS_ONLY, detail=f"before {before}: {facts.kind} is not taken in by this version")
    if profile.most_pictures is not None and facts.pictures_before >= profile.most_pictures:
        return Refusal(rule=Rule.SOURCE_SIZE, detail=f"before {before}: profile {profile.name} takes {profile.most_pictures:,} pictures")
    return None


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
