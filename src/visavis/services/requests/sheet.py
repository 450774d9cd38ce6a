"""Each candidate of a request beside the photograph that the person gave, for the clerk who confirms or rejects it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from visavis.decode.crops import face_jpeg
from visavis.decode.originals import OriginalPixels
from visavis.domain.actor import Actor
from visavis.domain.errors import InputError, UnreadablePicture
from visavis.records.archive import Records
from visavis.records.holdings import HeldFace, HeldPicture
from visavis.records.likened import FoundForRequest
from visavis.records.requests import RequestRecord
from visavis.records.sources import SourceRecord

SHOWN_SIDE = 1400
"""Longer side, pixels, at which originals are read for a crop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateShown:
    """A candidate as a person judges it; `crop` is a JPEG, None where the original can't be read now."""

    found: FoundForRequest
    source_title: str
    path: str
    captured_at: str | None
    crop: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestSheet:
    """What there is to judge; `probes` are JPEGs, `candidates` are opened one after the other."""

    request: RequestRecord
    probes: tuple[bytes, ...] = field(repr=False)
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
        probes = tuple(self._records.likened.probes(request.id, request.probe_key))
        return RequestSheet(request=request, probes=probes, candidates=self._shown(request))

    def _shown(self, request: RequestRecord) -> Iterator[CandidateShown]:
        faces = {face.id: face for face in self._records.holdings.faces([found.face_id for found in request.candidates])}
        sources = {source.number: source for source in self._records.sources.all()}
        for found in request.candidates:
            if (face := faces.get(found.face_id)) is not None:
                (picture,) = self._records.holdings.pictures([face.media_number])
                source = sources[picture.source_number]
                yield CandidateShown(
                    found=found,
                    source_title=source.title,
                    path=next((place.path for place in picture.places), ""),
                    captured_at=picture.captured_at,
                    crop=self._crop(face, picture, source),
                )

    def _crop(self, face: HeldFace, picture: HeldPicture, source: SourceRecord) -> bytes | None:
        roots = {root.number: root.path for root in source.roots}
        at_ticks = None if face.moment is None else face.moment.at_ticks
        for place in picture.places:
            try:
                root = roots[place.root_number]
                pixels = self._originals.read(root, place.path, at_ticks=at_ticks, longer_side=SHOWN_SIDE)
                return face_jpeg(pixels, face.box)
            except (UnreadablePicture, KeyError):
                continue
        return None
