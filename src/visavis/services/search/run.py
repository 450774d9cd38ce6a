"""One search: clearance first, then the index, then SQL, then the record of it, then the answer."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from visavis.domain.actor import Actor
from visavis.domain.arrays import Vectors
from visavis.domain.clearance import Clearance
from visavis.domain.errors import InputError
from visavis.domain.identification import ProbePicture, SearchResult, Threshold, Where
from visavis.domain.ids import SearchId
from visavis.index.base import VectorIndex
from visavis.law.charter import first_moment_after
from visavis.records.archive import Records
from visavis.records.cases import CaseRecord
from visavis.records.reviews import ProbeToSave
from visavis.records.searches import FoundFace, SearchFacts
from visavis.records.shown import Shown
from visavis.records.sources import SourceRecord
from visavis.services.search.leads import SHARED, Asked, Lead, as_candidates, signers, stamp
from visavis.services.search.permission import Ask, Permission
from visavis.services.search.subject import archived_face, probes_to_save
from visavis.services.search.turned import TurnedProbe, turned

FIRST_DEPTH = 500
"""Hits asked of the index at first; more only if too many of them are hidden."""

JOINED_AT_ONCE = 100
"""Hits joined to SQL at a time; most searches need no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchQuestion:
    """What a person asks.

    Attributes
    ----------
    probes : tuple of ProbePicture
        With the picked faces; empty if `face_id` is given.
    face_id : str or None
        Search with a face that is in the archive already.
    top : int or None
        Most candidates; None = every one at or above the threshold.
    threshold : float or None
        Least similarity, inclusive; None = the pack's.
    fuse : bool
        Several photographs: search once with the mean of their templates, not with each (and the best similarity).
    same_person : bool
        The photographs show one person.
    since, until : date or None
        Both included.
    reason : str
        One line, kept with the search.
    """

    actor: Actor
    probes: tuple[ProbePicture, ...] = ()
    face_id: str | None = None
    top: int | None = 50
    threshold: float | None = None
    fuse: bool = False
    same_person: bool = False
    sources: tuple[str, ...] = ()
    since: dt.date | None = None
    until: dt.date | None = None
    case_id: str | None = None
    reason: str = ""

    def check(self) -> None:
        """Raise `InputError` for a question that has no answer."""
        if (self.face_id is None) is not any(probe.picked for probe in self.probes):
            raise InputError("search with photographs or with a face id: one of the two", remedy="visavis search PHOTO, or --face-id ID")
        if self.since and self.until and self.since > self.until:
            raise InputError(f"--since {self.since} lies after --until {self.until}", remedy="swap the two dates")
        if self.threshold is not None and not -1 <= self.threshold <= 1:
            raise InputError(f"a threshold of {self.threshold} is no cosine", remedy="give a number between -1 and 1")
        if self.top is not None and self.top < 1:
            raise InputError("--top asks for at least one candidate", remedy="--top 50")

    def ask(self) -> Ask:
        """Return what needs permission."""
        return Ask(
            actor=self.actor,
            case_id=self.case_id,
            sources=self.sources,
            top=self.top,
            threshold=self.threshold,
            probe_faces=self.probe_faces,
            reason=self.reason,
        )

    @property
    def probe_faces(self) -> int:
        """How many faces are searched with."""
        return sum(len(probe.picked) for probe in self.probes) or 1

    def where(self, clearance: Clearance) -> Where:
        """Return the filter: the clearance's sources, and the dates asked for."""
        return Where(
            sources=clearance.sources,
            since=self.since.toordinal() if self.since else None,
            until=self.until.toordinal() if self.until else None,
        )

    def threshold_or(self, default: Threshold) -> Threshold:
        """Return the threshold that counts."""
        return default if self.threshold is None else Threshold(value=self.threshold, trial="set by the user")


@dataclass(frozen=True, slots=True)
class _Probe:
    """One vector to search with, and the number of the probe face it stands for."""

    vector: Vectors
    number: int


class Search:
    """Searches an archive for a face."""

    def __init__(
        self,
        records: Records,
        index: VectorIndex,
        permission: Permission,
        *,
        default_threshold: Threshold,
        notices: Callable[[Iterable[SourceRecord]], list[str]],
    ) -> None:
        self._records = records
        self._index = index
        self._permission = permission
        self._default_threshold = default_threshold
        self._notices = notices

    def run(self, question: SearchQuestion) -> SearchResult:
        """Search.

        Parameters
        ----------
        question : SearchQuestion

        Returns
        -------
        SearchResult
            Candidates by similarity, best first; ties by age of the face's record.

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
        where = question.where(permit.clearance)
        size = self._records.gallery.size(where, at)
        threshold = question.threshold_or(self._default_threshold)
        found = self._best(self._vectors(question, permit.clearance, at), where, permit.clearance, threshold.value, question.top, at)
        case, probes = permit.case, self._probes(question, permit.case)
        facts = SearchFacts(
            pack_id=self._records.pack_id,
            gallery_size=size.size,
            threshold=threshold.value,
            where=where,
            reason=question.reason,
            probe_faces=question.probe_faces,
            probes=probes,
            probes_until=None if case.open_until is None else first_moment_after(case.open_until),
        )
        search_id, leads = self._record(permit.clearance, facts, found)
        return SearchResult(
            search_id=search_id,
            case_id=case.id,
            at=at,
            probes=question.probes,
            gallery_size=size.size,
            threshold=threshold,
            pack=self._records.pack_id,
            candidates=as_candidates(self._records, leads, self._asked(case, probes), {}, at),
            undated_left_out=size.undated,
            notices=(*permit.left_out, *_cut(question.top, len(found)), *self._notices(permit.sources)),
            purpose=permit.clearance.purpose,
            policy=permit.clearance.policy,
            signed_by=signers(source for source in permit.sources if source.number in permit.clearance.sources),
            stamp=stamp(case),
        )

    def _record(self, clearance: Clearance, facts: SearchFacts, found: Sequence[tuple[Shown, float, int]]) -> tuple[SearchId, list[Lead]]:
        """Write the search; return its id, and what was found with the ids of the candidates."""
        faces = [FoundFace(face_number=shown.face_number, similarity=similarity, probe_face=face) for shown, similarity, face in found]
        with self._records.work(clearance.actor) as work:
            search_id, ids = self._records.searches.record(work, clearance, facts, faces)
        leads = [
            Lead(candidate_id=candidate_id, rank=rank, shown=shown, similarity=similarity, probe_face=face)
            for rank, (candidate_id, (shown, similarity, face)) in enumerate(zip(ids, found, strict=True), start=1)
        ]
        return search_id, leads

    def _probes(self, question: SearchQuestion, case: CaseRecord) -> tuple[ProbeToSave, ...]:
        """Return what is kept of the searched faces: pictures only outside home and trial."""
        if question.face_id is not None:
            return archived_face(question.face_id, self._records.searches.anchor_of(question.face_id))
        one_person = question.fuse or question.same_person
        return probes_to_save(question.probes, one_person=one_person, with_pictures=case.kind != SHARED)

    def _asked(self, case: CaseRecord, probes: Sequence[ProbeToSave]) -> Asked:
        subjects: dict[int, frozenset[bytes]] = {}
        for probe in probes:
            marked = {self._records.reviews.mark(probe.subject)}
            subjects[probe.probe_face] = subjects.get(probe.probe_face, frozenset()) | marked
        return Asked(case=case, subjects=subjects)

    def _vectors(self, question: SearchQuestion, clearance: Clearance, at: dt.datetime) -> list[_Probe]:
        if question.face_id is not None:
            vector = self._records.gallery.vector_of(question.face_id, at, clearance.sources)
            return [_Probe(vector / np.linalg.norm(vector), 1)]
        picked = [(probe.faces[number - 1].vector, number) for probe in question.probes for number in probe.picked]
        if question.fuse:
            mean = np.mean([vector for vector, _ in picked], axis=0)
            return [_Probe((mean / np.linalg.norm(mean)).astype(np.float32), 1)]
        return [_Probe(vector, 1 if question.same_person else number) for vector, number in picked]

    def _best(
        self, probes: Sequence[_Probe], where: Where, clearance: Clearance, threshold: float, top: int | None, at: dt.datetime
    ) -> list[tuple[Shown, float, int]]:
        """Search with each probe, turned once for each rotation of the sources, and keep each appearance's best similarity."""
        best: dict[int, tuple[Shown, float, int]] = {}
        for probe in probes:
            for below in turned(self._records.rotations, probe.vector, where, clearance):
                for shown, similarity in self._visible(below, clearance, threshold, top, at):
                    if shown.appearance_number not in best or best[shown.appearance_number][1] < similarity:
                        best[shown.appearance_number] = (shown, similarity, probe.number)
        ranked = sorted(best.values(), key=lambda found: (-found[1], found[0].key))
        return ranked[: clearance.max_candidates][:top]

    def _visible(
        self, probe: TurnedProbe, clearance: Clearance, threshold: float, top: int | None, at: dt.datetime
    ) -> list[tuple[Shown, float]]:
        """Ask the index deeper until enough of its hits may be shown, or it has no more at or above the threshold."""
        depth = FIRST_DEPTH if top is None else max(FIRST_DEPTH, 2 * top)
        while True:
            hits = self._index.search(probe.vector, depth, probe.where, clearance)
            near = hits.similarity >= np.float32(threshold)
            found = self._shown(probe.transform, hits.keys[near].tolist(), hits.similarity[near].tolist(), top, at)
            exhausted = len(hits.keys) < depth or not near.all()
            if exhausted or (top is not None and len(found) == top):
                return found
            depth *= 8

    def _shown(
        self, transform: int, keys: list[int], similarity: list[float], top: int | None, at: dt.datetime
    ) -> list[tuple[Shown, float]]:
        """Join hits to SQL, in portions, until `top` appearances may be shown and lie under the probe's rotation, each by its best face."""
        found: dict[int, tuple[Shown, float]] = {}
        for start in range(0, len(keys), JOINED_AT_ONCE):
            part = slice(start, start + JOINED_AT_ONCE)
            visible = self._records.gallery.show(keys[part], at)
            for key, cosine in zip(keys[part], similarity[part], strict=True):
                if key in visible and visible[key].transform == transform:
                    found.setdefault(visible[key].appearance_number, (visible[key], cosine))
            if top is not None and len(found) >= top:
                break
        return list(found.values())[:top]


def _cut(top: int | None, listed: int) -> tuple[str, ...]:
    """Say that the list may go on, where it ends at the number asked for and not at the threshold."""
    return (f"the list ends at --top {top}; there may be more: --all",) if listed == top else ()
