"""The candidate on the table: what was found, and who has said something of it."""

from collections.abc import Callable
from dataclasses import dataclass

from visavis.domain.actor import Actor
from visavis.domain.errors import InputError
from visavis.domain.identification import Candidate
from visavis.domain.signing import Signer
from visavis.records.anchors import FaceAnchors
from visavis.records.archive import Records
from visavis.records.database import Work
from visavis.records.past import PastResult
from visavis.records.reviews import NewVerdict, Verdict, standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """A candidate with the verdicts that stand; `mine` is the actor's."""

    past: PastResult
    candidate: Candidate
    anchors: FaceAnchors
    said: tuple[Verdict, ...]
    mine: Verdict | None

    @property
    def needed(self) -> int:
        """How many people decide."""
        return max(1, self.past.case.reviewers_needed)

    @property
    def others(self) -> list[Verdict]:
        """Everybody else's verdicts."""
        return [verdict for verdict in self.said if verdict is not self.mine]

    def facts(self) -> dict[str, str]:
        """Return what a leaf of a refusal says."""
        return {"candidate": self.candidate.candidate_id, "case": self.past.case.id, "purpose": self.past.search.purpose}

    def subjects(self, records: Records) -> frozenset[bytes]:
        """Return whom the face does not show: the one person of a case, or the searched faces where a case serves many searches."""
        case = self.past.case
        if case.kind == "case":
            return frozenset({records.reviews.subject_of_case(case.id)})
        return frozenset(probe.subject for probe in self.past.probes if probe.probe_face == self.candidate.probe_face)

    def sign(self, records: Records, work: Work, signer: Signer | None, written: tuple[str, NewVerdict]) -> None:
        """Sign a verdict that was written, given with its id; where nobody signed in nobody signs."""
        verdict_id, new = written
        if signer is None or new.person_id is None:
            return
        facts = {
            "candidate": new.candidate_id,
            "search": self.past.search.id,
            "case": self.past.case.id,
            "says": new.says,
            "grounds": new.grounds,
            "replaces": new.replaces,
            "because": new.why_replaced,
        }
        statement, signature = signer.statement("verdict", verdict_id, facts, at=work.at)
        person = new.person_id
        records.signatures.add(work, what="verdict", object_id=verdict_id, person_id=person, statement=statement, signature=signature)


def lay_out(records: Records, read: Callable[[str], PastResult], actor: Actor, candidate: str) -> Bench:
    """Lay a candidate on the table, named by its id or the end of it; `InputError` if there is none, or none that may be shown now."""
    wanted = records.searches.candidate(candidate)
    past = read(wanted.search_id)
    found = next((one for one in past.result.candidates if one.candidate_id == wanted.id), None)
    if found is None:
        raise InputError("this candidate may not be shown now", remedy=f"visavis search-show {past.search.id} says why")
    said = tuple(standing(past.verdicts.get(wanted.id, [])))
    mine = next((verdict for verdict in said if verdict.person_id == actor.person_id), None)
    (anchors,) = records.searches.anchors([wanted.face_number]).values()
    return Bench(past=past, candidate=found, anchors=anchors, said=said, mine=mine)
