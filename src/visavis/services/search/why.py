"""Why a picture is, or is not, among the results of a search."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from visavis.domain.arrays import Vectors
from visavis.domain.clearance import Clearance
from visavis.domain.errors import InputError
from visavis.domain.face import Box
from visavis.domain.identification import Threshold, Where
from visavis.index.base import VectorIndex
from visavis.records.archive import Records
from visavis.records.files import FileRecord
from visavis.records.searches import SearchFacts
from visavis.services.search.permission import Permission
from visavis.services.search.run import FIRST_DEPTH, SearchQuestion

UNKNOWN = "no source holds this file, or no ingest has met it yet: visavis ingest"


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceReason:
    """One face of the file, beside the probe.

    Attributes
    ----------
    similarity : float
        Cosine to the probe.
    rank : int or None
        Among all that the search may see; None = it may not be seen now.
    verdict : str
        One sentence: among the results, or what keeps it out.
    """

    box: Box
    weaknesses: tuple[str, ...]
    similarity: float
    rank: int | None
    verdict: str


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

    def __init__(self, records: Records, index: VectorIndex, permission: Permission, *, default_threshold: Threshold) -> None:
        self._records = records
        self._index = index
        self._permission = permission
        self._default_threshold = default_threshold

    def run(self, question: SearchQuestion, file: Path) -> Reasons:
        """Look one file up as the search in `question` would meet it. It is recorded as a search, since it tells as much as one.

        Raises
        ------
        InputError
            Not exactly one picked face.
        RefusedError
            As for a search.
        """
        picked = [probe.faces[number - 1].vector for probe in question.probes for number in probe.picked]
        if len(picked) != 1:
            raise InputError("`why` takes one photograph and one face", remedy="visavis why PROBE FILE --face N")
        permit = self._permission.ask(question.actor, case_id=question.case_id, sources=question.sources, top=question.top)
        threshold = self._default_threshold
        if question.threshold is not None:
            threshold = Threshold(value=question.threshold, trial="set by the user")
        at = self._records.clock.now()
        where = Where(sources=permit.clearance.sources)
        found = self._find(file)
        faces: tuple[FaceReason, ...] = ()
        if found is not None and found.media_number is not None:
            faces = self._faces(picked[0], found.media_number, where, permit.clearance, threshold)
        facts = SearchFacts(
            pack_id=self._records.pack_id,
            gallery_size=self._records.gallery.size(where, at).size,
            threshold=threshold.value,
            where=where,
            reason=question.reason or "why",
            probe_faces=1,
        )
        with self._records.work(question.actor) as work:
            self._records.searches.record(work, permit.clearance, facts, [])
        return _reasons(file, found, threshold, faces)

    def _find(self, file: Path) -> FileRecord | None:
        """Look for the file below every root: by its full path, else by the path relative to a root."""
        absolute = file.absolute()
        for source in self._records.sources.all():
            for root in source.roots:
                inside = absolute.relative_to(root.path) if absolute.is_relative_to(root.path) else file
                record = self._records.files.one(root.number, str(inside))
                if record is not None:
                    return record
        return None

    def _faces(self, probe: Vectors, media_number: int, where: Where, clearance: Clearance, threshold: Threshold) -> tuple[FaceReason, ...]:
        faces = []
        for face in self._records.gallery.faces_of(media_number):
            (vector,) = self._records.rows.read(np.array([face.key], dtype=np.int64))
            similarity = float(probe @ vector / np.linalg.norm(vector))
            rank = self._rank(probe, face.key, where, clearance)
            faces.append(
                FaceReason(
                    box=face.box,
                    weaknesses=face.quality.weaknesses(),
                    similarity=similarity,
                    rank=rank,
                    verdict=_verdict(similarity, rank, threshold),
                )
            )
        return tuple(faces)

    def _rank(self, probe: Vectors, key: int, where: Where, clearance: Clearance) -> int | None:
        """Return the face's place among all that this search may see, or None if it may not be seen."""
        at = self._records.clock.now()
        if key not in self._records.gallery.visible([key], at):
            return None
        depth = FIRST_DEPTH
        while True:
            hits = self._index.search(probe, depth, where, clearance)
            place = np.flatnonzero(hits.keys == key)
            if len(place):
                return len(self._records.gallery.visible(hits.keys[: place[0]].tolist(), at)) + 1
            if len(hits.keys) < depth:
                return None
            depth *= 8


def _verdict(similarity: float, rank: int | None, threshold: Threshold) -> str:
    if rank is None:
        return "hidden: its source is not searched here, or the file is missing, held or restricted"
    if np.float32(similarity) < np.float32(threshold.value):
        return f"below the threshold of {threshold.value:.3f}"
    return f"among the results, rank {rank}"


def _reasons(file: Path, found: FileRecord | None, threshold: Threshold, faces: tuple[FaceReason, ...]) -> Reasons:
    if found is None:
        return Reasons(path=str(file), outcome="unknown", detail="", missing=False, threshold=threshold, faces=(), verdict=UNKNOWN)
    if found.missing:
        verdict = "the file was not there at the last ingest; its faces are hidden until it is found again"
    elif not faces:
        verdict = f"it has no face to search: {found.reason.value}" + (f" ({found.detail})" if found.detail else "")
    else:
        verdict = max(faces, key=lambda face: face.similarity).verdict
    return Reasons(
        path=found.path,
        outcome=found.reason.value,
        detail=found.detail,
        missing=found.missing,
        threshold=threshold,
        faces=faces,
        verdict=verdict,
    )
