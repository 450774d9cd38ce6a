"""The desk of calibration: measuring how often strangers score high in one's own pictures, and what a search judges by."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from visavis.domain.errors import InputError
from visavis.domain.tails import COSINE, USUAL, Calibration
from visavis.law.calibration import SourceMeasured
from visavis.law.clear import clear_calibration
from visavis.records.archive import Records
from visavis.records.calibrations import Measured
from visavis.records.sources import SourceRecord
from visavis.services.calibrate import Calibrate
from visavis.wiring.session import Session

if TYPE_CHECKING:  # it imports decoders and networks
    from visavis.services.search import Scale

__all__ = ["CalibrationDesk", "Measured", "calibrated_floor"]


class CalibrationDesk:
    """Measures, and says what was measured."""

    def __init__(self, session: Session, scale: "Callable[[Records], Scale]") -> None:
        self._session = session
        self._scale = scale

    def all(self) -> list[Measured]:
        """Return every measurement, oldest first."""
        return self._session.records().calibrations.all()

    def covering(self, sources: Sequence[SourceRecord]) -> Calibration | None:
        """Return what a search of these sources stands on: their own measurement, else the model pack's trial; None = neither is there."""
        records = self._session.records()
        measured = records.calibrations.covering(frozenset(source.number for source in sources), records.pack_id)
        return self._scale(records).tails if measured is None else measured.calibration()

    def run(self, sources: Sequence[str] = (), *, people: Path | str | None = None) -> Measured:
        """Measure the sources named by id or title; without any, all that are live.

        Parameters
        ----------
        people : path
            A CSV file with the columns `path` and `person`, for pictures that show one face each; without it, the faces that stand in one
            photograph are compared.

        Raises
        ------
        RefusedError
            `person-needed`, `role-allowed`, `source-live`.
        InputError
            Too few photographs with several faces, or no source.
        """
        records, session = self._session.records(), self._session
        chosen = [records.sources.one(name) for name in sources] or [source for source in records.sources.all() if source.state == "live"]
        if not chosen:
            raise InputError("there is no live source to measure", remedy="visavis source list")
        asked = [SourceMeasured(actor=session.actor, source_id=source.id, state=source.state, profile=source.profile) for source in chosen]
        with records.noting_refusals(session.actor, "consultation", what="calibrated"):
            numbers = frozenset(source.number for source in chosen)
            clearance = clear_calibration(asked, numbers, session.rules, at=session.clock.now())
        scale = self._scale(records)
        return Calibrate(records, known=scale.tails, ceiling=scale.ceiling).run(clearance, people=None if people is None else Path(people))


def calibrated_floor(recorded: float, tails: Calibration | None, measured: Sequence[Measured]) -> float:
    """Return the floor under which no similarity is given: the pack's, or higher where strangers score higher in one's own pictures.

    Parameters
    ----------
    recorded : float
        The law's: the pack's threshold at the policy's FPIR.
    """
    if tails is None:
        return recorded
    share = tails.tail(USUAL, COSINE).share_at(recorded)
    own = (one.calibration().tail(USUAL, COSINE).similarity_at(share) for one in measured)
    return max([recorded, *own])
