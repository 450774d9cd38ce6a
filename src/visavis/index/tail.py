"""Rows that are in no segment yet: in memory, with their vectors, compared exactly.

They lie in pieces that never move, each filled from the front, so that one thread may search what another one adds to.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import NDArray

from visavis.domain.arrays import Keys, Vectors
from visavis.domain.identification import IndexRows, Where
from visavis.index.columns import REMOVED, Columns, Flags, Positions
from visavis.index.ranking import similarities

_PIECE = 4_096
"""Rows of a piece: 2 MB at 128 dimensions."""


Waiting = list[tuple[Keys, Vectors]]
"""Keys and vectors of what a search may see, piece by piece."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TailRows:
    """The rows that a tail held at some moment, piece by piece; those removed meanwhile are marked `REMOVED` and zero."""

    vectors: tuple[Vectors, ...] = field(default=(), repr=False)
    columns: tuple[Columns, ...] = ()

    def __len__(self) -> int:
        return sum(map(len, self.vectors))

    def living(self) -> Iterator[tuple[Vectors, Columns]]:
        """Yield vectors and columns of each piece, without the removed rows."""
        for vectors, columns in zip(self.vectors, self.columns, strict=True):
            staying = columns.source != REMOVED
            yield vectors[staying], columns.take(staying)

    def passing(self, where: Where | None, sources: frozenset[int]) -> Waiting:
        """Return what a search may see."""
        seen: Waiting = []
        for vectors, columns in zip(self.vectors, self.columns, strict=True):
            flags = columns.passing(sources, where)
            seen.append((columns.keys, vectors) if flags.all() else (columns.keys[flags], vectors[flags]))
        return seen


def similar(waiting: Waiting, probe: Vectors) -> tuple[list[Keys], list[NDArray[np.float32]]]:
    """Return keys and similarities, piece by piece."""
    return [keys for keys, _ in waiting], [similarities(vectors, probe) for _, vectors in waiting]


class Tail:
    """Takes rows in, at the precision of the row files.

    Parameters
    ----------
    dim : int
        Values in a vector.
    """

    def __init__(self, dim: int) -> None:
        self._dim = dim
        self._count = 0
        self._pieces: list[tuple[Vectors, Columns]] = []
        self._places: dict[int, int] = {}

    def __len__(self) -> int:
        """Return how many rows wait, removed ones left out."""
        return len(self._places)

    def rows(self) -> TailRows:
        """Return what is here now. Later rows don't show in it; later removals and filter columns do."""
        ends = [min(self._count - start, _PIECE) for start in range(0, self._count, _PIECE)]
        return TailRows(
            vectors=tuple(vectors[:end] for end, (vectors, _) in zip(ends, self._pieces, strict=False)),
            columns=tuple(columns.take(slice(end)) for end, (_, columns) in zip(ends, self._pieces, strict=False)),
        )

    def find(self, keys: Keys) -> Positions:
        """Return the place of each key; −1 for those that are not here."""
        if not self._places:
            return np.full(len(keys), -1, np.int64)
        return np.array([self._places.get(key, -1) for key in keys.tolist()], np.int64)

    def append(self, rows: IndexRows) -> None:
        """Take in rows with keys that are not here."""
        vectors, columns = rows.vectors.astype(np.float16), Columns.of(rows)
        done = 0
        while done < len(rows):
            piece, place = divmod(self._count, _PIECE)
            if piece == len(self._pieces):
                self._pieces.append((np.empty((_PIECE, self._dim), np.float32), Columns.empty(_PIECE)))
            part = slice(done, done + _PIECE - place)
            here = slice(place, place + len(vectors[part]))
            self._pieces[piece][0][here] = vectors[part]
            self._pieces[piece][1].put(here, columns.take(part))
            self._places.update(zip(rows.keys[part].tolist(), range(self._count, self._count + len(vectors[part])), strict=True))
            self._count += len(vectors[part])
            done += len(vectors[part])

    def update(self, places: Positions, columns: Columns) -> None:
        """Give known rows new filter columns."""
        for which, piece, positions in self._by_piece(places):
            self._pieces[piece][1].put(positions, columns.take(which))

    def hide(self, keys: Keys) -> None:
        """Forget rows; keys that are not here don't matter. Their vectors lie here until :meth:`wipe_hidden`."""
        places = self.find(keys)
        for _, piece, positions in self._by_piece(places[places >= 0]):
            self._pieces[piece][1].source[positions] = REMOVED
        for key in keys.tolist():
            self._places.pop(key, None)

    def wipe_hidden(self) -> None:
        """Overwrite keys and vectors of hidden rows, once no search can be looking at them."""
        for vectors, columns in self._pieces:
            hidden = columns.source == REMOVED
            vectors[hidden] = 0
            columns.keys[hidden] = 0

    def emptied(self) -> Self:
        """Return a new tail; :meth:`wipe` this one when no search needs it any more."""
        return type(self)(self._dim)

    def wipe(self) -> None:
        """Overwrite every vector."""
        for vectors, _ in self._pieces:
            vectors[:] = 0

    def _by_piece(self, places: Positions) -> Iterator[tuple[Flags, int, Positions]]:
        for piece in np.unique(places // _PIECE).tolist():
            which = places // _PIECE == piece
            yield which, piece, places[which] % _PIECE
