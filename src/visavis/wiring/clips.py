"""The desk of clips: seconds of film cut for a candidate, others masked; previews for a page."""

import functools
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from visavis.decode.video.film import open_film
from visavis.domain.arrays import RgbImage
from visavis.domain.errors import UnreadablePicture
from visavis.domain.face import AnalysedFace, Box
from visavis.domain.film import Moment
from visavis.domain.identification import Candidate
from visavis.domain.ids import CaseId
from visavis.domain.media import AtHand
from visavis.records.archive import Records
from visavis.services.access import MaskedClip
from visavis.services.clip import (
    MASKED_S,
    PREVIEW_S,
    USUAL_S,
    ClipMade,
    ClipOrder,
    ClipPlan,
    ClipRequest,
    CutClip,
    FilmOriginals,
    Masking,
    Preview,
    TakeClip,
    WatchMoment,
    span,
)
from visavis.services.review import Disclose, Export
from visavis.wiring import build
from visavis.wiring.session import Session

if TYPE_CHECKING:
    from visavis.engines.chain import Chain

__all__ = ["USUAL_S", "ClipDesk", "ClipMade", "ClipPlan", "Masking", "Preview", "preview_span"]

WHAT = "clip"
"""How the record of a disclosure calls it."""


class ClipDesk:
    """Clips from one archive, as whoever is signed in.

    Parameters
    ----------
    session : Session
    chain : callable
        Opens the networks.
    threshold : callable
        The similarity from which a face in a frame is the one that a clip is made for.
    """

    def __init__(self, session: Session, chain: "Callable[[], Chain]", threshold: Callable[[Records], float]) -> None:
        self._session = session
        self._chain = chain
        self._threshold = threshold

    def plan(
        self, candidate: str, *, masking: Masking = Masking.NOTHING, seconds: float = USUAL_S, recipient: str = "", because: str = ""
    ) -> ClipPlan:
        """Ask for a clip of a candidate.

        Parameters
        ----------
        candidate : str
            Id, or its end.
        masking : Masking
            What of it is hidden.
        seconds : float
            Longest clip.
        recipient, because : str
            Who is given it, and why; may be empty at home.

        Raises
        ------
        InputError
            No such candidate, it is a photograph, or it may not be shown now.
        RefusedError
            The case is not open, lets nothing out, or asks about one person only and others would be seen.
        """
        from visavis.services.search import PastSearches

        records = self._session.records()
        request = ClipRequest(actor=self._session.actor, candidate=candidate, masking=masking, seconds=seconds)
        disclose = Disclose(records, self._session.rules)

        def check(case_id: CaseId) -> bool:
            return disclose.check(self._session.actor, case_id=case_id, recipient=recipient, because=because, what=WHAT)

        return TakeClip(records, read=PastSearches(records).read, check=check).plan(request)

    def cut(self, plan: ClipPlan, target: Path, *, progress: Callable[[float], None] = lambda _: None) -> ClipMade:
        """Cut a planned clip into a file.

        Raises
        ------
        InputError
            The original can't be reached, or was changed since it was read.
        """
        with target.open("w+b") as stream:
            return self.cut_into(plan, stream, progress=progress)

    def cut_into(self, plan: ClipPlan, stream: BinaryIO, *, progress: Callable[[float], None] = lambda _: None) -> ClipMade:
        """Cut a planned clip into a stream that can be read again; raises as `cut` does."""
        records = self._session.records()
        cut = CutClip(self.look, threshold=self._threshold(records))
        return self._originals(records).cut(plan, cut, stream, progress=progress)

    def look(self, image_rgb: RgbImage) -> Sequence[AnalysedFace]:
        """Return every face of a frame, looked for in every pixel of it."""
        return _every_face(self._chain(), image_rgb)

    def masked(self, stream: BinaryIO, moment: Moment, own: Sequence[tuple[int, Box]], seconds: float) -> MaskedClip:
        """Cut an appearance out of a film with everybody else masked, for whom it shows."""
        start, end = span(moment, seconds)
        order = ClipOrder(start_ticks=start, end_ticks=end, own=tuple(own), masking=Masking.OTHERS)
        target = io.BytesIO()
        with open_film(stream, limits=build.film_limits(self._session.settings)) as film:
            made = CutClip(self.look, threshold=self._threshold(self._session.records())).run(film, order, target)
        return MaskedClip(mp4=target.getvalue(), poster=made.poster, masked=made.masked)

    def disclose(self, plan: ClipPlan, sha256: bytes, *, recipient: str = "", because: str = "") -> str:
        """Record that a clip is handed out; return the record's id, `""` at home."""
        export = Export(
            what=WHAT,
            case_id=plan.case.id,
            search_id=plan.search_id,
            recipient=recipient,
            because=because,
            sources=frozenset({plan.candidate.source_id}),
            faces=plan.faces,
        )
        return Disclose(self._session.records(), self._session.rules).record(self._session.actor, export, sha256)

    def previews(self, case_id: str) -> Callable[[Candidate], Preview | None] | None:
        """Return a function that makes the short film around a candidate's best moment; None where a case asks about one person only."""
        records = self._session.records()
        return None if records.cases.one(case_id).one_face else self._originals(records).preview

    def watch(self, search_id: str, candidate: str) -> Callable[[], Preview | None]:
        """Ask to watch the seconds around a candidate's best moment: one consultation leaf.

        Returns
        -------
        callable
            Makes the short film, others masked where the case asks about one person; it touches no record, and may be called from any
            thread. None = the film can't be read now.

        Raises
        ------
        InputError
            No such candidate, it is a photograph, or it may not be shown now.
        RefusedError
            The case is not open.
        """
        from visavis.services.search import PastSearches

        records, settings = self._session.records(), self._session.settings
        watching = WatchMoment(records, read=PastSearches(records).read).ask(self._session.actor, search_id, candidate)
        originals, threshold, pack = self._originals(records), self._threshold(records), records.pack_id

        def make() -> Preview | None:
            if not watching.masked:
                return originals.preview(watching.candidate)
            chain = build.chain(settings, pack)  # networks of its own: the archive's belong to its thread
            return originals.watch(watching, CutClip(functools.partial(_every_face, chain), threshold=threshold))

        return make

    def _originals(self, records: Records) -> FilmOriginals:
        return FilmOriginals(records, build.stream_opener(self._session.settings), build.film_limits(self._session.settings))


def preview_span(moment: Moment, *, masked: bool) -> tuple[float, float, float]:
    """Return from when to when of its film, seconds, the preview of a moment plays, and where in it the best moment lies."""
    start, end = span(moment, MASKED_S if masked else PREVIEW_S)
    base = moment.time_base
    return float(start * base), float(end * base), float((moment.at_ticks - start) * base)


def _every_face(chain: "Chain", image_rgb: RgbImage) -> Sequence[AnalysedFace]:
    (faces,) = chain.analyse([AtHand(image_rgb)], thorough=True)
    if isinstance(faces, UnreadablePicture):
        raise faces
    return faces
