"""Which faces of a picture, and which tracks of a film, somebody has objected to."""

from collections.abc import Sequence

from visavis.decode.same_picture import Crop, Prints
from visavis.domain.face import AnalysedFace, Box
from visavis.domain.face_path import FacePath, aside, falls_on
from visavis.domain.film import Track
from visavis.domain.media import AnalysedPicture, Page
from visavis.records.archive import Records
from visavis.records.database import Work
from visavis.records.files import ReadFile
from visavis.records.film_intake import ReadStretch
from visavis.records.suppressions import Known, Standing


class Objections:
    """Asked of everything that is about to be stored."""

    def __init__(self, records: Records) -> None:
        self._book = records.suppressions
        self._standing: Standing | None = None
        self._prints = Prints(())
        self._printed: list[int] = []
        self._longer: dict[int, FacePath] = {}
        self._met: set[tuple[bytes | None, int]] = set()
        self._told: set[tuple[bytes | None, int]] = set()

    def refresh(self, work: Work) -> None:
        """Read what stands in this transaction, if it has changed."""
        standing = self._book.standing(work, self._standing)
        if standing is not self._standing:
            self._standing = standing
            self._printed = [place for place, shape in enumerate(standing.shapes) if shape.print]
            self._prints = Prints([standing.shapes[place].print for place in self._printed])
            self._longer = {}

    @property
    def by_likeness(self) -> bool:
        """Whether pictures have to be compared with those that somebody objected to; True until it is known."""
        return self._standing is None or bool(self._printed)

    def withheld(self, file: ReadFile) -> set[int]:
        """Return the places of the faces of a picture that somebody has objected to."""
        if self._standing is None or not self._standing.shapes or file.picture is None or not file.picture.faces:
            return set()
        certain = self._certain(self._standing, file, file.picture.metadata.asset_id)
        return self._known(self._standing, certain, file.picture) | self._alike(self._standing, certain, file.picture)

    def withheld_tracks(self, work: Work, read: ReadStretch) -> set[int]:
        """Return the places of the tracks of a stretch that somebody has objected to.

        An objection to a face in a film goes on with a track that goes on: it was perhaps made when only a part of the film was read.
        """
        if self._standing is None or not self._standing.shapes or not read.tracks:
            return set()
        paths = [path_of(track) for track in read.tracks]
        found: set[int] = set()
        for place in self._certain(self._standing, read.file, read.facts.metadata.asset_id):
            shape = self._standing.shapes[place]
            whole, path = shape.box is None, self._longer.get(place, shape.path)
            going_on = {number for number, other in enumerate(paths) if path.points and path.goes_on_in(other, read.gap_ticks)}
            meeting = {number for number, other in enumerate(paths) if whole or (path.points and path.meets(other))}
            for number in going_on:
                self._longer[place] = path = path.with_(paths[number])
                self._book.lengthen(work, shape.number, path)
            if going_on or meeting:
                self._met.add((read.file.sha256, shape.number))
            found |= going_on | meeting
        return found

    def newly_met(self) -> int:
        """Return how many objections met a film, each counted once for a film, since this was asked last."""
        fresh = self._met - self._told
        self._told |= fresh
        return len(fresh)

    def _certain(self, standing: Standing, file: ReadFile, asset: str) -> set[int]:
        """Return the places of the objections to what is for certain this file."""
        known = Known(sha256=file.sha256, urls=(file.path, asset), assets=(asset,))
        marks = {(kind.value, self._book.mark(kind, sign)) for kind, sign in known.signs()}
        return {place for mark in marks for place in standing.by_mark.get(mark, ())}

    @staticmethod
    def _known(standing: Standing, certain: set[int], picture: AnalysedPicture) -> set[int]:
        """Return the faces that were objected to in what is for certain this file."""
        found: set[int] = set()
        for shape in (standing.shapes[place] for place in certain):
            found |= _on(shape.box, picture.faces, page=shape.path.start if shape.path.points else None)
        return found

    def _alike(self, standing: Standing, certain: set[int], picture: AnalysedPicture) -> set[int]:
        """Return the faces that were objected to in a picture that looks like this one, or like one of its pages."""
        found: set[int] = set()
        for page in picture.pages or (Page(number=0, dhash=picture.dhash, sketch=picture.sketch),):
            for number, crop in self._prints.find(page.sketch) if page.sketch else ():
                place = self._printed[number]
                if place not in certain:
                    found |= _on(_placed(standing.shapes[place].box, crop), picture.faces, page=page.number)
        return found


def path_of(track: Track) -> FacePath:
    """Return where a track was seen."""
    return FacePath.through((seen.at_ticks, seen.face.box) for seen in (track.first, *track.best, track.last))


def _placed(box: Box | None, crop: Crop) -> Box | None:
    return None if box is None else crop.place(box)


def _on(box: Box | None, faces: Sequence[AnalysedFace], *, page: int | None) -> set[int]:
    """Return the place of the face that lies on a box; empty if none does. Box None: every face; page None: on any page."""
    here = [(place, face) for place, face in enumerate(faces) if page is None or face.page == page]
    if box is None:
        return {place for place, _ in here}
    near = [(_distance(box, face.box), place) for place, face in here if falls_on(box, face.box)]
    return {min(near)[1]} if near else set()


def _distance(box: Box, other: Box) -> float:
    across, down = aside(box, other)
    return across / box.width + down / box.height
