"""What one worker does with films: digest and open them, and find the tracks of their stretches. Runs in its own process."""

import hashlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Generic, Protocol, TypeVar

from visavis.domain.errors import SetupError, UnreadablePicture
from visavis.domain.film import FilmFacts, FilmPart, Sampling
from visavis.domain.media import Outcome, Reason
from visavis.services.ingest.batches import Examined, Stretch, StretchRead
from visavis.sources.base import FoundFile

OpenStream = Callable[[Path, str], BinaryIO]
"""(root, path below it) to a seekable stream; `UnreadablePicture` says why not."""
_PIECE = 1 << 20


class Film(Protocol):
    """What is needed of `visavis.decode.video.film.Film`."""

    @property
    def facts(self) -> FilmFacts:
        """What its container says."""
        ...

    def close(self) -> None:
        """Give back what it holds; the stream stays open."""
        ...


F = TypeVar("F", bound=Film)


OpenFilm = Callable[[BinaryIO, str], F]
FindTracks = Callable[[F, int, int | None, Sampling], FilmPart]


class FilmReader(Generic[F]):
    """Reads films, a stretch at a time; the film last read stays open, for the next stretch is mostly one of its own.

    Parameters
    ----------
    open_stream : callable
    open_film : callable
        (stream, file name) to a film.
    find_tracks : callable
        (film, start, end, sampling) to what the stretch between these ticks gave.
    """

    def __init__(self, open_stream: OpenStream, open_film: OpenFilm[F], find_tracks: FindTracks[F]) -> None:
        self._open_stream = open_stream
        self._open_film = open_film
        self._find_tracks = find_tracks
        self._held: tuple[Path, FoundFile, BinaryIO, F] | None = None

    def examine(self, root: Path, file: FoundFile) -> Examined:
        """Open a film, and digest it however long it is."""
        try:
            with self._reached(root, file) as stream:
                with closing(self._open_film(stream, PurePosixPath(file.path).name)) as film:
                    facts = film.facts
                stream.seek(0)
                return Examined(sha256=_digest(stream), film=facts)
        except (UnreadablePicture, SetupError, OSError) as error:
            return Examined(outcome=_outcome(error))

    def read(self, stretch: Stretch) -> StretchRead:
        """Find the tracks of a stretch; what can't be read costs that stretch, and a film that is out of reach is read on another time."""
        try:
            film = self._film(stretch)
        except (UnreadablePicture, SetupError, OSError) as error:
            return StretchRead(stretch=stretch, outcome=_outcome(error), out_of_reach=True)
        try:
            part = self._find_tracks(film, stretch.start_ticks, stretch.end_ticks, stretch.sampling)
        except (UnreadablePicture, OSError) as error:
            self.close()
            outcome = _outcome(error)
            return StretchRead(stretch=stretch, outcome=outcome, out_of_reach=outcome.reason in (Reason.VANISHED, Reason.NOT_ALLOWED))
        if stretch.end_ticks is None:
            self.close()
        return StretchRead(stretch=stretch, part=part)

    def close(self) -> None:
        """Let go of the film that is open."""
        if self._held is not None:
            _, _, stream, film = self._held
            self._held = None
            film.close()
            stream.close()

    def _film(self, stretch: Stretch) -> F:
        if self._held is not None and self._held[:2] == (stretch.root, stretch.file):
            return self._held[3]
        self.close()
        stream = self._reached(stretch.root, stretch.file)
        try:
            film = self._open_film(stream, PurePosixPath(stretch.file.path).name)
        except BaseException:
            stream.close()
            raise
        self._held = stretch.root, stretch.file, stream, film
        return film

    def _reached(self, root: Path, file: FoundFile) -> BinaryIO:
        stream = self._open_stream(root, file.path)
        if stream.seek(0, 2) != file.size:
            stream.close()
            raise UnreadablePicture("the file has changed since it was listed", reason=Reason.VANISHED)
        stream.seek(0)
        return stream


def _digest(stream: BinaryIO) -> bytes:
    sha256 = hashlib.sha256()
    while piece := stream.read(_PIECE):
        sha256.update(piece)
    return sha256.digest()


def _outcome(error: UnreadablePicture | SetupError | OSError) -> Outcome:
    if isinstance(error, UnreadablePicture):
        return Outcome(reason=Reason(error.reason), detail=str(error))
    if isinstance(error, SetupError):
        return Outcome(reason=Reason.UNSUPPORTED, detail=f"{error}; {error.remedy}")
    return Outcome(reason=Reason.NOT_ALLOWED, detail=f"the system refused to read it: {error.strerror}")
