"""By what one archive judges similarities: what its model pack recorded, and what was measured on its own pictures."""

from typing import TYPE_CHECKING

from visavis.domain.identification import Threshold
from visavis.domain.tails import Calibration
from visavis.records.archive import Records
from visavis.services.programs.facts import Facts
from visavis.wiring import build
from visavis.wiring.calibration import CalibrationDesk, calibrated_floor
from visavis.wiring.desks import Desks
from visavis.wiring.session import Session

if TYPE_CHECKING:  # it imports decoders and networks
    from visavis.services.search import Permission, Scale


class Judged(Desks):
    """An archive with its thresholds, its floor and its tails."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._thresholds: dict[float, Threshold] = {}
        self._tails: Calibration | None = None

    @property
    def calibration(self) -> CalibrationDesk:
        """How often strangers score high in the archive's own pictures."""
        return CalibrationDesk(self._session, self._scale)

    def _recorded(self, records: Records) -> dict[float, Threshold]:
        """Return the thresholds that the model pack records, by FPIR."""
        if not self._thresholds:  # finding a pack hashes its files
            pack = build.find_pack(self._session.settings, records.pack_id)
            self._thresholds, self._tails = pack.thresholds, pack.tails
        return self._thresholds

    def _forget_pack(self) -> None:
        """Read thresholds and tails again when they are asked next: the archive has moved to another pack."""
        self._thresholds, self._tails = {}, None

    def _default_threshold(self, records: Records) -> Threshold:
        return self._recorded(records)[0.01]

    def _scale(self, records: Records, ranking: str | None = None) -> "Scale":
        """Return what searches judge by; `ranking` wins over the setting."""
        from visavis.services.search import Scale

        recorded = self._default_threshold(records)
        adjusted = (ranking or self._session.settings.ranking) == "cohort"
        return Scale(recorded=recorded, ceiling=recorded.value, tails=self._tails, adjusted=adjusted)

    def _floor(self, records: Records) -> float:
        """Return the similarity under which nothing is given."""
        thresholds = {fpir: threshold.value for fpir, threshold in self._recorded(records).items()}
        measured = [one for one in records.calibrations.all() if one.pack_id == records.pack_id]
        return calibrated_floor(self._session.rules.floor(thresholds), self._tails, measured)

    def _permission(self, records: Records) -> "Permission":
        from visavis.services.search import Permission

        return Permission(records, self._session.rules, floor=self._floor(records), program_of=Facts(records).of)
