"""Whom a search asks about: what is kept of its probe, and what «not the same» hangs on beside the face."""

import hashlib

from visavis.decode.crops import face_jpeg
from visavis.domain.identification import ProbePicture
from visavis.domain.ids import FaceId
from visavis.records.reviews import ProbeToSave

STRIDE = 8
"""Every eighth pixel each way tells two photographs apart, and is hashed in a fraction of a millisecond."""
PLACES = 10
"""A face is named by the tenth of the picture in which its middle lies: another detector moves a box by less, mostly."""


def probes_to_save(pictures: tuple[ProbePicture, ...], *, number: int | None, with_pictures: bool) -> tuple[ProbeToSave, ...]:
    """Return what is kept of the searched faces.

    Parameters
    ----------
    number : int or None
        All show one person: what every candidate is numbered by. None = each face by its own number.
    with_pictures : bool
        Keep a crop to compare with; False at home and in a trial.
    """
    return tuple(
        ProbeToSave(
            probe_face=own if number is None else number,
            subject=_subject(picture, own),
            picture=face_jpeg(picture.image_rgb, picture.faces[own - 1].box) if with_pictures else None,
        )
        for picture in pictures
        for own in picture.picked
    )


def archived_face(face_id: str, anchor: str, *, number: int) -> ProbeToSave:
    """Return what is kept of a search with a face of the archive: where it is, no copy of it; candidates name it by `number`."""
    return ProbeToSave(probe_face=number, subject=f"face {anchor}".encode(), face_id=FaceId(face_id))


def _subject(picture: ProbePicture, number: int) -> bytes:
    """Return what stands for one face of one photograph, whatever model reads it."""
    box = picture.faces[number - 1].box
    place = (round((box.left + box.width / 2) * PLACES), round((box.top + box.height / 2) * PLACES))
    pixels = picture.image_rgb[::STRIDE, ::STRIDE]
    return f"photo {hashlib.sha256(pixels.tobytes()).hexdigest()} {place} {picture.image_rgb.shape}".encode()
