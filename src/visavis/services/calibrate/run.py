"""Measure how often strangers score high in an archive's own pictures: aggregates only. No template, pair or picture leaves, or is kept."""

from collections.abc import Iterator
from pathlib import Path

from visavis.domain.clearance import Clearance
from visavis.domain.errors import InputError, RefusedError
from visavis.domain.tails import COSINE, USUAL, WEAK, Calibration, Tail
from visavis.evaluation.tails import refit_tail
from visavis.law.calibration import PURPOSE
from visavis.law.rules import Rule
from visavis.records.archive import Records
from visavis.records.calibrations import Measured
from visavis.services.calibrate.gathered import Gathered
from visavis.services.calibrate.known import gather_known
from visavis.services.calibrate.together import gather_together

MORE = (
    "take in more photographs with several people, or say of pictures with one face whom they show: visavis calibrate --people FILE; "
    "until then the figures of the model pack stand"
)


class Calibrate:
    """Measures the tails of an archive's own pictures.

    Parameters
    ----------
    records : Records
    known : Calibration or None
        The model pack's tails: how a far tail bends takes more pairs than most archives have.
    ceiling : float
        Similarity from which two faces may well be one person.
    """

    def __init__(self, records: Records, *, known: Calibration | None, ceiling: float) -> None:
        self._records = records
        self._known = known
        self._ceiling = ceiling

    def run(self, clearance: Clearance, *, people: Path | None = None) -> Measured:
        """Measure, keep the result, and write the leaf.

        Parameters
        ----------
        people : Path or None
            A CSV file that says whom pictures with one face show; None = compare the faces that stand in one photograph.

        Raises
        ------
        RefusedError
            The clearance is for another purpose, or not valid now.
        InputError
            The pack has no tails, the file can't be used, or there are too few pairs.
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
        if people is None:
            gathered = gather_together(self._records, clearance.sources, at, ceiling=self._ceiling)
        else:
            gathered = gather_known(self._records, clearance.sources, at, people)
        tails, above = self._fit(gathered, self._known)
        measured = Measured(
            at=at,
            pack_id=self._records.pack_id,
            sources=clearance.sources,
            tails=tails,
            photographs=gathered.photographs,
            pairs=sum(tail.pairs for tail in tails),
            set_aside=gathered.set_aside + above,
        )
        return self._keep(clearance, measured)

    def _fit(self, gathered: Gathered, known: Calibration) -> tuple[tuple[Tail, ...], int]:
        """Return the tails, and how many pairs above the ceiling did not count."""
        try:
            found = [refit_tail(gathered.pairs(USUAL), known.tail(USUAL), ceiling=self._ceiling)]
        except InputError as error:
            raise InputError(str(error), remedy=MORE) from error
        found += self._weak(gathered, known)
        return tuple(tail for tail, _ in found), sum(above for _, above in found)

    def _weak(self, gathered: Gathered, known: Calibration) -> Iterator[tuple[Tail, int]]:
        """Yield the tail of weak faces, where there are enough of them and the pack knows how it bends; else the pack's own stands."""
        if (WEAK, COSINE) not in known.tails:
            return
        try:
            yield refit_tail(gathered.pairs(WEAK), known.tail(WEAK), ceiling=self._ceiling)
        except InputError:
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
