"""The desk of copies: pictures behind candidates, handed out as they are or with everybody else masked."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, BinaryIO

from visavis.domain.arrays import RgbImage
from visavis.domain.errors import InputError
from visavis.domain.face import AnalysedFace
from visavis.domain.identification import Candidate
from visavis.domain.ids import CaseId
from visavis.records.past import PastResult
from visavis.services.review import Disclose, Export
from visavis.wiring import build
from visavis.wiring.session import Session

if TYPE_CHECKING:  # it imports decoders
    from visavis.services.copies import CopyPlan, Written

__all__ = ["COPIES", "CopyDesk"]

COPIES = ("originals", "masked", "faces")
"""What a copy may show: the file as it is, the picture with everybody else grey, the face cut from that."""
WHAT = "copies"
"""How the record of a disclosure calls them."""


class CopyDesk:
    """Copies from one archive, as whoever is signed in.

    Parameters
    ----------
    look : callable
        Finds every face of a picture.
    """

    def __init__(self, session: Session, look: Callable[[RgbImage], Sequence[AnalysedFace]]) -> None:
        self._session = session
        self._look = look

    def plan(self, past: PastResult, candidates: Sequence[Candidate], *, how: str, recipient: str = "", because: str = "") -> "CopyPlan":
        """Ask for copies of candidates of a search.

        Parameters
        ----------
        past : PastResult
            As `review.read` gave it.
        how : str
            One of `COPIES`.
        recipient, because : str
            Who is given them, and why; may be empty at home.

        Raises
        ------
        InputError
            Nothing is asked for, or no such kind of copy.
        RefusedError
            The case lets nothing out, or asks about one person only and others would be seen.
        """
        from visavis.services.copies import CopyRequest, How, TakeCopies

        if how not in COPIES:
            raise InputError(f"there are no copies «{how[:20]}»", remedy=f"one of {', '.join(COPIES)}")
        actor, records = self._session.actor, self._session.records()
        disclose = Disclose(records, self._session.rules)

        def check(case_id: CaseId) -> bool:
            return disclose.check(actor, case_id=case_id, recipient=recipient, because=because, what=WHAT)

        request = CopyRequest(actor=actor, past=past, candidates=tuple(candidates), how=How(how))
        return TakeCopies(records, check=check).plan(request)

    def write(self, plan: "CopyPlan", stream: BinaryIO) -> "Written":
        """Write planned copies as a ZIP file into a stream.

        Raises
        ------
        InputError
            The originals are larger than one file takes.
        """
        from visavis.services.copies import Doors, WriteCopies

        settings = self._session.settings
        doors = Doors(
            open_file=build.file_opener(settings),
            open_stream=build.stream_opener(settings),
            limits=build.limits(settings),
            film_limits=build.film_limits(settings),
            find_faces=lambda image: [face.box for face in self._look(image)],
        )
        return WriteCopies(self._session.records(), doors).run(plan, stream)

    def disclose(self, plan: "CopyPlan", sha256: bytes, *, recipient: str = "", because: str = "") -> str:
        """Record that copies are handed out; return the record's id, `""` at home."""
        export = Export(
            what=WHAT,
            case_id=plan.past.case.id,
            search_id=plan.past.search.id,
            recipient=recipient,
            because=because,
            sources=frozenset(one.source_id for picture in plan.pictures for one in picture.candidates),
            faces=plan.faces,
        )
        return Disclose(self._session.records(), self._session.rules).record(self._session.actor, export, sha256)
