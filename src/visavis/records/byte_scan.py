"""Looking through every file of an archive for bytes that must not be there any more.

One pass over each file for all wanted values together: at each of the eight alignments the file is read as 64-bit words, words that no
value begins with are sieved out by a table of bits of their hash, and what is left is compared in full. 1 GB takes some 10 s on a core.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Readable = Callable[[], AbstractContextManager[int]]
"""Lends a descriptor of the database: one of one's own would drop SQLite's locks when closed."""

_WORD = 8
_CHUNK = 8 << 20
_BITS = 22
_MIX = np.uint64(0x9E3779B97F4A7C15)
_NO_CONTENT = ("-shm", "lock", "lock.wanted")
"""Files of locks and page numbers, no content; SQLite's own must not be opened beside it."""


def scan(folder: Path, database: Path, readable: Readable, wanted: Sequence[bytes]) -> NDArray[np.bool_]:
    """Say which values lie in any file of an archive: database, write-ahead log, rows, codes, caches, what was left behind.

    Parameters
    ----------
    folder : Path
        The archive.
    database : Path
        Its SQLite file, read through `readable`.
    readable : callable
    wanted : sequence of bytes
        At least 8 bytes each.

    Returns
    -------
    (N,) bool
        In the order of `wanted`.
    """
    sieve = _Sieve(wanted)
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.name.endswith(_NO_CONTENT):
            continue
        if path == database:
            with readable() as descriptor:
                sieve.take(descriptor)
            continue
        descriptor = os.open(path, os.O_RDONLY)
        try:
            sieve.take(descriptor)
        finally:
            os.close(descriptor)
    return sieve.found


class _Sieve:
    def __init__(self, wanted: Sequence[bytes]) -> None:
        self._wanted = [bytes(value) for value in wanted]
        self._longest = max(map(len, self._wanted), default=_WORD)
        words = np.array([int.from_bytes(value[:_WORD], "little") for value in self._wanted], np.uint64)
        self._order = np.argsort(words, kind="stable")
        self._words = words[self._order]
        self._table = np.zeros(1 << _BITS, np.bool_)
        self._table[_hashes(self._words)] = True
        self.found = np.zeros(len(self._wanted), np.bool_)

    def take(self, descriptor: int) -> None:
        if not len(self._words):
            return
        for piece in _pieces(descriptor, overlap=self._longest):
            for shift in range(_WORD):
                words = np.frombuffer(piece, "<u8", count=max(0, (len(piece) - shift) // _WORD), offset=min(shift, len(piece)))
                places = np.flatnonzero(self._table[_hashes(words)])
                near = words[places]  # the table is the sieve; of what it lets through only the values' own first words are compared
                begun = self._words[np.minimum(np.searchsorted(self._words, near), len(self._words) - 1)] == near
                for place in places[begun].tolist():
                    self._compare(piece, shift + place * _WORD, words[place])

    def _compare(self, piece: bytes, start: int, word: np.uint64) -> None:
        first, last = np.searchsorted(self._words, word, "left"), np.searchsorted(self._words, word, "right")
        for position in self._order[first:last].tolist():
            value = self._wanted[position]
            if not self.found[position] and piece[start : start + len(value)] == value:
                self.found[position] = True


def _hashes(words: NDArray[np.uint64]) -> NDArray[np.uint64]:
    return (words * _MIX) >> np.uint64(64 - _BITS)


def _pieces(descriptor: int, *, overlap: int) -> Iterator[bytes]:
    """Yield a file in pieces; each begins with the last bytes of the one before, so that no value is cut."""
    start = 0
    while piece := os.pread(descriptor, _CHUNK + overlap, start):
        yield piece
        start += _CHUNK
