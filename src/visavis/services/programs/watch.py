"""Watching what programs search with: a burst of nearly identical probes is a camera, and freezes its case."""

import math
from collections.abc import Sequence

import numpy as np

from visavis.decode.likeness import dhash, hash_distance
from visavis.domain.actor import Actor
from visavis.domain.arrays import Vectors
from visavis.domain.errors import RefusedError
from visavis.domain.identification import ProbePicture
from visavis.law.programs import LOOKED_BACK, check_burst
from visavis.records.archive import Records
from visavis.records.cases import CaseRecord
from visavis.records.database import Work
from visavis.records.program_looks import SKETCH_BITS, Look

NEAR_PICTURE_BITS = 16
"""Of 128. Frames of one take that are a second apart differ in fewer; other portraits of one person in more than 30."""
NEAR_FACE = 0.85
"""Cosine. Of 260 mated pairs of LFW some 2 % are as near (median 0.67, 95 % below 0.82); a face that was moved, turned by up to 5°,
dimmed and compressed again, as the next frame has it, never fell below 0.87 (median 0.93, 20 pairs of four people)."""
NEAR_FACE_BITS = math.floor(math.acos(NEAR_FACE) / math.pi * SKETCH_BITS)


class ProbeWatch:
    """Looks at each probe of a program; people are not watched."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._seen: tuple[Look, bool] | None = None

    def see(self, actor: Actor, case: CaseRecord, pictures: Sequence[ProbePicture], vectors: Sequence[Vectors]) -> None:
        """Compare a probe with those before it; nothing was read from the index yet.

        Raises
        ------
        RefusedError
            `no-camera`: it is one too many, and the case is frozen.
        """
        if actor.service_id is None:
            return
        at, looks = self._records.clock.now(), self._records.program_looks
        look = Look(
            pictures=tuple(dhash(picture.image_rgb) for picture in pictures), sketches=tuple(looks.sketch(vector) for vector in vectors)
        )
        alike = any(resembles(look, before) for before in looks.last(case, LOOKED_BACK, at))
        times = looks.alike(case.id, at)
        try:
            check_burst([*times, at] if alike else [], at=at)
        except RefusedError as error:
            self._freeze(actor, case, str(error), len(times) + 1)
            self._records.note_refusal(actor, "consultation", error, case=case.id, purpose=case.purpose)
            raise
        self._seen = look, alike

    def keep(self, work: Work, case: CaseRecord) -> None:
        """Keep what the probe looked like, in the search's own transaction."""
        if self._seen is not None:
            look, alike = self._seen
            self._records.program_looks.keep(work, case, look, alike=alike)

    def _freeze(self, actor: Actor, case: CaseRecord, why: str, alike: int) -> None:
        with self._records.work(actor) as work:
            self._records.cases.freeze(work, case)
            self._records.program_looks.froze(work, case.id, why=why, alike=alike)


def resembles(one: Look, other: Look) -> bool:
    """Whether two probes show nearly the same: the photograph as a whole, or a face of it."""
    pictures = (hash_distance(a, b) <= NEAR_PICTURE_BITS for a in one.pictures for b in other.pictures)
    return any(pictures) or any(_bits(a, b) <= NEAR_FACE_BITS for a in one.sketches for b in other.sketches)


def _bits(one: bytes, other: bytes) -> int:
    return int(np.bitwise_count(np.frombuffer(one, np.uint8) ^ np.frombuffer(other, np.uint8)).sum())
