"""Rows at rest: a sealed segment of codes, and what a search sees of it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from threading import Lock
from typing import Self

import numpy as np
from numpy.typing import NDArray

from visavis.domain.arrays import Keys, Vectors
from visavis.domain.errors import DamageError
from visavis.domain.identification import Where
from visavis.index.codes import LEAST_ASKED, Codebook, Codes, Scanner, Selection
from visavis.index.columns import REMOVED, ROW_BYTES, Columns, Positions, visible_sources
from visavis.index.files import IndexFolder, SegmentFiles

_NARROW = 8
"""A filter that lets through at most one row in so many gets a scanner of its own: the search then costs what it may see."""

_KEPT = 2
"""Filters of a segment whose outcome is kept: at most 2 × 6 bytes a row at 128 dimensions."""

Candidates = tuple[NDArray[np.float32] | None, Keys]
"""Estimates (P, M) or None, and keys: (P, M), or (M,) for all probes where there are no estimates."""


@dataclass(slots=True, kw_only=True)
class Sight:
    """What one filter lets through of a segment.

    Attributes
    ----------
    places : (M,) int64 or None
        Positions of the rows that pass, if they are few. Then `scanner`, once it was needed, holds these alone.
    selection : Selection or None
        Which rows pass, if they are many; None = all.
    """

    count: int
    places: Positions | None = None
    selection: Selection | None = None
    scanner: Scanner | None = None


class Segment:
    """One sealed segment: packed codes in memory, columns mapped copy-on-write, rows in order of their keys.

    New filter columns are written to the mapping, which keeps them in this process; `changed` says that the file is behind. A removed
    row keeps its place, with no code and the key of the row before it.
    """

    def __init__(self, folder: IndexFolder, files: SegmentFiles, codebook: Codebook) -> None:
        self.files = files
        self.changed = False
        self._folder = folder
        self._codebook = codebook
        self._codes = self._map_codes()
        self._packing = Lock()
        self._scanner: Scanner | None = None
        self._sights: dict[tuple[frozenset[int], int | None, int | None], Sight] = {}
        self.due: Positions = np.empty(0, np.int64)
        self._map(files)

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

    def find(self, keys: Keys) -> Positions:
        """Return the position of each key; −1 for those that are not here, or hidden."""
        if not len(keys) or keys.min() > self.columns.keys[-1]:  # new rows, as a rule
            return np.full(len(keys), -1, np.int64)
        positions = np.minimum(np.searchsorted(self.columns.keys, keys), len(self) - 1)
        here = (self.columns.keys[positions] == keys) & (self.columns.source[positions] != REMOVED)
        return np.where(here, positions, -1)

    def living(self) -> tuple[Codes, Columns]:
        """Return codes and columns of the rows that are not hidden."""
        staying = self.columns.source != REMOVED
        return self._codes[staying], self.columns.take(staying)

    def update(self, positions: Positions, columns: Columns) -> None:
        """Give known rows new filter columns, in memory."""
        self.columns.put(positions, columns)
        self._sources |= frozenset(columns.source.tolist())
        self._sights = {}
        self.changed = True

    def mask(self, positions: Positions) -> None:
        """Hide rows from every search of this process; :meth:`bury` them if the files are this process's to change."""
        if len(positions):
            self.columns.source[positions] = REMOVED
            self._sources |= {REMOVED}
            self._sights = {}
            self.due = np.union1d(self.due, positions)

    def bury(self) -> SegmentFiles:
        """Overwrite the rows that were masked, in the files and in memory; return what the manifest has to name from now on.

        Keys stay in order for searching by halves: the place of a removed row gets the key of the living row before it.
        """
        width = self._codebook.bytes_per_row
        codes_sha256 = self._folder.overwrite(self.files.codes, ((place * width, bytes(width)) for place in self.due.tolist()))
        keys = np.maximum.accumulate(np.where(self.columns.source == REMOVED, 0, self.columns.keys))
        moved = np.flatnonzero(keys != self.columns.keys)
        self.columns.keys[moved] = keys[moved]
        self.columns.first_day[self.due] = self.columns.last_day[self.due] = 0
        columns_sha256 = self._folder.overwrite(self.files.columns, self._spans(moved))
        with self._packing:
            if self._scanner:
                self._scanner.repack(self._codes, self.due)
        self.due = np.empty(0, np.int64)
        sources = tuple(sorted({*self.files.sources, REMOVED}))
        return replace(self.files, codes_sha256=codes_sha256, columns_sha256=columns_sha256, sources=sources, going=())

    def save_columns(self, number: int) -> SegmentFiles:
        """Write the columns to a new file and return what the manifest has to name; :meth:`adopt` it once it does."""
        name = f"{number:08d}.columns"
        sources = tuple(np.unique(self.columns.source).tolist())
        return replace(self.files, columns=name, columns_sha256=self._folder.write(name, self.columns.to_bytes()), sources=sources)

    def adopt(self, files: SegmentFiles) -> None:
        """Go over to files that this process wrote. Columns that it has not written yet stay."""
        self.changed = self.changed and files.columns == self.files.columns
        if self.changed:
            self.files = files
        else:
            self._map(files)

    def follow(self, files: SegmentFiles) -> None:
        """Go over to what another process made of these codes: it overwrote rows, or wrote new columns."""
        self._map(files)
        with self._packing:
            if self._scanner:
                self._scanner.repack(self._codes, np.flatnonzero(self.columns.source == REMOVED))

    def pack(self) -> Scanner:
        """Return the scanner over all rows; a process that only writes never needs one."""
        with self._packing:
            if self._scanner is None:
                self._scanner = self._codebook.scanner(self._codes)
            return self._scanner

    @property
    def packed(self) -> bool:
        """Whether this process has scanned the segment."""
        return self._scanner is not None

    def sight(self, where: Where | None, sources: frozenset[int]) -> Sight:
        """Return what a filter lets through here."""
        visible = visible_sources(sources, where)
        since, until = (None, None) if where is None else (where.since, where.until)
        if since is None and until is None and self._sources <= visible:
            return Sight(count=len(self))
        kept = self._sights
        name = (self._sources & visible, since, until)
        sight = kept.get(name)
        if sight is None:
            passing = self.columns.passing(sources, where)
            count = int(np.count_nonzero(passing))
            if count <= max(len(self) // _NARROW, 2 * LEAST_ASKED):
                sight = Sight(count=count, places=np.flatnonzero(passing))
            else:
                sight = Sight(count=count, selection=Selection(passing))
            with self._packing:
                kept[name] = sight
                while len(kept) > _KEPT:
                    del kept[next(iter(kept))]
        return sight

    def candidates(self, sight: Sight, probes: Vectors, count: int) -> Candidates:
        """Return the keys that are worth an exact look.

        Few passing rows (up to twice `count`) are all worth it: then there are no estimates. Else the best `count` by their codes, with
        estimates, best first.
        """
        keys = self.columns.keys
        if sight.count <= 2 * count:
            if sight.selection is not None:
                return None, keys[sight.selection.flags(len(self))]
            return None, np.array(keys) if sight.places is None else keys[sight.places]
        if sight.places is None:
            estimates, positions = self.pack().best(probes, count, sight.selection)
        else:
            with self._packing:
                sight.scanner = sight.scanner or self._codebook.scanner(self._codes[sight.places])
            estimates, positions = sight.scanner.best(probes, count, None)
            positions = sight.places[positions]
        return estimates, keys[positions]

    def _map(self, files: SegmentFiles) -> None:
        self.files, self.changed = files, False
        self.columns = self._map_columns()
        self._sources = frozenset(files.sources)
        self._sights = {}
        self.due = np.empty(0, np.int64)
        self.mask(np.array(files.going, np.int64))

    def _spans(self, moved: Positions) -> Iterator[tuple[int, bytes]]:
        rows = len(self)
        for place in moved.tolist():
            yield 8 * place, self.columns.keys[place].tobytes()
        for place in self.due.tolist():
            yield 8 * rows + 4 * place, self.columns.source[place].tobytes()
            yield 12 * rows + 4 * place, bytes(4)
            yield 16 * rows + 4 * place, bytes(4)

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


def _damaged(name: str) -> DamageError:
    return DamageError(f"codes/{name} is not as long as the manifest says", remedy="run «visavis verify --repair» to make the codes anew")
