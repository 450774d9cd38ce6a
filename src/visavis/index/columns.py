"""What is known of each row beside its vector, and which rows a search may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from visavis.domain.arrays import Keys, Vectors
from visavis.domain.errors import DamageError, InputError
from visavis.domain.identification import UNKNOWN_DAY, IndexRows, Where

Flags = NDArray[np.bool_]
Positions = NDArray[np.int64]

REMOVED = -1
"""Source number of a row that is on its way out: it stands in no clearance, so no search lets it through."""

ROW_BYTES = 20
"""Key 8, source 4, first day 4, last day 4."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Keys and filter columns of N rows; row *i* of each belongs together. The arrays themselves may be written to.

    Attributes
    ----------
    keys : (N,) int64
    source, first_day, last_day : (N,) int32
        As in :class:`~visavis.domain.identification.IndexRows`.
    """

    keys: Keys
    source: NDArray[np.int32]
    first_day: NDArray[np.int32]
    last_day: NDArray[np.int32]

    @classmethod
    def of(cls, rows: IndexRows) -> Self:
        """Return the columns of rows that are on their way in."""
        return cls(keys=rows.keys, source=rows.source, first_day=rows.first_day, last_day=rows.last_day)

    @classmethod
    def over(cls, body: NDArray[np.uint8], rows: int) -> Self:
        """Lay columns over `rows * ROW_BYTES` bytes: all keys, all sources, all first days, all last days, little-endian."""
        parts = np.split(body, [8 * rows, 12 * rows, 16 * rows])
        return cls(keys=parts[0].view("<i8"), source=parts[1].view("<i4"), first_day=parts[2].view("<i4"), last_day=parts[3].view("<i4"))

    @classmethod
    def empty(cls, rows: int) -> Self:
        """Return zeroed columns of their own."""
        return cls.over(np.zeros(rows * ROW_BYTES, np.uint8), rows)

    def to_bytes(self) -> bytes:
        """Return the bytes that :meth:`over` reads."""
        return b"".join(column.tobytes() for column in (self.keys, self.source, self.first_day, self.last_day))

    def take(self, which: Positions | Flags | slice) -> "Columns":
        """Return the columns of some rows."""
        return Columns(keys=self.keys[which], source=self.source[which], first_day=self.first_day[which], last_day=self.last_day[which])

    @classmethod
    def joined(cls, parts: Sequence["Columns"]) -> "Columns":
        """Return the rows of all parts, one part after the other."""
        parts = [cls.empty(0), *parts]
        return Columns(
            keys=np.concatenate([part.keys for part in parts]),
            source=np.concatenate([part.source for part in parts]),
            first_day=np.concatenate([part.first_day for part in parts]),
            last_day=np.concatenate([part.last_day for part in parts]),
        )

    def put(self, where: Positions | slice, other: "Columns") -> None:
        """Write the rows of `other` over those at `where`."""
        self.keys[where] = other.keys
        self.source[where] = other.source
        self.first_day[where] = other.first_day
        self.last_day[where] = other.last_day

    def passing(self, sources: frozenset[int], where: Where | None) -> Flags:
        """Return which rows a search may see.

        Parameters
        ----------
        sources : frozenset of int
            The clearance's; always applied.
        where : Where or None
            The user's filter on top.

        Returns
        -------
        (N,) bool
        """
        visible = np.array(sorted(visible_sources(sources, where)), np.int32)
        flags: Flags = np.isin(self.source, visible, kind="sort")  # a tenth of the time of numpy's own choice
        if where is not None and where.dated:
            flags &= self.first_day != UNKNOWN_DAY
            if where.since is not None:
                flags &= self.last_day >= where.since
            if where.until is not None:
                flags &= self.first_day <= where.until
        return flags


def visible_sources(sources: frozenset[int], where: Where | None) -> frozenset[int]:
    """Return the sources that both the clearance and the filter let through."""
    return sources if where is None or where.sources is None else sources & where.sources


def check_rows(rows: IndexRows, dim: int) -> None:
    """Raise `InputError` unless the arrays fit each other, this index and the ranges that its columns promise."""
    columns = (rows.keys, rows.source, rows.first_day, rows.last_day)
    if rows.vectors.shape != (len(rows), dim) or any(column.shape != (len(rows),) for column in columns):
        raise InputError(f"rows for this index are {dim} values each, with one key, source and pair of days to a row")
    if len(rows) and (rows.keys.min() < 1 or rows.source.min() < 0):
        raise InputError("index keys begin at 1 and source numbers at 0")


def check_probes(probes: Vectors, k: int, dim: int) -> None:
    """Raise `InputError` unless these are finite vectors of the index's dimension and at least one candidate is asked for."""
    if probes.ndim != 2 or probes.shape[1] != dim or not np.isfinite(probes).all():
        raise InputError(f"a probe for this index is one finite vector of {dim} values, not {probes.shape[1:]}")
    if k < 1:
        raise InputError(f"a search returns at least 1 candidate, not {k}")


def check_seq(seq: int, seen: int) -> None:
    """Raise `DamageError` if outbox numbers run backwards."""
    if seq < seen:
        raise DamageError(f"outbox entry {seq} reached the index after entry {seen}", remedy="run «visavis verify --repair»")
