"""Measure how often strangers score high in an archive's own pictures: on pairs of faces that stand in one photograph, aggregates only.

Two faces in one photograph are two people, but for a reflection, a picture in the picture, or a collage. So that these don't count:
stills only, one of several near-duplicates; overlapping boxes don't count; and a photograph in which any two faces are as similar as two
pictures of one person mostly are is set aside whole. No template, pair or picture leaves this module, and none is kept.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from visavis.domain.clearance import Clearance
from visavis.domain.errors import InputError, RefusedError
from visavis.domain.tails import COSINE, USUAL, WEAK, Calibration, Tail
from visavis.evaluation.tails import Pairs, refit_tail
from visavis.law.calibration import PURPOSE
from visavis.law.rules import Rule
from visavis.records.archive import Records
from visavis.records.calibrations import Measured
from visavis.records.together import FaceTogether

MOST_FACES = 12
"""Faces of one photograph that are compared: of a crowd the first twelve, 66 pairs."""
MORE = (
    "take in more photographs with several people, or give --people FILE, which says of pictures with one face whom they show; "
    "docs/guide/calibration.md"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Compared:
    """Pairs of the photographs that count, of one kind; `set_aside` were in the others."""

    similarity: list[float]
    photograph: list[int]

    def pairs(self) -> Pairs:
        unit = np.array(self.photograph, np.int64)
        return Pairs(similarity=np.array(self.similarity), weight=np.ones(len(unit)), first=unit, second=unit)


class Calibrate:
    """Measures the tails of an archive's own pictures.

    Parameters
    ----------
    records : Records
    known : Calibration or None
        The model pack's tails: how a far tail bends takes more pairs than one archive has.
    ceiling : float
        Similarity from which two faces may well be one person.
    """

    def __init__(self, records: Records, *, known: Calibration | None, ceiling: float) -> None:
        self._records = records
        self._known = known
        self._ceiling = ceiling

    def run(self, clearance: Clearance) -> Measured:
        """Measure, keep the result, and write the leaf.

        Raises
        ------
        RefusedError
            The clearance is for another purpose, or not valid now.
        InputError
            The pack has no tails, or there are too few photographs with several faces.
        """
        at = self._records.clock.now()
        clearance.check(at)
        if clearance.purpose != PURPOSE:
            raise RefusedError(
                f"this clearance is for the purpose «{clearance.purpose}», measuring strangers needs «{PURPOSE}»",
                rule=Rule.PURPOSE_ALLOWED,
                remedy="run `visavis calibrate`, which asks for the right one",
            )
        if self._known is None:
            raise InputError("this archive's model pack records no tails to start from", remedy="visavis packs list")
        kinds = {USUAL: _Compared(similarity=[], photograph=[]), WEAK: _Compared(similarity=[], photograph=[])}
        photographs = set_aside = 0
        for number, faces in enumerate(self._records.together.photographs(clearance.sources, at)):
            found = list(self._compare(faces))
            if any(similarity >= self._ceiling for _, similarity in found):
                set_aside += len(found)
                continue
            photographs += bool(found)
            for kind, similarity in found:
                kinds[kind].similarity.append(similarity)
                kinds[kind].photograph.append(number)
        measured = Measured(
            at=at,
            pack_id=self._records.pack_id,
            sources=clearance.sources,
            tails=tuple(self._fit(kinds)),
            photographs=photographs,
            pairs=sum(len(one.similarity) for one in kinds.values()),
            set_aside=set_aside,
        )
        return self._keep(clearance, measured)

    def _compare(self, faces: Sequence[FaceTogether]) -> Iterator[tuple[str, float]]:
        """Yield kind and similarity of every two faces of a photograph."""
        faces = faces[:MOST_FACES]
        similarity = self._similarities(faces)
        for first in range(len(faces)):
            for second in range(first + 1, len(faces)):
                one, other = faces[first], faces[second]
                if one.transform == other.transform and one.box.overlap(other.box) == 0:
                    yield (WEAK if one.weak or other.weak else USUAL), float(similarity[first, second])

    def _similarities(self, faces: Sequence[FaceTogether]) -> NDArray[np.float32]:
        rows = self._records.rows.read(np.array([face.key for face in faces], np.int64))
        unit = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), np.float32(1e-6))
        table: NDArray[np.float32] = unit @ unit.T
        return table

    def _fit(self, kinds: dict[str, _Compared]) -> Iterator[Tail]:
        """Yield the usual tail, and the weak one where there are enough weak faces and the pack knows how it bends."""
        assert self._known is not None  # noqa: S101 - `run` has asked
        usual = kinds[USUAL].pairs()
        try:
            yield refit_tail(usual, self._known.tail(USUAL), ceiling=self._ceiling)[0]
        except InputError as error:
            raise InputError(f"{error}", remedy=MORE) from error
        weak = kinds[WEAK].pairs()
        if (WEAK, COSINE) in self._known.tails:
            try:
                yield refit_tail(weak, self._known.tail(WEAK), ceiling=self._ceiling)[0]
            except InputError:  # the pack's own stands
                return

    def _keep(self, clearance: Clearance, measured: Measured) -> Measured:
        with self._records.work(clearance.actor) as work:
            self._records.calibrations.add(work, measured)
            work.leaf(
                "consultation",
                what="calibrated",
                purpose=clearance.purpose,
                policy=clearance.policy,
                pack=measured.pack_id,
                sources=sorted(measured.sources),
                photographs=measured.photographs,
                pairs=measured.pairs,
                set_aside=measured.set_aside,
            )
        return measured
