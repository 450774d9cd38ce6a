"""What is asked of a picture in the very transaction that would store it: the law once more, and who has objected.

Asked there and not before, so that an objection or a withdrawal that is committed while pictures are being read is heard.
"""

from collections.abc import Sequence
from dataclasses import replace

from visavis.domain.media import AnalysedPicture, Outcome, Reason
from visavis.law.admit import FaceFacts, Item, admit_face
from visavis.records.archive import Records
from visavis.records.database import Work
from visavis.records.files import ReadFile
from visavis.records.film_intake import Plan, ReadStretch
from visavis.records.sources import SourceRecord
from visavis.services.ingest.covering import Covering, first_end
from visavis.services.ingest.gate import Gate
from visavis.services.ingest.objections import Objections


class LastWord:
    """Says of each picture of a batch, and of each stretch of a film, what of it is stored.

    Attributes
    ----------
    pictures : int
        How many the source has; whoever commits counts on. Each stretch of a film is one.
    """

    def __init__(self, records: Records, gate: Gate, covering: Covering, source: SourceRecord) -> None:
        self._records = records
        self._book = records.suppressions
        self._objections = Objections(records)
        self._gate = gate
        self._covering = covering
        self._source = source
        self._read_again: set[str] = set()
        self.pictures = records.files.picture_count(source.number)

    @property
    def wants_sketches(self) -> bool:
        """Whether pictures are to be sketched when they are read, as far as is known before the transaction that stores them."""
        return self._objections.by_likeness

    def of(self, work: Work, files: Sequence[ReadFile]) -> tuple[list[ReadFile], list[ReadFile]]:
        """Return the files as they are to be stored, and those to read once more: not sketched, and somebody objected meanwhile."""
        if any(file.picture for file in files):
            self._refresh(work)
        said, again, withheld, pictures = [], [], 0, self.pictures
        for file in files:
            if file.picture is None:
                said.append(file)
                continue
            if self._objections.by_likeness and not file.picture.sketch and file.path not in self._read_again:
                self._read_again.add(file.path)
                again.append(file)
                continue
            consents, faces = self._covering.of(file.path), len(file.picture.faces)
            item = Item(path=file.path, step="index", kind="photo", pictures=pictures, consents=len(consents), faces=faces)
            refusal = self._gate.admit(self._source, item)
            if refusal is not None:
                said.append(replace(file, outcome=refusal, picture=None))
                continue
            pictures += 1
            kept = replace(self._without(file, file.picture), expires_at=first_end(consents))
            withheld += faces - kept.outcome.faces
            said.append(kept)
        self._book.count(work, self._source.number, withheld)
        return said, again

    def of_stretch(self, work: Work, read: ReadStretch) -> tuple[ReadStretch, Plan] | Outcome:
        """Return a stretch of a film as it is to be stored, and what it makes of the film; or why it may not be."""
        self._refresh(work)
        path, consents = read.file.path, self._covering.of(read.file.path)
        withheld = self._objections.withheld_tracks(work, read)
        tracks = tuple(track for place, track in enumerate(read.tracks) if admit_face(FaceFacts(suppressed=place in withheld)) is None)
        facts = replace(read.facts, metadata=self._gate.keep(self._source, read.facts.metadata))
        kept = replace(read, tracks=tracks, facts=facts, file=replace(read.file, expires_at=first_end(consents)))
        plan = self._records.film_intake.plan(work, kept)
        item = Item(path=path, step="index", kind="film", pictures=self.pictures, consents=len(consents), faces=plan.appearances)
        refusal = self._gate.admit(self._source, item)
        if refusal is not None:
            return refusal
        self._book.count(work, self._source.number, self._objections.newly_met())
        return kept, plan

    def _refresh(self, work: Work) -> None:
        self._source = self._records.sources.one(self._source.id)  # it may have been frozen, or its charter amended, since the run began
        self._objections.refresh(work)
        self._covering.refresh(work.ask)

    def _without(self, file: ReadFile, picture: AnalysedPicture) -> ReadFile:
        """Leave out the faces that were objected to; the outcome counts the others, and says nothing of these: no file is named."""
        withheld = self._objections.withheld(file)
        facts = (FaceFacts(suppressed=place in withheld) for place in range(len(picture.faces)))
        faces = tuple(face for face, fact in zip(picture.faces, facts, strict=True) if admit_face(fact) is None)
        reason = Reason.INDEXED if faces else Reason.NO_FACE
        metadata = self._gate.keep(self._source, picture.metadata)
        outcome = file.outcome if len(faces) == len(picture.faces) else Outcome(reason=reason, faces=len(faces))
        pages = tuple(replace(page, sketch=b"") for page in picture.pages)
        return replace(file, outcome=outcome, picture=replace(picture, faces=faces, metadata=metadata, sketch=b"", pages=pages))
