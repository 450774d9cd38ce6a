"""Which faces of the probe photographs are searched: picked by number, never taken silently."""

from dataclasses import replace

from visavis.domain.errors import InputError, SeveralFacesInProbe
from visavis.domain.identification import ProbePicture


def pick(
    pictures: tuple[ProbePicture, ...], *, faces: tuple[int, ...], all_faces: bool = False, one_person: bool = False
) -> tuple[ProbePicture, ...]:
    """Mark the picked faces of each photograph.

    Parameters
    ----------
    faces : tuple of int
        Numbers from 1: any of one photograph, or one for each of several, in their order.
    one_person : bool
        Several photographs show one person.

    Raises
    ------
    InputError
        A number that no face has, or several photographs that are not said to show one person.
    SeveralFacesInProbe
        A photograph shows several faces and none was picked.
    """
    if len(pictures) > 1 and not one_person:
        raise InputError("several photographs were given", remedy="say that they show one person: --same-person, or --fuse")
    if len(pictures) > 1:
        return _one_face_each(pictures, faces)
    return tuple(_picked(picture, faces, all_faces=all_faces) for picture in pictures)


def _picked(picture: ProbePicture, faces: tuple[int, ...], *, all_faces: bool) -> ProbePicture:
    count = len(picture.faces)
    if faces and all_faces:
        raise InputError("both --face and --all-faces were given", remedy="pick faces by number, or take all")
    if wrong := [number for number in faces if not 1 <= number <= count]:
        raise InputError(f"{picture.name} has no face {wrong[0]}", remedy="pick with --face: " + ", ".join(map(str, range(1, count + 1))))
    if picture.picked and not faces and not all_faces:
        return picture
    if count > 1 and not faces and not all_faces:
        raise SeveralFacesInProbe(
            f"{picture.name} shows {count} faces and none was picked",
            count=count,
            remedy="pick: --face N (several times), or --all-faces; --draw faces.png shows the numbers",
        )
    return replace(picture, picked=tuple(range(1, count + 1)) if all_faces or not faces else faces)


def _one_face_each(pictures: tuple[ProbePicture, ...], faces: tuple[int, ...]) -> tuple[ProbePicture, ...]:
    if faces and len(faces) != len(pictures):
        raise InputError(
            f"{len(pictures)} photographs and {len(faces)} face numbers", remedy="give one --face for each photograph, in their order"
        )
    chosen = faces or (None,) * len(pictures)
    return tuple(
        _picked(picture, () if number is None else (number,), all_faces=False) for picture, number in zip(pictures, chosen, strict=True)
    )
