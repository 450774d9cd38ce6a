"""What the desks of one open archive share: settings, clock, rules, who acts, and the records once they are open."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from visavis.domain.clock import Clock
from visavis.domain.errors import DamageError, RefusedError, VisavisError
from visavis.domain.ids import new_id
from visavis.law.roles import Act, check_role, named_profile
from visavis.law.rulebook import Rulebook
from visavis.law.rules import Rule
from visavis.records import archive as records_archive
from visavis.records.archive import Doors, Records
from visavis.records.backup_files import CLOSED
from visavis.records.folder import ArchiveFolder
from visavis.records.key_file import Ask
from visavis.services.people import SignedIn, sign_in
from visavis.services.policies import with_local
from visavis.services.programs.keys import Caller
from visavis.settings import Settings
from visavis.wiring import build


class Session:
    """One archive while a program uses it. Reading acts share the records; acts that write rows or codes hold the archive's lock.

    Attributes
    ----------
    actor : Actor
        Who acts; the person that runs the process until somebody signs in.
    signer : SignedIn or None
        Who signed in, with their key; None = nobody.
    closers : list of callables
        Called when the shared records are let go: whatever stands on them goes first.
    keys : ArchiveKeys
        Finds the archive's key; a passphrase is asked for once.
    """

    def __init__(
        self, folder: Path, settings: Settings, clock: Clock, *, ask: Ask | None = None, step: Callable[[str], None] = lambda _: None
    ) -> None:
        ArchiveFolder(folder).check()
        _refuse_closed(folder)
        self.folder = folder
        self.settings = settings
        self.clock = clock
        self.step = step
        self.keys = build.archive_keys(settings, ask)
        self._rules: Rulebook | None = None
        self.actor = build.current_actor()
        self.signer: SignedIn | None = None
        self.closers: list[Callable[[], None]] = []
        self._run = new_id(clock.now())
        self._reading: Records | None = None

    def records(self) -> Records:
        """Return the records for reading and for short writes: searches, cases, reviews."""
        if self._reading is None:
            self._reading = self._open(writable=False)
        return self._reading

    @property
    def rules(self) -> Rulebook:
        """The policy packs that ship, and the local ones that this archive's owners signed."""
        if self._rules is None:
            self._rules = with_local(build.rules(), self.records())
        return self._rules

    def forget_rules(self) -> None:
        """Read the local packs again when rules are asked next."""
        self._rules = None

    def sign_in(self, name: str, passphrase: str) -> None:
        """Let a person act from here on; `RefusedError` if the passphrase is not theirs."""
        self.signer = sign_in(self.records(), self.actor, name, passphrase)
        self.actor = self.signer.actor

    @contextmanager
    def acting_as(self, who: SignedIn | Caller | None) -> Iterator[None]:
        """Let a person act for a while, who signed in before, or a program, which signs nothing; None = whoever runs the process."""
        before = self.actor, self.signer
        self.actor = build.current_actor() if who is None else who.actor
        self.signer = who if isinstance(who, SignedIn) else None
        try:
            yield
        finally:
            self.actor, self.signer = before

    @contextmanager
    def telling(self, step: Callable[[str], None]) -> Iterator[None]:
        """Tell the named steps of acts that write within, besides whoever is told them anyway."""
        before, listening = self.step, [step]

        def both(name: str) -> None:
            for listener in listening:
                listener(name)
            before(name)

        self.step = both
        try:
            yield
        finally:
            self.step = before
            listening.clear()  # records that were opened meanwhile, and stay open, tell nobody any more

    def check(self, act: Act, *, operation: str = "alteration") -> None:
        """Ask whether the actor may do an act that touches the archive as a whole: in an organisation's, a person who signed in.

        A refusal is noted as `operation`.

        Raises
        ------
        RefusedError
            `person-needed`, `role-allowed`.
        """
        records = self.records()
        with records.noting_refusals(self.actor, operation, what=act.value):
            check_role(self.actor, act, profile=organisation(records))

    @contextmanager
    def writing(self, *, makes_way: bool = False) -> Iterator[Records]:
        """Open the records for acts that write rows or codes; one process at a time. A job makes way for the others, which wait for it."""
        self.close()
        records = self._open(writable=True, makes_way=makes_way)
        self._rules = self._rules or with_local(build.rules(), records)
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

    def _open(self, *, writable: bool, makes_way: bool = False) -> Records:
        doors = replace(self._doors(), check=lambda records: build.ledger_guard(records).check())
        return records_archive.open_records(self.folder, doors, writable=writable, makes_way=makes_way)

    def _doors(self) -> Doors:
        return build.doors(self.clock, self.keys, self.step, session=self._run)


def organisation(records: Records) -> str | None:
    """Return the profile of a source that wants named persons; None = a household's or trial's archive, or an empty one."""
    return named_profile(records.sources.profiles())


def _refuse_closed(folder: Path) -> None:
    if (folder / CLOSED).exists():
        raise RefusedError(
            f"{folder} is a backup, or was restored from one and not brought up to date: what was erased since may still be in it",
            rule=Rule.RESTORE_REPLAYED,
            remedy="visavis restore BACKUP DIR erases it again, and opens the archive",
        )


def _let_go(records: Records) -> None:
    """Keep the head of the ledger, and what was erased, with the key, and close."""
    try:
        if records.usable:
            build.known_erasures(records).keep()
            build.ledger_guard(records).keep()
    finally:
        records.close()
