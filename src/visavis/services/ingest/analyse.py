"""What one worker does with a batch: read, digest, decode, find and embed faces. Runs in its own process; writes nothing."""

import hashlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

from visavis.decode.formats import Kind, kind_of
from visavis.decode.likeness import dhash
from visavis.decode.limits import Limits
from visavis.decode.photo import Photo, open_photo
from visavis.decode.same_picture import sketch
from visavis.decode.video.timing import is_animation
from visavis.domain.arrays import RgbImage
from visavis.domain.errors import UnreadablePicture
from visavis.domain.face import AnalysedFace
from visavis.domain.media import AnalysedPicture, Outcome, Reason
from visavis.engines.chain import Chain
from visavis.services.ingest.batches import Analysed, Batch, Examined, Stretch, StretchRead
from visavis.services.ingest.film_reader import FilmReader

OpenFile = Callable[[Path, str], bytes]
"""(root, path below it) to the file's bytes; `UnreadablePicture` says why not."""


class MediaAnalyser:
    """Analyses photographs, holding the bytes of one batch at a time, and films, a stretch at a time."""

    def __init__(self, open_file: OpenFile, chain: Chain, limits: Limits, films: FilmReader[Any]) -> None:
        self._open_file = open_file
        self._chain = chain
        self._limits = limits
        self._films = films
        self._bytes: dict[int, bytes] = {}

    def examine(self, batch: Batch) -> list[Examined]:
        """Read and digest; keeps the bytes until `analyse`."""
        self._bytes = {}
        examined = []
        for position, file in enumerate(batch.files):
            if kind_of(file.path) is Kind.VIDEO:
                examined.append(self._films.examine(batch.root, file))
                continue
            try:
                data = self._open_file(batch.root, file.path)
            except UnreadablePicture as error:
                examined.append(Examined(outcome=_outcome(error)))
                continue
            if is_animation(data):
                examined.append(self._films.examine(batch.root, file))
                continue
            self._bytes[position] = data
            examined.append(Examined(sha256=hashlib.sha256(data).digest()))
        return examined

    def analyse(self, batch: Batch, wanted: frozenset[int]) -> dict[int, Analysed]:
        """Decode and analyse the wanted files."""
        results: dict[int, Analysed] = {}
        opened: list[tuple[int, _Watched]] = []
        for position in sorted(wanted):
            try:
                opened.append((position, _Watched(open_photo(self._bytes.pop(position), limits=self._limits))))
            except UnreadablePicture as error:
                results[position] = Analysed(outcome=_outcome(error))
        self._bytes = {}
        found = self._chain.analyse([photo for _, photo in opened], thorough=batch.thorough)
        for (position, photo), faces in zip(opened, found, strict=True):
            if isinstance(faces, UnreadablePicture):
                results[position] = Analysed(outcome=_outcome(faces))
            else:
                results[position] = _analysed(photo, batch.files[position].path, faces)
        return results

    def read(self, stretch: Stretch) -> StretchRead:
        """Find the tracks of a stretch of a film."""
        return self._films.read(stretch)

    def close(self) -> None:
        """Let go of the film that is open."""
        self._films.close()


class _Watched:
    """A photo that takes its perceptual hash and its sketch when its pixels are first decoded: nothing is decoded twice for them."""

    def __init__(self, photo: Photo) -> None:
        self.photo = photo
        self.dhash = b""
        self.sketch = b""

    @property
    def full_width(self) -> int:
        return self.photo.full_width

    @property
    def full_height(self) -> int:
        return self.photo.full_height

    def pixels(self, longer_side: int | None = None) -> RgbImage:
        image = self.photo.pixels(longer_side)
        if not self.dhash:
            self.dhash, self.sketch = dhash(image), sketch(image)
        return image


def _analysed(watched: _Watched, path: str, faces: list[AnalysedFace]) -> Analysed:
    picture = AnalysedPicture(
        format=watched.photo.format,
        width=watched.full_width,
        height=watched.full_height,
        dhash=watched.dhash,
        metadata=watched.photo.metadata(PurePosixPath(path).name),
        faces=tuple(faces),
        sketch=watched.sketch,
    )
    return Analysed(outcome=Outcome(reason=Reason.INDEXED if faces else Reason.NO_FACE, faces=len(faces)), picture=picture)


def _outcome(error: UnreadablePicture) -> Outcome:
    return Outcome(reason=Reason(error.reason), detail=str(error))
