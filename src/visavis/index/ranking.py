"""Similarity of rows to a probe, and the order of hits. The referee and the default share it, so equal rows are equal in both."""

import numpy as np
from numpy.typing import NDArray

from visavis.domain.arrays import Keys, Vectors
from visavis.domain.identification import Hits


def similarities(vectors: Vectors, probe: Vectors) -> NDArray[np.float32]:
    """Return the cosine of each unit row to a unit probe.

    One dot product a row: a matrix product adds up in an order that depends on the row's place, and pictures stored twice would no
    longer tie (0.13 ms against 0.08 ms for 8,000 rows of 128).

    Parameters
    ----------
    vectors : (N, D) float32
    probe : (D,) float32

    Returns
    -------
    (N,) float32
        −1 to 1.
    """
    dots: NDArray[np.float32] = np.vecdot(vectors, probe)
    return np.clip(dots, -1.0, 1.0, out=dots)


def best(keys: Keys, similarity: NDArray[np.float32], k: int) -> Hits:
    """Return the `k` most similar, best first, ties by key.

    Parameters
    ----------
    keys : (N,) int64
    similarity : (N,) float32
    """
    if len(keys) > k:
        least = np.partition(similarity, len(keys) - k)[len(keys) - k]
        near = np.flatnonzero(similarity >= least)  # more than k when several tie for the last place
        keys, similarity = keys[near], similarity[near]
    order = np.lexsort((keys, -similarity))[:k]
    return Hits(keys=keys[order], similarity=similarity[order])


def at_least(hits: Hits, least: float) -> Hits:
    """Return the hits without those below a similarity; they come best first."""
    near = hits.similarity >= np.float32(least)
    return Hits(keys=hits.keys[near], similarity=hits.similarity[near])
