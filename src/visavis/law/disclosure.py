"""Whether a result may leave the house, and what must be said of it."""

from collections.abc import Collection
from dataclasses import dataclass

from visavis.law.gates import Gate, No, pass_all
from visavis.law.policy import Profile
from visavis.law.rules import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    profiles: Collection[Profile]
    recipient: str
    because: str


def _allowed(asked: _Asked) -> No | None:
    closed = [profile.name for profile in asked.profiles if profile.exports == "no"]
    if not closed:
        return None
    return No(f"results of profile {closed[0]} do not leave the house", "look at them on the screen: --format text")


def _named(asked: _Asked) -> No | None:
    if asked.recipient.strip() and asked.because.strip():
        return None
    if all(profile.exports == "free" for profile in asked.profiles):
        return None
    return No("a result that leaves the house names who receives it and why (GDPR Art. 19, LED Art. 25)", '--recipient NAME --because "…"')


DISCLOSURE_GATES: tuple[Gate[_Asked], ...] = (Gate(Rule.EXPORT_ALLOWED, _allowed), Gate(Rule.RECIPIENT_NAMED, _named))


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipAsked:
    """A clip or a copy before it is made: whether its case asks about one person only, and whether other people are masked in it."""

    one_face: bool
    masked: bool


def _alone(asked: ClipAsked) -> No | None:
    if asked.masked or not asked.one_face:
        return None
    return No("the case asks about one person, and others would be seen", "--mask-others")


CLIP_GATES: tuple[Gate[ClipAsked], ...] = (Gate(Rule.OTHERS_MASKED, _alone),)


def check_clip(asked: ClipAsked) -> None:
    """Ask whether a clip may be cut, or a picture copied; `RefusedError` (`others-masked`) if more is shown than the case asks about."""
    pass_all(CLIP_GATES, asked)


def check_disclosure(profiles: Collection[Profile], *, recipient: str, because: str) -> bool:
    """Ask whether a result may be exported.

    Parameters
    ----------
    profiles : collection of Profile
        Of the sources that were searched.
    recipient, because : str
        Who receives it, and why; may be empty where every profile's exports are free.

    Returns
    -------
    bool
        Whether it is a disclosure, to be recorded as one.

    Raises
    ------
    RefusedError
        `export-allowed` or `recipient-named`.
    """
    pass_all(DISCLOSURE_GATES, _Asked(profiles=profiles, recipient=recipient, because=because))
    return any(profile.exports != "free" for profile in profiles)
