"""Templates from the rotation that their group leaves to the new one: new rows, the old ones doomed, a batch in one transaction."""

import numpy as np
import sqlalchemy as sa

from visavis.domain.arrays import Keys
from visavis.records import tables
from visavis.records.database import Database, Work
from visavis.records.erasure import doom
from visavis.records.outbox import announce
from visavis.records.rotation import RotationGroup, Rotations
from visavis.records.row_format import SEGMENT_ROWS
from visavis.records.rows import RowStore


class Rekeying:
    """Moves templates below a new rotation."""

    def __init__(self, database: Database, rows: RowStore, rotations: Rotations) -> None:
        self._database = database
        self._rows = rows
        self._rotations = rotations

    def left(self, group: RotationGroup) -> int:
        """Return how many templates lie under the rotation that a group leaves."""
        query = sa.select(sa.func.count()).select_from(tables.template).where(tables.template.c.transform_key_id == group.leaving)
        return int(self._database.ask(query).scalar_one())

    def move(self, work: Work, group: RotationGroup, *, limit: int) -> tuple[int, Keys]:
        """Write some templates anew (rows synced, then SQL, outbox and leaf in this transaction).

        Returns
        -------
        int
            The outbox number from which an index finds the new rows.
        (N,) int64
            The keys that no template has any longer, to be overwritten; none = nothing is left to do.
        """
        query = sa.select(tables.template.c.key).where(tables.template.c.transform_key_id == group.leaving).order_by(tables.template.c.key)
        old = np.array(work.ask(query.limit(limit)).scalars().all(), np.int64)
        if not len(old) or group.leaving is None:
            return 0, old
        plain = self._rotations.turn_back(self._rows.read(old), group.leaving)
        new, checksums = self._rows.append(self._rotations.turn(plain, group.transform))
        self._rows.sync()
        moved = [_place(*pair, group.transform) for pair in zip(old.tolist(), new.tolist(), checksums.tolist(), strict=True)]
        values: dict[str, sa.BindParameter[int]] = {
            name: sa.bindparam(f"new_{name}") for name in ("key", "segment", "row", "checksum", "transform_key_id")
        }
        work.run(sa.update(tables.template).where(tables.template.c.key == sa.bindparam("old_key")).values(values), moved)
        doom(work, old.tolist())
        seq = announce(work, "add", new.tolist())
        work.leaf("alteration", what="templates re-keyed", group=group.number, templates=len(old))
        return seq, old


def _place(old_key: int, key: int, checksum: int, transform: int) -> dict[str, int]:
    segment, row = divmod(key - 1, SEGMENT_ROWS)
    return {
        "old_key": old_key,
        "new_key": key,
        "new_segment": segment,
        "new_row": row,
        "new_checksum": checksum,
        "new_transform_key_id": transform,
    }
