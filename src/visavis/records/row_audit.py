"""Comparing row files with what SQL says lives, for `verify`."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visavis.domain.arrays import Keys
from visavis.domain.errors import InputError
from visavis.records.row_format import checksums, tombstones


class Ahead:
    """An ascending stream of (key, checksum), taken in portions by key."""

    def __init__(self, expected: Iterable[tuple[int, int]]) -> None:
        self._rest = iter(expected)
        self._next = next(self._rest, None)

    def below(self, end: int) -> Iterator[tuple[int, int]]:
        """Yield what is left with a key below `end`."""
        while self._next is not None and self._next[0] < end:
            taken = self._next
            self._next = next(self._rest, None)
            if self._next is not None and self._next[0] <= taken[0]:
                raise InputError(f"recorded rows must ascend by key; {self._next[0]} follows {taken[0]}")
            yield taken


def row_problems(first_key: int, records: NDArray[Any], wanted: Ahead) -> Iterator[str]:
    """Yield what is wrong with consecutive records, the first of which has the key `first_key`."""
    keys = np.arange(first_key, first_key + len(records), dtype=np.int64)
    recorded = np.full(len(records), -1, np.int64)
    for key, checksum in wanted.below(first_key + len(records)):
        recorded[key - first_key] = checksum
    stored = records["checksum"].astype(np.int64)
    dead = erased(keys, records)
    broken = (checksums(keys, records["vector"]) != records["checksum"]) & ~dead
    for found, text in (
        (broken, "fails its checksum"),
        (dead & (recorded >= 0), "erased in the row files, but recorded as live"),
        (~dead & ~broken & (recorded < 0), "holds a vector that no record names"),
        (~dead & ~broken & (recorded >= 0) & (recorded != stored), "its checksum is not the recorded one"),
    ):
        yield from (f"row {key}: {text}" for key in keys[found].tolist())


def erased(keys: Keys, records: NDArray[Any]) -> NDArray[np.bool_]:
    """Tell which records are tombstones: (N,) bool."""
    dead: NDArray[np.bool_] = (records["vector"].view(np.uint16) == 0).all(axis=1)
    dead[dead] = records["checksum"][dead] == tombstones(keys[dead])
    return dead
