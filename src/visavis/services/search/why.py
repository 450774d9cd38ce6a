"""Why a picture is, or is not, among the results of a search."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from visavis.domain.arrays import Keys, Vectors
from visavis.domain.clearance import Clearance
from visavis.domain.errors import InputError
from visavis.domain.face import Box
from visavis.domain.film import Moment
from visavis.domain.identification import Threshold, Where
from visavis.index.base import VectorIndex
from visavis.records.archive import Records
from visavis.records.files import FileRecord
from visavis.records.searches import SearchFacts
from visavis.records.shown import StoredFace
from visavis.services.search.expected import Scale, expectation, kinds, threshold_of
from visavis.services.search.permission import Permission
from visavis.services.search.question import SearchQuestion
from visavis.services.search.run import FIRST_DEPTH
from visavis.services.search.turned import TurnedProbe, turned

Wanted = Callable[[Keys, NDArray[np.float32]], NDArray[np.bool_]]
"""Keys and similarities of hits in, which of them are looked for out."""
HIDDEN = "hidden: the file is missing, or the face is held, restricted or expired"
UNKNOWN = "no source holds this file, it is left out (--exclude, .visavisignore), or no ingest has met it yet: visavis ingest"


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceReason:
    """One face of the file, beside the probe; in a film one appearance, by the face in it that is most alike.

    Attributes
    ----------
    similarity : float or None
        Cosine to the probe; None = it was not compared, since the search may not see it.
    rank : int or None
        Among all that the search may see; None as for `similarity`.
    verdict : str
        One sentence: among the results, or what keeps it out.
    moment : Moment or None
        When in its film; None for stills.
    """

    box: Box
    weaknesses: tuple[str, ...]
    similarity: float | None
    rank: int | None
    verdict: str
    moment: Moment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasons:
    """The answer of `visavis why`."""

    path: str
    outcome: str
    detail: str
    missing: bool
    threshold: Threshold
    faces: tuple[FaceReason, ...]
    verdict: str


class Why:
    """Explains a result list for one file."""

    def __init__(self, records: Records, index: VectorIndex, permission: Permission, *, scale: Scale) -> None:
        self._records = records
        self._index = index
        self._permission = permission
        self._scale = scale

    def run(self, question: SearchQuestion, file: Path) -> Reasons:
        """Look one file up as the search in `question` would meet it. It is recorded as a search, since it tells as much as one.

        Only faces that the search may see are compared with the probe.

        Raises
        ------
        InputError
            Not exactly one picked face.
        RefusedError
            As for a search.
        """
        question.check()
        picked = [probe.faces[number - 1].vector for probe in question.probes for number in probe.picked]
        if len(picked) != 1:
            raise InputError("`why` takes one photograph and one face", remedy="visavis why PROBE FILE --face N")
        permit = self._permission.ask(question.ask())
        at = self._records.clock.now()
        asked = _Asked(
            probe=picked[0],
            where=question.where(permit.clearance),
            clearance=permit.clearance,
            threshold=self._threshold(question, permit.clearance, at),
            top=question.top,
            at=at,
        )
        source_number, found = self._find(file, permit.clearance.sources)
        faces: tuple[FaceReason, ...] = ()
        if found is not None and found.media_number is not None and source_number in permit.clearance.sources:
            faces = self._faces(asked, found.media_number)
        self._record(asked, question)
        if found is None:
            return Reasons(
                path=str(file), outcome="unknown", detail="", missing=False, threshold=asked.threshold, faces=(), verdict=UNKNOWN
            )
        return Reasons(
            path=found.path,
            outcome=found.reason.value,
            detail=found.detail,
            missing=found.missing,
            threshold=asked.threshold,
            faces=faces,
            verdict=_verdict_on_file(found, faces, searched=source_number in permit.clearance.sources),
        )

    def _threshold(self, question: SearchQuestion, clearance: Clearance, at: dt.datetime) -> Threshold:
        size = self._records.gallery.size(question.where(clearance), at).size
        probes = kinds(
            [bool(probe.faces[number - 1].quality.weaknesses()) for probe in question.probes for number in probe.picked], fuse=False
        )
        measured = self._records.calibrations.covering(clearance.sources, self._records.pack_id)
        own = None if measured is None else measured.calibration()
        strangers = expectation(self._scale, own, size=size, probes=probes, adjusted=False)
        return threshold_of(strangers, self._scale, (question.threshold, question.expected), floor=clearance.least_similarity)

    def _record(self, asked: "_Asked", question: SearchQuestion) -> None:
        facts = SearchFacts(
            pack_id=self._records.pack_id,
            gallery_size=self._records.gallery.size(asked.where, asked.at).size,
            threshold=asked.threshold.value,
            where=asked.where,
            reason=question.reason or "why",
            probe_faces=1,
        )
        with self._records.work(question.actor) as work:
            self._records.searches.record(work, asked.clearance, facts, [])

    def _find(self, file: Path, searched: frozenset[int]) -> tuple[int, FileRecord | None]:
        """Look for the file below every root, searched sources first: by its full path, else by the path relative to a root."""
        absolute = file.parent.resolve() / file.name
        for source in sorted(self._records.sources.all(), key=lambda source: source.number not in searched):
            for root in source.roots:
                inside = absolute.relative_to(root.path) if absolute.is_relative_to(root.path) else file
                record = self._records.files.one(root.number, str(inside))
                if record is not None:
                    return source.number, record
        return 0, None

    def _faces(self, asked: "_Asked", media_number: int) -> tuple[FaceReason, ...]:
        stored = self._records.gallery.faces_of(media_number)
        visible = self._records.gallery.visible([face.key for face in stored], asked.at)
        reasons: dict[int, FaceReason] = {}
        for face in stored:
            reason = self._reason(asked, face, visible=face.key in visible)
            before = reasons.setdefault(face.appearance_number, reason)
            if _likeness(reason) > _likeness(before):
                reasons[face.appearance_number] = reason
        return tuple(reasons.values())

    def _reason(self, asked: "_Asked", face: StoredFace, *, visible: bool) -> FaceReason:
        if not visible:
            return FaceReason(box=face.box, weaknesses=(), similarity=None, rank=None, verdict=HIDDEN, moment=face.moment)
        similarity, rank = self._place(asked, face)
        return FaceReason(
            box=face.box,
            weaknesses=face.quality.weaknesses(),
            similarity=similarity,
            rank=rank,
            verdict=asked.verdict(similarity, rank),
            moment=face.moment,
        )

    def _place(self, asked: "_Asked", face: StoredFace) -> tuple[float | None, int | None]:
        """Return a visible face's similarity and its rank among all that this search may see, as the search would find them."""
        probes = {probe.transform: probe for probe in turned(self._records.rotations, asked.probe, asked.where, asked.clearance)}
        if face.transform not in probes:
            return None, None
        similarity, before = self._before(asked, probes.pop(face.transform), lambda keys, _: keys == face.key)
        if similarity is None:
            return None, None
        for probe in probes.values():
            before |= self._before(asked, probe, lambda _, found: found < np.float32(similarity))[1]
        return similarity, len(before - {face.appearance_number}) + 1

    def _before(self, asked: "_Asked", probe: TurnedProbe, wanted: Wanted) -> tuple[float | None, set[int]]:
        """Return the similarity of the first wanted hit under one rotation, None if there is none, and the appearances before it."""
        depth = FIRST_DEPTH
        while True:
            hits = self._index.search(probe.vector, depth, probe.where, asked.clearance)
            place = np.flatnonzero(wanted(hits.keys, hits.similarity))
            if len(place) or len(hits.keys) < depth:
                end = int(place[0]) if len(place) else len(hits.keys)
                before = self._records.gallery.appearances(hits.keys[:end].tolist(), asked.at, transform=probe.transform)
                similarity = float(hits.similarity[end]) if len(place) else None
                return similarity, set(before.values())
            depth *= 8


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """One question, cleared."""

    probe: Vectors
    where: Where
    clearance: Clearance
    threshold: Threshold
    top: int | None
    at: dt.datetime

    def verdict(self, similarity: float | None, rank: int | None) -> str:
        """Say what becomes of a face that the search may see."""
        if similarity is None or rank is None:
            if self.where.dated:
                return "left out by the date filter"
            return f"below {self.clearance.least_similarity:.3f}, the floor under which no similarity is given"
        if np.float32(similarity) < np.float32(self.threshold.value):
            return f"below the threshold of {self.threshold.value:.3f}"
        if self.top is not None and rank > self.top:
            return f"rank {rank}, beyond the first {self.top} that the search shows"
        return f"among the results, rank {rank}"


def _verdict_on_file(found: FileRecord, faces: tuple[FaceReason, ...], *, searched: bool) -> str:
    if not searched:
        return "its source is not searched here; `visavis source list` names the case for it"
    if found.missing:
        return "the file was not there at the last ingest; its faces are hidden until it is found again"
    if not faces:
        return f"it has no face to search: {found.reason.value}" + (f" ({found.detail})" if found.detail else "")
    return max(faces, key=_likeness).verdict


def _likeness(reason: FaceReason) -> float:
    return -2 if reason.similarity is None else reason.similarity
