"""What the desks of one open archive share: settings, clock, rules, who acts, and the records once they are open."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from visavis.domain.clock import Clock
from visavis.domain.errors import DamageError, RefusedError, VisavisError
from visavis.domain.ids import new_id
from visavis.records import archive as records_archive
from visavis.records.archive import Doors, Records
from visavis.records.folder import ArchiveFolder
from visavis.records.key_file import Ask
from visavis.settings import Settings
from visavis.wiring import build


class Session:
    """One archive while a program uses it. Reading acts share the records; acts that write rows or codes hold the archive's lock.

    Attributes
    ----------
    actor : Actor
        Who acts; the person that runs the process until somebody signs in.
    closers : list of callables
        Called when the shared records are let go: whatever stands on them goes first.
    keys : ArchiveKeys
        Finds the archive's key; a passphrase is asked for once.
    """

    def __init__(
        self, folder: Path, settings: Settings, clock: Clock, *, ask: Ask | None = None, step: Callable[[str], None] = lambda _: None
    ) -> None:
        ArchiveFolder(folder).check()
        self.folder = folder
        self.settings = settings
        self.clock = clock
        self.step = step
        self.keys = build.archive_keys(settings, ask)
        self.policy = build.policy()
        self.actor = build.current_actor()
        self.closers: list[Callable[[], None]] = []
        self._run = new_id(clock.now())
        self._reading: Records | None = None

    def records(self) -> Records:
        """Return the records for reading and for short writes: searches, cases, reviews."""
        if self._reading is None:
            self._reading = self._open(writable=False)
        return self._reading

    @contextmanager
    def writing(self) -> Iterator[Records]:
        """Open the records for acts that write rows or codes; one process at a time."""
        self.close()
        records = self._open(writable=True)
        try:
            yield records
        finally:
            _let_go(records)

    @contextmanager
    def inspecting(self) -> Iterator[tuple[Records, VisavisError | None]]:
        """Open the records for looking only, even if their ledger is not the one that was known; yield them and what is wrong."""
        try:
            records, trouble = self.records(), None
        except (DamageError, RefusedError) as error:
            records, trouble = records_archive.open_records(self.folder, self._doors(), writable=False), error
        try:
            yield records, trouble
        finally:
            if trouble is not None:
                records.close()

    def close(self) -> None:
        """Let go of every file."""
        for closer in self.closers:
            closer()
        reading, self._reading = self._reading, None
        if reading is not None:
            _let_go(reading)

    def _open(self, *, writable: bool) -> Records:
        doors = replace(self._doors(), check=lambda records: build.ledger_guard(records).check())
        return records_archive.open_records(self.folder, doors, writable=writable)

    def _doors(self) -> Doors:
        return build.doors(self.clock, self.keys, self.step, session=self._run)


def _let_go(records: Records) -> None:
    """Keep the head of the ledger with the key, and close."""
    try:
        if records.usable:
            build.ledger_guard(records).keep()
    finally:
        records.close()
