"""What one worker does with a batch: read, digest, decode, find and embed faces. Runs in its own process; writes nothing."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from visavis.decode.formats import Kind, kind_of
from visavis.decode.limits import Limits
from visavis.decode.photo import Photo, open_photo
from visavis.decode.video.timing import is_animation
from visavis.domain.errors import UnreadablePicture
from visavis.domain.face import AnalysedFace
from visavis.domain.media import Outcome, Page, Reason
from visavis.engines.chain import Chain
from visavis.services.ingest.batches import Analysed, Batch, Examined, Stretch, StretchRead
from visavis.services.ingest.film_reader import FilmReader
from visavis.services.ingest.pages import Watched, each_page, outcome_of

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
        opened: list[tuple[int, Watched]] = []
        for position in sorted(wanted):
            data = self._bytes.pop(position)
            try:
                photo = open_photo(data, limits=self._limits)
                self._limits.check_pages(photo.pages)
            except UnreadablePicture as error:
                results[position] = Analysed(outcome=_outcome(error))
                continue
            if photo.pages == 1:
                opened.append((position, Watched(photo, sketched=batch.sketched)))
            else:
                results[position] = self._analyse_pages(data, photo, batch, position)
        self._bytes = {}
        found = self._chain.analyse([photo for _, photo in opened], thorough=batch.thorough)
        for (position, watched), faces in zip(opened, found, strict=True):
            if isinstance(faces, UnreadablePicture):
                results[position] = Analysed(outcome=_outcome(faces))
            else:
                picture = watched.analysed(batch.files[position].path, faces)
                results[position] = Analysed(outcome=outcome_of(len(faces), []), picture=picture)
        return results

    def _analyse_pages(self, data: bytes, photo: Photo, batch: Batch, position: int) -> Analysed:
        """Analyse one page after the other; a damaged one loses only itself."""
        faces: list[AnalysedFace] = []
        read: list[tuple[Watched, Page]] = []
        errors: dict[int, UnreadablePicture] = {}
        for number, watched in each_page(data, photo, self._limits):
            if isinstance(watched, UnreadablePicture):
                errors[number] = watched
                continue
            (found,) = self._chain.analyse([watched], thorough=batch.thorough)
            if isinstance(found, UnreadablePicture):
                errors[number] = found
                continue
            faces += [replace(face, page=number) for face in found]
            read.append((watched, watched.page(number)))
        if not read:
            return Analysed(outcome=_outcome(next(iter(errors.values()))))
        picture = read[0][0].analysed(batch.files[position].path, faces, tuple(page for _, page in read))
        return Analysed(outcome=outcome_of(len(faces), list(errors)), picture=picture)

    def read(self, stretch: Stretch) -> StretchRead:
        """Find the tracks of a stretch of a film."""
        return self._films.read(stretch)

    def close(self) -> None:
        """Let go of the film that is open."""
        self._films.close()


def _outcome(error: UnreadablePicture) -> Outcome:
    return Outcome(reason=Reason(error.reason), detail=str(error))
