"""What makes a face hard to compare, for people: a word that the template says a sentence of, and a number in it."""

from dataclasses import dataclass

from visavis.domain.face import Quality

_SMALL_PX = 64.0
"""Below this, half of what a passport asks for between the ears, fine marks are gone; `Quality.weaknesses` speaks from 32."""
_TURNED = 30.0
"""Degrees: from here on one side of the face is hidden to the eye, before the network suffers."""
_TILTED = 25.0
_ENLARGED = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """One remark. `about` is a word of a closed list, `number` what stands in its sentence; 0 = none does."""

    about: str
    number: int = 0


def hints(quality: Quality, *, enlarged: float = 0.0) -> tuple[Hint, ...]:
    """Return what to mind of a face; empty = it is large, sharp, lit and from the front.

    Parameters
    ----------
    quality : Quality
    enlarged : float
        How much larger than in its picture it is shown; 0 = not known.
    """
    weak = quality.weaknesses()
    found = []
    if quality.size_px < _SMALL_PX:
        found.append(Hint(about="tiny" if "small" in weak else "small", number=round(quality.size_px)))
    if abs(quality.yaw) > _TURNED:
        found.append(Hint(about="turned", number=round(abs(quality.yaw))))
    if abs(quality.pitch) > _TILTED:
        found.append(Hint(about="tilted", number=round(abs(quality.pitch))))
    if "blurred" in weak:
        found.append(Hint(about="blurred"))
    if "badly lit" in weak:
        found.append(Hint(about="dark" if quality.exposure < 0.5 else "glaring"))
    if "uncertain" in weak:
        found.append(Hint(about="uncertain"))
    if enlarged > _ENLARGED:
        found.append(Hint(about="enlarged", number=round(enlarged)))
    return tuple(found)
