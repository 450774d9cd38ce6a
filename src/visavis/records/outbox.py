"""The outbox: which templates came, changed or went, in order, so that an index can follow."""

from collections.abc import Iterator, Sequence

import sqlalchemy as sa

from visavis.records import tables
from visavis.records.database import Work


def last_seq(work: Work) -> int:
    """Return the number of the newest entry, 0 for none."""
    return int(work.ask(sa.select(sa.func.coalesce(sa.func.max(tables.outbox.c.seq), 0))).scalar_one())


def announce(work: Work, act: str, keys: Sequence[int]) -> int:
    """Write entries, one for each run of consecutive keys; return the last number."""
    seq = last_seq(work)
    entries = [{"seq": seq + i, "act": act, "first_key": first, "last_key": last} for i, (first, last) in enumerate(runs(keys), 1)]
    if entries:
        work.run(sa.insert(tables.outbox), entries)
    return seq + len(entries)


def runs(keys: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield (first, last) of each run of consecutive keys, in order."""
    first = last = None
    for key in keys:
        if first is None or last is None:
            first = key
        elif key != last + 1:
            yield first, last
            first = key
        last = key
    if first is not None and last is not None:
        yield first, last
