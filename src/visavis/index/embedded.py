"""The default index: every code is scanned, the best are compared exactly from the row files. `docs/decisions/0004` says why.

Sealed segments of codes lie in the index's folder; rows that came since the last sealing wait in memory (the tail) and are compared
exactly. The tail is written nowhere: at opening, outbox entries above `applied` are added again.

One process writes; the archive's lock, which wiring holds, sees to that. A reader follows the writer's manifest: before each search it
looks whether there is a new generation, and afterwards whether there is one by now. If so it searches again, since the writer
overwrites old files as soon as it has switched. What a reader was told itself (entries that the writer has not written down yet) it
keeps in a journal and applies to each new generation. Threads that share an index do likewise: a search works on a view, which is
replaced as a whole, and is repeated if what lay behind it was overwritten meanwhile.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from math import isqrt
from pathlib import Path
from threading import RLock

import numpy as np
from numpy.typing import NDArray

from visavis.domain.arrays import Keys, Vectors
from visavis.domain.clearance import Clearance
from visavis.domain.clock import Clock
from visavis.domain.errors import DamageError
from visavis.domain.identification import Hits, IndexRows, RemovalReport, Where
from visavis.index.base import RowReader
from visavis.index.codes import LEAST_ASKED, Codebook
from visavis.index.columns import REMOVED, Columns, check_probes, check_rows, check_seq
from visavis.index.files import IndexFolder, Stamp
from visavis.index.ranking import at_least, best, similarities
from visavis.index.sealed import Sealed
from visavis.index.segments import Candidates, Segment
from visavis.index.tail import Tail, TailRows, Waiting, similar

_LEAST_DEPTH = 400
_READ_ROWS = 16_384
"""Rows re-scored at a time: 8 MB at 128 dimensions, however many candidates are asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upkeep:
    """When the tail is sealed, how long segments grow, and how many of them are scanned at a time.

    Attributes
    ----------
    least_rows, tail_rows : int
        The tail is sealed at a sixteenth of the rows that are sealed already, so that a row is rewritten few times however large the
        archive, and a small archive needs little memory; but never below the first (2 MB at 128 dimensions), and at the latest at the
        second (32 MB, 2 ms a search).
    close_rows : int
        A shorter tail is not worth a segment; at opening it is added again.
    segment_rows : int
        The tail joins the shortest segment up to this length: at most 52 MB to rewrite.
    threads : int
        How many segments a search scans at the same time.
    step : callable
        Told the name of each durable step just after it.
    """

    least_rows: int = 4_096
    tail_rows: int = 65_536
    close_rows: int = 4_096
    segment_rows: int = 1_000_000
    threads: int = 1
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
    return EmbeddedIndex(IndexFolder(folder, upkeep.step), Codebook(dim), read_rows, clock, upkeep, writable=writable)


class EmbeddedIndex:
    """See the module. Made by :func:`open_embedded`."""

    def __init__(
        self, folder: IndexFolder, codebook: Codebook, read_rows: RowReader, clock: Clock, upkeep: Upkeep, *, writable: bool
    ) -> None:
        self._dim = codebook.dim
        self._read_rows = read_rows
        self._clock = clock
        self._upkeep = upkeep if writable else None
        self._changing = RLock()
        self._tail = Tail(codebook.dim)
        self._journal: list[tuple[int, IndexRows | Keys]] = []
        self._view = _View(segments=(), tail=TailRows(), epoch=0, stamp=None)
        self._sealed = Sealed(folder, codebook, self._turn)
        self._workers = ThreadPoolExecutor(upkeep.threads, "index") if upkeep.threads > 1 else None
        self._sealed.load()
        if writable:
            self._sealed.begin()
        self._seen = self._sealed.applied
        self._turn()

    def add(self, rows: IndexRows, seq: int) -> None:
        """Take in rows; a known key only gets its new filter columns. A full tail is sealed (about a second)."""
        check_rows(rows, self._dim)
        with self._changing:
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
        keys = np.unique(np.asarray(keys, np.int64))
        with self._changing:
            check_seq(seq, self._seen)
            known = self._hide(keys)
            self._seen = seq
            self._turn()
            self._tail.wipe_hidden()
            if self._upkeep is None:
                self._journal = [(entry, _blanked(content, keys)) for entry, content in self._journal]
                self._journal.append((seq, keys))
            else:
                self._sealed.forget(self._settled())
        return RemovalReport(removed=int(known.sum()), unknown=tuple(keys[~known].tolist()))

    def search(self, probe: Vectors, k: int, where: Where | None, clearance: Clearance) -> Hits:
        """Return the `k` most similar rows that `clearance` and `where` let through."""
        return self.search_each(probe[None], k, where, clearance)[0]

    def search_each(self, probes: Vectors, k: int, where: Where | None, clearance: Clearance) -> tuple[Hits, ...]:
        """Return what :meth:`search` would for each probe."""
        clearance.check(self._clock.now())
        check_probes(probes, k, self._dim)
        probes = np.ascontiguousarray(probes, np.float32)
        while True:
            self._follow()
            view = self._view
            try:
                found = self._search(view, probes, k, where, clearance.sources) if len(probes) else []
            except DamageError:
                if not self._overtaken(view):
                    raise
            else:
                if not self._overtaken(view):
                    return tuple(at_least(hits, clearance.least_similarity) for hits in found)

    def keys(self, after: int, limit: int) -> Keys:
        """Return up to `limit` keys above `after`, ascending."""
        with self._changing:
            self._follow()
            found = [columns.keys[columns.keys > after] for _, columns in self._tail.rows().living()]
            for segment in self._sealed.segments:
                start = int(np.searchsorted(segment.columns.keys, after, side="right"))
                beyond = segment.columns.keys[start:]
                found.append(beyond[segment.columns.source[start:] != REMOVED][:limit])
            return np.sort(np.concatenate([np.empty(0, np.int64), *found]))[:limit]

    def applied(self) -> int:
        """Return the last outbox entry that the files hold."""
        return self._sealed.applied

    def close(self) -> None:
        """Seal a tail that is worth a segment, and let go of every file."""
        with self._changing:
            if self._upkeep and (len(self._tail) >= self._upkeep.close_rows or self._sealed.changed):
                self._seal(self._upkeep)
            elif self._upkeep and not len(self._tail) and self._seen > self._sealed.applied:
                self._sealed.note(self._seen)
            self._upkeep, self._journal = None, []
            tail, self._tail = self._tail, self._tail.emptied()
            self._sealed.close()
            tail.wipe()
        if self._workers:
            self._workers.shutdown()

    def _search(self, view: "_View", probes: Vectors, k: int, where: Where | None, sources: frozenset[int]) -> list[Hits]:
        sights = [segment.sight(where, sources) for segment in view.segments]
        depth = _depth(sum(map(len, view.segments)), sum(sight.count for sight in sights), k)
        asked = _shares([sight.count for sight in sights], depth)
        spread = self._workers.map if self._workers and len(sights) > 1 else map
        parts = list(spread(lambda segment, sight, count: segment.candidates(sight, probes, count), view.segments, sights, asked))
        for place in _cut_short(parts, asked, depth):
            parts[place] = view.segments[place].candidates(sights[place], probes, depth)
        waiting = view.tail.passing(where, sources)
        return [self._ranked(parts, place, depth, probe, waiting, k) for place, probe in enumerate(probes)]

    def _ranked(self, parts: list[Candidates], place: int, depth: int, probe: Vectors, waiting: Waiting, k: int) -> Hits:
        """Compare a probe, the one at `place` of several, exactly with its best candidates and with the tail."""
        wanted = np.sort(_closest(parts, place, depth))  # in the order of the row files: fewer seeks
        keys, similarity = similar(waiting, probe)
        for start in range(0, len(wanted), _READ_ROWS):
            keys.append(wanted[start : start + _READ_ROWS])
            similarity.append(similarities(self._read_rows(keys[-1]), probe))
        if len(keys) == 1:
            return best(keys[0], similarity[0], k)
        return best(np.concatenate([wanted[:0], *keys]), np.concatenate([np.empty(0, np.float32), *similarity]), k)

    def _longest_tail(self, upkeep: Upkeep) -> int:
        return min(upkeep.tail_rows, max(upkeep.least_rows, len(self._sealed) // 16))

    def _take_in(self, rows: IndexRows) -> None:
        new = np.ones(len(rows), np.bool_)
        parts: list[Segment | Tail] = [*self._sealed.segments, self._tail]
        for part in parts:
            positions = part.find(rows.keys)
            here = positions >= 0
            if here.any():
                part.update(positions[here], Columns.of(rows).take(here))
                new &= ~here
        self._tail.append(rows if new.all() else _chosen(rows, np.flatnonzero(new)))
        self._view = replace(self._view, tail=self._tail.rows())

    def _hide(self, keys: Keys) -> NDArray[np.bool_]:
        known: NDArray[np.bool_] = self._tail.find(keys) >= 0
        self._tail.hide(keys)
        for segment in self._sealed.segments:
            positions = segment.find(keys)
            segment.mask(positions[positions >= 0])
            known |= positions >= 0
        return known

    def _seal(self, upkeep: Upkeep) -> None:
        tail = self._tail

        def turn() -> None:
            self._tail = tail.emptied()
            self._turn()

        self._sealed.seal(tail.rows(), self._seen, upkeep.segment_rows, turn)
        tail.wipe()

    def _settled(self) -> int:
        """Return the outbox entry up to which the files hold everything, once the removed rows are gone."""
        return self._sealed.applied if len(self._tail) or self._sealed.changed else self._seen

    def _turn(self) -> None:
        """Let searches see what is in force now, and repeat those that run."""
        sealed = self._sealed
        self._view = _View(segments=sealed.segments, tail=self._tail.rows(), epoch=self._view.epoch + 1, stamp=sealed.stamp)

    def _overtaken(self, view: "_View") -> bool:
        return self._view.epoch != view.epoch or (self._upkeep is None and self._sealed.found() != view.stamp)

    def _follow(self) -> None:
        """Bring a reader to the generation in force, with its own journal on top."""
        if self._upkeep is not None or self._sealed.found() == self._view.stamp:
            return
        with self._changing:
            if self._sealed.found() == self._view.stamp:  # another thread was quicker
                return
            self._sealed.load()
            tail, self._tail = self._tail, self._tail.emptied()
            self._journal = [entry for entry in self._journal if entry[0] > self._sealed.applied]
            for _seq, content in self._journal:
                if isinstance(content, IndexRows):
                    self._take_in(content)
                else:
                    self._hide(content)
            self._turn()
            self._tail.wipe_hidden()
            tail.wipe()


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    """What searches see; replaced as a whole.

    Another `epoch`, or for readers another `stamp` in the folder, means that files or memory behind it may be overwritten.
    """

    segments: tuple[Segment, ...]
    tail: TailRows
    epoch: int
    stamp: Stamp | None


def _depth(rows: int, passing: int, k: int) -> int:
    """Return how many of the best codes are looked at exactly.

    The square root of half the rows, at least 400, finds 0.995 of the true ten and more; 20 for each candidate asked for keeps long lists
    true. A filter that lets at most half pass saves more scanning than looking twice as deep costs, and then hardly one is missed.
    Measured in `benchmarks/index.py` and `docs/decisions/0026`.
    """
    closer = 2 if 2 * passing <= rows else 1
    return max(closer * max(isqrt(rows // 2), _LEAST_DEPTH), 20 * k)


def _shares(counts: list[int], depth: int) -> list[int]:
    """Return how many of each segment's best codes are asked for: its part of all passing rows and a quarter more, for chance."""
    total = max(sum(counts), 1)
    return [min(depth, max(LEAST_ASKED, depth * count * 5 // (4 * total))) for count in counts]


def _cut_short(parts: list[Candidates], asked: list[int], depth: int) -> list[int]:
    """Return the segments that may have more among the best `depth` than they were asked for: similar rows that lie together."""
    short = [place for place, (estimates, _) in enumerate(parts) if estimates is not None and asked[place] < depth]
    if not short:
        return []
    every = np.hstack([estimates for estimates, _ in parts if estimates is not None])
    if every.shape[1] <= depth:
        return short
    least = -np.partition(-every, depth - 1, axis=1)[:, depth - 1]
    return [place for place in short if (parts[place][0][:, -1] > least).any()]  # type: ignore[index]  # those have estimates


def _closest(parts: list[Candidates], place: int, depth: int) -> Keys:
    """Return the keys of the best `depth` estimates for one probe, and all keys that came without."""
    scanned = [(estimates[place], keys[place]) for estimates, keys in parts if estimates is not None]
    wanted = [keys for estimates, keys in parts if estimates is None]
    if len(scanned) == 1:
        wanted.append(scanned[0][1])
    elif scanned:
        keys = np.concatenate([keys for _, keys in scanned])
        estimates = np.concatenate([estimates for estimates, _ in scanned])
        if len(keys) > depth:
            keys = keys[np.argpartition(-estimates, depth)[:depth]]
        wanted.append(keys)
    return np.concatenate([np.empty(0, np.int64), *wanted]) if len(wanted) != 1 else wanted[0]


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
