"""Near-duplicates: pictures of one moment in other sizes, crops or compressions, told by perceptual hash and the face's place."""

from collections.abc import Sequence

import numpy as np

from visavis.domain.face import Box

NEAR_BITS = 16
"""Of 128. Re-compression and resizing change fewer than 10 on the examples; other portraits of one person differ in more than 30."""
NEAR_OVERLAP = 0.5
"""Boxes as ratios of their pictures; detections of one face in two sizes overlap by more than 0.8."""


def group_near_duplicates(pictures: Sequence[tuple[bytes, Box]]) -> list[int]:
    """Give pictures that show the same moment the same number, counted from 1 in order of first appearance.

    Parameters
    ----------
    pictures : sequence of (bytes, Box)
        16-byte perceptual hash and the face's box, best candidate first.

    Returns
    -------
    list of int
        A group number each. A picture joins the first group whose *first* picture it resembles, so groups do not drift.
    """
    hashes = np.frombuffer(b"".join(dhash for dhash, _ in pictures), dtype=np.uint8).reshape(-1, 16)
    firsts: list[int] = []
    groups: list[int] = []
    for position, (_, box) in enumerate(pictures):
        bits = np.bitwise_count(hashes[firsts] ^ hashes[position]).sum(axis=1)
        near = (number for number in np.flatnonzero(bits <= NEAR_BITS) if pictures[firsts[number]][1].overlap(box) >= NEAR_OVERLAP)
        found = next(near, None)
        if found is None:
            firsts.append(position)
            groups.append(len(firsts))
        else:
            groups.append(int(found) + 1)
    return groups
