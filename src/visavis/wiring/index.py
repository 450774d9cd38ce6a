"""The index in use, kept in step with the rows."""

from visavis.domain.clock import Clock
from visavis.domain.errors import DamageError, SetupError
from visavis.index.base import VectorIndex
from visavis.index.embedded import Upkeep, open_embedded
from visavis.index.files import check_files, wipe
from visavis.records.archive import Records

USUAL = Upkeep()


class EmbeddedKeeper:
    """Opens the embedded index of an archive; what it has not made durable is added again from the outbox."""

    def __init__(self, records: Records, clock: Clock, upkeep: Upkeep = USUAL) -> None:
        self._records = records
        self._clock = clock
        self._upkeep = upkeep

    def open(self) -> VectorIndex:
        """Open the index and bring it up to date."""
        return self.open_with_seq()[0]

    def open_with_seq(self) -> tuple[VectorIndex, int]:
        """Open the index and bring it up to date; tell the last outbox number that it has."""
        index = self._open_as_it_is()
        return index, catch_up(index, self._records, after=index.applied())

    def check(self) -> list[str]:
        """Return what is wrong with the index's files, once what a crash left beside them is cleared away."""
        try:
            self._open_as_it_is().close()
        except (DamageError, SetupError) as error:
            return check_files(self._records.folder.codes) or [str(error)]
        return check_files(self._records.folder.codes)

    def discard(self) -> None:
        """Throw the index's files away."""
        wipe(self._records.folder.codes)

    def _open_as_it_is(self) -> VectorIndex:
        return open_embedded(
            self._records.folder.codes,
            self._records.dim,
            self._records.rows.read,
            self._clock,
            writable=self._records.writable,
            upkeep=self._upkeep,
        )


def catch_up(index: VectorIndex, records: Records, *, after: int) -> int:
    """Add what was committed after an outbox number, and forget what went; return the last one now applied."""
    last, gone = records.gallery.removed(after)
    for seq, rows in records.gallery.replay(after):
        index.add(rows, seq)
        after = seq
    if len(gone):
        index.remove(gone, max(last, after))
    return max(last, after)
