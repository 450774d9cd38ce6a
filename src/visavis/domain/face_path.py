"""Where a face is in a film over time: by that, and by nothing of the face itself, it is known again in the same film."""

import struct
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass

from visavis.domain.face import Box

ASIDE, _SLACK = 0.5, 0.01
"""How far a face may lie from where it was: half its size, and one hundredth of the picture for what laying on gets wrong."""
_SMALLER = 0.5
"""A face of less than half the size it had, or more than twice, is another."""
_POINT = struct.Struct("<q4d")


@dataclass(frozen=True, slots=True)
class FacePath:
    """Boxes by time, ascending; between two of them the face is taken to move evenly. Empty = of no film."""

    points: tuple[tuple[int, Box], ...] = ()

    @classmethod
    def through(cls, points: Iterable[tuple[int, Box]]) -> "FacePath":
        """Return the path through points in any order."""
        return cls(tuple(sorted(dict(points).items(), key=lambda point: point[0])))

    @property
    def start(self) -> int:
        """Ticks of its first point."""
        return self.points[0][0]

    @property
    def end(self) -> int:
        """Ticks of its last point."""
        return self.points[-1][0]

    def at(self, ticks: int) -> Box | None:
        """Return where the face is at a moment; None before it came and after it went."""
        if not self.start <= ticks <= self.end:
            return None
        after = bisect_left(self.points, ticks, key=lambda point: point[0])
        then, box = self.points[after]
        if then == ticks:
            return box
        since, earlier = self.points[after - 1]
        share = (ticks - since) / (then - since)
        return Box(**{side: (1 - share) * getattr(earlier, side) + share * getattr(box, side) for side in Box.__slots__})

    def meets(self, other: "FacePath") -> bool:
        """Whether both are in one place at one time."""
        for ticks in {ticks for ticks, _ in (*self.points, *other.points)}:
            here, there = self.at(ticks), other.at(ticks)
            if here is not None and there is not None and falls_on(here, there):
                return True
        return False

    def goes_on_in(self, other: "FacePath", gap_ticks: int) -> bool:
        """Whether the other begins where this one ends, no more than `gap_ticks` later."""
        return 0 < other.start - self.end <= gap_ticks and falls_on(self.points[-1][1], other.points[0][1])

    def with_(self, other: "FacePath") -> "FacePath":
        """Return the path through the points of both."""
        return FacePath.through((*self.points, *other.points))

    def to_bytes(self) -> bytes:
        """Return it as it is stored: of each point its ticks and its box."""
        return b"".join(_POINT.pack(ticks, box.left, box.top, box.width, box.height) for ticks, box in self.points)

    @classmethod
    def from_bytes(cls, data: bytes) -> "FacePath":
        """Read :meth:`to_bytes`."""
        return cls(tuple((ticks, Box(**dict(zip(Box.__slots__, sides, strict=True)))) for ticks, *sides in _POINT.iter_unpack(data)))


NO_PATH = FacePath()
"""Of a face in a picture."""


def falls_on(box: Box, other: Box) -> bool:
    """Whether a face at `other` is the one that was at `box`: near its place, and about its size."""
    across, down = aside(box, other)
    return (
        across <= ASIDE * box.width + _SLACK
        and down <= ASIDE * box.height + _SLACK
        and _SMALLER <= other.width / box.width <= 1 / _SMALLER
        and _SMALLER <= other.height / box.height <= 1 / _SMALLER
    )


def aside(box: Box, other: Box) -> tuple[float, float]:
    """Return how far apart two centres lie, across and down."""
    return (
        abs(box.left + box.width / 2 - other.left - other.width / 2),
        abs(box.top + box.height / 2 - other.top - other.height / 2),
    )
