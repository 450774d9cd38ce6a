"""What ingest asks of the law."""

from typing import Protocol

from visavis.domain.media import Outcome, PictureMetadata
from visavis.law.admit import Item
from visavis.records.sources import SourceRecord


class Gate(Protocol):
    """What the law says of one source; `wiring` binds it to charters and policy packs."""

    def admit(self, source: SourceRecord, item: Item) -> Outcome | None:
        """Return the refusal to be stored for an item, or None to go on."""
        ...

    def purposes(self, source: SourceRecord) -> frozenset[str] | None:
        """Return what a consent must allow, in a source that stands on consents; None = another source."""
        ...

    def keep(self, source: SourceRecord, metadata: PictureMetadata) -> PictureMetadata:
        """Return what the charter lets us store of what a file says."""
        ...
