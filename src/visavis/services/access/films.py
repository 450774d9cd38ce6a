"""What a person is given of a film: of each appearance a still and a clip in which every other face is masked, and its times."""

import hashlib
import zipfile
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from visavis.decode.crops import face_jpeg
from visavis.decode.masking import mask_faces
from visavis.domain.arrays import RgbImage
from visavis.domain.errors import UnreadablePicture
from visavis.domain.face import Box
from visavis.domain.film import Moment
from visavis.domain.timecode import timecode_at
from visavis.services.access.gather import PictureDossier
from visavis.services.access.zipped import FindFaces, add, jpeg, others_of

CLIP_S = 60.0
"""Longest clip of one appearance, around its best moment."""
PACKAGE_S = 300.0
"""Seconds of clips in one package: every frame of them is looked at for faces. What is left out is told with its times."""
_CHUNK = 1 << 20

OpenStream = Callable[[Path, str], AbstractContextManager[BinaryIO]]
"""(root, path below it) to a seekable stream; raises `UnreadablePicture` where it can't be reached."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskedClip:
    """Seconds of a film with every other face masked in each frame, without sound.

    Attributes
    ----------
    poster : (H, W, 3) uint8 or None
        The frame of the first of the faces it was cut for, masked in the same way; None = it could not be decoded.
    masked : int
        Frames in which something was masked.
    """

    mp4: bytes = field(repr=False)
    poster: RgbImage | None = field(repr=False)
    masked: int


CutMasked = Callable[[BinaryIO, Moment, Sequence[tuple[int, Box]], float], MaskedClip]
"""(film, appearance, where and when the face was found, most seconds) to a clip; `UnreadablePicture` where the face is not found again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmDoors:
    """How a package comes by films."""

    open_stream: OpenStream
    cut: CutMasked
    find_faces: FindFaces


class FilmCopies:
    """Puts copies of films into one package; `confirmed` are the faces that people have confirmed."""

    def __init__(self, doors: FilmDoors, confirmed: Collection[str]) -> None:
        self._doors = doors
        self._confirmed = frozenset(confirmed)
        self._left_s = PACKAGE_S

    def add(self, package: zipfile.ZipFile, number: int, one: PictureDossier) -> list[dict[str, object]]:
        """Add stills and clips of a film; return what is told of each appearance, oldest first.

        A still or clip is None where the original can't be read, or was changed since: who is who in it is not known then.
        """
        appearances: dict[int, _Appearance] = {}
        for dossier in sorted(one.faces, key=lambda dossier: dossier.face.id not in self._confirmed):
            if (when := dossier.face.moment) is not None:
                appearances.setdefault(when.appearance, _Appearance(when)).own.append((when.at_ticks, dossier.face.box))
        ordered = sorted(appearances.values(), key=lambda seen: seen.when.start_ticks)
        return [
            _told(seen.when) | self._copied(package, f"films/{number:04}-{place}", one, seen) for place, seen in enumerate(ordered, start=1)
        ]

    def _copied(self, package: zipfile.ZipFile, name: str, one: PictureDossier, seen: "_Appearance") -> dict[str, object]:
        made = self._made(one, seen) if self._left_s > 0 else None
        if made is None:
            return {"left_out": self._left_s <= 0}
        said: dict[str, object] = {"frames_masked": made.masked}
        if made.poster is not None:
            _, box = seen.own[0]
            poster = self._again(made.poster, box)
            said |= {"still": f"{name}.jpg", "crop": f"{name}-face.jpg"}
            add(package, f"{name}.jpg", jpeg(poster))
            add(package, f"{name}-face.jpg", face_jpeg(poster, box))
        add(package, f"{name}.mp4", made.mp4)
        return said | {"clip": f"{name}.mp4"}

    def _made(self, one: PictureDossier, seen: "_Appearance") -> MaskedClip | None:
        seconds = min(CLIP_S, self._left_s)
        roots = {root.number: root.path for root in one.source.roots}
        for place in one.picture.places:
            try:
                with self._doors.open_stream(roots[place.root_number], place.path) as stream:
                    if _sha256(stream) != one.picture.sha256:
                        continue
                    made = self._doors.cut(stream, seen.when, seen.own, seconds)
            except (UnreadablePicture, KeyError):
                continue
            self._left_s -= min(seconds, seen.when.end_s - seen.when.start_s)
            return made
        return None

    def _again(self, poster: RgbImage, own: Box) -> RgbImage:
        """Look once more at a still in which others are masked: what an earlier look did not find is masked too."""
        return mask_faces(poster, others=others_of(self._doors.find_faces(poster), [own]), own=[own])


@dataclass(frozen=True, slots=True)
class _Appearance:
    """One appearance, and where and when the person's face was found in it."""

    when: Moment
    own: list[tuple[int, Box]] = field(default_factory=list)


def _told(moment: Moment) -> dict[str, object]:
    codes = [timecode_at(moment, ticks) for ticks in (moment.start_ticks, moment.end_ticks)]
    return {
        "start_s": round(moment.start_s, 3),
        "end_s": round(moment.end_s, 3),
        "timecode": "-".join(filter(None, codes)) or None,
        "still": None,
        "crop": None,
        "clip": None,
        "left_out": False,
        "frames_masked": 0,
    }


def _sha256(stream: BinaryIO) -> bytes:
    digest = hashlib.sha256()
    while chunk := stream.read(_CHUNK):
        digest.update(chunk)
    return digest.digest()
