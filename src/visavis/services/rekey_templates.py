"""A new rotation for the templates of every group, and no trace of the old one."""

from collections.abc import Callable
from dataclasses import dataclass

from visavis.domain.actor import Actor
from visavis.domain.errors import InputError
from visavis.index.base import VectorIndex
from visavis.records.archive import Records
from visavis.records.rotation import RotationGroup

BATCH = 8_192
"""Templates in one transaction: 2 MB of rows at 128 dimensions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RekeyReport:
    """What was done. `resumed`: an earlier run that was cut short was brought to its end; no key was made."""

    groups: int
    templates: int
    resumed: bool


class RekeyTemplates:
    """Re-keys templates. Searches go on meanwhile: each hit's record names the rotation that it lies under.

    Parameters
    ----------
    records : Records
        Open for writing.
    index : VectorIndex
        Of this archive, up to date and open for writing.
    step : callable
        Told «rekey-begun», «rekey-moved», «rekey-overwritten», «rekey-added», «rekey-left»; tests stop the process there.
    """

    def __init__(self, records: Records, index: VectorIndex, *, step: Callable[[str], None] = lambda _: None) -> None:
        self._records = records
        self._index = index
        self._step = step

    def run(self, actor: Actor, *, progress: Callable[[int, int], None] = lambda _done, _all: None) -> RekeyReport:
        """Give every group a new rotation, or finish what an earlier run began.

        Parameters
        ----------
        actor : Actor
        progress : callable
            Told how many templates were moved, and how many there are to move.

        Raises
        ------
        InputError
            The archive is on its way to another pack.
        """
        if self._records.repackings.now() is not None:
            raise InputError(
                "the archive is on its way to another pack, and keeps templates of both",
                remedy="end that first: visavis migrate --confirm, or visavis migrate --back",
            )
        resumed = any(group.leaving is not None for group in self._records.rotations.groups())
        if not resumed:
            self._begin(actor)
        groups = [group for group in self._records.rotations.groups() if group.leaving is not None]
        total = sum(map(self._records.rekeying.left, groups))
        done = 0
        for group in groups:
            self._records.rotations.learn(group)
            while moved := self._move(actor, group):
                done += moved
                progress(done, total)
        self._records.erasures.settle(lambda: self._records.work(actor), self._index.remove)
        for group in groups:
            with self._records.work(actor) as work:
                self._records.rotations.leave(work, group)
                work.leaf("erasure", what="rotation destroyed", group=group.number)
            self._step("rekey-left")
        self._records.erasures.seal()
        return RekeyReport(groups=len(groups), templates=done, resumed=resumed)

    def _begin(self, actor: Actor) -> None:
        """Make the new rotations, all in one transaction, so that a run cut short knows all that is left to do."""
        groups = self._records.rotations.groups()
        if groups:
            with self._records.work(actor) as work:
                for group in groups:
                    self._records.rotations.renew(work, group)
                work.leaf("alteration", what="rotations renewed", groups=[group.number for group in groups])
            self._step("rekey-begun")

    def _move(self, actor: Actor, group: RotationGroup) -> int:
        with self._records.work(actor) as work:
            seq, old = self._records.rekeying.move(work, group, limit=BATCH)
        if not len(old):
            return 0
        self._step("rekey-moved")
        self._records.rows.overwrite(old)
        self._step("rekey-overwritten")
        for at, rows in self._records.gallery.replay(seq - 1):
            self._index.add(rows, at)
        self._step("rekey-added")
        return len(old)
