"""Is this the ledger that we knew? The highest checkpoint is kept with the key, outside the archive, and asked at each opening."""

import datetime as dt
import logging
from pathlib import Path

from visavis.domain.errors import DamageError, InputError, RefusedError
from visavis.law.rules import Rule
from visavis.ledger.checkpoint import Checkpoint, read_checkpoint
from visavis.ledger.note import Signer, verifier_of
from visavis.ledger.tree import root
from visavis.records import durable
from visavis.records.archive import Records
from visavis.services.ledger.head import signed_head

CLOCK_TOLERANCE = dt.timedelta(seconds=60)
"""A clock that a time server corrects may step back by less (ntpd steps from 0.128 s on, seconds in practice)."""

log = logging.getLogger(__name__)


class LedgerGuard:
    """Compares an archive's ledger with the checkpoint that is kept with its key.

    Parameters
    ----------
    records : Records
    signer : Signer
        The archive's ledger key.
    kept : path
        Where the checkpoint is kept.
    """

    def __init__(self, records: Records, signer: Signer, kept: Path) -> None:
        self._records = records
        self._signer = signer
        self._file = kept

    def check(self) -> None:
        """Compare them; nothing kept yet = nothing to compare.

        Raises
        ------
        RefusedError
            `clock-set-back`: the machine's clock is before the last leaf.
        DamageError
            The ledger is shorter than it was, or was rewritten, or what is kept can't be read; or a restored folder took this one's place.
        """
        self._check_clock()
        kept = self._read(self._file)
        if kept is None:
            return
        size = self._records.ledger.size()
        if self._agrees(kept):
            return
        self._check_replaced()
        if size < kept.size:
            raise DamageError(
                f"the ledger has {size} leaves and had {kept.size}: an older copy of the archive stands in its place",
                remedy=f"restore the newest backup. If there is none, move {self._file} away: kept checkpoints will show the gap",
            )
        raise DamageError(
            f"the ledger was rewritten: its first {kept.size} leaves are not those that were signed",
            remedy="see which with «visavis verify» and «visavis ledger log», and restore a backup",
        )

    def keep(self) -> None:
        """Keep the present head, if it is higher than what is kept. Call it after `check` has passed; a lag is harmless."""
        size = self._records.ledger.size()
        kept = self._read(self._file)
        if kept is not None and kept.size >= size:
            return
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            durable.replace(self._file, signed_head(self._records, self._signer, size))
        except OSError as error:  # a key on a medium that can't be written must not keep an act from ending
            log.warning("checkpoint not kept", extra={"errno": error.errno})

    def known_size(self) -> int:
        """Return how many leaves the ledger is known to have had; 0 if nothing is kept."""
        kept = self._read(self._file)
        return 0 if kept is None else kept.size

    def set_aside(self) -> None:
        """Move what is kept aside, where a restored backup begins a shorter ledger: it stays as evidence of what came between."""
        if self._file.exists():
            number = 1
            while (aside := self._aside(number)).exists():
                number += 1
            self._file.replace(aside)

    def _check_replaced(self) -> None:
        """Raise `DamageError` if this is the sound archive from before a restore: two folders can't go on from one key."""
        number = 1
        while (aside := self._aside(number)).exists():
            before = self._read(aside)
            if before is not None and self._agrees(before):
                raise DamageError(
                    "this archive was replaced: a backup of it was restored to another folder, and that is the archive since",
                    remedy=f"use that folder. To go back to this one, remove that folder, and move {aside} to {self._file}",
                )
            number += 1

    def _agrees(self, known: Checkpoint) -> bool:
        ledger = self._records.ledger
        return known.size <= ledger.size() and root(known.size, ledger.node) == known.root

    def _aside(self, number: int) -> Path:
        return self._file.with_name(f"{self._file.name}.before-restore-{number}")

    def _check_clock(self) -> None:
        last, now = self._records.ledger.last_at(), self._records.clock.now()
        if last is not None and now < last - CLOCK_TOLERANCE:
            raise RefusedError(
                f"the clock shows {now:%Y-%m-%d %H:%M} UTC, and the last act in the ledger was at {last:%Y-%m-%d %H:%M} UTC",
                rule=Rule.CLOCK_SET_BACK,
                remedy="set the machine's clock right",
            )

    def _read(self, file: Path) -> Checkpoint | None:
        try:
            note, kept = read_checkpoint(file.read_bytes())
        except FileNotFoundError:
            return None
        except (InputError, OSError) as error:
            raise _unreadable(file, str(error)) from error
        if kept.origin != self._signer.name or not note.signed_by(verifier_of(self._signer)):
            raise _unreadable(file, "it is of another archive, or was changed")
        return kept


def _unreadable(file: Path, why: str) -> DamageError:
    return DamageError(
        f"the checkpoint that is kept with the key can't be used: {why}",
        remedy=f"restore {file}, or move it away if nobody else could have changed it",
    )
