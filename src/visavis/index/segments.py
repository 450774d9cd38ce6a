"""Rows at rest and rows just come: sealed segments of codes, and the tail in memory."""

from dataclasses import replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from visavis.domain.arrays import Keys, Vectors
from visavis.domain.errors import DamageError
from visavis.domain.identification import IndexRows, Where
from visavis.index.codes import Codebook, Codes, Scanner
from visavis.index.columns import REMOVED, ROW_BYTES, Columns, Flags, Positions, visible_sources
from visavis.index.files import IndexFolder, SegmentFiles
from visavis.index.ranking import similarities


class Segment:
    """One sealed segment: packed codes in memory, columns mapped copy-on-write, rows in order of their keys.

    New filter columns are written to the mapping, which keeps them in this process; `changed` says that the file is behind.
    """

    def __init__(self, folder: IndexFolder, files: SegmentFiles, codebook: Codebook) -> None:
        self.files = files
        self.changed = False
        self._folder = folder
        self._codebook = codebook
        self._sources = frozenset(files.sources)
        self.columns = self._map_columns()
        self._codes = self._map_codes()
        self._scanner: Scanner | None = None

    def __len__(self) -> int:
        return self.files.rows

    @classmethod
    def write(cls, folder: IndexFolder, codebook: Codebook, number: int, codes: Codes, columns: Columns) -> Self:
        """Write a new segment, sorted by key, and open it. In force only once the manifest names it."""
        order = np.argsort(columns.keys)
        columns = columns.take(order)
        codes_name, columns_name = f"{number:08d}.codes", f"{number:08d}.columns"
        files = SegmentFiles(
            rows=len(order),
            codes=codes_name,
            codes_sha256=folder.write(codes_name, codes[order].tobytes()),
            columns=columns_name,
            columns_sha256=folder.write(columns_name, columns.to_bytes()),
            sources=tuple(np.unique(columns.source).tolist()),
        )
        return cls(folder, files, codebook)

    def codes(self) -> Codes:
        """Return the codes as they lie in the file, mapped: (N, D / 4) uint8."""
        return self._codes

    def find(self, keys: Keys) -> Positions:
        """Return the position of each key; −1 for those that are not here, or hidden."""
        positions = np.minimum(np.searchsorted(self.columns.keys, keys), len(self) - 1)
        here = (self.columns.keys[positions] == keys) & (self.columns.source[positions] != REMOVED)
        return np.where(here, positions, -1)

    def update(self, positions: Positions, columns: Columns) -> None:
        """Give known rows new filter columns, in memory."""
        self.columns.put(positions, columns)
        self._sources |= frozenset(columns.source.tolist())
        self.changed = True

    def mask(self, positions: Positions) -> None:
        """Hide rows from every search of this process."""
        self.columns.source[positions] = REMOVED
        self._sources |= {REMOVED}

    def save_columns(self, number: int) -> SegmentFiles:
        """Write the columns to a new file and return what the manifest has to name; :meth:`adopt` it once it does."""
        name = f"{number:08d}.columns"
        sources = tuple(np.unique(self.columns.source).tolist())
        return replace(self.files, columns=name, columns_sha256=self._folder.write(name, self.columns.to_bytes()), sources=sources)

    def adopt(self, files: SegmentFiles) -> None:
        """Go over to columns that :meth:`save_columns` wrote, before the old file is overwritten."""
        self.files, self.changed = files, False
        self.columns = self._map_columns()

    def candidates(
        self, probe: Vectors, depth: int, where: Where | None, sources: frozenset[int]
    ) -> tuple[NDArray[np.float32] | None, Keys]:
        """Return the keys that are worth an exact look.

        Few passing rows (up to twice `depth`) are all worth it: then there are no estimates (None). Else the best `depth` by their
        codes, best first, with estimates.
        """
        passing: Flags | None = None
        count = len(self)
        if (where is not None and where.dated) or not self._sources <= visible_sources(sources, where):
            passing = self.columns.passing(sources, where)
            count = int(np.count_nonzero(passing))
        if count <= 2 * depth:
            return None, np.array(self.columns.keys if passing is None else self.columns.keys[passing])
        if self._scanner is None:  # a process that only writes never packs the codes for scanning
            self._scanner = self._codebook.scanner(self._codes)
        estimates, positions = self._scanner.best(probe, depth, None if count == len(self) else passing)
        return estimates, self.columns.keys[positions]

    def _map_codes(self) -> Codes:
        path = self._folder.path / self.files.codes
        if path.stat().st_size != self.files.rows * self._codebook.bytes_per_row:
            raise _damaged(self.files.codes)
        return np.asarray(np.memmap(path, np.uint8, mode="r")).reshape(-1, self._codebook.bytes_per_row)

    def _map_columns(self) -> Columns:
        path = self._folder.path / self.files.columns
        if path.stat().st_size != self.files.rows * ROW_BYTES:
            raise _damaged(self.files.columns)
        return Columns.over(np.asarray(np.memmap(path, np.uint8, mode="c")), self.files.rows)  # as a plain array, twice as quick to index


class Tail:
    """Rows that are in no segment yet, with their vectors at the precision of the row files.

    Parameters
    ----------
    dim : int
        Values in a vector.
    """

    def __init__(self, dim: int) -> None:
        self._vectors = np.empty((0, dim), np.float32)
        self._columns = Columns.empty(0)
        self._places: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self._places)

    @property
    def columns(self) -> Columns:
        """Keys and filter columns, in order of arrival."""
        return self._columns.take(slice(len(self)))

    @property
    def vectors(self) -> Vectors:
        """(N, D) float32, in order of arrival."""
        return self._vectors[: len(self)]

    def find(self, keys: Keys) -> Positions:
        """Return the place of each key; −1 for those that are not here."""
        return np.array([self._places.get(key, -1) for key in keys.tolist()], np.int64)

    def append(self, rows: IndexRows) -> None:
        """Take in rows with keys that are not here."""
        start, stop = len(self), len(self) + len(rows)
        if stop > len(self._vectors):
            self._grow(max(1_024, stop + stop // 2))
        self._vectors[start:stop] = rows.vectors.astype(np.float16)
        self._columns.put(slice(start, stop), Columns.of(rows))
        self._places.update(zip(rows.keys.tolist(), range(start, stop), strict=True))

    def update(self, places: Positions, columns: Columns) -> None:
        """Give known rows new filter columns."""
        self._columns.put(places, columns)

    def drop(self, keys: Keys) -> None:
        """Forget rows and overwrite their vectors; keys that are not here don't matter."""
        before = len(self)
        staying = ~np.isin(self.columns.keys, keys)
        kept, columns = self.vectors[staying], self.columns.take(staying)
        self._vectors[:before] = 0
        self._vectors[: len(kept)] = kept
        self._columns.put(slice(len(kept)), columns)
        self._places = {key: place for place, key in enumerate(columns.keys.tolist())}

    def similar(self, probe: Vectors, where: Where | None, sources: frozenset[int]) -> tuple[Keys, NDArray[np.float32]]:
        """Return keys and similarities of all rows that pass."""
        passing = self.columns.passing(sources, where)
        vectors = self.vectors if passing.all() else self.vectors[passing]
        return self.columns.keys[passing], similarities(vectors, probe)

    def _grow(self, capacity: int) -> None:
        vectors, columns = np.empty((capacity, self._vectors.shape[1]), np.float32), Columns.empty(capacity)
        vectors[: len(self)] = self.vectors
        columns.put(slice(len(self)), self.columns)
        self._vectors[:] = 0  # no vector stays behind in freed memory
        self._vectors, self._columns = vectors, columns


def _damaged(name: str) -> DamageError:
    return DamageError(f"codes/{name} is not as long as the manifest says", remedy="run «visavis verify --repair» to make the codes anew")
