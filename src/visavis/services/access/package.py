"""The answer as one ZIP file: a page to read, the same for programs, and the pictures with every other face masked."""

import hashlib
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from jinja2 import Environment, PackageLoader, StrictUndefined

from visavis.decode.crops import face_jpeg
from visavis.decode.limits import Limits
from visavis.decode.masking import mask_faces
from visavis.decode.photo import open_photo
from visavis.domain.arrays import RgbImage
from visavis.domain.errors import UnreadablePicture
from visavis.law.requests import Kind
from visavis.records.archive import Records
from visavis.records.requests import RequestRecord
from visavis.services.access.document import Made, document_of
from visavis.services.access.films import FilmCopies, FilmDoors
from visavis.services.access.gather import Gather, PictureDossier
from visavis.services.access.zipped import FindFaces, add, jpeg, others_of

WITH_PICTURES = frozenset({Kind.ACCESS, Kind.PORTABILITY})
"""Kinds whose answer holds copies (GDPR Arts 15(3), 20)."""

OpenFile = Callable[[Path, str], bytes]
"""(root, path below it) to bytes; raises `UnreadablePicture` where it can't be reached."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Originals:
    """How the package comes by originals and by faces that nobody has stored.

    Attributes
    ----------
    find_faces : callable
        Asked of the picture in which the stored faces are masked: what an earlier, or a coarser, reading did not find is masked too.
    films : FilmDoors or None
        The same for films; None = there are none.
    """

    open_file: OpenFile
    limits: Limits
    find_faces: FindFaces
    films: FilmDoors | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What stands in a package: pictures that show the person, and how many of their originals could not be read."""

    pictures: int
    unread: int


class AccessPackage:
    """Writes packages."""

    def __init__(self, records: Records, gather: Gather, originals: Originals) -> None:
        self._records = records
        self._gather = gather
        self._originals = originals

    def write(
        self,
        request: RequestRecord,
        others: Sequence[RequestRecord],
        stream: BinaryIO,
        *,
        says: Sequence[str] = (),
        files: Mapping[str, bytes] | None = None,
    ) -> Written:
        """Write the answer to a request, one original in memory at a time.

        Parameters
        ----------
        others : sequence of RequestRecord
            The person's other requests.
        stream : binary stream
            Takes the ZIP file.
        says : sequence of str
            What was done, for the person.
        files : mapping of str to bytes
            What else goes with it, by name.
        """
        dossier = self._gather.run(request, others)
        made: dict[int, Made] = {}
        with zipfile.ZipFile(stream, "w") as package:
            films = self._film_copies(request)
            for number, one in enumerate(dossier.pictures, start=1):
                made[one.picture.number] = self._added(package, number, one, films, whole=request.kind in WITH_PICTURES)
            document = document_of(dossier, says, made)
            for name, body in (files or {}).items():
                add(package, name, body, zipfile.ZIP_DEFLATED)
            add(package, "data.json", json.dumps(document, indent=2, sort_keys=True).encode(), zipfile.ZIP_DEFLATED)
            add(package, "index.html", _page(document).encode(), zipfile.ZIP_DEFLATED)
        unread = sum(one["picture"] is None for one in made.values()) if request.kind in WITH_PICTURES else 0
        return Written(pictures=len(made), unread=unread)

    def _film_copies(self, request: RequestRecord) -> FilmCopies | None:
        if self._originals.films is None or request.kind not in WITH_PICTURES:
            return None
        return FilmCopies(self._originals.films, [found.face_id for found in request.confirmed])

    def _added(self, package: zipfile.ZipFile, number: int, one: PictureDossier, films: FilmCopies | None, *, whole: bool) -> Made:
        """Add a picture, or stills and clips of a film, to the package."""
        if all(dossier.face.moment is None for dossier in one.faces):
            return _add_pictures(package, number, one, self._masked(one) if whole else None)
        moments = films.add(package, number, one) if films is not None else []
        stills = [str(moment["still"]) for moment in moments if moment["still"]]
        crops = [str(moment["crop"]) for moment in moments if moment["crop"]]
        return {"picture": next(iter(stills), None), "crops": crops, "other_faces_masked": 0, "moments": moments}

    def _masked(self, one: PictureDossier) -> tuple[RgbImage, int] | None:
        """Return the original with every other face masked, and how many that were; None where it can't be read or was changed."""
        image = self._original(one)
        if image is None:
            return None
        own_numbers = {face.face.number for face in one.faces}
        own = [face.face.box for face in one.faces]
        others = [box for number, box in one.picture.boxes.items() if number not in own_numbers]
        masked = mask_faces(image, others=others, own=own)
        more = others_of(self._originals.find_faces(masked), own)
        return mask_faces(masked, others=more, own=own), len(others) + len(more)

    def _original(self, one: PictureDossier) -> RgbImage | None:
        roots = {root.number: root.path for root in one.source.roots}
        for place in one.picture.places:
            try:
                body = self._originals.open_file(roots[place.root_number], place.path)
                if hashlib.sha256(body).digest() == one.picture.sha256:  # in another picture the boxes would hide nothing
                    return open_photo(body, limits=self._originals.limits).pixels()
            except (UnreadablePicture, KeyError):
                continue
        return None


def _add_pictures(package: zipfile.ZipFile, number: int, one: PictureDossier, shown: tuple[RgbImage, int] | None) -> Made:
    if shown is None:
        return {"picture": None, "crops": [], "other_faces_masked": 0}
    image, masked = shown
    name = f"pictures/{number:04}.jpg"
    add(package, name, jpeg(image))
    crops = [f"pictures/{number:04}-face-{place}.jpg" for place in range(1, len(one.faces) + 1)]
    for crop, face in zip(crops, one.faces, strict=True):
        add(package, crop, face_jpeg(image, face.face.box))
    return {"picture": name, "crops": crops, "other_faces_masked": masked}


def _page(document: Mapping[str, object]) -> str:
    environment = Environment(
        loader=PackageLoader("visavis.services.access"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("answer.html.j2").render(**{"how_it_works": "", "other_requests": [], **document})
