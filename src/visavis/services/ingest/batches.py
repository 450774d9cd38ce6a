"""What travels between the process that commits and the processes that analyse."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from visavis.domain.film import FilmFacts, FilmPart, Sampling
from visavis.domain.media import AnalysedPicture, Outcome, PictureMetadata
from visavis.sources.base import FoundFile

BATCH_FILES = 48
BATCH_BYTES = 64 << 20
"""A batch is what a crash may lose and what a worker holds in memory; it ends at whichever comes first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Files of one root, to be read by one worker.

    Attributes
    ----------
    sketched : bool
        Whether pictures are sketched, to be compared with those that somebody objected to.
    """

    root: Path
    files: tuple[FoundFile, ...]
    thorough: bool = False
    sketched: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """A file's content digest (SHA-256), or why there is none; of a film, what it says of itself: it is read in stretches."""

    sha256: bytes | None = None
    outcome: Outcome | None = None
    film: FilmFacts | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysed:
    """What became of a file, and the picture with its faces if it could be decoded."""

    outcome: Outcome
    picture: AnalysedPicture | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A stretch of a film, to be read by one worker.

    Attributes
    ----------
    number : int
        Counted from 0.
    start_ticks, end_ticks : int
        As in `FilmPart`; `end_ticks` None = to the film's end.
    """

    root: Path
    file: FoundFile
    sampling: Sampling
    number: int
    start_ticks: int
    end_ticks: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StretchRead:
    """What a stretch gave.

    Attributes
    ----------
    part : FilmPart or None
        None: it could not be read, and `outcome` says why.
    out_of_reach : bool
        Not the stretch, but the whole film can't be read now: it is gone on with another time.
    """

    stretch: Stretch
    part: FilmPart | None = field(default=None, repr=False)
    outcome: Outcome | None = None
    out_of_reach: bool = False


Task = Batch | Stretch


class Analyser(Protocol):
    """What a worker does: read and digest, then decode and find faces in those that are wanted; and in stretches of films."""

    def examine(self, batch: Batch) -> list[Examined]:
        """Read every file of the batch and digest it."""
        ...

    def analyse(self, batch: Batch, wanted: frozenset[int]) -> dict[int, Analysed]:
        """Decode the wanted files (by position) of the batch just examined and analyse their faces."""
        ...

    def read(self, stretch: Stretch) -> StretchRead:
        """Find the tracks of a stretch."""
        ...

    def close(self) -> None:
        """Let go of what is open."""
        ...


BuildAnalyser = Callable[[], Analyser]
"""Called once in each worker process; must be importable there (a `functools.partial` of a module's function)."""

Keep = Callable[[PictureMetadata], PictureMetadata]
"""What a charter lets us store of what a file says."""


def into_batches(root: Path, files: Iterable[FoundFile], make: Callable[..., Batch], *, most: int = BATCH_FILES) -> Iterator[Batch]:
    """Cut a stream of files into batches of at most `most` files and about `BATCH_BYTES`; `make` is `Batch` with what it needs beside."""
    held: list[FoundFile] = []
    size = 0
    for file in files:
        if held and (len(held) == most or size + file.size > BATCH_BYTES):
            yield make(root=root, files=tuple(held))
            held, size = [], 0
        held.append(file)
        size += file.size
    if held:
        yield make(root=root, files=tuple(held))
