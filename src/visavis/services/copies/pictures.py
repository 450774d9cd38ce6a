"""The pictures of a set of copies: opened again, made sure of, masked."""

import hashlib
import io
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from PIL import Image

from visavis.decode.limits import FilmLimits, Limits
from visavis.decode.masking import mask_faces
from visavis.decode.photo import open_photo
from visavis.domain.arrays import RgbImage
from visavis.domain.errors import InputError, UnreadablePicture
from visavis.domain.face import Box
from visavis.domain.identification import Candidate
from visavis.domain.media import Reason
from visavis.services.copies.take import Picture

LONGEST_SIDE = 2400
"""Pixels of a masked copy: all that a print of 20 cm shows."""
OWN_OVERLAP = 0.3
"""A face found anew that overlaps one that was asked for by as much is that one."""
_CHUNK = 1 << 20
_QUALITY = 90

FindFaces = Callable[[RgbImage], Sequence[Box]]
"""Every face that a detector finds in a picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """How copies come by originals, and by faces that nobody has stored.

    Attributes
    ----------
    open_file, open_stream : callable
        (root, path below it) to a picture's bytes, and to a film as a seekable stream; `UnreadablePicture` where it can't be reached.
    find_faces : callable
        Asked of the picture in which the known faces are masked: what an earlier, or a coarser, reading did not find is masked too.
    """

    open_file: Callable[[Path, str], bytes]
    open_stream: Callable[[Path, str], AbstractContextManager[BinaryIO]]
    limits: Limits
    film_limits: FilmLimits
    find_faces: FindFaces


def original(doors: Doors, root: Path, picture: Picture) -> bytes:
    """Return a photograph's file as it was read; `UnreadablePicture` if it is gone, changed, or a film."""
    first = picture.candidates[0]
    if first.moment is not None:
        raise UnreadablePicture("it is a film: cut a clip of it", reason=Reason.UNREADABLE)
    body = doors.open_file(root, first.path)
    _check(hashlib.sha256(body).digest(), picture)
    return body


def masked(doors: Doors, root: Path, picture: Picture) -> RgbImage:
    """Return a picture, page or frame with every face grey that was not asked for; `UnreadablePicture` if it is gone or changed."""
    own = [one.box for one in picture.candidates]
    hidden = mask_faces(_pixels(doors, root, picture), others=picture.others, own=own)
    found = [box for box in doors.find_faces(hidden) if all(box.overlap(mine) < OWN_OVERLAP for mine in own)]
    return mask_faces(hidden, others=found, own=own)


def jpeg(image_rgb: RgbImage) -> bytes:
    """Return (H, W, 3) uint8 RGB as a JPEG without metadata."""
    picture = Image.fromarray(image_rgb)
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    picture.save(buffer, format="JPEG", quality=_QUALITY, optimize=True)
    return buffer.getvalue()


def _pixels(doors: Doors, root: Path, picture: Picture) -> RgbImage:
    first: Candidate = picture.candidates[0]
    if first.moment is None:
        return open_photo(original(doors, root, picture), page=(first.page or 1) - 1, limits=doors.limits).pixels()
    from visavis.decode.video.film import open_film

    with doors.open_stream(root, first.path) as stream:
        digest = hashlib.sha256()
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
        _check(digest.digest(), picture)
        stream.seek(0)
        with open_film(stream, limits=doors.film_limits) as film:
            return film.at(first.moment.at_ticks, LONGEST_SIDE)


def _check(sha256: bytes, picture: Picture) -> None:
    if sha256 != picture.sha256:
        raise UnreadablePicture("it was changed since it was read", reason=Reason.UNREADABLE)


def too_much(most: int) -> InputError:
    """Return what is said of more originals than one file takes."""
    return InputError(f"these originals are larger than {most >> 20} MiB together", remedy="tick fewer, or take them masked")
