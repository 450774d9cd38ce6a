"""Watching the seconds around a candidate's best moment on a page: asked first, noted once, made afterwards without the records."""

from collections.abc import Callable
from dataclasses import dataclass

from visavis.domain.actor import Actor
from visavis.domain.errors import InputError
from visavis.domain.face import Box
from visavis.domain.film import Moment
from visavis.domain.identification import Candidate
from visavis.records.archive import Records
from visavis.records.past import PastResult
from visavis.services.clip.cut import ClipOrder, Masking, span

MASKED_S = 3.0
"""Longest preview in which others are masked: every frame of it is looked at, ten times slower than it plays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watching:
    """A moment that may be watched.

    Attributes
    ----------
    own : tuple of (int, Box)
        Where and when the face was found, the candidate's own first: what tells it from the others.
    masked : bool
        The others are masked.
    sha256 : bytes
        Of the film that was read.
    """

    candidate: Candidate
    moment: Moment
    own: tuple[tuple[int, Box], ...]
    masked: bool
    sha256: bytes

    def order(self) -> ClipOrder:
        """Return the seconds to cut with everybody else masked."""
        start, end = span(self.moment, MASKED_S)
        return ClipOrder(start_ticks=start, end_ticks=end, own=self.own, masking=Masking.OTHERS)

    def at_s(self) -> float:
        """Return the best moment of that cut, seconds from its beginning."""
        start, _ = span(self.moment, MASKED_S)
        return float((self.moment.at_ticks - start) * self.moment.time_base)


class WatchMoment:
    """Lets people watch.

    Parameters
    ----------
    read : callable
        Shows a search again, as far as it may be shown now.
    """

    def __init__(self, records: Records, *, read: Callable[[str], PastResult]) -> None:
        self._records = records
        self._read = read

    def ask(self, actor: Actor, search_id: str, candidate_id: str) -> Watching:
        """Return what may be watched: one consultation leaf. Others are masked where the case asks about one person only.

        Raises
        ------
        InputError
            No such candidate of this search, it is a photograph, or it may not be shown now.
        RefusedError
            The case is not open.
        """
        past = self._read(search_id)
        candidate = next((one for one in past.result.candidates if one.candidate_id == candidate_id), None)
        if candidate is None or candidate.moment is None:
            raise InputError(f"there is nothing to play for candidate {candidate_id}", remedy="open the search again")
        film = self._records.moments.of_film(candidate.media_id)
        own = sorted(film.beside(candidate.face_id), key=lambda face: face.id != candidate.face_id)
        facts = {"search": past.search.id, "case": past.case.id, "purpose": past.search.purpose, "candidate": candidate.candidate_id}
        masked = Masking.OTHERS if past.case.one_face else Masking.NOTHING
        with self._records.work(actor) as work:
            work.leaf("consultation", what="watched", masked=masked.value, **facts)
        return Watching(
            candidate=candidate,
            moment=candidate.moment,
            own=tuple((face.at_ticks, face.box) for face in own),
            masked=past.case.one_face,
            sha256=film.sha256,
        )
