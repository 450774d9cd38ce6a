"""Similarity on a scale from 0 to 100, for programs that expect one: the cosine, bent so that two points of it mean something.

At 80, one in 10,000 strangers is as similar or more; at 99, one in a million, by the trial of the model pack. Those are the thresholds that
programs made for such a scale ask for mostly. Between its points the scale is straight, so that order and ties are those of the
cosine; a cosine of 0 and all below it are 0. It is no probability, and no percentage of anything.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from visavis.domain.tails import Tail

ANCHORS: tuple[tuple[float, float], ...] = ((80.0, 1e-4), (99.0, 1e-6))
"""Points of the scale, and the share of strangers at or above each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HundredScale:
    """The scale of one model pack; `cosines` and `hundreds` rise together."""

    cosines: tuple[float, ...]
    hundreds: tuple[float, ...]

    @classmethod
    def of(cls, tail: Tail) -> Self:
        """Return the scale of a pack whose strangers have this tail."""
        inner = [tail.similarity_at(share) for _, share in ANCHORS]
        return cls(cosines=(0.0, *inner, 1.0), hundreds=(0.0, *(hundred for hundred, _ in ANCHORS), 100.0))

    def of_cosine(self, cosine: float) -> float:
        """Return where a cosine is on the scale."""
        return float(np.interp(cosine, self.cosines, self.hundreds))

    def cosine_at(self, hundred: float) -> float:
        """Return the cosine at a point of the scale."""
        return float(np.interp(hundred, self.hundreds, self.cosines))
