"""Everything that is held of a person, from the faces that people confirmed: by picture, with its source and all that hangs on it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from visavis.domain.errors import CharterInvalid
from visavis.domain.ids import CaseId, SearchId, SuppressionId
from visavis.law.charter import Charter
from visavis.law.reading import parse_charter
from visavis.law.requests import Kind, portable
from visavis.law.rulebook import Rulebook
from visavis.records.anchors import Anchor
from visavis.records.archive import Records
from visavis.records.consents import ConsentRecord
from visavis.records.disclosures import Disclosure
from visavis.records.holdings import Appearance, HeldFace, HeldPicture
from visavis.records.labels import Label
from visavis.records.requests import RequestRecord
from visavis.records.reviews import Verdict, standing
from visavis.records.sources import SourceRecord
from visavis.records.suppressions import Shape

_SAME_BOX = 0.5
"""Intersection over union: one face in one file, perhaps read by another version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceDossier:
    """One confirmed face with all that hangs on it."""

    face: HeldFace
    labels: tuple[Label, ...]
    searches: tuple[Appearance, ...]
    searched_with: tuple[tuple[SearchId, dt.datetime], ...]
    decisions: tuple[tuple[Appearance, Verdict], ...]
    not_the_same: tuple[tuple[CaseId, dt.datetime], ...]
    disclosures: tuple[Disclosure, ...]
    consents: tuple[ConsentRecord, ...]
    objections: tuple[tuple[SuppressionId, dt.datetime], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureDossier:
    """One picture in which the person was confirmed. `charter` None = it does not hold under today's rules; its text is in the source."""

    picture: HeldPicture
    source: SourceRecord
    charter: Charter | None
    faces: tuple[FaceDossier, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """What an answer is made of; `others` are the person's other requests."""

    request: RequestRecord
    at: dt.datetime
    pictures: tuple[PictureDossier, ...]
    others: tuple[RequestRecord, ...]


class Gather:
    """Gathers."""

    def __init__(self, records: Records, rules: Rulebook) -> None:
        self._records = records
        self._rules = rules

    def run(self, request: RequestRecord, others: Sequence[RequestRecord]) -> Dossier:
        """Return what the answer to a request is made of: for access all that is held, whatever its age; for portability what the person
        gave under consent or contract; for the other kinds what they were confirmed in.
        """
        faces = self._records.holdings.faces([found.face_id for found in request.confirmed])
        pictures = self._records.holdings.pictures({face.media_number for face in faces})
        sources = {source.number: source for source in self._records.sources.all()}
        gathered = self._faces(faces, {picture.number: picture.sha256 for picture in pictures})
        dossiers = []
        for picture in pictures:
            source = sources[picture.source_number]
            charter = self._charter(source)
            if request.kind == Kind.PORTABILITY and (charter is None or not portable(charter)):
                continue
            own = tuple(one for one in gathered if one.face.media_number == picture.number)
            dossiers.append(PictureDossier(picture=picture, source=source, charter=charter, faces=own))
        return Dossier(request=request, at=self._records.clock.now(), pictures=tuple(dossiers), others=tuple(others))

    def _charter(self, source: SourceRecord) -> Charter | None:
        try:
            return parse_charter(source.charter_toml, self._rules)
        except CharterInvalid:
            return None

    def _faces(self, faces: Sequence[HeldFace], contents: Mapping[int, bytes]) -> list[FaceDossier]:
        consents = self._records.consents.of_faces([face.number for face in faces])
        ids = [face.id for face in faces]
        seen = self._records.holdings.appearances(faces)
        with_them = self._records.holdings.searched_with(ids)
        verdicts = self._records.reviews.verdicts([one.candidate_id for one in seen])
        excluded = self._records.holdings.exclusions([face.anchor for face in faces])
        labels = self._records.labels.of_anchors([face.anchor for face in faces])
        return [
            FaceDossier(
                face=face,
                labels=tuple(label for label in labels if _same(label.anchor, face)),
                searches=(own := tuple(one for one in seen if one.face_id == face.id)),
                searched_with=tuple((search, at) for face_id, search, at in with_them if face_id == face.id),
                decisions=tuple((one, verdict) for one in own for verdict in standing(verdicts.get(one.candidate_id, []))),
                not_the_same=tuple((case, at) for anchor, case, at in excluded if _same(anchor, face)),
                disclosures=tuple(self._records.disclosures.of_faces([face.id])),
                consents=tuple(consent for number, consent in consents if number == face.number),
                objections=self._objections(contents[face.media_number], face),
            )
            for face in faces
        ]

    def _objections(self, content: bytes, face: HeldFace) -> tuple[tuple[SuppressionId, dt.datetime], ...]:
        """Return the objections that stand to this face, or to every face of its picture."""
        return tuple((one, at) for one, at, to in self._records.suppressions.on(content) if _meant(to, face))


def _meant(shape: Shape, face: HeldFace) -> bool:
    if shape.box is None:
        return True
    at = face.page if face.moment is None else face.moment.at_ticks
    box = shape.path.at(at or 0) if shape.path.points else shape.box
    return box is not None and box.overlap(face.box) >= _SAME_BOX


def _same(anchor: str, face: HeldFace) -> bool:
    return Anchor.parse(anchor).same_face(Anchor.parse(face.anchor))
