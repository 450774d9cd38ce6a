"""A search that was made, as it may be shown now."""

from dataclasses import dataclass

from visavis.domain.identification import Candidate, SearchResult
from visavis.records.cases import CaseRecord
from visavis.records.reviews import SavedProbe, Verdict
from visavis.records.searches import PastSearch


@dataclass(frozen=True, slots=True, kw_only=True)
class PastResult:
    """A search shown again.

    Attributes
    ----------
    probes : tuple of SavedProbe
        What was kept of the searched faces.
    asked_face : Candidate or None
        The face of the archive that was searched with, if it was one and may be shown now.
    verdicts : dict of str to list of Verdict
        Every verdict on each candidate, by its id. Not for whoever has to judge blind: `services.review` says what may be shown to whom.
    result : SearchResult
        Its candidates with their ranks of then; those that may not be shown now are left out and counted in a notice.
    """

    search: PastSearch
    case: CaseRecord
    probes: tuple[SavedProbe, ...]
    asked_face: Candidate | None
    verdicts: dict[str, list[Verdict]]
    result: SearchResult
