"""Comparisons of faces that are surely of different people, as they are gathered; nothing of them is kept."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from visavis.domain.arrays import Vectors
from visavis.domain.tails import USUAL, WEAK
from visavis.evaluation.tails import Pairs


@dataclass(slots=True, kw_only=True)
class Gathered:
    """Comparisons by kind, `USUAL` (neither face is weak) and `WEAK`.

    Attributes
    ----------
    photographs : int
        Photographs that gave a comparison.
    set_aside : int
        Comparisons that did not count, since their photograph may show one person twice.
    """

    photographs: int = 0
    set_aside: int = 0
    _similarity: dict[str, list[float]] = field(default_factory=lambda: {USUAL: [], WEAK: []})
    _units: dict[str, list[tuple[int, int]]] = field(default_factory=lambda: {USUAL: [], WEAK: []})

    def add(self, similarity: float, units: tuple[int, int], *, weak: bool) -> None:
        """Take in a comparison between two units of the bootstrap (people; a photograph twice)."""
        kind = WEAK if weak else USUAL
        self._similarity[kind].append(similarity)
        self._units[kind].append(units)

    def pairs(self, kind: str) -> Pairs:
        """Return the comparisons of a kind."""
        units = np.array(self._units[kind], np.int64).reshape(-1, 2)
        return Pairs(
            similarity=np.array(self._similarity[kind], np.float64), weight=np.ones(len(units)), first=units[:, 0], second=units[:, 1]
        )

    def __len__(self) -> int:
        return sum(map(len, self._similarity.values()))


def similarities(rows: Vectors) -> NDArray[np.float32]:
    """Return the cosine of every two rows: (N, D) float32 in, (N, N) float32 out."""
    unit = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), np.float32(1e-6))
    table: NDArray[np.float32] = unit @ unit.T
    return table
