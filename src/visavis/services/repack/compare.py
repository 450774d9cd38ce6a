"""What another pack does to similarities: both packs' templates of the same faces beside each other."""

from dataclasses import dataclass

import numpy as np

from visavis.domain.arrays import Vectors
from visavis.records.archive import Records

SAMPLE = 2_000
"""Faces compared: their similarities to each other, four million, fill 16 MB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """How similarities changed, over a sample of faces with both templates.

    Attributes
    ----------
    faces : int
        In the sample; every one is compared with every other of another picture.
    same_nearest : float
        Share of them whose nearest other face is the same under both packs.
    before, after : tuple of float
        Similarity of one face to another at the median, and at the share 0.99 and 0.999 of pairs; most pairs are of two persons.
    """

    faces: int
    same_nearest: float
    before: tuple[float, float, float]
    after: tuple[float, float, float]


def compare(records: Records) -> Comparison | None:
    """Compare the templates that are searched with the spare ones, over some faces."""
    spare = records.repackings.spare_rows()
    rows = np.array(list(records.repackings.pairs(limit=SAMPLE))[:SAMPLE], np.int64).reshape(-1, 5)
    # a rotation keeps similarities within its group, and says nothing across two
    other = (rows[:, 1][:, None] != rows[:, 1]) & (rows[:, 4][:, None] == rows[:, 4])
    if spare is None or not other.any():
        return None
    before, after = _similarities(records.rows.read(rows[:, 2])), _similarities(spare.read(rows[:, 3]))
    nearest = [np.where(other, table, -2).argmax(axis=1) for table in (before, after)]
    compared = other.any(axis=1)
    return Comparison(
        faces=int(compared.sum()),
        same_nearest=float((nearest[0] == nearest[1])[compared].mean()),
        before=_quantiles(before[other]),
        after=_quantiles(after[other]),
    )


def _similarities(vectors: Vectors) -> Vectors:
    unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    table: Vectors = unit @ unit.T
    return table


def _quantiles(values: Vectors) -> tuple[float, float, float]:
    median, high, highest = np.quantile(values, (0.5, 0.99, 0.999))
    return round(float(median), 4), round(float(high), 4), round(float(highest), 4)
