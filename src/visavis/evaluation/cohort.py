"""Cohort normalisation: a similarity, less how similar both faces are to people in general.

Some faces resemble many strangers, some few. For a face, its *nearness* is the mean of its similarities to the nearest of a cohort of other
people; the adjusted similarity takes from the cosine how much nearer than usual either face lies [1]_. It keeps the scale of the cosine:
for two faces of usual nearness it is the cosine. Members of the cohort as similar as the same person may be are left out of the mean, so
that a person of whom the cohort holds many pictures is not pushed away from themselves.

References
----------
.. [1] D. A. Reynolds et al., «Speaker verification using adapted Gaussian mixture models», Digital Signal Processing 10, 2000 (T-norm);
   adaptive and symmetric forms: P. Matějka et al., «Analysis of score normalization in multilingual speaker recognition», Interspeech 2017.
"""

from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import NDArray

from visavis.domain.arrays import Vectors

LARGEST = 2_000
"""Faces of a cohort: comparing 500 hits with them takes some milliseconds."""
LEAST = 500
"""A smaller cohort does not help: of 200 faces it was as good as none (docs/decisions/0023)."""
_NEAREST_SHARE, _NEAREST_LEAST, _NEAREST_MOST = 0.1, 50, 200

Reals = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """Faces of people in general.

    Attributes
    ----------
    vectors : (C, D) float32
        Unit length, under the rotation of the faces to compare.
    ceiling : float
        Similarity from which a member may be the same person.
    usual : float
        Mean nearness of the cohort's own faces.
    """

    vectors: Vectors = field(repr=False)
    ceiling: float
    usual: float

    @classmethod
    def of(cls, vectors: Vectors, *, ceiling: float) -> Self:
        """Make a cohort of (C, D) float32 unit vectors."""
        among = (vectors @ vectors.T).astype(np.float64)
        np.fill_diagonal(among, -np.inf)
        return cls(vectors=vectors, ceiling=ceiling, usual=float(nearest_mean(among, ceiling=ceiling).mean()))

    def nearness(self, faces: Vectors) -> Reals:
        """Return the nearness of (F, D) float32 unit vectors, 0 for usual faces: (F,) float64."""
        return nearest_mean((faces @ self.vectors.T).astype(np.float64), ceiling=self.ceiling) - self.usual

    def adjust(self, similarity: Reals, probe: Vectors, faces: Vectors) -> Reals:
        """Return the adjusted similarities of one probe, (D,), to faces, (F, D), whose cosines are given: (F,) float64."""
        return similarity - float(self.nearness(probe[np.newaxis])[0]) - self.nearness(faces)


def nearest_mean(similarity: Reals, *, ceiling: float) -> Reals:
    """Return for each row the mean of its highest similarities below the ceiling: of a tenth of the cohort, 50 to 200 faces.

    Parameters
    ----------
    similarity : (F, C) float64
        −inf where a face is not to be compared with itself.
    ceiling : float
    """
    width = similarity.shape[1]
    count = min(max(round(width * _NEAREST_SHARE), _NEAREST_LEAST), _NEAREST_MOST, max(1, width - 1))
    below = np.where(similarity < ceiling, similarity, -np.inf)
    nearest = np.partition(below, width - count, axis=1)[:, width - count :]
    known = np.isfinite(nearest)
    mean: Reals = np.where(known, nearest, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    return mean
