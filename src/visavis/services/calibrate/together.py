"""Pairs of faces that stand in one photograph.

Two such faces are two people, but for a reflection, a picture in the picture, or a collage. So that these don't count: stills only, one of
several near-duplicates; overlapping boxes don't count; and a photograph in which any two faces are as similar as two pictures of one person
mostly are is set aside whole, since its other pairs are then not sure either.
"""

import datetime as dt
from collections.abc import Iterator, Sequence

import numpy as np

from visavis.records.archive import Records
from visavis.records.together import FaceTogether
from visavis.services.calibrate.gathered import Gathered, similarities

MOST_FACES = 12
"""Faces of one photograph that are compared: of a crowd the first twelve, 66 pairs."""


def gather_together(records: Records, sources: frozenset[int], at: dt.datetime, *, ceiling: float) -> Gathered:
    """Compare the faces of each photograph of some sources; `ceiling` is the similarity from which two faces may well be one person."""
    gathered = Gathered()
    for number, faces in enumerate(records.together.photographs(sources, at)):
        found = list(_compared(records, faces[:MOST_FACES]))
        if any(similarity >= ceiling for similarity, _ in found):
            gathered.set_aside += len(found)
            continue
        gathered.photographs += bool(found)
        for similarity, weak in found:
            gathered.add(similarity, (number, number), weak=weak)
    return gathered


def _compared(records: Records, faces: Sequence[FaceTogether]) -> Iterator[tuple[float, bool]]:
    """Yield the similarity of every two faces, and whether one of them is weak. Rows under two rotations never compare."""
    table = similarities(records.rows.read(np.array([face.key for face in faces], np.int64)))
    for first, one in enumerate(faces):
        for second, other in enumerate(faces[first + 1 :], start=first + 1):
            if one.transform == other.transform and one.box.overlap(other.box) == 0:
                yield float(table[first, second]), one.weak or other.weak
