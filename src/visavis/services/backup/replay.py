"""Erasing in a restored archive what was erased since its backup was taken."""

from visavis.domain.actor import Actor
from visavis.domain.errors import SetupError
from visavis.index.base import VectorIndex
from visavis.records.archive import Records
from visavis.records.erasure import Scope
from visavis.records.files import chunks
from visavis.records.forgetting import forget_keys, unturnable
from visavis.services.backup.known import Erased


class ReplayErasures:
    """Replays erasures."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def run(self, actor: Actor, erased: Erased, index: VectorIndex, *, backup: str, known_size: int) -> tuple[int, int]:
        """Erase what bears a mark of what was erased, and destroy the keys that were destroyed; return how many pictures, and faces.

        Parameters
        ----------
        backup : str
            Id of the backup.
        known_size : int
            Leaves that the ledger had: what was written after the backup is gone, and the ledger says so.
        """
        records = self._records
        media, faces = records.erasures.marked(erased.marks)
        size = records.ledger.size()
        with records.work(actor) as work:
            work.leaf("alteration", what="restored", backup=backup, leaves=size, leaves_known=known_size)
            for source in sorted({*media, *faces}):
                scope = Scope(ground="restore", source_number=source, media=media.get(source, ()), faces=faces.get(source, ()))
                records.erasures.hide(work, scope)
        receipts = records.erasures.settle(lambda: records.work(actor), index.remove)
        with records.work(actor) as work:
            for key in sorted(erased.keys):
                if records.keys.lives(key):
                    records.keys.destroy(work, key)
            for chunk in chunks(sorted(erased.keys)):
                forget_keys(work, chunk)
            if unturnable(work):
                raise SetupError(
                    "templates were re-keyed since this backup, and the key of their old rotation is destroyed",
                    remedy="restore a backup that was taken after the re-keying",
                )
            work.leaf("erasure", what="replayed", backup=backup, marks=[], pictures=sum(one.pictures for one in receipts))
        records.erasures.compact()
        return sum(one.pictures for one in receipts), sum(one.faces for one in receipts)
