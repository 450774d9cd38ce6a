"""The row files: the one place that holds vectors. SQL says which rows live; this module keeps their bytes.

A file `NNNNNN.rows` is a *segment*: a header of 64 bytes, then up to 65,536 records of a float16 vector and a checksum (`row_format`).
A row's place is its index key: `key = segment * 65536 + row + 1`. The checksum covers key and vector, so that a row copied to another
place is noticed too. An erased row is all zeros under the checksum of a tombstone. One process
writes (the archive's lock sees to that); any number read.

Half precision: a unit vector's similarity moves by less than 0.001, and a row takes 256 bytes at 128 dimensions.
"""

import hashlib
import mmap
import os
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from visavis.domain.arrays import Keys, Vectors
from visavis.domain.errors import DamageError, InputError
from visavis.records.durable import sync_file, sync_folder, write_at
from visavis.records.row_audit import Ahead, erased, row_problems
from visavis.records.row_format import (
    HEADER_BYTES,
    SEGMENT_ROWS,
    Checksums,
    checksums,
    header,
    header_problem,
    record_type,
    tombstones,
    widened,
)

_NAME = re.compile(r"[0-9]{6}\.rows")
_CHECK_ROWS = 4_096  # rows read at a time by `check`: 1 MB at 128 dimensions
_SHOWN_KEYS = 10
_KEYS_END = 2**63

Step = Callable[[str], None]
"""Told the name of each step as it is done; tests stop the process there."""
_Records = NDArray[Any]  # structured: a numpy dtype with fields has no static type


class RowsDamaged(DamageError):
    """Rows that are not there or whose checksum is wrong; `keys` names them."""

    def __init__(self, message: str, *, keys: tuple[int, ...]) -> None:
        super().__init__(message, remedy="run «visavis verify» to see what else is damaged, and restore these rows from a backup")
        self.keys = keys


class RowStore:
    """Append, read, overwrite and check rows of one archive.

    Parameters
    ----------
    folder : Path
        Made if `writable` and absent.
    dim : int
        Values in a vector.
    pack_id : str
        The model pack that made the vectors; its hash lies in each header.
    writable : bool
        One process at a time. A writer calls :meth:`truncate` with SQL's high-water mark before its first append.
    first_segment : int
        Number of the folder's first file; keys begin with its first row.
    step : callable, optional
        Told «rows-written», «rows-synced», «rows-overwritten».
    """

    def __init__(
        self, folder: Path, *, dim: int, pack_id: str, writable: bool, first_segment: int = 0, step: Step = lambda _name: None
    ) -> None:
        self._folder = folder
        self._first_segment = first_segment
        self._dim = dim
        self._pack = hashlib.sha256(pack_id.encode()).digest()[:16]
        self._writable = writable
        self._step = step
        self._record = record_type(dim)
        self._opaque = np.dtype(f"V{self._record.itemsize}")  # numpy gathers these four times as fast as records with fields
        self._mapped: dict[int, _Records] = {}
        self._open: dict[int, int] = {}  # segment -> descriptor
        self._touched: set[int] = set()
        self._made_file = False
        if writable and not folder.exists():
            folder.mkdir(mode=0o700)
            sync_folder(folder.parent)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def append(self, vectors: Vectors) -> tuple[Keys, Checksums]:
        """Write rows at the end, one write a segment. They survive a crash only after :meth:`sync`.

        Parameters
        ----------
        vectors : (N, dim) float32
            Finite, and within float16's range.

        Returns
        -------
        keys : (N,) int64
            Ascending, without a gap.
        checksums : (N,) uint32
            To be kept in SQL.
        """
        with np.errstate(over="ignore"):
            halves = vectors.astype("<f2")
        if vectors.ndim != 2 or vectors.shape[1] != self._dim or not np.isfinite(halves).all():
            raise InputError(f"rows are finite (N, {self._dim}) vectors within float16's range; got shape {vectors.shape}")
        start = self.high_water()
        keys = np.arange(start + 1, start + 1 + len(halves), dtype=np.int64)
        records = np.empty(len(halves), self._record)
        records["vector"] = halves
        records["checksum"] = checksums(keys, halves)
        done = 0
        while done < len(records):
            segment, row = divmod(start + done, SEGMENT_ROWS)
            part = records[done : done + SEGMENT_ROWS - row]
            write_at(self._descriptor(segment), part.tobytes(), self._offset(row))
            self._touched.add(segment)
            done += len(part)
        self._step("rows-written")
        return keys, records["checksum"].copy()

    def sync(self) -> None:
        """Wait until every row appended so far is on the disk."""
        for segment in sorted(self._touched):
            sync_file(self._descriptor(segment))
        self._touched.clear()
        if self._made_file:
            sync_folder(self._folder)
            self._made_file = False
        self._step("rows-synced")

    def truncate(self, last_key: int) -> None:
        """Cut off all that lies behind `last_key`: rows never committed, half a row, a file just begun.

        Parameters
        ----------
        last_key : int
            SQL's high-water mark (below the first key: no row was ever committed). A writer calls this at opening and after a commit that
            failed.

        Raises
        ------
        RowsDamaged
            Rows up to `last_key` are not there.
        """
        last_key = max(last_key, self._before)
        if (have := self.high_water()) < last_key:
            raise RowsDamaged(f"the row files end at key {have}, the records at {last_key}", keys=(have + 1, last_key))
        self._mapped.clear()
        last_segment, rows = divmod(last_key, SEGMENT_ROWS)
        for segment in self._segments():
            if segment > last_segment or (segment == last_segment and rows == 0):
                self._forget(segment)
                self._path(segment).unlink()
                self._made_file = True
            elif segment == last_segment and self._path(segment).stat().st_size > self._offset(rows):
                os.ftruncate(self._descriptor(segment), self._offset(rows))
                self._touched.add(segment)
        self.sync()

    def read(self, keys: Keys) -> Vectors:
        """Read rows in the order asked, each checksum checked. An erased row reads as zeros: SQL has masked it before it was overwritten.

        Parameters
        ----------
        keys : (N,) int64

        Returns
        -------
        (N, dim) float32
            Float16 precision.

        Raises
        ------
        RowsDamaged
            Names the keys that are missing or whose checksum is wrong.
        """
        keys = np.asarray(keys, np.int64)
        records = self._gather(keys)
        bad = self._bad(keys, records)
        if bad.any():  # the writer may have been overwriting this very row: look once more
            records[bad] = self._gather(keys[bad])
            bad[bad] = self._bad(keys[bad], records[bad])
        if bad.any():
            raise _damaged("rows fail their checksum", keys[bad])
        return widened(records["vector"])

    def overwrite(self, keys: Keys) -> None:
        """Erase rows where they lie: zeros and a tombstone, on the disk when this returns. Twice is once.

        Parameters
        ----------
        keys : (N,) int64

        Raises
        ------
        RowsDamaged
            A key that has no row; then nothing is overwritten.
        """
        keys = np.unique(np.asarray(keys, np.int64))
        outside = (keys <= self._before) | (keys > self.high_water())
        if outside.any():
            raise _damaged("no such rows", keys[outside])
        grave = np.zeros(1, self._record)
        segments = set()
        for key, checksum in zip(keys.tolist(), tombstones(keys).tolist(), strict=True):
            segment, row = divmod(key - 1, SEGMENT_ROWS)
            grave["checksum"] = checksum
            write_at(self._descriptor(segment), grave.tobytes(), self._offset(row))
            segments.add(segment)
        for segment in segments:
            sync_file(self._descriptor(segment))
        self._step("rows-overwritten")

    def high_water(self) -> int:
        """Return the key of the last whole row in the files; the one before the first key = none."""
        segments = self._segments()
        if not segments:
            return self._before
        return segments[-1] * SEGMENT_ROWS + self._rows_in(segments[-1])

    def check(self, expected: Iterable[tuple[int, int]]) -> Iterator[str]:
        """Compare every byte of the folder with its checksums and with what SQL says lives. Memory stays bounded.

        Parameters
        ----------
        expected : iterable of (key, checksum)
            Each live row, ascending by key. Any other row must be a tombstone.

        Yields
        ------
        str
            A problem. None: every file is as it was written.
        """
        wanted = Ahead(expected)
        for key, _checksum in wanted.below(self._before + 1):
            yield f"row {key}: recorded, but keys begin at {self._before + 1}"
        known = {self._path(segment).name for segment in self._segments()}
        for stray in sorted(path.name for path in self._folder.iterdir() if path.name not in known):
            yield f"rows/{stray}: not a row file"
        last = len(known) and self._segments()[-1]
        for segment in range(self._first_segment, last + 1 if known else 0):
            yield from self._check_segment(segment, wanted, last=segment == last)
        for key, _checksum in wanted.below(_KEYS_END):
            yield f"row {key}: recorded, but behind the end of the row files"

    def close(self) -> None:
        """Let go of every file. Twice is once."""
        self._mapped.clear()
        for segment in list(self._open):
            self._forget(segment)

    @property
    def _before(self) -> int:
        """The key before the first that a row here can have."""
        return self._first_segment * SEGMENT_ROWS

    def _check_segment(self, segment: int, wanted: "Ahead", *, last: bool) -> Iterator[str]:
        path = self._path(segment)
        first_key = segment * SEGMENT_ROWS + 1
        if not path.exists():
            yield f"rows/{path.name}: missing"
            for key, _checksum in wanted.below(first_key + SEGMENT_ROWS):
                yield f"row {key}: recorded, but its file is missing"
            return
        with path.open("rb") as file:
            if problem := header_problem(file.read(HEADER_BYTES), self._header(segment)):
                yield f"rows/{path.name}: {problem}"
            rows = self._rows_in(segment)
            if path.stat().st_size != self._offset(rows):
                yield f"rows/{path.name}: bytes behind the last whole row, or a header cut short"
            if not last and rows != SEGMENT_ROWS:
                yield f"rows/{path.name}: holds {rows} rows, but a later file follows"
            for start in range(0, rows, _CHECK_ROWS):
                count = min(_CHECK_ROWS, rows - start)
                records = np.frombuffer(file.read(count * self._record.itemsize), self._record)
                yield from row_problems(first_key + start, records, wanted)
        for key, _checksum in wanted.below(first_key + SEGMENT_ROWS):
            yield f"row {key}: recorded, but behind the end of rows/{path.name}"

    def _gather(self, keys: Keys) -> _Records:
        """Copy the records of `keys`, in their order; ascending keys, as an index asks for them, are quickest."""
        if (keys[1:] < keys[:-1]).any():
            order = np.argsort(keys)
            records = np.empty(len(keys), self._opaque)
            records[order] = self._gather_ascending(keys[order])
        else:
            records = self._gather_ascending(keys)
        return records.view(self._record)

    def _gather_ascending(self, keys: Keys) -> _Records:
        segments, rows = (keys - 1) // SEGMENT_ROWS, (keys - 1) % SEGMENT_ROWS
        records = np.empty(len(keys), self._opaque)
        starts = np.flatnonzero(np.append(True, segments[1:] != segments[:-1])[: len(keys)])
        stops = np.append(starts[1:], len(keys))[: len(starts)]
        runs = (segments[starts], rows[stops - 1], starts, stops)
        for segment, last, start, stop in zip(*(each.tolist() for each in runs), strict=True):
            mapped = self._mapping(segment, last)
            if last >= len(mapped):
                raise _damaged("no such rows", keys[start:stop][rows[start:stop] >= len(mapped)])
            mapped.take(rows[start:stop], out=records[start:stop], mode="clip")  # in range: without mode numpy copies twice
        return records

    def _mapping(self, segment: int, row: int) -> _Records:
        """Return the segment's records, mapped anew if `row` was appended since it was mapped."""
        mapped = self._mapped.get(segment)
        if mapped is None or row >= len(mapped):
            mapped = self._mapped[segment] = self._map(segment)
        return mapped

    def _map(self, segment: int) -> _Records:
        path = self._path(segment)
        if segment < 0 or not path.exists():
            return np.empty(0, self._opaque)
        with path.open("rb") as file:
            if problem := header_problem(file.read(HEADER_BYTES), self._header(segment)):
                raise DamageError(f"rows/{path.name}: {problem}", remedy="run «visavis verify»")
            rows = self._rows_in(segment)
            if rows == 0:
                return np.empty(0, self._opaque)
            view = mmap.mmap(file.fileno(), self._offset(rows), access=mmap.ACCESS_READ)
        return np.frombuffer(view, self._opaque, count=rows, offset=HEADER_BYTES)

    def _bad(self, keys: Keys, records: _Records) -> NDArray[np.bool_]:
        bad: NDArray[np.bool_] = checksums(keys, records["vector"]) != records["checksum"]
        if bad.any():
            bad[bad] = ~erased(keys[bad], records[bad])
        return bad

    def _header(self, segment: int) -> bytes:
        return header(dim=self._dim, pack=self._pack, segment=segment)

    def _descriptor(self, segment: int) -> int:
        """Return the segment's descriptor for writing; a new segment gets its header first."""
        if segment not in self._open:
            if not self._writable:
                raise InputError("these row files were opened for reading only")
            path = self._path(segment)
            new = not path.exists()
            self._open[segment] = descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            if new:
                write_at(descriptor, self._header(segment), 0)
                self._made_file = True
        return self._open[segment]

    def _forget(self, segment: int) -> None:
        self._touched.discard(segment)
        if (descriptor := self._open.pop(segment, None)) is not None:
            os.close(descriptor)

    def _segments(self) -> list[int]:
        if not self._folder.exists():
            return []
        return sorted(int(path.stem) for path in self._folder.iterdir() if _NAME.fullmatch(path.name))

    def _rows_in(self, segment: int) -> int:
        rows = max(0, self._path(segment).stat().st_size - HEADER_BYTES) // self._record.itemsize
        return min(rows, SEGMENT_ROWS)

    def _offset(self, row: int) -> int:
        return HEADER_BYTES + row * self._record.itemsize

    def _path(self, segment: int) -> Path:
        return self._folder / f"{segment:06d}.rows"


def _damaged(what: str, keys: Keys) -> RowsDamaged:
    listed = tuple(keys.tolist())
    shown = ", ".join(map(str, listed[:_SHOWN_KEYS])) + (", …" if len(listed) > _SHOWN_KEYS else "")
    return RowsDamaged(f"{what}: {shown}", keys=listed)
