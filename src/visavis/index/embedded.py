"""The default index: every code is scanned, the best are compared exactly from the row files. `docs/decisions/0004` says why.

Sealed segments of codes lie in the index's folder; rows that came since the last sealing wait in memory (the tail) and are compared
exactly. The tail is written nowhere: at opening, outbox entries above `applied` are added again.

One process writes; the archive's lock, which wiring holds, sees to that. A reader follows the writer's manifest: before each search it
looks whether there is a new generation, and afterwards whether there is one by now. If so it searches again, since the writer
overwrites old files as soon as it has switched. What a reader was told itself (entries that the writer has not written down yet) it
keeps in a journal and applies to each new generation.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from visavis.domain.arrays import Keys, Vectors
from visavis.domain.clearance import Clearance
from visavis.domain.clock import Clock
from visavis.domain.errors import DamageError, SetupError
from visavis.domain.identification import Hits, IndexRows, RemovalReport, Where
from visavis.index.base import RowReader
from visavis.index.codes import Codebook
from visavis.index.columns import REMOVED, Columns, check_probe, check_rows, check_seq
from visavis.index.files import IndexFolder, Manifest, Stamp
from visavis.index.ranking import at_least, best, similarities
from visavis.index.segments import Segment, Tail

_READ_ROWS = 16_384
"""Rows re-scored at a time: 8 MB at 128 dimensions, however many candidates are asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upkeep:
    """When the tail is sealed and how long segments grow.

    Attributes
    ----------
    least_rows, tail_rows : int
        The tail is sealed at a sixteenth of the rows that are sealed already, so that a row is rewritten few times however large the
        archive, and a small archive needs little memory; but never below the first (2 MB at 128 dimensions), and at the latest at the
        second (32 MB, 2 ms a search).
    close_rows : int
        A shorter tail is not worth a segment; at opening it is added again.
    segment_rows : int
        The tail joins the shortest segment up to this length: 52 MB to rewrite, the price of one removal.
    step : callable
        Told the name of each durable step just after it.
    """

    least_rows: int = 4_096
    tail_rows: int = 65_536
    close_rows: int = 4_096
    segment_rows: int = 1_000_000
    step: Callable[[str], None] = lambda _name: None


_USUAL = Upkeep()


def open_embedded(
    folder: Path, dim: int, read_rows: RowReader, clock: Clock, *, writable: bool, upkeep: Upkeep = _USUAL
) -> "EmbeddedIndex":
    """Open the index in a folder, or begin one there.

    Parameters
    ----------
    folder : Path
        Of this index alone; made if `writable` and absent.
    dim : int
        Values in a vector.
    read_rows : RowReader
        Hands out the rows that were added, exactly as they are stored.
    clock : Clock
        For clearances.
    writable : bool
        One process at a time, under the archive's lock. It also clears away what a crash left.
    upkeep : Upkeep

    Raises
    ------
    SetupError
        The folder holds codes of another dimension or codebook.
    DamageError
        The manifest, or a file that it names, is missing or broken.
    """
    if writable:
        folder.mkdir(mode=0o700, exist_ok=True)
    return EmbeddedIndex(IndexFolder(folder, upkeep.step), Codebook(dim), read_rows, clock, upkeep if writable else None)


class EmbeddedIndex:
    """See the module. Made by :func:`open_embedded`; `upkeep` None opens it for reading."""

    def __init__(self, folder: IndexFolder, codebook: Codebook, read_rows: RowReader, clock: Clock, upkeep: Upkeep | None) -> None:
        self._folder = folder
        self._codebook = codebook
        self._read_rows = read_rows
        self._clock = clock
        self._upkeep = upkeep
        self._segments: list[Segment] = []
        self._tail = Tail(codebook.dim)
        self._journal: list[tuple[int, IndexRows | Keys]] = []
        self._stamp: Stamp | None = None
        self._manifest = Manifest(dim=codebook.dim, codebook=codebook.digest)
        self._next_file = 1
        self._load()
        self._seen = self._manifest.applied
        if upkeep and self._stamp is None:
            self._manifest = folder.switch(None, self._manifest)
        if upkeep:
            folder.clear(self._manifest)

    def add(self, rows: IndexRows, seq: int) -> None:
        """Take in rows; a known key only gets its new filter columns. A full tail is sealed (about a second)."""
        check_rows(rows, self._codebook.dim)
        check_seq(seq, self._seen)
        rows = _last_of_each_key(rows)
        self._take_in(rows)
        self._seen = seq
        if self._upkeep is None:
            self._journal.append((seq, rows))
        elif len(self._tail) >= self._longest_tail(self._upkeep):
            self._seal(self._upkeep)

    def remove(self, keys: Keys, seq: int) -> RemovalReport:
        """Forget rows: hidden at once, and their codes and columns gone from every file when this returns.

        A reader hides them; the writer's files are the writer's to change.
        """
        check_seq(seq, self._seen)
        keys = np.unique(np.asarray(keys, np.int64))
        known = self._hide(keys)
        self._seen = seq
        if self._upkeep is None:
            self._journal = [(entry, _blanked(content, keys)) for entry, content in self._journal]
            self._journal.append((seq, keys))
        else:
            self._rewrite_without_hidden()
        return RemovalReport(removed=int(known.sum()), unknown=tuple(keys[~known].tolist()))

    def search(self, probe: Vectors, k: int, where: Where | None, clearance: Clearance) -> Hits:
        """Return the `k` most similar rows that `clearance` and `where` let through."""
        clearance.check(self._clock.now())
        check_probe(probe, k, self._codebook.dim)
        probe = np.ascontiguousarray(probe, np.float32)
        while True:
            self._follow()
            try:
                hits = self._search(probe, k, where, clearance.sources)
            except DamageError:
                if not self._outdated():
                    raise
            else:
                if not self._outdated():
                    return at_least(hits, clearance.least_similarity)

    def keys(self, after: int, limit: int) -> Keys:
        """Return up to `limit` keys above `after`, ascending."""
        self._follow()
        found = [self._tail.columns.keys[self._tail.columns.keys > after]]
        for segment in self._segments:
            start = int(np.searchsorted(segment.columns.keys, after, side="right"))
            beyond = segment.columns.keys[start:]
            found.append(beyond[segment.columns.source[start:] != REMOVED][:limit])
        return np.sort(np.concatenate(found))[:limit]

    def applied(self) -> int:
        """Return the last outbox entry that the files hold."""
        return self._manifest.applied

    def close(self) -> None:
        """Seal a tail that is worth a segment, and let go of every file."""
        if self._upkeep and (len(self._tail) >= self._upkeep.close_rows or any(segment.changed for segment in self._segments)):
            self._seal(self._upkeep)
        elif self._upkeep and not len(self._tail) and self._seen > self._manifest.applied:
            self._commit(self._segments)
        self._upkeep = None
        self._tail.drop(self._tail.columns.keys)
        self._segments, self._journal = [], []

    def _search(self, probe: Vectors, k: int, where: Where | None, sources: frozenset[int]) -> Hits:
        depth = _depth(sum(map(len, self._segments)), k)
        scanned: list[tuple[NDArray[np.float32], Keys]] = []
        wanted: list[Keys] = []
        for segment in self._segments:
            estimates, keys = segment.candidates(probe, depth, where, sources)
            if estimates is None:
                wanted.append(keys)
            else:
                scanned.append((estimates, keys))
        if len(scanned) == 1:
            wanted.append(scanned[0][1])
        elif scanned:
            order = np.argsort(-np.concatenate([estimates for estimates, _ in scanned]))[:depth]
            wanted.append(np.concatenate([keys for _, keys in scanned])[order])
        keys = np.sort(np.concatenate(wanted)) if wanted else np.empty(0, np.int64)  # in the order of the row files: fewer seeks
        similarity = [similarities(self._read_rows(keys[i : i + _READ_ROWS]), probe) for i in range(0, len(keys), _READ_ROWS)]
        if len(self._tail) or not similarity:
            tail_keys, tail_similarity = self._tail.similar(probe, where, sources)
            keys, similarity = np.concatenate([keys, tail_keys]), [*similarity, tail_similarity]
        return best(keys, np.concatenate(similarity), k)

    def _longest_tail(self, upkeep: Upkeep) -> int:
        return min(upkeep.tail_rows, max(upkeep.least_rows, sum(map(len, self._segments)) // 16))

    def _take_in(self, rows: IndexRows) -> None:
        new = np.ones(len(rows), np.bool_)
        parts: list[Segment | Tail] = [*self._segments, self._tail]
        for part in parts:
            positions = part.find(rows.keys)
            here = positions >= 0
            if here.any():
                part.update(positions[here], Columns.of(rows).take(here))
                new &= ~here
        self._tail.append(_chosen(rows, np.flatnonzero(new)))

    def _hide(self, keys: Keys) -> NDArray[np.bool_]:
        known: NDArray[np.bool_] = self._tail.find(keys) >= 0
        self._tail.drop(keys)
        for segment in self._segments:
            positions = segment.find(keys)
            segment.mask(positions[positions >= 0])
            known |= positions >= 0
        return known

    def _rewrite_without_hidden(self) -> None:
        segments = []
        for segment in self._segments:
            staying = segment.columns.source != REMOVED
            if staying.all():
                segments.append(segment)
            elif staying.any():
                number = self._number()
                segments.append(
                    Segment.write(self._folder, self._codebook, number, segment.codes()[staying], segment.columns.take(staying))
                )
        if any(segment not in segments for segment in self._segments):
            self._commit(segments)

    def _seal(self, upkeep: Upkeep) -> None:
        """Turn the tail into a segment, or into part of the shortest one, and write changed columns down."""
        segments = sorted(self._segments, key=len)
        codes, columns = self._codebook.encode(self._tail.vectors), self._tail.columns
        if len(columns.keys) and segments and len(segments[0]) + len(columns.keys) <= upkeep.segment_rows:
            shortest = segments.pop(0)
            codes, columns = np.concatenate([shortest.codes(), codes]), shortest.columns.then(columns)
        for start in range(0, len(columns.keys), upkeep.segment_rows):
            part = slice(start, start + upkeep.segment_rows)
            segments.append(Segment.write(self._folder, self._codebook, self._number(), codes[part], columns.take(part)))
        self._commit(segments, sealed=True)

    def _commit(self, segments: list[Segment], *, sealed: bool = False) -> None:
        """Put segments in force. With the tail in them, or none, the files hold all that was seen."""
        whole = sealed or not (len(self._tail) or any(segment.changed for segment in segments))
        files = [segment.save_columns(self._number()) if sealed and segment.changed else segment.files for segment in segments]
        manifest = replace(
            self._manifest,
            applied=self._seen if whole else self._manifest.applied,
            next_file=self._next_file,
            segments=tuple(files),
        )
        for segment, named in zip(segments, files, strict=True):
            if segment.files != named:
                segment.adopt(named)
        self._manifest, self._segments = self._folder.switch(self._manifest, manifest), segments
        if sealed:
            self._tail.drop(self._tail.columns.keys)

    def _number(self) -> int:
        self._next_file += 1
        return self._next_file - 1

    def _outdated(self) -> bool:
        return self._upkeep is None and self._folder.stamp() != self._stamp

    def _follow(self) -> None:
        """Bring a reader to the generation in force, with its own journal on top."""
        if not self._outdated():
            return
        self._load()
        self._tail.drop(self._tail.columns.keys)
        self._journal = [entry for entry in self._journal if entry[0] > self._manifest.applied]
        for _seq, content in self._journal:
            if isinstance(content, IndexRows):
                self._take_in(content)
            else:
                self._hide(content)

    def _load(self) -> None:
        """Read the manifest and open those of its segments that are new; again if a writer switched meanwhile."""
        opened = {segment.files: segment for segment in self._segments}
        while True:
            self._stamp = self._folder.stamp()
            manifest = self._folder.manifest() or self._manifest
            if (manifest.dim, manifest.codebook) != (self._codebook.dim, self._codebook.digest):
                raise SetupError(
                    f"the codes in this archive were made for {manifest.dim} values or with another codebook",
                    remedy="run «visavis verify --repair» to make them anew",
                )
            try:
                segments = [opened.get(files) or Segment(self._folder, files, self._codebook) for files in manifest.segments]
            except (FileNotFoundError, DamageError) as error:
                if self._folder.stamp() == self._stamp:
                    raise DamageError(
                        "a file that the index's manifest names is missing or cut", remedy="run «visavis verify --repair»"
                    ) from error
                continue
            if self._folder.stamp() == self._stamp:
                self._manifest, self._segments, self._next_file = manifest, segments, manifest.next_file
                return


def _depth(rows: int, k: int) -> int:
    """Return how many of the best codes are looked at exactly.

    A 400th of the rows, within 500 and 2,000, finds over 0.997 of the true ten; 20 for each candidate asked for keeps long lists true.
    Measured in `benchmarks/search.py` and `docs/decisions/0004`.
    """
    return max(min(max(rows // 400, 500), 2_000), 20 * k)


def _last_of_each_key(rows: IndexRows) -> IndexRows:
    _, places = np.unique(rows.keys[::-1], return_index=True)
    return rows if len(places) == len(rows) else _chosen(rows, np.sort(len(rows) - 1 - places))


def _chosen(rows: IndexRows, which: NDArray[np.int64]) -> IndexRows:
    return IndexRows(
        keys=rows.keys[which],
        vectors=rows.vectors[which],
        source=rows.source[which],
        first_day=rows.first_day[which],
        last_day=rows.last_day[which],
    )


def _blanked(content: IndexRows | Keys, keys: Keys) -> IndexRows | Keys:
    """Return journalled rows without those of `keys`."""
    return _chosen(content, np.flatnonzero(~np.isin(content.keys, keys))) if isinstance(content, IndexRows) else content
