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


def probes_to_save(pictures: tuple[ProbePicture, ...], *, one_person: bool, with_pictures: bool) -> tuple[ProbeToSave, ...]:
    """Return what is kept of the searched faces.

    Parameters
    ----------
    one_person : bool
        All show one person: every candidate is numbered as the first face's.
    with_pictures : bool
        Keep a crop to compare with; False at home and in a trial.
    """
    return tuple(
        ProbeToSave(
            probe_face=1 if one_person else number,
            subject=_subject(picture, number),
            picture=face_jpeg(picture.image_rgb, picture.faces[number - 1].box) if with_pictures else None,
        )
        for picture in pictures
        for number in picture.picked
    )


def archived_face(face_id: str, anchor: str) -> tuple[ProbeToSave, ...]:
    """Return what is kept of a search with a face of the archive: where it is, no copy of it."""
    return (ProbeToSave(probe_face=1, subject=f"face {anchor}".encode(), face_id=FaceId(face_id)),)


def _subject(picture: ProbePicture, number: int) -> bytes:
    """Return what stands for one face of one photograph, whatever model reads it."""
    box = picture.faces[number - 1].box
    place = (round((box.left + box.width / 2) * PLACES), round((box.top + box.height / 2) * PLACES))
    pixels = picture.image_rgb[::STRIDE, ::STRIDE]
    return f"photo {hashlib.sha256(pixels.tobytes()).hexdigest()} {place} {picture.image_rgb.shape}".encode()
