"""A clip of a candidate: asked of the law, noted, and cut out of the original that was read."""

import hashlib
import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from visavis.decode.limits import FilmLimits
from visavis.decode.video.film import open_film
from visavis.domain.actor import Actor
from visavis.domain.errors import InputError, RefusedError, UnreadablePicture
from visavis.domain.identification import Candidate
from visavis.domain.ids import CaseId, FaceId, SearchId
from visavis.domain.media import Reason
from visavis.law.disclosure import ClipAsked, check_clip
from visavis.records.archive import Records
from visavis.records.cases import CaseRecord
from visavis.records.past import PastResult
from visavis.services.clip.cut import ClipMade, ClipOrder, CutClip, Masking, Progress, span
from visavis.services.clip.preview import Preview, preview
from visavis.services.clip.watch import Watching

_CHUNK = 1 << 20
USUAL_S = 60.0
"""Longest clip unless more is asked for: masking looks at every frame, ten times slower than it plays."""

OpenStream = Callable[[Path, str], AbstractContextManager[BinaryIO]]
"""(root, path below it) to a seekable stream; raises `UnreadablePicture` where it can't be reached."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipRequest:
    """What a person asks.

    Attributes
    ----------
    candidate : str
        Id, or its end.
    seconds : float
        Longest clip; of a longer appearance the part around its best moment is shown.
    """

    actor: Actor
    candidate: str
    masking: Masking = Masking.NOTHING
    seconds: float = USUAL_S


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipPlan:
    """A clip that may be cut.

    Attributes
    ----------
    sha256 : bytes
        Of the film that was read.
    faces : frozenset of FaceId
        Whose faces may be seen in it.
    cut_short : bool
        The appearance lasts longer than the clip.
    recorded : bool
        Handing it out is a disclosure.
    """

    search_id: SearchId
    candidate: Candidate
    case: CaseRecord
    sha256: bytes
    order: ClipOrder
    faces: frozenset[FaceId]
    cut_short: bool
    recorded: bool


class TakeClip:
    """Takes clips.

    Parameters
    ----------
    read : callable
        Shows a search again, as far as it may be shown now.
    check : callable
        Says of a case whether what leaves the house under it is on record; raises `RefusedError` where nothing may.
    """

    def __init__(self, records: Records, *, read: Callable[[str], PastResult], check: Callable[[CaseId], bool]) -> None:
        self._records = records
        self._read = read
        self._check = check

    def plan(self, request: ClipRequest) -> ClipPlan:
        """Return what would be cut: one consultation leaf.

        Raises
        ------
        InputError
            No such candidate, it is a photograph, or it may not be shown now.
        RefusedError
            The case is not open, lets nothing out, or asks about one person only and others would be seen: noted in the ledger.
        """
        past = self._read(self._records.searches.candidate(request.candidate).search_id)
        candidate = self._candidate(past, request.candidate)
        moment = candidate.moment
        if moment is None:
            raise InputError(f"candidate {candidate.candidate_id} is a photograph", remedy="visavis search-show SEARCH --format html")
        recorded = self._check(past.case.id)
        self._ask(request, past.case)
        with self._records.work(request.actor) as work:
            facts = {"search": past.search.id, "case": past.case.id, "purpose": past.search.purpose, "candidate": candidate.candidate_id}
            work.leaf("consultation", what="clip", masked=request.masking.value, **facts)
        film = self._records.moments.of_film(candidate.media_id)
        own = sorted(film.beside(candidate.face_id), key=lambda face: face.id != candidate.face_id)
        start, end = span(moment, request.seconds)
        seen = film.between(start, end) if request.masking is Masking.NOTHING else {face.id for face in own}
        return ClipPlan(
            search_id=past.search.id,
            candidate=candidate,
            case=past.case,
            sha256=film.sha256,
            order=ClipOrder(
                start_ticks=start,
                end_ticks=end,
                own=tuple((face.at_ticks, face.box) for face in own),
                masking=request.masking,
            ),
            faces=frozenset({candidate.face_id, *seen}),
            recorded=recorded,
            cut_short=(moment.end_ticks - moment.start_ticks) * moment.time_base > request.seconds,
        )

    def _candidate(self, past: PastResult, wanted: str) -> Candidate:
        found = next((one for one in past.result.candidates if one.candidate_id.endswith(wanted)), None)
        if found is None:
            raise InputError(f"candidate {wanted} may not be shown now", remedy="visavis search-show SEARCH says what may")
        return found

    def _ask(self, request: ClipRequest, case: CaseRecord) -> None:
        masked = request.masking is not Masking.NOTHING
        try:
            check_clip(ClipAsked(one_face=case.one_face, masked=masked))
        except RefusedError as error:
            self._records.note_refusal(request.actor, "disclosure", error, case=case.id, purpose=case.purpose)
            raise


class FilmOriginals:
    """Opens the films behind candidates."""

    def __init__(self, records: Records, open_stream: OpenStream, limits: FilmLimits) -> None:
        self._open_stream = open_stream
        self._limits = limits
        self._roots = {source.id: [root.path for root in source.roots] for source in records.sources.all()}

    def cut(self, plan: ClipPlan, cut: CutClip, target: BinaryIO, *, progress: Progress = lambda _: None) -> ClipMade:
        """Cut a planned clip.

        Raises
        ------
        InputError
            The original can't be reached, or was changed since it was read: who is who in it is not known then.
        """
        trouble = "it is not there"
        for root in self._roots[plan.candidate.source_id]:
            try:
                with self._open_stream(root, plan.candidate.path) as stream:
                    if _sha256(stream) != plan.sha256:
                        raise UnreadablePicture("it was changed since it was read", reason=Reason.UNREADABLE)
                    with open_film(stream, limits=self._limits) as film:
                        return cut.run(film, plan.order, target, progress=progress)
            except UnreadablePicture as error:
                trouble = str(error)
        raise InputError(f"no clip can be cut from {plan.candidate.path}: {trouble}", remedy="visavis ingest reads what is new or changed")

    def preview(self, candidate: Candidate) -> Preview | None:
        """Return a short film around a candidate's best moment; None for a photograph, and where the film can't be read now."""
        if candidate.moment is None:
            return None
        for root in self._roots.get(candidate.source_id, ()):
            try:
                with self._open_stream(root, candidate.path) as stream, open_film(stream, limits=self._limits) as film:
                    return preview(film, candidate.moment)
            except UnreadablePicture:
                continue
        return None

    def watch(self, watching: Watching, cut: CutClip) -> Preview | None:
        """Return a short film in which everybody else is masked; None where the film can't be read now, or is another than was read."""
        for root in self._roots.get(watching.candidate.source_id, ()):
            try:
                with self._open_stream(root, watching.candidate.path) as stream:
                    if _sha256(stream) != watching.sha256:
                        continue
                    target = io.BytesIO()
                    with open_film(stream, limits=self._limits) as film:
                        cut.run(film, watching.order(), target)
                    return Preview(mp4=target.getvalue(), at_s=watching.at_s())
            except UnreadablePicture:
                continue
        return None


def _sha256(stream: BinaryIO) -> bytes:
    digest = hashlib.sha256()
    while chunk := stream.read(_CHUNK):
        digest.update(chunk)
    return digest.digest()
