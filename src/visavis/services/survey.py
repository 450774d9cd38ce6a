"""Looks over a folder before anything is asked of anybody: what is there, what can't be read, what ingest will cost.

Decodes no pixel and stores nothing. Files are read by their heads; whole only where the format keeps its header elsewhere, or where
another file has the same size. Memory does not grow with the number of files, but for the digests of equal-sized ones.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from visavis.decode.formats import Kind, extension, kind_of
from visavis.decode.headers import HEAD_BYTES, Header, peek
from visavis.decode.limits import Limits
from visavis.decode.pairing import pair_raw
from visavis.domain.errors import InputError, UnreadablePicture
from visavis.domain.media import CaptureDate, Reason
from visavis.sources.base import FoundFile, Source, Unlisted

_LISTED = 1_000  # paths kept for listing; all are counted
_SIZE_BITS = 2**26  # two maps of 8 MiB tell which sizes occur twice; a collision only costs a needless hash


@dataclass(frozen=True, slots=True, kw_only=True)
class CostModel:
    """What ingest costs, to estimate from. The defaults are of one core of an AMD EPYC, 2026-11; `make bench` measures your machine.

    Attributes
    ----------
    seconds_per_photo : float
        Reading, finding faces and committing, whatever the size.
    seconds_per_megapixel : float
        Decoding at the reduced scale: 28 ms for 12 megapixels (docs/decisions/0003).
    seconds_per_face, faces_per_photo : float
        Embedding one face (13 ms in batches, design section 5.3); two faces a photograph in family and press pictures.
    bytes_per_photo, bytes_per_face : int
        Rows of SQL and its indexes; of a face also 256 bytes of template, 40 of codes, and its anchor and quality.
    """

    seconds_per_photo: float = 0.035
    seconds_per_megapixel: float = 0.0024
    seconds_per_face: float = 0.013
    faces_per_photo: float = 2.0
    bytes_per_photo: int = 1_500
    bytes_per_face: int = 1_200

    def seconds(self, photos: int, megapixels: float) -> float:
        """Return core seconds for this many photographs of this many megapixels together."""
        per_photo = self.seconds_per_photo + self.faces_per_photo * self.seconds_per_face
        return photos * per_photo + megapixels * self.seconds_per_megapixel

    def disk_bytes(self, photos: int) -> int:
        """Return the size of the archive."""
        return round(photos * (self.bytes_per_photo + self.faces_per_photo * self.bytes_per_face))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """A number of files and their bytes."""

    files: int = 0
    bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A path that ingest could not use, and why."""

    path: str
    reason: Reason
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LargestPicture:
    """The picture of most pixels."""

    path: str
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyReport:
    """What a folder holds.

    Attributes
    ----------
    files : Tally
        Everything listed.
    by_type : mapping
        Format as the bytes show it → tally of pictures that ingest can try.
    unsupported : mapping
        Extension (empty = none) → tally of files that are not opened.
    videos : Tally
        Films by their extension; how long they are, and so how long they take, shows only when they are read.
    paired : Tally
        RAW files that a JPEG or HEIC of the same shot stands for.
    unreadable_count : int
        All of them; `unreadable` lists the first thousand. Damage behind the header shows only in ingest.
    duplicates : Tally
        Files whose bytes another file has already; one of each kind is not counted.
    years : mapping
        Year → pictures whose date lies within it.
    decades : mapping
        First year of a decade → pictures whose date lies within it, those of `years` included.
    dated, undated : int
        Pictures with any date (also open ones: «before 1970»), and without.
    ingest_seconds_one_core : float
    archive_bytes : int
    """

    files: Tally
    by_type: dict[str, Tally]
    unsupported: dict[str, Tally]
    videos: Tally
    paired: Tally
    unreadable_count: int
    unreadable: tuple[Unread, ...]
    duplicates: Tally
    years: dict[int, int]
    decades: dict[int, int]
    dated: int
    undated: int
    largest: LargestPicture | None
    ingest_seconds_one_core: float
    archive_bytes: int


@dataclass(slots=True)
class _Counts:
    """What is being added up."""

    all: Counter[str] = field(default_factory=Counter)
    bytes: Counter[str] = field(default_factory=Counter)
    years: Counter[int] = field(default_factory=Counter)
    decades: Counter[int] = field(default_factory=Counter)
    dated: int = 0
    pixels: int = 0
    unreadable_count: int = 0
    unreadable: list[Unread] = field(default_factory=list)
    largest: LargestPicture | None = None

    def add(self, key: str, size: int) -> None:
        self.all[key] += 1
        self.bytes[key] += size

    def tally(self, key: str) -> Tally:
        return Tally(files=self.all[key], bytes=self.bytes[key])

    def tallies(self, prefix: str) -> dict[str, Tally]:
        return {key.removeprefix(prefix): self.tally(key) for key in sorted(self.all) if key.startswith(prefix)}

    def refuse(self, path: str, reason: Reason, detail: str = "") -> None:
        self.unreadable_count += 1
        if len(self.unreadable) < _LISTED:
            self.unreadable.append(Unread(path=path, reason=reason, detail=detail))

    def date(self, captured: CaptureDate | None) -> None:
        if captured is None:
            return
        self.dated += 1
        if captured.first is None or captured.last is None:
            return
        if captured.first.year == captured.last.year:
            self.years[captured.first.year] += 1
        if captured.first.year // 10 == captured.last.year // 10:
            self.decades[captured.first.year // 10 * 10] += 1


class Survey:
    """Surveys a folder.

    Parameters
    ----------
    open_source : callable
        Folder and exclude patterns in, a source out.
    limits : Limits
    costs : CostModel, optional
    """

    def __init__(self, *, open_source: Callable[[Path, Sequence[str]], Source], limits: Limits, costs: CostModel | None = None) -> None:
        self._open_source = open_source
        self._limits = limits
        self._costs = costs or CostModel()

    def run(self, folder: Path, exclude: Sequence[str] = (), progress: Callable[[int], None] = lambda _: None) -> SurveyReport:
        """Look over a folder.

        Parameters
        ----------
        folder : Path
        exclude : sequence of str
            Patterns in gitignore syntax.
        progress : callable
            Told the number of files looked at so far.

        Raises
        ------
        InputError
            No such folder.
        """
        if not folder.is_dir():
            raise InputError(f"{folder} is not a folder", remedy="name a folder of photographs; if it is on a drive, mount it")
        source = self._open_source(folder, exclude)
        counts, sizes = _Counts(), _Sizes()
        batch: list[FoundFile] = []
        for found in source.discover():
            if isinstance(found, Unlisted):
                counts.refuse(found.path, found.reason, found.detail)
                continue
            if batch and _folder(batch[0]) != _folder(found):
                self._look_at(source, batch, counts)
                batch = []
            counts.add("all", found.size)
            sizes.add(found.size)
            batch.append(found)
            progress(counts.all["all"])
        self._look_at(source, batch, counts)
        return self._report(counts, _duplicates(source, sizes))

    def _look_at(self, source: Source, files: Sequence[FoundFile], counts: _Counts) -> None:
        """Count the files of one folder, which RAW and JPEG of one shot share."""
        paired = pair_raw(file.path for file in files)
        for file in files:
            kind = kind_of(file.path)
            if file.path in paired:
                counts.add("paired", file.size)
            elif kind in {Kind.PICTURE, Kind.RAW}:
                self._look_into(source, file, counts)
            elif kind is Kind.VIDEO:
                counts.add("video", file.size)
            else:
                counts.add(f"unsupported {extension(file.path)}", file.size)

    def _look_into(self, source: Source, file: FoundFile, counts: _Counts) -> None:
        try:
            header = self._header(source, file)
        except UnreadablePicture as error:
            counts.refuse(file.path, Reason(error.reason), str(error))
            return
        if header.refusal is not None:
            counts.refuse(file.path, header.refusal)
            return
        counts.add(f"type {header.format}", file.size)
        counts.add("picture", file.size)
        counts.date(header.captured)
        counts.pixels += header.width * header.height
        largest = counts.largest
        if largest is None or header.width * header.height > largest.width * largest.height:
            counts.largest = LargestPicture(path=file.path, width=header.width, height=header.height)

    def _header(self, source: Source, file: FoundFile) -> Header:
        self._limits.check_file(file.size)
        name = PurePosixPath(file.path).name
        header = peek(source.open(file.path, head=HEAD_BYTES), name, size=file.size, limits=self._limits)
        return peek(source.open(file.path), name, size=file.size, limits=self._limits) if header.needs_whole else header

    def _report(self, counts: _Counts, duplicates: Tally) -> SurveyReport:
        photos = counts.all["picture"] - duplicates.files
        return SurveyReport(
            files=counts.tally("all"),
            by_type=counts.tallies("type "),
            unsupported=counts.tallies("unsupported "),
            videos=counts.tally("video"),
            paired=counts.tally("paired"),
            unreadable_count=counts.unreadable_count,
            unreadable=tuple(counts.unreadable),
            duplicates=duplicates,
            years=dict(sorted(counts.years.items())),
            decades=dict(sorted(counts.decades.items())),
            dated=counts.dated,
            undated=counts.all["picture"] - counts.dated,
            largest=counts.largest,
            ingest_seconds_one_core=self._costs.seconds(max(photos, 0), counts.pixels / 1e6),
            archive_bytes=self._costs.disk_bytes(max(photos, 0)),
        )


class _Sizes:
    """Which file sizes were seen more than once, in a fixed space."""

    def __init__(self) -> None:
        self._once = bytearray(_SIZE_BITS // 8)
        self._twice = bytearray(_SIZE_BITS // 8)

    def add(self, size: int) -> None:
        byte, bit = divmod(size % _SIZE_BITS, 8)
        self._twice[byte] |= self._once[byte] & 1 << bit
        self._once[byte] |= 1 << bit

    def repeats(self, size: int) -> bool:
        byte, bit = divmod(size % _SIZE_BITS, 8)
        return bool(self._twice[byte] & 1 << bit)


def _duplicates(source: Source, sizes: _Sizes) -> Tally:
    """List the source again and hash what may have a twin: pictures of a size that was seen twice."""
    seen: set[bytes] = set()
    files = size = 0
    for found in source.discover():
        if isinstance(found, Unlisted) or not found.size or not sizes.repeats(found.size):
            continue
        if kind_of(found.path) not in {Kind.PICTURE, Kind.RAW}:
            continue
        try:
            digest = hashlib.sha256(source.open(found.path)).digest()
        except UnreadablePicture:
            continue  # counted in the first listing
        if digest in seen:
            files += 1
            size += found.size
        seen.add(digest)
    return Tally(files=files, bytes=size)


def _folder(file: FoundFile) -> str:
    return file.path.rpartition("/")[0]
