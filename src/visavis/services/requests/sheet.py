"""Each candidate of a request beside the photograph that the person gave, for the clerk who confirms or rejects it."""

import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from visavis.decode.crops import face_jpeg
from visavis.decode.originals import OriginalPixels
from visavis.domain.actor import Actor
from visavis.domain.arrays import RgbImage
from visavis.domain.errors import InputError, UnreadablePicture
from visavis.domain.face import Box
from visavis.domain.ids import MediaId
from visavis.records.archive import Records
from visavis.records.holdings import HeldFace, HeldPicture
from visavis.records.likened import FoundForRequest
from visavis.records.requests import RequestRecord
from visavis.records.sources import SourceRecord

SHOWN_SIDE = 1400
"""Longer side, pixels, at which originals are read for a crop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateShown:
    """A candidate as a person judges it.

    Attributes
    ----------
    media_id : MediaId
        Of the picture that it is in.
    box : Box
        Where in it.
    open : callable
        Decodes the original, upright RGB; None where it can't be read now. Touches no record, and may be called from any thread.
    """

    found: FoundForRequest
    source_title: str
    path: str
    page: int | None
    captured_at: str | None
    media_id: MediaId
    box: Box
    open: Callable[[], RgbImage | None] = field(repr=False)

    @property
    def crop(self) -> bytes | None:
        """The face as a JPEG, None where the original can't be read now."""
        pixels = self.open()
        return None if pixels is None else face_jpeg(pixels, self.box)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestPictures:
    """JPEGs of a request: the faces that were searched with, and the photographs that came with messages by the public page."""

    probes: tuple[bytes, ...] = field(default=(), repr=False)
    photos: tuple[bytes, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestSheet:
    """What there is to judge.

    Attributes
    ----------
    candidates : iterator of CandidateShown
        Looked up one after the other.
    """

    request: RequestRecord
    pictures: RequestPictures
    candidates: Iterator[CandidateShown] = field(repr=False)


class ShowRequest:
    """Shows candidates of a request."""

    def __init__(self, records: Records, originals: OriginalPixels) -> None:
        self._records = records
        self._originals = originals

    def run(self, actor: Actor, wanted: str) -> RequestSheet:
        """Return a request with what is to be judged: one consultation leaf.

        Raises
        ------
        InputError
            No such request, or one that is closed.
        """
        request = self._records.requests.one(wanted)
        if request.closed_at is not None:
            raise InputError(f"request {request.id} is closed: whom it was likened to is gone", remedy="visavis request list")
        with self._records.work(actor) as work:
            work.leaf("consultation", what="request-looked-at", request=request.id, purpose="dsr", candidates=len(request.candidates))
        return RequestSheet(request=request, pictures=self._pictures(request), candidates=self._shown(request.candidates))

    def pictures(self, wanted: str) -> RequestPictures:
        """Return the pictures of a request, as part of a look that is in the ledger; none once it is closed."""
        return self._pictures(self._records.requests.one(wanted))

    def _pictures(self, request: RequestRecord) -> RequestPictures:
        if request.closed_at is not None:
            return RequestPictures()
        probes = self._records.likened.probes(request.id, request.probe_key)
        return RequestPictures(probes=tuple(probes), photos=tuple(self._records.receipts.photos(request.id, key=request.probe_key)))

    def one(self, wanted: str, candidate: str) -> CandidateShown | None:
        """Return one candidate of a request, as part of a look that is in the ledger; None = there is none, or its face is gone."""
        found = [one for one in self._records.requests.one(wanted).candidates if one.id == candidate]
        return next(self._shown(found), None)

    def _shown(self, candidates: Sequence[FoundForRequest]) -> Iterator[CandidateShown]:
        faces = {face.id: face for face in self._records.holdings.faces([found.face_id for found in candidates])}
        sources = {source.number: source for source in self._records.sources.all()}
        for found in candidates:
            if (face := faces.get(found.face_id)) is not None:
                (picture,) = self._records.holdings.pictures([face.media_number])
                source = sources[picture.source_number]
                yield CandidateShown(
                    found=found,
                    source_title=source.title,
                    path=next((place.path for place in picture.places), ""),
                    page=face.page,
                    captured_at=picture.captured_at,
                    media_id=picture.id,
                    box=face.box,
                    open=functools.partial(self._open, face, picture, source),
                )

    def _open(self, face: HeldFace, picture: HeldPicture, source: SourceRecord) -> RgbImage | None:
        roots = {root.number: root.path for root in source.roots}
        at_ticks = None if face.moment is None else face.moment.at_ticks
        for place in picture.places:
            try:
                root = roots[place.root_number]
                return self._originals.read(root, place.path, at_ticks=at_ticks, page=face.page, longer_side=SHOWN_SIDE)
            except (UnreadablePicture, KeyError):
                continue
        return None
