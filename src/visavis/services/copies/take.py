"""Asking for copies: of the law, before anything is opened; one leaf."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from visavis.domain.actor import Actor
from visavis.domain.errors import InputError, RefusedError
from visavis.domain.face import Box
from visavis.domain.identification import Candidate
from visavis.domain.ids import CaseId, FaceId, MediaId
from visavis.law.disclosure import ClipAsked, check_clip
from visavis.records.archive import Records
from visavis.records.past import PastResult

MOST_BYTES = 256 << 20
"""Of all originals in one file of copies: it is made in memory, and never lies on the server's disk."""


class How(StrEnum):
    """What a copy shows."""

    ORIGINALS = "originals"
    """The files as they are, with all that stands in them."""
    MASKED = "masked"
    """The pictures without metadata, every other face grey."""
    FACES = "faces"
    """The faces with their surroundings, cut from those."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyRequest:
    """Copies of some candidates of one search."""

    actor: Actor
    past: PastResult
    candidates: tuple[Candidate, ...]
    how: How


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One picture, page or frame that is copied.

    Attributes
    ----------
    candidates : tuple of Candidate
        Those that were asked for in it.
    sha256 : bytes
        Of its file as it was read: in another the boxes would hide nothing.
    others : tuple of Box
        Faces that are known in it, and were not asked for.
    """

    candidates: tuple[Candidate, ...]
    sha256: bytes
    others: tuple[Box, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyPlan:
    """Copies that may be made; `faces` are whose faces may be seen in them, `recorded` says that handing them out is a disclosure."""

    past: PastResult
    how: How
    pictures: tuple[Picture, ...]
    faces: frozenset[FaceId]
    recorded: bool


_Place = tuple[MediaId, int | None, int | None]


class TakeCopies:
    """Takes copies.

    Parameters
    ----------
    check : callable
        Says of a case whether what leaves the house under it is on record; raises `RefusedError` where nothing may.
    """

    def __init__(self, records: Records, *, check: Callable[[CaseId], bool]) -> None:
        self._records = records
        self._check = check

    def plan(self, request: CopyRequest) -> CopyPlan:
        """Return what would be copied: one consultation leaf.

        Raises
        ------
        InputError
            Nothing was asked for.
        RefusedError
            The case lets nothing out, or asks about one person only and others would be seen: noted in the ledger.
        """
        if not request.candidates:
            raise InputError("no candidate is ticked", remedy="tick what you want to hand out")
        case, facts = request.past.case, {"search": request.past.search.id, "case": request.past.case.id}
        recorded = self._check(case.id)
        try:
            check_clip(ClipAsked(one_face=case.one_face, masked=request.how is not How.ORIGINALS))
        except RefusedError as error:
            self._records.note_refusal(request.actor, "disclosure", error, what="copies", **facts, purpose=case.purpose)
            raise
        with self._records.work(request.actor) as work:
            told = {"masked": request.how.value, "candidates": len(request.candidates), "purpose": case.purpose}
            work.leaf("consultation", what="copies", **facts, **told)
        return self._planned(request, recorded=recorded)

    def _planned(self, request: CopyRequest, *, recorded: bool) -> CopyPlan:
        ids = {one.face_id for one in request.candidates}
        faces = self._records.holdings.faces(ids)
        held = {picture.id: picture for picture in self._records.holdings.pictures({face.media_number for face in faces})}
        numbers = {face.id: face.number for face in faces}
        pictures = []
        for (media, page, _), group in _grouped(request.candidates).items():
            if media not in held:  # it was erased meanwhile
                continue
            own, picture = {numbers.get(one.face_id) for one in group}, held[media]
            here = picture.boxes if picture.kind != "film" else {}  # those of a film lie at other times
            others = tuple(box for number, box in here.items() if number not in own and picture.pages[number] == (page or 0))
            pictures.append(Picture(candidates=tuple(group), sha256=picture.sha256, others=others))
        seen = self._records.holdings.faces_in([one.number for one in held.values()]) if request.how is How.ORIGINALS else ids
        return CopyPlan(past=request.past, how=request.how, pictures=tuple(pictures), faces=frozenset(seen) | ids, recorded=recorded)


def _grouped(candidates: Sequence[Candidate]) -> dict[_Place, list[Candidate]]:
    """Gather the candidates that stand in one picture, page or frame: each is copied once."""
    found: dict[_Place, list[Candidate]] = {}
    for one in sorted(candidates, key=lambda one: one.rank):
        at = None if one.moment is None else one.moment.at_ticks
        found.setdefault((one.media_id, one.page, at), []).append(one)
    return found
