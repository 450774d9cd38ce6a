"""How an archive stands, in one page."""

import datetime as dt
import stat
from dataclasses import dataclass
from pathlib import Path

from visavis.domain.identification import Where
from visavis.records.archive import Records


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceStatus:
    """One source, its files by outcome and its faces.

    Attributes
    ----------
    searchable : int
        Templates that a search under the right case would see now.
    read_through : bool
        Whether its last ingest came to the end.
    """

    id: str
    title: str
    profile: str
    state: str
    offline: str
    outcomes: dict[str, int]
    searchable: int
    read_through: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveStatus:
    """An archive as it stands."""

    archive_id: str
    folder: str
    pack: str
    at: dt.datetime
    vault: str
    warnings: tuple[str, ...]
    bytes: int
    sources: tuple[SourceStatus, ...]

    @property
    def notices(self) -> list[str]:
        """What a person should know before trusting a search."""
        unread = [f"«{s.title}» was not read to its end: run `visavis ingest`" for s in self.sources if not s.read_through]
        offline = [f"«{s.title}» is offline ({s.offline}): its faces stay searchable" for s in self.sources if s.offline]
        return unread + offline + list(self.warnings)


class Status:
    """Looks at an archive."""

    def __init__(self, records: Records, *, vault: str, warnings: tuple[str, ...] = ()) -> None:
        self._records = records
        self._vault = vault
        self._warnings = warnings

    def run(self) -> ArchiveStatus:
        """Count what is there; reads SQL and file sizes only."""
        at = self._records.clock.now()
        folder = self._records.folder.path
        return ArchiveStatus(
            archive_id=self._records.archive_id,
            folder=str(folder),
            pack=self._records.pack_id,
            at=at,
            vault=self._vault,
            warnings=self._warnings,
            bytes=sum(map(_size, folder.rglob("*"))),
            sources=tuple(
                SourceStatus(
                    id=source.id,
                    title=source.title,
                    profile=source.profile,
                    state=source.state,
                    offline="; ".join(root.offline_why for root in source.roots if root.offline_since),
                    outcomes=self._records.files.counts(source_number=source.number),
                    searchable=self._records.gallery.size(Where(sources=frozenset({source.number})), at).size,
                    read_through=self._records.files.read_through(source.number),
                )
                for source in self._records.sources.all()
            ),
        )


def _size(path: Path) -> int:
    try:
        status = path.stat()
    except FileNotFoundError:  # an ingest that runs replaces its files
        return 0
    return status.st_size if stat.S_ISREG(status.st_mode) else 0
