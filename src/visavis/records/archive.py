"""One open archive: its folder, database, row files and vault, and the queries over them."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from visavis.domain.actor import Actor
from visavis.domain.arrays import Keys
from visavis.domain.clock import Clock
from visavis.domain.errors import DamageError, InputError, RefusedError, SetupError
from visavis.domain.ids import new_id
from visavis.records import database, tables
from visavis.records.accounts import Accounts
from visavis.records.backups import Backups
from visavis.records.byte_scan import scan
from visavis.records.calibrations import Calibrations
from visavis.records.cases import Cases
from visavis.records.charters import CharterBook
from visavis.records.claims import Claims
from visavis.records.collections import Collections
from visavis.records.consents import Consents
from visavis.records.corrections import Corrections
from visavis.records.database import Database, Identity, Step, Work
from visavis.records.disclosures import Disclosures
from visavis.records.erasure import Erasures
from visavis.records.erasure_runs import ErasureRuns
from visavis.records.erasure_scope import ErasureScope
from visavis.records.figures import ArchiveFigures
from visavis.records.files import Files, Job
from visavis.records.film_intake import FilmIntake
from visavis.records.films import Films
from visavis.records.folder import ArchiveFolder, WriterLock
from visavis.records.gallery import Gallery
from visavis.records.generations import first_segment, key_range, overwrite
from visavis.records.holdings import Holdings
from visavis.records.holds import Holds
from visavis.records.intake import Intake
from visavis.records.invitations import Invitations
from visavis.records.job_notes import JobNotes
from visavis.records.jobs import Jobs
from visavis.records.key_file import ArchiveKeys
from visavis.records.keyring import Keyring, opens
from visavis.records.labels import Labels
from visavis.records.leaves import LeafPen, LeafWriter
from visavis.records.ledger import Ledger
from visavis.records.likened import Likened
from visavis.records.looks import Looks
from visavis.records.measures import Measures
from visavis.records.moments import Moments
from visavis.records.order_questions import OrderQuestions
from visavis.records.orders import Orders
from visavis.records.originals import Originals
from visavis.records.people import People
from visavis.records.pictures import Pictures
from visavis.records.policies import Policies
from visavis.records.presence import Presence
from visavis.records.program_answers import ProgramAnswers
from visavis.records.program_looks import ProgramLooks
from visavis.records.programs import Programs
from visavis.records.reach import Reach
from visavis.records.receipts import Receipts
from visavis.records.rekeying import Rekeying
from visavis.records.repacking import Repackings
from visavis.records.requests import Requests
from visavis.records.retention import Retention
from visavis.records.reviews import Reviews
from visavis.records.rotation import Rotations
from visavis.records.rows import RowStore
from visavis.records.searches import Searches
from visavis.records.signatures import Signatures
from visavis.records.sources import Sources
from visavis.records.suppressions import Suppressions
from visavis.records.taken import TemplateRows
from visavis.records.together import Together
from visavis.records.vault import KeyedVault, PathSealer, Vault
from visavis.records.webhooks import Webhooks

FORMAT = 2
"""Format 1, never released, kept names and paths as they were."""
BACKUP = "restore the archive from a backup"


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """What an archive is opened with: the parts that `wiring` chooses.

    Attributes
    ----------
    session : str
        Id of the run of the program, in each leaf.
    check : callable
        Asked of records that are open, before anything in them is changed; raises if they are not to be used.
    """

    clock: Clock
    keys: ArchiveKeys
    pen: LeafPen
    step: Step
    vault: Callable[[Keyring], Vault] = KeyedVault
    session: str = ""
    check: "Callable[[Records], None]" = lambda _: None

    def leaf_writer(self, vault: Vault) -> LeafWriter:
        """Return what writes the ledger."""
        return LeafWriter(pen=self.pen, vault=vault, session=self.session)


class Records:
    """Everything that is true of an archive. Make one with `create` or `open_records`; `close` it."""

    def __init__(self, folder: ArchiveFolder, doors: Doors, *, archive_key: bytes, writable: bool, makes_way: bool = False) -> None:
        self.folder = folder
        self.writable = writable
        self.clock = doors.clock
        with ExitStack() as opened:  # what is open is closed again if the rest can't be opened
            self._lock = opened.enter_context(WriterLock(folder, makes_way=makes_way)) if writable else None
            self.keys = Keyring(archive_key, lambda sql, *values: self._database.peek(sql, *values))  # noqa: PLW0108 - opened below
            self.vault = doors.vault(self.keys)
            sealer = PathSealer(self.vault)
            self._database = Database(folder.database, clock=doors.clock, leaves=doors.leaf_writer(self.vault), step=doors.step)
            opened.callback(self._database.close)
            self.archive_id, self.pack_id, self.dim, self.generation = self._identity()
            self.folder = replace(folder, generation=self.generation)
            self._step = doors.step
            self._stores: dict[int, RowStore] = {}
            opened.callback(self._close_rows)
            self.rows = self.rows_of(self.generation, dim=self.dim, pack_id=self.pack_id)
            self.key_place = doors.keys.place(self.archive_id)
            self.people = People(self._database, self.vault, self.keys)
            self.accounts = Accounts(self._database, self.vault)
            self.programs = Programs(self._database, self.vault, self.keys)
            self.collections = Collections(self._database, sealer)
            self.program_looks = ProgramLooks(self._database, self.vault, self.keys)
            self.program_answers = ProgramAnswers(self._database, self.vault)
            self.webhooks = Webhooks(self._database, self.vault)
            self.invitations = Invitations(self._database, sealer)
            self.signatures = Signatures(self._database, self.vault)
            self.policies = Policies(self._database)
            self.cases = Cases(self._database, sealer, self.keys, self.signatures)
            self.sources = Sources(self._database, sealer, self.keys, self.cases)
            self.charters = CharterBook(self._database, sealer, self.sources)
            self.files = Files(self._database, sealer)
            self.claims = Claims(self._database, sealer)
            self.orders = Orders(self._database, sealer)
            self.order_questions = OrderQuestions(self._database, sealer)
            self.rotations = Rotations(self._database, sealer, self.keys, dim=self.dim)
            templates = TemplateRows(self.rows, self.rotations, pack_id=self.pack_id)
            self.intake = Intake(self.files, self.keys, sealer, templates)
            self.films = Films(self._database)
            self.film_intake = FilmIntake(self.intake, self.files, self.keys, sealer, templates)
            self.gallery = Gallery(self._database, sealer, self.rows, self.rotations, keys=key_range(self.generation))
            self.moments = Moments(self._database)
            self.repackings = Repackings(self._database, sealer, self.keys, rows_of=self.rows_of)
            self._open_rights(doors, sealer)
            self.ledger = Ledger(self._database, self.vault)
            doors.check(self)
            if writable:
                self._drop_uncommitted_rows()
                self.erasures.overwrite()
            self._opened = opened.pop_all()

    def _mark_erased(self, one: str) -> str:
        return self.vault.mark("erased", one.encode()).hex()

    def _open_rights(self, doors: Doors, sealer: PathSealer) -> None:
        """Open what people decide, ask for and object to, and how it is carried out."""
        self.reviews = Reviews(self._database, self.vault)
        self.searches = Searches(self._database, sealer, self.reviews)
        self.labels = Labels(self._database, sealer, self.keys)
        self.disclosures = Disclosures(self._database, sealer)
        self.looks = Looks(self._database, self.vault)
        self.measures = Measures(self._database)
        self.holdings = Holdings(self._database, sealer)
        self.likened = Likened(self._database, self.vault)
        self.receipts = Receipts(self._database, self.vault)
        self.requests = Requests(self._database, sealer, self.keys, self.likened, self.receipts)
        self.corrections = Corrections(self._database, sealer)
        forget = (self.labels.forget_faces, self.reviews.forget_faces, self.corrections.forget_faces)
        self.erasures = Erasures(self._database, self._overwrite, self.keys, mark=self._mark_erased, step=doors.step, forget=forget)
        self.erasure_runs = ErasureRuns(self._database, self.vault, self.keys)
        self.originals = Originals(self._database, self.vault, self.keys)
        self.erasure_scope = ErasureScope(self._database, self.rows)
        self.holds = Holds(self._database, sealer)
        self.backups = Backups(self._database)
        self.retention = Retention(self._database)
        self.suppressions = Suppressions(self._database, self.vault, self.keys)
        self.pictures = Pictures(self._database, sealer, mark=self.suppressions.mark)
        self.consents = Consents(self._database, sealer, self.keys)
        self.rekeying = Rekeying(self._database, self.rows, self.rotations)
        self.reach = Reach(self._database)
        self.calibrations = Calibrations(self._database)
        self.together = Together(self._database)
        self.figures = ArchiveFigures(self._database, self.folder)
        self.jobs = Jobs(self._database, sealer)
        self.job_notes = JobNotes(self.folder)

    def rows_of(self, generation: int, *, dim: int, pack_id: str) -> RowStore:
        """Open the row files of a generation, or return them if they are open."""
        if generation not in self._stores:
            self._stores[generation] = RowStore(
                replace(self.folder, generation=generation).rows,
                dim=dim,
                pack_id=pack_id,
                writable=self.writable,
                first_segment=first_segment(generation),
                step=self._step,
            )
        return self._stores[generation]

    def _overwrite(self, keys: Keys) -> None:
        self.repackings.spare_rows()
        overwrite(self._stores, keys)

    def let_go_of_rows(self) -> None:
        """Close every row file, for its folder is about to be removed; these records read no vector any more."""
        self._close_rows()
        self._stores.clear()

    def _close_rows(self) -> None:
        for store in self._stores.values():
            store.close()

    def moved_on(self) -> bool:
        """Whether another process has taken the archive to another pack since these records were opened."""
        return int(self._database.ask(sa.select(tables.archive.c.generation)).scalar_one()) != self.generation

    def _identity(self) -> tuple[str, str, int, int]:
        try:
            facts = self._database.ask(sa.select(tables.archive)).one_or_none()
        except (TypeError, ValueError) as error:
            raise DamageError(f"{self.folder.database.name}: what it says of the archive itself is damaged", remedy=BACKUP) from error
        if facts is None:
            raise DamageError("the making of this archive was cut short", remedy=f"remove {self.folder.path} and make it again")
        return facts.id, facts.pack_id, facts.dim, facts.generation

    @property
    def usable(self) -> bool:
        """Whether anything can still be asked; not after Ctrl-C in the middle of a statement."""
        return self._database.usable

    @contextmanager
    def work(self, actor: Actor) -> Iterator[Work]:
        """Open a unit of work: one transaction that must write its ledger leaf."""
        try:
            with self._database.work(actor) as work:
                yield work
        except BaseException:
            self.keys.forget()  # those that were made are not there
            raise

    def note_refusal(self, actor: Actor, operation: str, error: RefusedError, **facts: object) -> None:
        """Write a leaf that says which rule refused what, in a transaction of its own; the caller raises the error on."""
        with self.work(actor) as work:
            work.leaf(operation, refused=str(error.rule), **facts)

    @contextmanager
    def noting_refusals(self, actor: Actor, operation: str, **facts: object) -> Iterator[None]:
        """Note what a rule refuses within, before the error goes on."""
        try:
            yield
        except RefusedError as error:
            self.note_refusal(actor, operation, error, **facts)
            raise

    def check_root(self, folder: Path) -> Path:
        """Return a folder of originals as it is stored; `InputError` unless it is one, and no source's yet."""
        folder, archive = folder.resolve(), self.folder.path.resolve()
        if not folder.is_dir():
            raise InputError(f"{folder} is not a folder", remedy="name a folder of photographs; if it is on a drive, mount it")
        if folder.is_relative_to(archive) or archive.is_relative_to(folder):
            raise InputError("the folder and the archive lie one inside the other", remedy="keep the archive beside the originals")
        if any(root.path == folder for source in self.sources.all() for root in source.roots):
            raise InputError(f"{folder} is a source already", remedy="visavis source list")
        return folder

    def presence(self, job: Job, root_number: int) -> Presence:
        """Begin to note which files of a root a listing meets."""
        return Presence(self._database, self.files, job=job, root_number=root_number)

    def copy_database(self, to: Path) -> None:
        """Write a consistent copy of the database, without gaps, to a path where nothing lies."""
        self._database.copy(to)

    def lies(self, wanted: Sequence[bytes]) -> NDArray[np.bool_]:
        """Say which of these bytes lie in any file of the archive: (N,) bool."""
        return scan(self.folder.path, self.folder.database, self._database.readable, wanted)

    @property
    def wanted(self) -> bool:
        """Whether another process waits until this one, which makes way, lets go of the archive's lock."""
        return self._lock is not None and self._lock.wanted

    def integrity(self) -> Iterator[str]:
        """Yield what is wrong with the database and the row files; nothing for a sound archive."""
        self._database.seal()
        problems = self._database.check_pages()
        yield from problems
        if problems:  # what such pages say is not to be compared with anything
            return
        for row in self._database.ask(sa.text("PRAGMA integrity_check")):
            if row[0] != "ok":
                yield f"records.db: {row[0]}"
        for row in self._database.ask(sa.text("PRAGMA foreign_key_check")):
            yield f"records.db: table {row[0]} row {row[1]} points at a missing row of {row[2]}"
        yield from self.gallery.miscounted()
        yield from self.rows.check(self.gallery.expected())
        yield from self.repackings.problems()

    def _drop_uncommitted_rows(self) -> None:
        """Cut off the rows of a batch that a crash kept from being committed; but never because of what a damaged page says."""
        last = self.gallery.high_water()
        if self.rows.high_water() > last:
            self._database.seal()
            if problems := self._database.check_pages():
                raise DamageError("; ".join(problems), remedy=BACKUP)
        self.rows.truncate(last)
        self.repackings.truncate()

    def close(self) -> None:
        """Seal the database and let go of every file and of the lock."""
        self._opened.close()


def create(folder: ArchiveFolder, doors: Doors, *, pack_id: str, dim: int, actor: Actor, passphrase: str | None = None) -> None:
    """Make an empty archive for one pack, and its key outside it, closed by a passphrase if one is given."""
    folder.make()
    archive_id = new_id(doors.clock.now())
    archive_key = doors.keys.make(archive_id, passphrase=passphrase)
    keys = Keyring(archive_key, lambda sql, *values: base.peek(sql, *values))  # noqa: PLW0108 - opened below
    database.create(folder.database)
    base = Database(folder.database, clock=doors.clock, leaves=doors.leaf_writer(doors.vault(keys)), step=doors.step)
    with base.work(actor) as work:
        work.run(sa.insert(tables.archive), [{"id": archive_id, "format": FORMAT, "pack_id": pack_id, "dim": dim, "created_at": work.at}])
        keys.begin(work)
        work.leaf("set-up", archive=archive_id, pack=pack_id)
    base.close()


def open_records(path: Path, doors: Doors, *, writable: bool, makes_way: bool = False) -> Records:
    """Open an archive, bringing an older schema up to date; one writer at a time, any number of readers.

    A writer that `makes_way` looks at `Records.wanted` now and then, and ends if it is.

    Raises
    ------
    SetupError
        No archive lies there, another version made it, or its key is missing or wrong. Nothing in its folder has changed then.
    DamageError
        Its database can't be read.
    """
    folder = ArchiveFolder(path)
    folder.check()
    said = database.identity(folder.database)
    if said.schema != database.HEAD or (said.archive_id and said.format != FORMAT):
        _bring_up(folder, said)
        said = database.identity(folder.database)
    if not said.archive_id or said.wrapped is None:
        raise DamageError("the making of this archive was cut short", remedy=f"remove {folder.path} and make it again")
    try:
        archive_key = doors.keys.find(said.archive_id, opens(said.wrapped))
    except SetupError:  # is it the key, or is what it is tried on damaged?
        if problems := database.damage_at_rest(folder.database):
            raise DamageError("; ".join(problems), remedy=BACKUP) from None
        raise
    return Records(folder, doors, archive_key=archive_key, writable=writable, makes_way=makes_way)


def _bring_up(folder: ArchiveFolder, said: Identity) -> None:
    """Bring an older schema up to date; raise what is wrong with a database that is not as this version leaves it."""
    if problems := database.damaged_pages(folder.database):
        raise DamageError("; ".join(problems), remedy=BACKUP)
    if said.schema > database.HEAD or said.format > FORMAT:
        raise SetupError(f"the archive was made by a newer Visavis (schema {said.schema}, format {said.format})", remedy="upgrade Visavis")
    if said.archive_id and said.format < FORMAT:
        raise SetupError(
            f"the archive is of format {said.format}, which kept names and paths unencrypted; this version can't read it",
            remedy="make it anew: visavis init, visavis source add, visavis ingest",
        )
    if said.schema != database.HEAD:
        with WriterLock(folder):
            database.bring_up(folder.database)
