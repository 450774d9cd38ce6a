"""A wrong name or decision is taken off a face at the person's request, and stays off (GDPR Art. 16)."""

import datetime as dt
from dataclasses import dataclass

from visavis.domain.actor import Actor
from visavis.domain.errors import InputError, RefusedError
from visavis.law.rules import Rule
from visavis.records.archive import Records
from visavis.records.database import Work
from visavis.records.labels import Label
from visavis.records.requests import RequestRecord
from visavis.records.reviews import standing
from visavis.records.searches import PastCandidate


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """What may be wrong about a confirmed face: a name it was given (`name`), or that people decided it to be somebody (empty).

    `id` is the label's, or the candidate's.
    """

    id: str
    name: str
    at: dt.datetime


class Rectify:
    """Corrects."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def open_to(self, request: RequestRecord) -> list[Wrong]:
        """Return the names and decisions that stand on the confirmed faces of a request."""
        faces = self._records.holdings.faces([found.face_id for found in request.confirmed])
        labels = self._records.labels.of_anchors([face.anchor for face in faces])
        named = {label.candidate_id for label in labels}
        seen = self._records.holdings.appearances(faces)
        verdicts = self._records.reviews.verdicts([one.candidate_id for one in seen])
        decided = [
            Wrong(id=one.candidate_id, name="", at=one.at)
            for one in seen
            if one.candidate_id not in named and any(said.says == "same" for said in standing(verdicts.get(one.candidate_id, [])))
        ]
        return [*(Wrong(id=label.id, name=label.name, at=label.at) for label in labels), *decided]

    def run(self, actor: Actor, wanted: str, wrong: str, *, because: str) -> str:
        """Remove a label, or the decision on a candidate, for good; return the correction's id.

        Parameters
        ----------
        wrong : str
            Id (or its end) of the label, or of the candidate that is decided to be somebody whom it does not show.
        because : str
            What is wrong.

        Raises
        ------
        InputError
            No such request, label or candidate, or no reason.
        RefusedError
            The request is over.
        """
        request = self._records.requests.one(wanted)
        with self._records.noting_refusals(actor, "alteration", request=request.id, what="correction"):
            if not request.open:
                raise RefusedError(f"request {request.id} is over", rule=Rule.REQUEST_OPEN, remedy="visavis request open")
        if not because.strip():
            raise InputError("a correction says what is wrong", remedy='--because "…"')
        return self._correct(actor, request, wrong, because)

    def _correct(self, actor: Actor, request: RequestRecord, wrong: str, because: str) -> str:
        at = self._records.clock.now()
        everything = self._records.labels.all(at)
        named = [label for label in everything if label.id == wrong or (len(wrong) >= 4 and label.id.endswith(wrong))]
        candidate = self._records.searches.candidate(named[0].candidate_id if len(named) == 1 else wrong)
        labels = named or [label for label in everything if label.candidate_id == candidate.id]
        (anchors,) = self._records.searches.anchors([candidate.face_number]).values()
        subjects, case_id = self._subjects(candidate)
        with self._records.work(actor) as work:
            self._records.reviews.exclude(work, case_id=case_id, subjects=subjects, anchor=anchors.own)
            names = self._remove(work, labels) or [""]
            made = [
                self._records.corrections.correct(work, request.id, anchor=anchors.own, candidate_id=candidate.id, name=name)
                for name in names
            ]
            self._records.requests.step(work, request, "corrected", note=because.strip())
            work.leaf("alteration", what="correction", correction=made[0], request=request.id, candidate=candidate.id, labels=len(labels))
        return made[0]

    def _remove(self, work: Work, labels: list[Label]) -> list[str]:
        for label in labels:
            self._records.labels.remove(work, label)
        return [label.name for label in labels]

    def _subjects(self, candidate: PastCandidate) -> tuple[frozenset[bytes], str]:
        """Return whom the face does not show: the one person of a case, or the searched face; and the case."""
        case = self._records.cases.one(self._records.searches.one(candidate.search_id).case_id)
        if case.kind == "case":
            return frozenset({self._records.reviews.subject_of_case(case.id)}), case.id
        probes = self._records.reviews.probes(candidate.search_id, self._records.clock.now())
        return frozenset(probe.subject for probe in probes if probe.probe_face == candidate.probe_face), case.id
