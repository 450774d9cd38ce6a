r"""Templates lie under a secret rotation, one for each group of sources; whoever has only the files can't link them across groups.

The matrix follows from a 32-byte secret, so that only the secret is kept:

1. SHAKE-256 of ``b"visavis rotation 1\0" + secret + number + dim`` (both big-endian, 8 and 4 bytes) gives a stream of bytes.
2. Each 8 bytes, little-endian, shifted right by 11 and divided by 2⁵³, are a uniform number u in [0, 1).
3. Pairs (u, v) become two normals by Box and Muller: √(−2 ln(1 − u)) · cos 2πv and … · sin 2πv.
4. dim² normals fill a matrix row by row; Q of its QR factors, each column times the sign of R's diagonal, is evenly distributed over
   all orthogonal matrices [1]_. Computed in float64, used in float32.

A rotation keeps every cosine, so search loses nothing but the rounding of float16 (less than 1e-3). It is no encryption: see
`docs/concepts/rotation.md`.

References
----------
.. [1] F. Mezzadri, «How to generate random matrices from the classical compact groups», Notices of the AMS 54(5), 2007, section 5.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from visavis.domain.arrays import Vectors, frozen
from visavis.domain.errors import DamageError
from visavis.records import tables
from visavis.records.database import Database, Work
from visavis.records.keyring import KeyKind, Keyring
from visavis.records.rotation_tables import rotation_group, transform
from visavis.records.vault import PathSealer

Matrix = NDArray[np.float32]
"""(dim, dim) float32, orthogonal."""


def matrix_of(secret: bytes, number: int, dim: int) -> Matrix:
    """Return the rotation that follows from a secret; a row vector is turned by ``vector @ matrix``.

    Parameters
    ----------
    secret : bytes
        32 bytes.
    number : int
        Of the rotation: two rotations differ even under one secret.
    dim : int
        Even.
    """
    stream = hashlib.shake_256(b"visavis rotation 1\0" + secret + number.to_bytes(8, "big") + dim.to_bytes(4, "big"))
    words = np.frombuffer(stream.digest(8 * dim * dim), "<u8")
    uniform = (words >> np.uint64(11)).astype(np.float64) / 2.0**53
    length, angle = np.sqrt(-2 * np.log1p(-uniform[0::2])), 2 * np.pi * uniform[1::2]
    normals = np.stack([length * np.cos(angle), length * np.sin(angle)], axis=1).reshape(dim, dim)
    q, r = np.linalg.qr(normals)
    matrix: Matrix = (q * np.where(np.diag(r) < 0, -1.0, 1.0)).astype(np.float32)
    frozen(matrix)
    return matrix


@dataclass(frozen=True, slots=True, kw_only=True)
class RotationGroup:
    """Sources under one rotation: its number, and that of the one which is being left, if templates are being re-keyed."""

    number: int
    transform: int
    leaving: int | None


class Rotations:
    """Groups, their rotations, and vectors through them."""

    def __init__(self, database: Database, sealer: PathSealer, keys: Keyring, *, dim: int) -> None:
        self._database = database
        self._sealer = sealer
        self._keys = keys
        self._dim = dim
        self._known: dict[int, Matrix] = {}

    def group_for(self, work: Work, *, controller: str, purposes: Sequence[str], profile: str) -> int:
        """Return the number of the group of such sources, made with a rotation of its own if there is none yet.

        Parameters
        ----------
        controller : str
            Name of who answers for the source; empty in a household.
        purposes : sequence of str
            In any order.
        profile : str
        """
        mark = self._sealer.mark("rotation_group.mark", "\0".join([controller, profile, *sorted(set(purposes))]))
        found = work.ask(sa.select(rotation_group.c.number).where(rotation_group.c.mark == mark)).scalar_one_or_none()
        if found is not None:
            return int(found)
        number = work.next_number(rotation_group)
        work.run(sa.insert(rotation_group), [{"number": number, "mark": mark, "transform_number": self._make(work)}])
        return number

    def groups(self) -> list[RotationGroup]:
        """Return every group, oldest first."""
        query = sa.select(rotation_group).order_by(rotation_group.c.number)
        return [_group(row) for row in self._database.ask(query)]

    def current(self, work: Work, group: int) -> int:
        """Return the number of the rotation under which a group's new templates go; `turn` knows it from then on."""
        its = sa.select(rotation_group.c.transform_number).where(rotation_group.c.number == group).scalar_subquery()
        found = work.ask(sa.select(transform.c.number, transform.c.key_id).where(transform.c.number == its)).one_or_none()
        if found is None:
            raise DamageError(f"rotation group {group} is not in the records", remedy="run «visavis verify»")
        self._learn(found.number, found.key_id)
        return int(found.number)

    def under(self, sources: frozenset[int]) -> dict[int, frozenset[int]]:
        """Return each rotation under which templates of these sources may lie, with those sources; most often it is one."""
        query = (
            sa.select(tables.source.c.number.label("source"), rotation_group)
            .join_from(tables.source, rotation_group, rotation_group.c.number == tables.source.c.rotation_group_id)
            .where(tables.source.c.number.in_(sorted(sources)))
        )
        found: dict[int, set[int]] = {}
        for row in self._database.ask(query):
            for number in (row.transform_number, row.leaving_number):
                if number is not None:
                    found.setdefault(number, set()).add(row.source)
        return {number: frozenset(below) for number, below in sorted(found.items())}

    def turn(self, vectors: Vectors, number: int) -> Vectors:
        """Return vectors, (dim,) or (N, dim) float32, as they lie under a rotation."""
        turned: Vectors = vectors @ self._of(number)
        return turned

    def turn_back(self, vectors: Vectors, number: int) -> Vectors:
        """Undo `turn`."""
        plain: Vectors = vectors @ self._of(number).T
        return plain

    def learn(self, group: RotationGroup) -> None:
        """Make `turn` and `turn_back` ready for a group, before a unit of work in which they are needed."""
        for number in (group.transform, group.leaving):
            if number is not None:
                self._of(number)

    def renew(self, work: Work, group: RotationGroup) -> int:
        """Give a group a new rotation and return its number; the present one is left from now on, and goes with `leave`."""
        number = self._make(work)
        here = rotation_group.c.number == group.number
        work.run(sa.update(rotation_group).where(here).values(transform_number=number, leaving_number=group.transform))
        return number

    def leave(self, work: Work, group: RotationGroup) -> None:
        """Destroy the key of the rotation that a group has left. No template may lie under it any more."""
        if group.leaving is None:
            return
        old = transform.c.number == group.leaving
        work.run(sa.update(rotation_group).where(rotation_group.c.number == group.number).values(leaving_number=None))
        self._keys.destroy(work, int(work.ask(sa.select(transform.c.key_id).where(old)).scalar_one()))
        work.run(sa.delete(transform).where(old))
        self._known.pop(group.leaving, None)

    def _make(self, work: Work) -> int:
        number = work.next_number(transform)
        key = self._keys.make(work, KeyKind.TRANSFORM)
        work.run(sa.insert(transform), [{"number": number, "key_id": key, "made_at": work.at}])
        return number

    def _of(self, number: int) -> Matrix:
        if number not in self._known:
            key = self._database.ask(sa.select(transform.c.key_id).where(transform.c.number == number)).scalar_one_or_none()
            if key is None:
                raise DamageError(f"rotation {number} is not in the records", remedy="run «visavis verify»")
            self._learn(number, key)
        return self._known[number]

    def _learn(self, number: int, key: int) -> None:
        if number not in self._known:
            self._known[number] = matrix_of(self._keys.derive("rotation", key=key), number, self._dim)


def _group(row: sa.Row[tuple[int, ...]]) -> RotationGroup:
    return RotationGroup(number=row.number, transform=row.transform_number, leaving=row.leaving_number)
