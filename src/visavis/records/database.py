"""The SQLite file: how a connection is set up, schema versions, and the unit of work through which alone it is written."""

import datetime as dt
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, CursorResult
from sqlalchemy.pool import StaticPool

from visavis.domain.actor import Actor
from visavis.domain.clock import Clock
from visavis.domain.errors import DamageError, SetupError
from visavis.records import tables
from visavis.records.leaves import Act, LeafWriter
from visavis.records.seals import Seals, readable
from visavis.records.vault import ARCHIVE_KEY

HEAD = "0022"
"""Newest schema version; a test holds it equal to the newest migration."""

Step = Callable[[str], None]
"""Called at each named step of a write; tests stop the process there."""

Rows = CursorResult[*tuple[Any, ...]]
"""Rows of any shape: their columns are known where the query is written."""

_numbered = sa.table("sqlite_sequence", sa.column("name", sa.Text), sa.column("seq", sa.Integer))
"""SQLite's own record of the largest number that each table ever held (https://sqlite.org/autoinc.html)."""

KEYS_A_LEAF = 20_000
BUSY_SECONDS = 30
SEAL_AT_BYTES = 32 << 20
"""The write-ahead log is folded into the database when it has grown to this, so that it stays short in a long ingest."""


class Work:
    """One transaction: the only way to write.

    Attributes
    ----------
    at : datetime
        Its time, never before the last leaf's.
    destroyed : list of int
        Data keys destroyed in it that no leaf has told of yet.
    """

    def __init__(self, connection: Connection, *, at: dt.datetime, actor: Actor, leaves: LeafWriter, next_leaf: int) -> None:
        self._connection = connection
        self.at = at
        self.actor = actor
        self._write = leaves
        self._next_leaf = next_leaf
        self.destroyed: list[int] = []
        self._changes = 0
        self._leaves = 0

    def run(self, statement: sa.Executable, rows: Sequence[Mapping[str, Any]] | None = None) -> Rows:
        """Execute a statement, or once for each of `rows`."""
        self._changes += 1
        if rows is None:
            return self._connection.execute(statement)
        return self._connection.execute(statement, list(rows))

    def ask(self, statement: sa.Executable) -> Rows:
        """Read inside the transaction."""
        return self._connection.execute(statement)

    def next_number(self, table: sa.Table) -> int:
        """Return the first `number` that no row of a table ever had; this transaction is the only writer."""
        query = sa.select(_numbered.c.seq).where(_numbered.c.name == table.name)
        return (self.ask(query).scalar_one_or_none() or 0) + 1

    def leaf(self, operation: str, private: Mapping[str, str] | None = None, private_key: int = ARCHIVE_KEY, /, **facts: object) -> int:
        """Write what was done into the ledger, in this same transaction; return the leaf's number.

        Parameters
        ----------
        operation : str
            One of `visavis.ledger.leaf.Operation`.
        private : mapping of text, optional, by position
            What people wrote or are called, and an auditor may ask for: kept sealed outside the leaf, which holds a commitment to it.
        private_key : int
            The data key that closes it; destroying that key erases it and leaves the ledger whole.
        **facts
            Ids, counts and words of closed lists; never names, paths or anybody's own words.
        """
        if {"private", "private_key"} & set(facts):  # by name they would be facts, and lie in the leaf as they are
            raise TypeError("what is private in a leaf is handed in by position")
        seq = self._next_leaf
        if self.destroyed:  # told with whatever is told next: who restores a backup must destroy them again
            facts, self.destroyed = {**facts, "destroyed": self.destroyed[:KEYS_A_LEAF]}, self.destroyed[KEYS_A_LEAF:]
        act = Act(at=self.at, actor=self.actor, operation=operation, facts=facts, private=private, private_key=private_key)
        self._write.append(self._connection, seq, act)
        self._next_leaf += 1
        self._leaves += 1
        return seq

    def close(self) -> None:
        """Raise `DamageError` if something was changed and no leaf tells of it."""
        while self.destroyed and self._leaves:
            self.leaf("erasure", what="keys destroyed")
        if self._changes and not self._leaves:
            raise DamageError("a change without its ledger leaf was about to be committed; nothing was written")


class Database:
    """One connection to `records.db`, WAL mode, durable commits, deleted content overwritten."""

    def __init__(self, path: Path, *, clock: Clock, leaves: LeafWriter, step: Step) -> None:
        self.path = path
        self._clock = clock
        self._write = leaves
        self._step = step
        self._engine = sa.create_engine(
            sa.URL.create("sqlite", database=str(path)),
            poolclass=StaticPool,
            connect_args={"timeout": BUSY_SECONDS, "isolation_level": None},
        )
        sa.event.listen(self._engine, "connect", _set_up)
        sa.event.listen(self._engine, "handle_error", _call_it_damage)
        self._seals = Seals(path, step=step)
        with _damage_named(path):
            self._connection = self._engine.connect()
            self._seals.prepare(self.raw)

    @property
    def raw(self) -> sqlite3.Connection:
        """The driver's connection, for page seals."""
        driver = self._connection.connection.driver_connection
        if not isinstance(driver, sqlite3.Connection):
            raise SetupError("the records are not in SQLite")
        return driver

    def ask(self, statement: sa.Executable) -> Rows:
        """Read; inside a unit of work, what it has written too."""
        result = self._connection.execute(statement)
        self._end_reading()
        return result

    def peek(self, sql: str, *values: object) -> tuple[Any, ...] | None:
        """Return the first row of a query by the driver itself, in a tenth of the time of `ask`."""
        with _damage_named(self.path):
            row: tuple[Any, ...] | None = self.raw.execute(sql, values).fetchone()
        return row

    def note(self, statement: sa.Executable, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write into a temporary table, which is no part of the archive."""
        self._connection.execute(statement, list(rows))
        self._end_reading()

    @contextmanager
    def work(self, actor: Actor) -> Iterator[Work]:
        """Open a unit of work; it commits at the end, or leaves nothing behind. There is one at a time."""
        if self._working():
            raise DamageError("a unit of work was opened inside another one; nothing was written")
        with self._seals.writing():
            self.raw.execute("BEGIN IMMEDIATE")
            try:
                work = self._begin(actor)
                yield work
                work.close()
                self.raw.execute("COMMIT")
            except BaseException:
                if self.usable and self.raw.in_transaction:
                    self.raw.execute("ROLLBACK")
                raise
            finally:
                if self.usable:
                    self._connection.commit()  # SQLAlchemy's own bookkeeping; the driver has committed
        self._step("sql-committed")
        if self._log_bytes() > SEAL_AT_BYTES:
            self.seal()

    @contextmanager
    def readable(self) -> Iterator[int]:
        """Lend a descriptor of the database file; opening and closing one of one's own would drop SQLite's locks."""
        with readable(self.path) as descriptor:
            yield descriptor

    def copy(self, to: Path) -> None:
        """Write what is committed to a new file."""
        with _damage_named(self.path):
            self.raw.execute("VACUUM INTO ?", (str(to),))

    def vacuum(self) -> None:
        """Write every page anew without what lies in no row, and seal. Takes as much room again while it lasts; readers go on."""
        with self._seals.writing(), _damage_named(self.path):
            self.raw.execute("VACUUM")
        self.seal()
        self._step("compacted")

    def seal(self) -> None:
        """Fold the write-ahead log into the database and bring the page seals up to date."""
        with _damage_named(self.path):
            self._seals.seal(self.raw)
        self._step("pages-sealed")

    def check_pages(self) -> list[str]:
        """Return what is wrong with the file's bytes; seal first."""
        return self._seals.check()

    @property
    def usable(self) -> bool:
        """Whether the connection is open: SQLAlchemy drops it, transaction and all, when Ctrl-C comes in the middle of a statement."""
        return not self._connection.invalidated

    def close(self) -> None:
        """Seal and let go."""
        try:
            if self.usable:  # else the next opening seals what is left
                self.seal()
        finally:
            self._connection.close()
            self._engine.dispose()

    def _end_reading(self) -> None:
        """End what SQLAlchemy takes for a transaction, unless a unit of work is open: its `commit` would commit that, half done."""
        if not self._working():
            self._connection.commit()

    def _working(self) -> bool:
        return self.raw.in_transaction

    def _begin(self, actor: Actor) -> Work:
        query = sa.select(tables.leaf.c.seq, tables.leaf.c.at).order_by(tables.leaf.c.seq.desc()).limit(1)
        last = self._connection.execute(query).first()
        now = self._clock.now()
        return Work(
            self._connection,
            at=now if last is None else max(now, last.at),
            actor=actor,
            leaves=self._write,
            next_leaf=0 if last is None else last.seq + 1,
        )

    def _log_bytes(self) -> int:
        log = self.path.with_name(self.path.name + "-wal")
        return log.stat().st_size if log.exists() else 0


def create(path: Path) -> None:
    """Make an empty database at the newest schema version, with its page seals."""
    connection = sqlite3.connect(path, isolation_level=None)
    seals = Seals(path)
    seals.prepare(connection)
    with seals.writing():
        migrate(path)
    seals.reseal(connection)
    seals.close(connection)


def bring_up(path: Path) -> None:
    """Bring the schema of a database that has page seals to the newest version, and seal what that changed.

    A connection of our own stays open meanwhile: a migration that is the last to close would empty the log with nobody knowing its pages.
    """
    seals = Seals(path)
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        seals.prepare(connection)
        with seals.writing():
            migrate(path)
    finally:
        seals.close(connection)


def migrate(path: Path, *, to: str = HEAD) -> None:
    """Bring the schema to a version, the newest one unless a test says another; whoever calls holds the seals' lock, and seals."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "visavis.records:migrations")
    config.attributes["database"] = path
    command.upgrade(config, to)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What a database says of itself before it is opened; the empty values where it does not say."""

    schema: str = ""
    archive_id: str = ""
    format: int = 0
    wrapped: bytes | None = None
    """The archive's own data key, wrapped by the archive key: what a key file is tried on."""


def identity(path: Path) -> Identity:
    """Return what a database says of itself, changing nothing in the archive's folder; `DamageError` if it can't be read."""
    queries = (
        "SELECT version_num FROM alembic_version",
        "SELECT id, format FROM archive",
        "SELECT wrapped FROM data_key WHERE number = 0",
    )
    found: list[tuple[Any, ...] | None] = []
    with closing(sqlite3.connect(_untouched(path), uri=True)) as connection, _damage_named(path):
        for query in queries:
            try:
                found.append(connection.execute(query).fetchone())
            except sqlite3.OperationalError:  # no such table
                found.append(None)
    version, facts, key = found
    archive_id, format_ = facts or ("", 0)
    return Identity(schema=str(version[0]) if version else "", archive_id=str(archive_id), format=format_, wrapped=key[0] if key else None)


def _untouched(path: Path) -> str:
    """Return the address of a database for reading. While nobody has it open and its log is empty, SQLite is told that it never changes:
    else reading makes a log (https://sqlite.org/wal.html, «Read-Only Databases»).
    """
    return f"{path.absolute().as_uri()}?" + ("immutable=1" if _at_rest(path) else "mode=ro")


def _at_rest(path: Path) -> bool:
    """Whether nobody has a database open, and its log is empty."""
    log, shared = (path.with_name(path.name + suffix) for suffix in ("-wal", "-shm"))
    return not shared.exists() and not (log.exists() and log.stat().st_size)


def damage_at_rest(path: Path) -> list[str]:
    """Return what is wrong with the bytes of a database that must not be touched; nothing if somebody has it open."""
    return Seals(path).check() if _at_rest(path) else []


def damaged_pages(path: Path) -> list[str]:
    """Return what is wrong with the bytes of a database that is not to be opened otherwise yet."""
    seals = Seals(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection, _damage_named(path):
        seals.prepare(connection)
        seals.seal(connection)
        return seals.check()


@contextmanager
def _damage_named(path: Path) -> Iterator[None]:
    """Raise what the driver says of a damaged file as `DamageError`; its other errors, all of subclasses, pass."""
    try:
        yield
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:  # the driver can't decode a message that quotes a damaged name
        if type(error) not in (sqlite3.DatabaseError, UnicodeDecodeError):
            raise
        raise _damaged(path, error) from error


def _call_it_damage(context: sa.engine.ExceptionContext) -> BaseException | None:
    if type(context.original_exception) is sqlite3.DatabaseError and context.engine is not None:
        return _damaged(Path(str(context.engine.url.database)), context.original_exception)
    return None


def _damaged(path: Path, error: BaseException) -> DamageError:
    return DamageError(f"{path.name} can't be read: {error}", remedy="run «visavis verify» to see where, and restore it from a backup")


def _set_up(driver: sqlite3.Connection, _: object) -> None:
    # FULL: a commit that was answered survives a power cut. secure_delete: deleted content is overwritten with zeros.
    for pragma in ("synchronous = FULL", "secure_delete = ON", "foreign_keys = ON"):
        driver.execute(f"PRAGMA {pragma}")
