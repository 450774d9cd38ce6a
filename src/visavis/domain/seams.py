"""Where a track goes on from one stretch of a film into the next."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from visavis.domain.arrays import Vectors
from visavis.domain.face import Box
from visavis.domain.film import Track

ALIKE = 0.35
"""Cosine of two templates of one face seen twice within a moment, at nearly the same place: low, for place and time say most."""
OVERLAP = 0.1
"""Least intersection over union of the two boxes: a face that walks moves far from one look to the next."""
DIFFERENT = 0.85
"""Cosine below which a face adds something to those that an appearance keeps already."""
MOST_FACES = 12
"""Faces of one appearance, however long it is: each is a row that every search looks at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """An appearance as it stood when the stretch before ended.

    Attributes
    ----------
    at_ticks : int
        When its face was last seen.
    box : Box
        Where that was.
    vectors : (n, D) float32
        Unit length, of the faces that it keeps.
    """

    at_ticks: int
    box: Box
    vectors: Vectors = field(repr=False)


def joins(edges: Sequence[Edge], tracks: Sequence[Track], *, gap_ticks: int) -> dict[int, int]:
    """Say which tracks of a stretch go on from which appearance of the stretches before.

    Two join if no more than `gap_ticks` lie between them, their boxes overlap and a template of one is like a template of the other. The
    most alike pair joins first, each side once. The answer follows from what is given only, so that a film whose reading was cut short
    and resumed becomes the same as one that was read in one go.

    Returns
    -------
    dict
        Place in `tracks` → place in `edges`.
    """
    pairs = []
    for place, track in enumerate(tracks):
        for before, edge in enumerate(edges):
            near = 0 < track.start_ticks - edge.at_ticks <= gap_ticks and edge.box.overlap(track.first.face.box) >= OVERLAP
            if near and (likeness := _likeness(edge, track)) >= ALIKE:
                pairs.append((-likeness, place, before))
    found: dict[int, int] = {}
    for _, place, before in sorted(pairs):
        if place not in found and before not in found.values():
            found[place] = before
    return found


def worth_adding(kept: Vectors, track: Track) -> tuple[int, ...]:
    """Return the places of the track's best faces that differ from those that its appearance keeps, and find room beside them.

    Parameters
    ----------
    kept : (n, D) float32
        Unit length; n may be 0.
    """
    room, vectors = MOST_FACES - len(kept), list(kept)
    places: list[int] = []
    for place, seen in enumerate(track.best):
        if len(places) == room:
            break
        if not vectors or float(np.max(np.stack(vectors) @ seen.face.vector)) < DIFFERENT:
            vectors.append(seen.face.vector)
            places.append(place)
    return tuple(places)


def _likeness(edge: Edge, track: Track) -> float:
    theirs = np.stack([seen.face.vector for seen in (*track.best, track.first)])
    return float(np.max(edge.vectors @ theirs.T))
