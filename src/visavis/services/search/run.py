"""One search: clearance first, then the index, then SQL, then the record of it, then the answer."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from visavis.domain.actor import Actor
from visavis.domain.arrays import Vectors
from visavis.domain.clearance import Clearance
from visavis.domain.identification import ProbePicture, SearchResult, Where
from visavis.domain.ids import SearchId
from visavis.domain.speech import apart, line
from visavis.domain.tails import ADJUSTED
from visavis.evaluation.cohort import Cohort
from visavis.index.base import VectorIndex
from visavis.law.charter import first_moment_after
from visavis.records.archive import Records
from visavis.records.cases import CaseRecord
from visavis.records.database import Work
from visavis.records.reviews import ProbeToSave
from visavis.records.searches import FoundFace, SearchFacts
from visavis.records.shown import Shown
from visavis.records.sources import SourceRecord
from visavis.services.search.asked import Probes, ProbesAsked, ProbeVector
from visavis.services.search.cohorts import TOO_FEW, adjusted, draw_cohorts
from visavis.services.search.expected import Expectation, Scale, expectation, threshold_of
from visavis.services.search.found import Found
from visavis.services.search.leads import Asked, Lead, as_candidates, signers, stamp
from visavis.services.search.narrowing import Narrow, narrowed_notice
from visavis.services.search.permission import Permission, Permit
from visavis.services.search.question import SearchQuestion
from visavis.services.search.together import seen_together
from visavis.services.search.turned import TurnedProbe, turned

FIRST_DEPTH = 500
"""Hits asked of the index at first; more only if too many of them are hidden."""

JOINED_AT_ONCE = 100
"""Hits joined to SQL at a time; most searches need no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Looking:
    """What one search looks for: up to `top` faces at a score of `least` or more; `cohorts` is None where the cosine ranks.

    `people` are the searched faces that have to be seen together; none where any of them will do.
    """

    where: Where
    clearance: Clearance
    least: float
    top: int | None
    at: dt.datetime
    cohorts: dict[int, Cohort] | None
    narrow: Narrow
    people: tuple[int, ...] = ()


class Watch(Protocol):
    """Looks at what programs search with."""

    def see(self, actor: Actor, case: CaseRecord, pictures: Sequence[ProbePicture], vectors: Sequence[Vectors]) -> None:
        """Raise `RefusedError` for a probe too many that looks like those before it."""
        ...

    def keep(self, work: Work, case: CaseRecord) -> None:
        """Keep what this one looked like."""
        ...


class Search:
    """Searches an archive for a face."""

    def __init__(
        self,
        records: Records,
        index: VectorIndex,
        permission: Permission,
        *,
        scale: Scale,
        notices: Callable[[Iterable[SourceRecord]], Sequence[str]],
        watch: Watch | None = None,
    ) -> None:
        self._records = records
        self._index = index
        self._permission = permission
        self._scale = scale
        self._notices = notices
        self._watch = watch
        self._probes = Probes(records)

    def run(self, question: SearchQuestion) -> SearchResult:
        """Search.

        Parameters
        ----------
        question : SearchQuestion

        Returns
        -------
        SearchResult
            Candidates by similarity (adjusted, where the scale says so), best first; ties by age of the face's record. Where faces are
            sought together: the faces of each picture or moment after each other, by the weakest of them.

        Raises
        ------
        RefusedError
            No case for what is asked, or a rule against it; nothing was read from the index.
        InputError
            No probe, dates in the wrong order, an unknown source, case or face.
        """
        question.check()
        at = self._records.clock.now()
        permit = self._permission.ask(question.ask())
        clearance, where = permit.clearance, question.where(permit.clearance)
        size = self._records.gallery.size(where, at)
        cohorts = draw_cohorts(self._records, clearance, at, ceiling=self._scale.ceiling) if self._scale.adjusted else None
        asked = self._probes.of(question, permit, at)
        if self._watch is not None:
            self._watch.see(question.actor, permit.case, question.probes, [probe.vector for probe in asked.vectors])
        expected = self._expectation(question, clearance, size.size, asked, adjusted=cohorts is not None)
        looking = _Looking(
            where=where,
            clearance=clearance,
            least=expected.threshold.value,
            top=question.top,
            at=at,
            cohorts=cohorts,
            narrow=Narrow(self._records, question.narrow, at),
            people=tuple(dict.fromkeys(one.number for one in asked.vectors)) if question.together else (),
        )
        found = self._together(asked.vectors, looking) if question.together else self._best(asked.vectors, looking)
        facts = SearchFacts(
            pack_id=self._records.pack_id,
            gallery_size=size.size,
            threshold=expected.threshold.value,
            where=where,
            reason=question.reason,
            probe_faces=question.probe_faces,
            probes=asked.saved,
            probes_until=None if permit.case.open_until is None else first_moment_after(permit.case.open_until),
            expected=expected.hits(),
            together=len(looking.people),
            narrowed=question.narrow.words(),
        )
        search_id, leads = self._record(permit, facts, found, expected)
        few = (TOO_FEW,) if self._scale.adjusted and cohorts is None else ()
        return SearchResult(
            search_id=search_id,
            case_id=permit.case.id,
            at=at,
            probes=question.probes,
            gallery_size=size.size,
            threshold=expected.threshold,
            pack=self._records.pack_id,
            candidates=as_candidates(self._records, leads, self._asked(permit.case, asked.saved), {}, at),
            undated_left_out=size.undated,
            notices=(*permit.left_out, *few, *_listed(looking, found, facts.narrowed), *self._notices(permit.sources)),
            purpose=clearance.purpose,
            policy=clearance.policy,
            signed_by=signers(source for source in permit.sources if source.number in clearance.sources),
            stamp=stamp(permit.case),
            expected_false_hits=expected.line(),
            expected=expected.hits(),
        )

    def _expectation(self, question: SearchQuestion, clearance: Clearance, size: int, asked: ProbesAsked, *, adjusted: bool) -> Expectation:
        measured = self._records.calibrations.covering(clearance.sources, self._records.pack_id)
        own = None if measured is None else measured.calibration()
        strangers = expectation(self._scale, own, size=size, probes=asked.kinds, adjusted=adjusted)
        wanted = question.threshold, question.expected
        return Expectation(strangers=strangers, threshold=threshold_of(strangers, self._scale, wanted, floor=clearance.least_similarity))

    def _record(self, permit: Permit, facts: SearchFacts, found: Sequence[Found], expected: Expectation) -> tuple[SearchId, list[Lead]]:
        """Write the search; return its id, and what was found with the ids of the candidates."""
        faces = [
            FoundFace(
                face_number=one.shown.face_number,
                similarity=one.similarity,
                probe_face=one.probe_face,
                strangers=expected.at(one.score),
            )
            for one in found
        ]
        with self._records.work(permit.clearance.actor) as work:
            search_id, ids = self._records.searches.record(work, permit.clearance, facts, faces)
            if self._watch is not None:
                self._watch.keep(work, permit.case)
        adjusted = facts.expected is not None and facts.expected.ranked_by == ADJUSTED
        leads = [
            Lead(
                candidate_id=candidate_id,
                rank=rank,
                shown=one.shown,
                similarity=one.similarity,
                probe_face=one.probe_face,
                strangers=face.strangers,
                adjusted=one.score if adjusted else None,
                together=one.together,
            )
            for rank, (candidate_id, one, face) in enumerate(zip(ids, found, faces, strict=True), start=1)
        ]
        return search_id, leads

    def _asked(self, case: CaseRecord, probes: Sequence[ProbeToSave]) -> Asked:
        subjects: dict[int, frozenset[bytes]] = {}
        for probe in probes:
            marked = {self._records.reviews.mark(probe.subject)}
            subjects[probe.probe_face] = subjects.get(probe.probe_face, frozenset()) | marked
        return Asked(case=case, subjects=subjects)

    def _best(self, probes: Sequence[ProbeVector], looking: _Looking) -> list[Found]:
        """Keep each appearance's best score, whichever of the searched faces it resembles."""
        best: dict[int, Found] = {}
        for found in self._each(probes, looking):
            known = best.get(found.shown.appearance_number)
            if known is None or known.score < found.score:
                best[found.shown.appearance_number] = found
        ranked = sorted(best.values(), key=lambda found: (-found.score, found.shown.key))
        return ranked[: looking.clearance.max_candidates][: looking.top]

    def _together(self, probes: Sequence[ProbeVector], looking: _Looking) -> list[Found]:
        """Look through all that reaches the threshold for pictures and moments in which each searched face is seen."""
        moments = seen_together(self._each(probes, replace(looking, top=None)), looking.people)
        most = looking.clearance.max_candidates
        shown = moments[: looking.top][: None if most is None else most // len(looking.people)]
        return [one for moment in shown for one in moment]

    def _each(self, probes: Sequence[ProbeVector], looking: _Looking) -> Iterator[Found]:
        """Search with each probe, turned once for each rotation of the sources."""
        for probe in probes:
            for below in turned(self._records.rotations, probe.vector, looking.where, looking.clearance):
                yield from self._scored(below, probe.number, looking)

    def _scored(self, below: TurnedProbe, number: int, looking: _Looking) -> Iterator[Found]:
        """Yield what one probe finds under one rotation, each face with the score that it is ranked by."""
        if looking.cohorts is None:
            for shown, cosine in self._visible(below, looking, looking.least, looking.top):
                yield Found(shown=shown, similarity=cosine, probe_face=number, score=cosine)
            return
        # Who ranks high once adjusted may lie anywhere above the floor.
        every = self._visible(below, looking, looking.clearance.least_similarity, None)
        scores = adjusted(self._records, looking.cohorts[below.transform], below, every)
        for (shown, cosine), score in zip(every, scores, strict=True):
            if score >= looking.least:
                yield Found(shown=shown, similarity=cosine, probe_face=number, score=score)

    def _visible(self, probe: TurnedProbe, looking: _Looking, least: float, top: int | None) -> list[tuple[Shown, float]]:
        """Ask the index deeper until enough of its hits may be shown, or it has no more at or above the least cosine."""
        depth = FIRST_DEPTH if top is None else max(FIRST_DEPTH, 2 * top)
        while True:
            hits = self._index.search(probe.vector, depth, probe.where, looking.clearance)
            near = hits.similarity >= np.float32(least)
            found = self._shown(probe.transform, hits.keys[near].tolist(), hits.similarity[near].tolist(), top, looking)
            exhausted = len(hits.keys) < depth or not near.all()
            if exhausted or (top is not None and len(found) == top):
                return found
            depth *= 8

    def _shown(
        self, transform: int, keys: list[int], similarity: list[float], top: int | None, looking: _Looking
    ) -> list[tuple[Shown, float]]:
        """Join hits to SQL, in portions, until `top` appearances may be shown and lie under the probe's rotation, each by its best face."""
        found: dict[int, tuple[Shown, float]] = {}
        for start in range(0, len(keys), JOINED_AT_ONCE):
            part = slice(start, start + JOINED_AT_ONCE)
            visible = looking.narrow.passing(self._records.gallery.show(keys[part], looking.at))
            for key, cosine in zip(keys[part], similarity[part], strict=True):
                if key in visible and visible[key].transform == transform:
                    found.setdefault(visible[key].appearance_number, (visible[key], cosine))
            if top is not None and len(found) >= top:
                break
        return list(found.values())[:top]


def _listed(looking: _Looking, found: Sequence[Found], narrowed: tuple[str, ...]) -> tuple[str, ...]:
    """Say how the list was made: for faces together, narrowed, or ended at the number asked for and not at the threshold."""
    people, count = len(looking.people), len(found)
    lines = narrowed_notice(narrowed)
    if people:
        each = line("each of the %(n)s searched faces is in every picture or moment listed: ranked by the weakest similarity", n=people)
        lines = (each, *lines)
        count //= people
    if looking.top is not None and count == looking.top:
        ends = f"the list ends at --top {looking.top}; there may be more: --all"
        lines = (*lines, apart(ends, "the list ends at %(top)s candidates; there may be more", top=looking.top))
    return lines
