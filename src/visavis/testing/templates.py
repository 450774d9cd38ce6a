"""Templates of people who do not exist, distributed like real ones."""

import numpy as np

from visavis.domain.arrays import Keys, Vectors
from visavis.domain.errors import DamageError

_SPREAD = 0.75
"""Noise around an identity, in lengths of its centre.

Two pictures of one person then have a cosine of 1 / (1 + 0.75²) = 0.64, as SFace gives on real faces (0.641), and those of two people
scatter by 1/√128 = 0.088 (0.091 on Labeled Faces in the Wild, where 105 of the 128 directions count).
"""


def identity_centres(people: int, dim: int, rng: np.random.Generator) -> Vectors:
    """Return one unit vector a person, evenly spread: (people, dim) float32."""
    return unit(rng.standard_normal((people, dim)).astype(np.float32))


def pictures_of(centres: Vectors, rng: np.random.Generator) -> Vectors:
    """Return a new template of each person: (people, dim) float32, unit length."""
    noise = rng.standard_normal(centres.shape).astype(np.float32)
    return unit(centres + noise * np.float32(_SPREAD / np.sqrt(centres.shape[1])))


def unit(vectors: Vectors) -> Vectors:
    """Return the rows scaled to length 1."""
    scaled: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return scaled


class RowTable:
    """Stands in for the row files: vectors by key, at their precision (float16)."""

    def __init__(self, dim: int) -> None:
        self._rows: dict[int, Vectors] = {}
        self._dim = dim

    def put(self, keys: Keys, vectors: Vectors) -> None:
        """Keep rows."""
        self._rows.update(zip(keys.tolist(), vectors.astype(np.float16).astype(np.float32), strict=True))

    def erase(self, keys: Keys) -> None:
        """Overwrite rows with zeros."""
        self._rows.update((key, np.zeros(self._dim, np.float32)) for key in keys.tolist())

    def read(self, keys: Keys) -> Vectors:
        """Return rows in the order asked: a :data:`~visavis.index.base.RowReader`."""
        if missing := [key for key in keys.tolist() if key not in self._rows]:
            raise DamageError(f"no such rows: {missing[:10]}")
        return np.array([self._rows[key] for key in keys.tolist()], np.float32).reshape(-1, self._dim)
