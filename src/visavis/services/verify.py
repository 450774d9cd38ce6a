"""Do the archive's files hold what they held? Every byte, and records against rows against codes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from visavis.index.base import VectorIndex
from visavis.ledger.audit import LeafOrder
from visavis.ledger.pen import commitment
from visavis.records.archive import Records

KEYS_AT_A_TIME = 65_536


class IndexKeeper(Protocol):
    """What `wiring` can do with the files of the index in use."""

    def check(self) -> list[str]:
        """Return what is wrong with the index's files."""
        ...

    def open(self) -> VectorIndex:
        """Open the index, brought up to date from the rows."""
        ...

    def discard(self) -> None:
        """Throw the index's files away; they are derived."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What `verify` found.

    Attributes
    ----------
    problems : tuple of str
        Each names a file or a key; empty = sound.
    templates : int
        Counted where records and rows are sound, 0 otherwise.
    repaired : bool
        The codes were made anew from the rows.
    """

    problems: tuple[str, ...]
    templates: int
    repaired: bool


class Verify:
    """Checks an archive.

    Parameters
    ----------
    records : Records
    keeper : IndexKeeper
    known : tuple of str
        What is wrong with the archive besides what is found here.
    """

    def __init__(self, records: Records, keeper: IndexKeeper, *, known: tuple[str, ...] = ()) -> None:
        self._records = records
        self._keeper = keeper
        self._known = known

    def run(self, *, repair: bool = False, say: Callable[[str], None] = lambda _: None) -> Verdict:
        """Read everything and compare.

        Parameters
        ----------
        repair : bool
            Make the codes anew from the rows if they are damaged or disagree. Nothing else can be repaired: the rest is the truth.
        say : callable
            Told which part is being read.
        """
        say("records and rows")
        truth = [*self._known, *self._records.integrity()]
        if not truth:
            say("ledger")
            truth += _ledger_problems(self._records)
        say("codes")
        derived = self._keeper.check() if truth else self._derived_problems()
        repaired = bool(derived) and repair and not truth
        if repaired:
            say("making the codes anew")
            self._keeper.discard()
            derived = self._derived_problems()
        templates = 0 if truth else sum(1 for _ in self._records.gallery.expected())
        return Verdict(problems=(*truth, *derived), templates=templates, repaired=repaired)

    def _derived_problems(self) -> list[str]:
        problems = self._keeper.check()
        if problems:
            return problems
        index = self._keeper.open()
        try:
            return list(_differences((key for key, _ in self._records.gallery.expected()), _all_keys(index)))
        finally:
            index.close()


def _ledger_problems(records: Records) -> Iterator[str]:
    """Go through the whole tree: each leaf's number, time and place in it, and what it commits to."""
    order = LeafOrder()
    for leaf in records.ledger.leaves():
        for problem in order.take(leaf.body):
            yield f"ledger: {problem}"
        if leaf.seq != order.seq:
            yield f"ledger: leaf {order.seq} stands in row {leaf.seq}"
        if leaf.nodes != order.nodes:
            yield f"ledger: leaf {leaf.seq} was changed: the tree that was kept with it is another"
    for leaf, kept in records.ledger.payloads():
        if commitment(kept).encode() not in leaf.body:
            yield f"ledger: the payload of leaf {leaf.seq} is not what the leaf commits to"


def _all_keys(index: VectorIndex) -> Iterator[int]:
    after = 0
    while len(keys := index.keys(after, KEYS_AT_A_TIME)):
        yield from keys.tolist()
        after = int(keys[-1])


def _differences(expected: Iterator[int], held: Iterator[int]) -> Iterator[str]:
    """Merge two ascending streams and name what stands in one only."""
    left, right = next(expected, None), next(held, None)
    while left is not None or right is not None:
        if right is None or (left is not None and left < right):
            yield f"codes: template {left} is not in the index"
            left = next(expected, None)
        elif left is None or right < left:
            yield f"codes: the index holds {right}, which no record knows"
            right = next(held, None)
        else:
            left, right = next(expected, None), next(held, None)
