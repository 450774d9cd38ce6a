"""The answer as one ZIP file: a page to read, the same for programs, and the pictures with every other face masked."""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from jinja2 import Environment, PackageLoader, StrictUndefined
from PIL import Image

from visavis.decode.crops import face_jpeg
from visavis.decode.limits import Limits
from visavis.decode.masking import mask_faces
from visavis.decode.photo import open_photo
from visavis.domain.arrays import RgbImage
from visavis.domain.errors import UnreadablePicture
from visavis.domain.face import Box
from visavis.law.requests import Kind
from visavis.records.archive import Records
from visavis.records.requests import RequestRecord
from visavis.services.access.document import Made, document_of
from visavis.services.access.gather import Gather, PictureDossier

LONGEST_SIDE = 2400
"""Pixels of a picture in a package: all that a print of 20 cm shows."""
WITH_PICTURES = frozenset({Kind.ACCESS, Kind.PORTABILITY})
"""Kinds whose answer holds copies (GDPR Arts 15(3), 20)."""
OWN_OVERLAP = 0.3
"""A face found anew that overlaps a confirmed one by as much is that one."""

_QUALITY = 90
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)
"""The oldest time that a ZIP file can hold: a package tells when it was made in its text, and nowhere else."""

OpenFile = Callable[[Path, str], bytes]
"""(root, path below it) to bytes; raises `UnreadablePicture` where it can't be reached."""
FindFaces = Callable[[RgbImage], Sequence[Box]]
"""Every face that a detector finds in a picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Originals:
    """How the package comes by originals and by faces that nobody has stored.

    Attributes
    ----------
    find_faces : callable
        Asked of the picture in which the stored faces are masked: what an earlier, or a coarser, reading did not find is masked too.
    """

    open_file: OpenFile
    limits: Limits
    find_faces: FindFaces


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
            for number, one in enumerate(dossier.pictures, start=1):
                shown = self._masked(one) if request.kind in WITH_PICTURES else None
                made[one.picture.number] = _add_pictures(package, number, one, shown)
            document = document_of(dossier, says, made)
            for name, body in (files or {}).items():
                _add(package, name, body, zipfile.ZIP_DEFLATED)
            _add(package, "data.json", json.dumps(document, indent=2, sort_keys=True).encode(), zipfile.ZIP_DEFLATED)
            _add(package, "index.html", _page(document).encode(), zipfile.ZIP_DEFLATED)
        unread = sum(one["picture"] is None for one in made.values()) if request.kind in WITH_PICTURES else 0
        return Written(pictures=len(made), unread=unread)

    def _masked(self, one: PictureDossier) -> tuple[RgbImage, int] | None:
        """Return the original with every other face masked, and how many that were; None where it can't be read or was changed."""
        image = self._original(one)
        if image is None:
            return None
        own_numbers = {face.face.number for face in one.faces}
        own = [face.face.box for face in one.faces]
        others = [box for number, box in one.picture.boxes.items() if number not in own_numbers]
        masked = mask_faces(image, others=others, own=own)
        more = [box for box in self._originals.find_faces(masked) if all(box.overlap(mine) < OWN_OVERLAP for mine in own)]
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
    _add(package, name, _jpeg(image), zipfile.ZIP_STORED)
    crops = [f"pictures/{number:04}-face-{place}.jpg" for place in range(1, len(one.faces) + 1)]
    for crop, face in zip(crops, one.faces, strict=True):
        _add(package, crop, face_jpeg(image, face.face.box), zipfile.ZIP_STORED)
    return {"picture": name, "crops": crops, "other_faces_masked": masked}


def _jpeg(image_rgb: RgbImage) -> bytes:
    picture = Image.fromarray(image_rgb)
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    picture.save(buffer, format="JPEG", quality=_QUALITY, optimize=True)
    return buffer.getvalue()


def _add(package: zipfile.ZipFile, name: str, body: bytes, how: int) -> None:
    entry = zipfile.ZipInfo(name, date_time=_FIRST_DAY)
    entry.compress_type = how
    entry.external_attr = 0o600 << 16
    package.writestr(entry, body)


def _page(document: Mapping[str, object]) -> str:
    environment = Environment(
        loader=PackageLoader("visavis.services.access"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("answer.html.j2").render(**{"how_it_works": "", "other_requests": [], **document})
