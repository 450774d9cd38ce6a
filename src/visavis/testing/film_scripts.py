"""The test set of films: scripts in which people come, go, move, turn, fade, cross and replace each other, and some in which nobody is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from visavis.testing.films import Part, Pose, Scene, Script

OBAMA, SENATE, COLLINS = "barack-obama-2009.jpg", "barack-obama-senate.jpg", "eileen-collins.jpg"
MACRON, MACRON_OLDER = "emmanuel-macron-2014.jpg", "emmanuel-macron-2025.jpg"
ARDERN, ARDERN_OLDER = "jacinda-ardern-2018.jpg", "jacinda-ardern-2022.jpg"
BIDEN, SUNAK = "joe-biden-2010.jpg", "rishi-sunak.jpg"
EVERYONE = (OBAMA, COLLINS, MACRON, ARDERN, BIDEN, SUNAK)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A script and how it is encoded.

    Attributes
    ----------
    bit_rate : int
        Bits a second; 0 = as the encoder has it.
    rotation : int
        Degrees by which a player must turn the frames.
    """

    script: Script
    bit_rate: int = 0
    rotation: int = 0


def _plan(*scenes: Scene, noise: float = 0, uneven: bool = False, bit_rate: int = 0, rotation: int = 0) -> Plan:
    script = Script(scenes=scenes, width=640, height=360, noise=noise, uneven=uneven, seed=len(scenes))
    return Plan(script=script, bit_rate=bit_rate, rotation=rotation)


def _still(portrait: str, seconds: float, **pose: float) -> Scene:
    return Scene(seconds=seconds, parts=(Part(portrait=portrait, start=Pose(**pose)),))


def _moving(portrait: str, seconds: float, start: Pose, end: Pose) -> Scene:
    return Scene(seconds=seconds, parts=(Part(portrait=portrait, start=start, end=end),))


def _crowd(size: float, seconds: float) -> Scene:
    places = [(0.12 + 0.15 * at, 0.3 + 0.3 * (at % 2)) for at in range(len(EVERYONE))]
    parts = (
        Part(portrait=who, start=Pose(x=x, y=y, size=size), end=Pose(x=x + 0.03, y=y, size=size))
        for who, (x, y) in zip(EVERYONE, places, strict=True)
    )
    return Scene(seconds=seconds, parts=tuple(parts))


PLANS: Mapping[str, Plan] = {
    "pan, zoom, cut": _plan(
        _moving(OBAMA, 3, Pose(x=0.2, size=0.3), Pose(x=0.8, size=0.3)),
        _moving(COLLINS, 2.5, Pose(size=0.15), Pose(size=0.6)),
        Scene(seconds=2, parts=(Part(portrait=SUNAK, start=Pose(x=0.3)), Part(portrait=ARDERN, start=Pose(x=0.7, size=0.3)))),
        _still(MACRON, 1.04, size=0.5),
        Scene(seconds=1),
    ),
    "fade, turn": _plan(
        Scene(seconds=4, fade=0.8, parts=(Part(portrait=ARDERN_OLDER),)),
        _moving(BIDEN, 3, Pose(size=0.35, turn=-30), Pose(size=0.35, turn=30)),
        Scene(seconds=3, fade=0.4, parts=(Part(portrait=SENATE, start=Pose(x=0.3)), Part(portrait=COLLINS, start=Pose(x=0.75, size=0.3)))),
    ),
    "come and go": _plan(
        Scene(
            seconds=6,
            parts=(
                Part(portrait=MACRON_OLDER, start=Pose(x=0.25, size=0.3), enters=1.3, leaves=3.1),
                Part(portrait=SUNAK, start=Pose(x=0.7, size=0.3), enters=2.2),
            ),
        ),
        _moving(COLLINS, 4, Pose(x=-0.1, size=0.3), Pose(x=1.1, size=0.3)),
        Scene(seconds=1),
    ),
    "cross, replace, uneven rate": _plan(
        Scene(
            seconds=4,
            parts=(
                Part(portrait=OBAMA, start=Pose(x=0.2, y=0.3, size=0.25), end=Pose(x=0.8, y=0.3, size=0.25)),
                Part(portrait=SUNAK, start=Pose(x=0.8, y=0.75, size=0.3), end=Pose(x=0.2, y=0.75, size=0.3)),
            ),
        ),
        Scene(
            seconds=4,
            parts=(
                Part(portrait=COLLINS, start=Pose(size=0.3), leaves=2.0),
                Part(portrait=BIDEN, start=Pose(size=0.3), enters=2.0),
            ),
        ),
        uneven=True,
    ),
    "six small faces, grain": _plan(_crowd(0.12, 4), Scene(seconds=2), _crowd(0.2, 2), noise=8),
    "one person in many shots": _plan(*(_still(who, 1.2 + 0.2 * at, x=0.3 + 0.1 * at) for at, who in enumerate((OBAMA, SENATE) * 3))),
    "low bit rate": _plan(
        _moving(OBAMA, 4, Pose(x=0.2, size=0.2), Pose(x=0.6, size=0.4)),
        Scene(seconds=3, parts=(Part(portrait=COLLINS, start=Pose(x=0.2, size=0.15)), Part(portrait=ARDERN, start=Pose(x=0.7, size=0.15)))),
        bit_rate=120_000,
    ),
    "turned by metadata": _plan(
        _moving(SUNAK, 3, Pose(x=0.3, size=0.3), Pose(x=0.6, size=0.5)),
        _still(ARDERN, 2, x=0.6, size=0.3),
        rotation=90,
    ),
    "nobody": _plan(Scene(seconds=3), Scene(seconds=3, fade=1), Scene(seconds=2), noise=12),
}
"""By name; a dozen seconds each, 640 x 360, 25 frames a second. Every person who is seen is seen for a second at least, 40 pixels high."""

SHOTS = tuple(0.12 + 0.08 * at for at in range(10))
"""Seconds of the shots of the film of short appearances: 3 to 21 frames."""


def short_appearances() -> Plan:
    """Return a film of appearances of less than a second, each of them a shot between two without a face."""
    scenes: list[Scene] = []
    for at, seconds in enumerate(SHOTS):
        scenes += [Scene(seconds=0.88), _still(EVERYONE[at % len(EVERYONE)], seconds, x=0.3 + 0.04 * at, size=0.3)]
    return _plan(*scenes, Scene(seconds=1))


def common_film(*, width: int, height: int, minutes: Fraction, noise: float) -> Script:
    """Return a film as they commonly are, for measuring speed: shots of five seconds, one or two people, one shot in six without any."""
    people = [*EVERYONE, ARDERN_OLDER, MACRON_OLDER, SENATE]
    scenes: Sequence[Scene] = [_common_scene(at, people) for at in range(int(minutes * 12))]
    return Script(scenes=tuple(scenes), width=width, height=height, noise=noise, seed=11)


def _common_scene(at: int, people: Sequence[str]) -> Scene:
    first, second = people[at % len(people)], people[(at + 4) % len(people)]
    if at % 6 == 3:
        return Scene(seconds=5)
    if at % 2:
        left = Part(portrait=first, start=Pose(x=0.28, size=0.3), end=Pose(x=0.3, size=0.32))
        return Scene(seconds=5, parts=(left, Part(portrait=second, start=Pose(x=0.72, size=0.28))))
    return _moving(first, 5, Pose(x=0.45, size=0.35, turn=-4), Pose(x=0.55, size=0.45, turn=4))
