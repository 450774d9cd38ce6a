"""What is asked of a picture in the very transaction that would store it: the law once more, and who has objected.

Asked there and not before, so that an objection or a withdrawal that is committed while pictures are being read is heard.
"""

from collections.abc import Sequence
from dataclasses import replace

from visavis.decode.same_picture import Crop, Prints
from visavis.domain.face import AnalysedFace, Box
from visavis.domain.media import AnalysedPicture, Outcome, Reason
from visavis.law.admit import FaceFacts, admit_face
from visavis.records.archive import Records
from visavis.records.database import Work
from visavis.records.files import ReadFile
from visavis.records.sources import SourceRecord
from visavis.records.suppressions import Known, Standing
from visavis.services.ingest.covering import Covering, first_end
from visavis.services.ingest.gate import Gate

_ASIDE, _SLACK = 0.5, 0.01
"""How far a face may lie from where it was: half its size, and one hundredth of the picture for what laying on gets wrong."""
_SMALLER = 0.5
"""A face of less than half the size it had, or more than twice, is another."""


class Objections:
    """Which faces of a picture are not to be stored."""

    def __init__(self, records: Records) -> None:
        self._book = records.suppressions
        self._standing: Standing | None = None
        self._prints = Prints(())
        self._printed: list[int] = []

    def refresh(self, work: Work) -> None:
        """Read what stands in this transaction, if it has changed."""
        standing = self._book.standing(work, self._standing)
        if standing is not self._standing:
            self._standing = standing
            self._printed = [place for place, shape in enumerate(standing.shapes) if shape.print]
            self._prints = Prints([standing.shapes[place].print for place in self._printed])

    def withheld(self, file: ReadFile) -> set[int]:
        """Return the places of the faces that somebody has objected to."""
        if self._standing is None or not self._standing.shapes or file.picture is None or not file.picture.faces:
            return set()
        found: set[int] = set()
        for box in self._boxes(self._standing, file, file.picture):
            found |= set(range(len(file.picture.faces))) if box is None else _at(box, file.picture.faces)
        return found

    def _boxes(self, standing: Standing, file: ReadFile, picture: AnalysedPicture) -> list[Box | None]:
        asset = picture.metadata.asset_id
        known = Known(sha256=file.sha256, urls=(file.path, asset), assets=(asset,))
        marks = {(kind.value, self._book.mark(kind, sign)) for kind, sign in known.signs()}
        certain = {place for mark in marks for place in standing.by_mark.get(mark, ())}
        boxes = [standing.shapes[place].box for place in certain]
        for number, crop in self._prints.find(picture.sketch) if picture.sketch else ():
            place = self._printed[number]
            if place not in certain:
                boxes.append(_placed(standing.shapes[place].box, crop))
        return boxes


class LastWord:
    """Says of each picture of a batch what of it is stored."""

    def __init__(self, records: Records, gate: Gate, covering: Covering, source: SourceRecord) -> None:
        self._records = records
        self._book = records.suppressions
        self._objections = Objections(records)
        self._gate = gate
        self._covering = covering
        self._source = source

    def of(self, work: Work, files: Sequence[ReadFile], *, pictures: int) -> list[ReadFile]:
        """Return the files as they are to be stored; `pictures` = how many the source has."""
        if any(file.picture for file in files):  # it may have been frozen, or its charter amended, since the run began
            self._source = self._records.sources.one(self._source.id)
        self._objections.refresh(work)
        self._covering.refresh(work.ask)
        said, withheld = [], 0
        for file in files:
            if file.picture is None:
                said.append(file)
                continue
            consents, faces = self._covering.of(file.path), len(file.picture.faces)
            refusal = self._gate.admit(self._source, step="index", pictures=pictures, path=file.path, consents=len(consents), faces=faces)
            if refusal is not None:
                said.append(replace(file, outcome=refusal, picture=None))
                continue
            pictures += 1
            kept = replace(self._without(file, file.picture), expires_at=first_end(consents))
            withheld += faces - kept.outcome.faces
            said.append(kept)
        self._book.count(work, self._source.number, withheld)
        return said

    def _without(self, file: ReadFile, picture: AnalysedPicture) -> ReadFile:
        """Leave out the faces that were objected to; the outcome counts the others, and says nothing of these: no file is named."""
        withheld = self._objections.withheld(file)
        facts = (FaceFacts(suppressed=place in withheld) for place in range(len(picture.faces)))
        faces = tuple(face for face, fact in zip(picture.faces, facts, strict=True) if admit_face(fact) is None)
        reason = Reason.INDEXED if faces else Reason.NO_FACE
        metadata = self._gate.keep(self._source, picture.metadata)
        outcome = file.outcome if len(faces) == len(picture.faces) else Outcome(reason=reason, faces=len(faces))
        return replace(file, outcome=outcome, picture=replace(picture, faces=faces, metadata=metadata, sketch=b""))


def _placed(box: Box | None, crop: Crop) -> Box | None:
    return None if box is None else crop.place(box)


def _at(box: Box, faces: Sequence[AnalysedFace]) -> set[int]:
    """Return the place of the face that lies on a box; empty if none does."""
    near = [(_distance(box, face.box), place) for place, face in enumerate(faces) if _falls_on(box, face.box)]
    return {min(near)[1]} if near else set()


def _falls_on(box: Box, other: Box) -> bool:
    across, down = _aside(box, other)
    return (
        across <= _ASIDE * box.width + _SLACK
        and down <= _ASIDE * box.height + _SLACK
        and _SMALLER <= other.width / box.width <= 1 / _SMALLER
        and _SMALLER <= other.height / box.height <= 1 / _SMALLER
    )


def _distance(box: Box, other: Box) -> float:
    across, down = _aside(box, other)
    return across / box.width + down / box.height


def _aside(box: Box, other: Box) -> tuple[float, float]:
    """Return how far apart two centres lie, across and down."""
    return (
        abs(box.left + box.width / 2 - other.left - other.width / 2),
        abs(box.top + box.height / 2 - other.top - other.height / 2),
    )
