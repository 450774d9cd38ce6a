"""What a root holds now, against what is known of it: unchanged, back again, to be read, or settled without reading."""

import itertools
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from visavis.decode.formats import Kind, extension, kind_of
from visavis.decode.pairing import pair_raw
from visavis.domain.errors import SetupError
from visavis.domain.media import Outcome, Reason
from visavis.records.archive import Records
from visavis.records.files import KnownFile, ReadFile
from visavis.records.presence import Presence
from visavis.sources.base import FoundFile, Source, Unlisted

PORTION = 2_000
"""Files looked up at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """A stretch of the listing.

    Attributes
    ----------
    unchanged : int
        Files that need no reading.
    returned : tuple of int
        Locations that were missing and are back unchanged.
    settled : tuple of ReadFile
        Files whose outcome is known without reading them.
    half_read : tuple of (FoundFile, int)
        Films that are to be read on, unchanged, and their numbers.
    to_read : tuple of FoundFile
    """

    unchanged: int
    returned: tuple[int, ...]
    settled: tuple[ReadFile, ...]
    half_read: tuple[tuple[FoundFile, int], ...]
    to_read: tuple[FoundFile, ...]


class Listing:
    """One walk over a root."""

    def __init__(self, plug: Source, records: Records, root_number: int, presence: Presence, *, retry: bool = False) -> None:
        self._plug = plug
        self._retry = retry
        self._records = records
        self._root_number = root_number
        self.presence = presence
        self.met = 0
        self.unreachable = ""
        self.total: int | None = None
        # Counting ahead of the reading is what makes «time left» possible; it reads folders only.
        threading.Thread(target=self._count, daemon=True).start()

    def portions(self) -> Iterator[Portion]:
        """Walk the root; what can't be listed is an outcome, and the root itself out of reach is `unreachable`."""
        for items in self._pieces():
            files = [item for item, _ in items if isinstance(item, FoundFile)]
            self.met += len(files)
            unlisted = [_unlisted(item) for item, _ in items if isinstance(item, Unlisted)]
            yield self._compare(files, unlisted, paired={item.path for item, paired in items if paired})

    def _pieces(self) -> Iterator[list[tuple[FoundFile | Unlisted, bool]]]:
        try:
            walk = paired_by_folder(self._plug.discover())
            while items := list(itertools.islice(walk, PORTION)):
                yield items
        except SetupError as error:
            self.unreachable = str(error)

    def _compare(self, files: list[FoundFile], unlisted: list[ReadFile], *, paired: set[str]) -> Portion:
        known = self._records.files.known(self._root_number, [file.path for file in files])
        fresh = [file for file in files if not _is_unchanged(file, known, paired, retry=self._retry)]
        read_again = {file.path for file in fresh}
        unchanged = [known[file.path] for file in files if file.path not in read_again]
        half_read: list[tuple[FoundFile, KnownFile]] = [
            (file, before) for file in fresh if (before := known.get(file.path)) and before.half_read(file.size, file.mtime_ns)
        ]
        met = [*unchanged, *(before for _, before in half_read)]
        self.presence.saw([before.number for before in met])
        settled = _settle_unread(fresh, paired)
        done = {file.path for file in settled} | {file.path for file, _ in half_read}
        return Portion(
            unchanged=len(unchanged),
            returned=tuple(before.number for before in met if before.missing),
            settled=(*settled, *unlisted),
            half_read=tuple((file, before.media_number) for file, before in half_read if before.media_number is not None),
            to_read=tuple(file for file in fresh if file.path not in done),
        )

    def _count(self) -> None:
        with suppress(SetupError):  # the walk that reads reports it
            self.total = sum(1 for _ in self._plug.discover())


def paired_by_folder(items: Iterable[FoundFile | Unlisted]) -> Iterator[tuple[FoundFile | Unlisted, bool]]:
    """Tell of each item whether it is a RAW file that another picture of the same shot stands for.

    RAW files wait for the end of their folder, when all its names are known; the memory needed grows with the largest folder only.
    """
    for _, together in itertools.groupby(items, key=lambda item: item.path.rpartition("/")[0]):
        raws: list[FoundFile] = []
        others: list[str] = []
        for item in together:
            if isinstance(item, FoundFile) and kind_of(item.path) is Kind.RAW:
                raws.append(item)
                continue
            if isinstance(item, FoundFile):
                others.append(item.path)
            yield item, False
        paired = pair_raw([*others, *(raw.path for raw in raws)]) if raws else {}
        yield from ((raw, raw.path in paired) for raw in raws)


def _unlisted(item: Unlisted) -> ReadFile:
    return ReadFile(path=item.path, size=0, mtime_ns=0, outcome=Outcome(reason=item.reason, detail=item.detail))


def _is_unchanged(file: FoundFile, known: dict[str, KnownFile], paired: set[str], *, retry: bool) -> bool:
    """Whether nothing is to be done; a RAW file whose camera picture came or went since is not what it was, and a film that could not be
    opened is tried again: it may have wanted the extra `video`, and costs but its opening.
    """
    before = known.get(file.path)
    if before is not None and before.reason is Reason.UNSUPPORTED and kind_of(file.path) is Kind.VIDEO:
        return False
    if before is None or not before.unchanged(file.size, file.mtime_ns, retry=retry):
        return False
    return (before.reason is Reason.PAIRED) == (file.path in paired)


def _settle_unread(fresh: list[FoundFile], paired: set[str]) -> list[ReadFile]:
    """Settle files that are neither pictures nor films, and RAW files that another picture of the same shot stands for."""
    settled = []
    for file in fresh:
        outcome = None
        if kind_of(file.path) is Kind.OTHER:
            outcome = Outcome(reason=Reason.UNSUPPORTED, detail=extension(file.path) or "no extension")
        elif file.path in paired:
            outcome = Outcome(reason=Reason.PAIRED, detail="a camera picture of the same shot stands for it")
        if outcome is not None:
            settled.append(ReadFile(path=file.path, size=file.size, mtime_ns=file.mtime_ns, outcome=outcome))
    return settled
