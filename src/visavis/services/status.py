"""How an archive stands, in one page."""

import datetime as dt
from dataclasses import dataclass

from visavis.domain.identification import Where
from visavis.records.archive import Records
from visavis.records.films import HalfRead

CHECKPOINT_DAYS = 30
"""A rewriting of the ledger shows against checkpoints that somebody else keeps: those should not be older than this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceStatus:
    """One source, its files by outcome and its faces.

    Attributes
    ----------
    searchable : int
        Templates that a search under the right case would see now.
    read_through : bool
        Whether its last ingest came to the end.
    half_read : HalfRead
        Films of which only a part can be found.
    """

    id: str
    title: str
    profile: str
    state: str
    offline: str
    outcomes: dict[str, int]
    searchable: int
    read_through: bool
    half_read: HalfRead


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveStatus:
    """An archive as it stands.

    Attributes
    ----------
    leaves : int
        Acts in the ledger.
    ledger_since : datetime
        When the first was done.
    checkpoint_at : datetime or None
        When a checkpoint of the ledger last left the house; None = never.
    """

    archive_id: str
    folder: str
    pack: str
    at: dt.datetime
    vault: str
    warnings: tuple[str, ...]
    bytes: int
    leaves: int
    ledger_since: dt.datetime
    checkpoint_at: dt.datetime | None
    sources: tuple[SourceStatus, ...]

    @property
    def notices(self) -> list[str]:
        """What a person should know before trusting a search."""
        half = [s.half_read.tell(s.title) + ": run `visavis ingest`" for s in self.sources if s.half_read.films]
        unread = [f"«{s.title}» was not read to its end: run `visavis ingest`" for s in self.sources if not s.read_through]
        offline = [f"«{s.title}» is offline ({s.offline}): its faces stay searchable" for s in self.sources if s.offline]
        return unread + half + offline + list(self.warnings) + self._ledger_notices()

    def _ledger_notices(self) -> list[str]:
        days = (self.at - (self.checkpoint_at or self.ledger_since)).days
        if days < CHECKPOINT_DAYS:
            return []
        return [
            f"no checkpoint of the ledger has left the house for {days} days: run `visavis ledger checkpoint --to FILE` and give the file "
            "to somebody outside"
        ]


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
            bytes=self._records.folder.size_bytes(),
            leaves=self._records.ledger.size(),
            ledger_since=self._records.ledger.first_at() or at,
            checkpoint_at=self._records.ledger.last_given(),
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
                    half_read=self._records.films.half_read(source.number),
                )
                for source in self._records.sources.all()
            ),
        )
