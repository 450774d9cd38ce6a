"""A candidate laid beside the searched face: one look, and what was measured of both."""

from dataclasses import dataclass

from visavis.domain.actor import Actor
from visavis.domain.identification import Candidate
from visavis.records.archive import Records
from visavis.records.measures import Measured
from visavis.records.past import PastResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What was measured of a candidate's face, and of the searched one where that is a face of the archive; None = not kept."""

    found: Measured | None
    asked: Measured | None


class Compare:
    """Opens candidates."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def run(self, actor: Actor, past: PastResult, candidate: Candidate) -> Compared:
        """Open a candidate of a search that may be shown now: one consultation leaf, by which a first verdict knows that it was seen."""
        measured = self.measured(past, candidate)
        with self._records.work(actor) as work:
            work.leaf(
                "consultation",
                what="candidate-opened",
                candidate=candidate.candidate_id,
                search=past.search.id,
                case=past.case.id,
                purpose=past.search.purpose,
            )
        return measured

    def measured(self, past: PastResult, candidate: Candidate) -> Compared:
        """Return the same for a part of a page whose look is in the ledger."""
        asked = past.asked_face
        found = self._records.measures.of({candidate.face_id} | ({asked.face_id} if asked is not None else set()))
        return Compared(found=found.get(candidate.face_id), asked=None if asked is None else found.get(asked.face_id))
