"""How fast this machine is: pictures of a folder through the whole analysis, stage by stage, and searches among made templates."""

import itertools
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from visavis.decode.likeness import dhash
from visavis.decode.limits import Limits
from visavis.decode.photo import Photo, open_photo
from visavis.decode.same_picture import sketch
from visavis.domain.arrays import RgbImage, Vectors
from visavis.domain.clearance import Clearance
from visavis.domain.errors import InputError, UnreadablePicture
from visavis.domain.identification import IndexRows
from visavis.engines.chain import Chain, Networks
from visavis.engines.pack import Pack
from visavis.engines.runtime import Network, Tensor
from visavis.index.base import RowReader, VectorIndex

OpenIndex = Callable[[Path, int, RowReader], VectorIndex]
MILLION = 1_000_000
BATCH = 48
"""Pictures analysed together, as in ingest."""
PICTURES_S, SEARCHES_S = 60.0, 20.0
"""Seconds after which no further batch, and no further search, is begun."""
LEAST = 6 * BATCH
"""Pictures that are read at least, if that time allows: fewer files are read again."""
TOP = 50
"""Candidates asked for, as a search does by default."""
_SEED = 20261122
_QUERIES = 200
_ADDED = 10_000
_COLUMN_BYTES = 20
"""Key, source and two days of a template, beside its codes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureSpeed:
    """One worker's speed.

    Attributes
    ----------
    files : int
        Different files that were tried; fewer than pictures are read over and over.
    ms_a_picture : dict of str to float
        By stage: reading the file, decoding it, the detector's network, the recogniser's, and all that lies around these.
    """

    files: int
    pictures: int
    faces: int
    unreadable: int
    seconds: float
    ms_a_picture: dict[str, float]

    @property
    def pictures_a_second(self) -> float:
        """Of one worker."""
        return self.pictures / self.seconds

    @property
    def over_kernels(self) -> float:
        """The whole over the sum of decoding and both networks."""
        kernels = sum(self.ms_a_picture[stage] for stage in ("decode", "detect", "embed"))
        return sum(self.ms_a_picture.values()) / kernels


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchSpeed:
    """Searches for one face each among made templates, in milliseconds: the middle one, and the slowest of a hundred."""

    templates: int
    dim: int
    median_ms: float
    slow_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchReport:
    """What a machine does, and what that means for a million photographs such as these.

    Attributes
    ----------
    million_hours : float
        To ingest them with one worker; committing them comes on top (some 5 %).
    million_search_ms : float
        Of a search among their faces, extrapolated: a scan takes as long as it is long.
    million_bytes : int
        Of templates and codes.
    """

    pack: str
    pictures: PictureSpeed
    search: SearchSpeed
    million_hours: float
    million_faces: int
    million_search_ms: float
    million_bytes: int


class Bench:
    """Measures. Of the pictures nothing is stored; the made templates' codes lie in a folder that is gone afterwards.

    Parameters
    ----------
    pack : Pack
    networks : Networks
    open_index : callable
        (folder, dimensions, row reader) to an empty index that may be written.
    clearance : Clearance
        For made templates, all of its one source.
    limits : Limits
    seconds : callable
        A clock that only goes forward.
    """

    def __init__(
        self,
        pack: Pack,
        networks: Networks,
        *,
        open_index: OpenIndex,
        clearance: Clearance,
        limits: Limits,
        seconds: Callable[[], float],
    ) -> None:
        self._pack = pack
        self._open_index = open_index
        self._clearance = clearance
        self._limits = limits
        self._seconds = seconds
        self._watch = _Watch(seconds)
        timed = replace(
            networks,
            detector=_TimedNetwork(networks.detector, "detect", self._watch),
            recogniser=_TimedNetwork(networks.recogniser, "embed", self._watch),
        )
        self._chain = Chain(pack, timed)

    def run(self, paths: Sequence[Path], *, templates: int, say: Callable[[str], None] = lambda _: None) -> BenchReport:
        """Measure both.

        Parameters
        ----------
        paths : sequence of Path
            Pictures, at least one; if they are few they are read over and over.
        templates : int
            Among which to search.
        say : callable
            Told what is being measured.

        Raises
        ------
        InputError
            None of the files is a picture.
        """
        say(f"pictures, up to {PICTURES_S:.0f} s")
        pictures = self._pictures(paths)
        say(f"searches among {templates:,} made templates")
        search = self._searches(templates)
        faces = round(MILLION * pictures.faces / pictures.pictures)
        return BenchReport(
            pack=self._pack.id,
            pictures=pictures,
            search=search,
            million_hours=MILLION / pictures.pictures_a_second / 3600,
            million_faces=faces,
            million_search_ms=search.median_ms * max(1.0, faces / search.templates),
            million_bytes=faces * (2 * search.dim + 4 + search.dim // 4 + _COLUMN_BYTES),
        )

    def _pictures(self, paths: Sequence[Path]) -> PictureSpeed:
        if not self._batch(paths[:8])[0]:  # also: the first runs lay out memory
            raise InputError("none of these files is a picture that can be read", remedy="name a folder of photographs")
        self._watch.spent.clear()
        began, tried, read, faces = self._seconds(), 0, 0, 0
        endless = itertools.cycle(paths)
        while self._seconds() - began < PICTURES_S and tried < max(len(paths), LEAST):
            part = list(itertools.islice(endless, BATCH))
            whole, found = self._batch(part)
            tried, read, faces = tried + len(part), read + whole, faces + found
        seconds = self._seconds() - began
        told = {stage: self._watch.spent[stage] / read * 1e3 for stage in ("read", "decode", "detect", "embed")}
        told["around"] = seconds / read * 1e3 - sum(told.values())
        return PictureSpeed(
            files=min(tried, len(paths)), pictures=read, faces=faces, unreadable=tried - read, seconds=seconds, ms_a_picture=told
        )

    def _batch(self, paths: Sequence[Path]) -> tuple[int, int]:
        """Analyse some pictures as ingest does; return how many were read, and their faces."""
        opened = []
        for path in paths:
            try:
                with self._watch("read"):
                    data = path.read_bytes()
                opened.append(_TimedPicture(open_photo(data, limits=self._limits), self._watch))
            except (UnreadablePicture, OSError):
                continue
        answers = [answer for answer in self._chain.analyse(opened) if not isinstance(answer, UnreadablePicture)]
        return len(answers), sum(map(len, answers))

    def _searches(self, templates: int) -> SearchSpeed:
        dim, rng = self._pack.dim, np.random.default_rng(_SEED)
        vectors = np.concatenate([_evenly_spread(_ADDED, dim, rng).astype(np.float16) for _ in range(0, templates, _ADDED)])[:templates]
        with tempfile.TemporaryDirectory() as place:
            index = self._open_index(Path(place), dim, lambda keys: vectors[keys - 1].astype(np.float32))
            try:
                self._fill(index, vectors)
                times = list(self._times(index, _evenly_spread(_QUERIES, dim, rng)))
            finally:
                index.close()
        median, slow = np.quantile(times, (0.5, 0.99)) * 1e3
        return SearchSpeed(templates=templates, dim=dim, median_ms=float(median), slow_ms=float(slow))

    def _fill(self, index: VectorIndex, vectors: NDArray[np.float16]) -> None:
        (source,) = self._clearance.sources
        for seq, start in enumerate(range(0, len(vectors), _ADDED), 1):
            part = vectors[start : start + _ADDED].astype(np.float32)
            keys, day = np.arange(start + 1, start + 1 + len(part), dtype=np.int64), np.zeros(len(part), np.int32)
            index.add(IndexRows(keys=keys, vectors=part, source=day + source, first_day=day, last_day=day), seq)

    def _times(self, index: VectorIndex, probes: Vectors) -> Iterator[float]:
        index.search(probes[0], TOP, None, self._clearance)
        ends = self._seconds() + SEARCHES_S
        for probe in probes:
            began = self._seconds()
            index.search(probe, TOP, None, self._clearance)
            yield self._seconds() - began
            if self._seconds() > ends:
                return


class _Watch:
    """Adds up what stages take."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self.spent: Counter[str] = Counter()

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        """Time what is done within."""
        began = self._seconds()
        try:
            yield
        finally:
            self.spent[stage] += self._seconds() - began  # type: ignore[assignment]  # a Counter of seconds


class _TimedNetwork:
    def __init__(self, network: Network, stage: str, watch: _Watch) -> None:
        self.runtime = network.runtime
        self._network, self._stage, self._watch = network, stage, watch

    def run(self, array: Tensor) -> dict[str, Tensor]:
        with self._watch(self._stage):
            return self._network.run(array)


class _TimedPicture:
    """A photo that is also hashed and sketched once, as ingest does it."""

    def __init__(self, photo: Photo, watch: _Watch) -> None:
        self._photo, self._watch, self._hashed = photo, watch, False
        self.full_width, self.full_height = photo.full_width, photo.full_height

    def pixels(self, longer_side: int | None = None) -> RgbImage:
        with self._watch("decode"):
            image = self._photo.pixels(longer_side)
        if not self._hashed:
            self._hashed = True
            dhash(image)
            sketch(image)
        return image


def _evenly_spread(count: int, dim: int, rng: np.random.Generator) -> Vectors:
    """Return unit vectors of nobody: (count, dim) float32."""
    vectors = rng.standard_normal((count, dim)).astype(np.float32)
    unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit
