"""A CRC for each page of the database, so that `verify` finds any byte that changed: SQLite's own check looks at structure, not content.

Between two sealings the database file does not change: SQLite writes to its log (WAL) only, and every checkpoint is ours. A sealing
lists the log's pages durably, lets SQLite copy them, and states their CRCs anew; its cost follows the pages changed. Three rules make
it so:

- every connection passes :meth:`Seals.prepare` first (it turns SQLite's automatic checkpoints off);
- every write transaction and every sealing holds one lock file (`flock`, POSIX only), so nothing is committed while a log is emptied;
- SQLite also checkpoints, then deletes its log, when the last connection closes. A second name (hard link) for the log keeps its list
  of pages readable, whoever closed last, in whatever way; the next `prepare` finishes the work.

Never `open()` the database file in a process that has a connection to it: closing *any* descriptor of a file drops the process's POSIX
locks on it, SQLite's too (https://sqlite.org/howtocorrupt.html, 2.2). Pages are therefore read through SQLite's own descriptor.
The reasons, and what is not covered, are in `docs/decisions/0006-page-seals.md`.
"""

import fcntl
import os
import sqlite3
import struct
import time
import zlib
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from visavis.domain.errors import ArchiveBusy, DamageError, InputError, SetupError
from visavis.records.durable import remove, replace, sync_file, sync_folder, write_at

_HEADER = struct.Struct("<8sII44x")  # magic, format, page size; its CRC32 follows
_HEADER_BYTES = 64
_MAGIC = b"VISAVISS"
_PENDING = struct.Struct("<8sII")  # magic, pages sealed before, pages listed; then the list and a CRC32 of it all
_PENDING_MAGIC = b"VISAVISP"
_FORMAT = 1
_POLL_S = 0.002
_LOCK_BYTES = 1 << 30
_WAL_HEADER_BYTES, _FRAME_HEADER_BYTES = 32, 24  # https://sqlite.org/fileformat2.html, 4.1


class Seals:
    """The page seals of one database. Holds no descriptor between calls; one for each process, or several, as one likes.

    Parameters
    ----------
    database : Path
        On a local drive that knows hard links.
    patience_s : float, optional
        How long to wait for the lock.
    step : callable, optional
        Told «seals-pending», «seals-checkpointed», «seals-written»; tests stop the process there.
    """

    def __init__(self, database: Path, *, patience_s: float = 60.0, step: Callable[[str], None] = lambda _name: None) -> None:
        self._database = database
        self._wal = database.with_name(database.name + "-wal")
        self._journal = database.with_name(database.name + "-journal")
        self._seals = database.with_suffix(".seals")
        self._pending = database.with_suffix(".pending")
        self._kept = database.with_suffix(".kept")
        self._lock = database.with_suffix(".seals.lock")
        self._patience_s = patience_s
        self._step = step

    def prepare(self, connection: sqlite3.Connection) -> None:
        """Make a new connection keep the rules, and finish what a process that died left undone. The first thing to do with it.

        Takes the lock only if the log is new since the last call, so a process prepares one connection before its first `writing`.

        Raises
        ------
        SetupError
            The drive knows no write-ahead log or no hard links.
        ArchiveBusy
        """
        if connection.execute("PRAGMA journal_mode=WAL").fetchone()[0] != "wal":
            raise SetupError(f"no write-ahead log on the drive of {self._database.name}", remedy="move the archive to a local drive")
        connection.execute("PRAGMA wal_autocheckpoint=0")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()  # opens the log: now no one else can be the last to close
        if not self._log_is_kept():
            with self.writing():
                with suppress(DamageError):  # `seal` and `check` say it; an archive that can't be opened can't be sealed anew either
                    self._settle()
                self._keep_log()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the lock: around every write transaction, from before BEGIN IMMEDIATE to after COMMIT. Not re-entrant.

        Raises
        ------
        ArchiveBusy
            Others held it for all of `patience_s`.
        """
        descriptor = os.open(self._lock, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            self._wait_for(descriptor)
            yield
        finally:
            fcntl.flock(descriptor, fcntl.LOCK_UN)  # closing alone leaves it with a child that was forked meanwhile
            os.close(descriptor)

    def seal(self, connection: sqlite3.Connection) -> bool:
        """Copy the log into the database and seal the pages that changed.

        A page found damaged on the way keeps its old seal, so that :meth:`check` goes on reporting it.

        Parameters
        ----------
        connection : sqlite3.Connection
            Prepared, no transaction or statement open. Its busy timeout limits the wait for readers.

        Returns
        -------
        bool
            True: the log is empty, nothing that was erased is left in it. False: a reader held on to it; seal again later.

        Raises
        ------
        DamageError
            There are no seals, or their header is damaged.
        ArchiveBusy
        """
        if connection.in_transaction:
            raise InputError("a transaction is open on this connection; seal between transactions")
        with self.writing():
            self._settle()
            sealed, pages = self._sealed_pages(), self._sound(_pages_in_log(self._wal))
            if pages:
                self._write_pending(sealed, pages)
                self._step("seals-pending")
            emptied = _checkpoint(connection)
            self._step("seals-checkpointed")
            self._restate(sealed, pages)
            self._step("seals-written")
            if pages:
                remove(self._pending)
        return emptied

    def reseal(self, connection: sqlite3.Connection) -> None:
        """Seal every page as it is now: for a new database, or by explicit wish after damage was looked into.

        If it is interrupted there are no seals, and it must be asked for again.
        """
        with self.writing():
            remove(self._seals)
            remove(self._pending)
            _checkpoint(connection)
            with readable(self._database) as descriptor:
                page_size = int.from_bytes(os.pread(descriptor, 2, 16), "big")  # https://sqlite.org/fileformat2.html, 1.3.2
                page_size = 65_536 if page_size == 1 else page_size
                count = os.fstat(descriptor).st_size // page_size
                crcs = [_crc(descriptor, page, page_size) for page in range(1, count + 1)]
            replace(self._seals, _header(page_size) + struct.pack(f"<{count}I", *crcs))

    def close(self, connection: sqlite3.Connection) -> None:
        """Seal, then close. A connection that is closed in any other way does no harm: the next `prepare` finishes the work."""
        try:
            self.seal(connection)
        finally:
            connection.close()

    def check(self) -> list[str]:
        """Read every page and compare it with its seal. Needs no connection; no other process may write meanwhile.

        Returns
        -------
        list of str
            Problems; none: every byte is as it was sealed.
        """
        if not self._seals.exists():
            return [f"{self._seals.name}: missing; the pages can't be checked"]
        if left := self._unsealed():
            return left
        try:
            page_size = self._page_size()
        except DamageError as damage:
            return [str(damage)]
        sealed = self._read_seals()
        with readable(self._database) as descriptor:
            size = os.fstat(descriptor).st_size
            found = [_crc(descriptor, page, page_size) for page in range(1, min(len(sealed), size // page_size) + 1)]
        name = self._database.name
        problems = [
            f"{name}: page {page} (bytes {(page - 1) * page_size} to {page * page_size - 1}) is not as it was sealed"
            for page, (seal, crc) in enumerate(zip(sealed, found, strict=False), 1)
            if seal != crc
        ]
        if size != len(sealed) * page_size or self._seals.stat().st_size % 4:
            problems.append(f"{name}: holds {size} bytes, but {self._seals.name} seals {len(sealed)} pages of {page_size}")
        return problems

    def _unsealed(self) -> list[str]:
        """Say what is left of an unfinished sealing."""
        waiting = _pages_in_log(self._wal) | _pages_in_log(self._kept)
        problems = [f"{self._wal.name}: {len(waiting)} pages are not sealed yet; open and seal first"] if waiting else []
        leftovers = [path.name for path in (self._pending, self._journal) if path.exists()]
        return problems + [f"{name}: left by a process that died; open and seal first" for name in leftovers]

    def _wait_for(self, descriptor: int) -> None:
        for _attempt in range(max(1, int(self._patience_s / _POLL_S))):
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(_POLL_S)
            else:
                return
        raise ArchiveBusy(
            f"{self._lock.name} was held by another process for {self._patience_s:g} s", remedy="try again when it has finished"
        )

    def _log_is_kept(self) -> bool:
        return self._kept.exists() and self._wal.exists() and self._kept.samefile(self._wal)

    def _settle(self) -> None:
        """Seal the pages that someone copied without sealing them: a sealing that died, or SQLite when the last connection closed."""
        sealed, pages = self._read_pending()
        if not self._log_is_kept() and (forgotten := _pages_in_log(self._kept)):
            pages |= forgotten
            self._write_pending(sealed, pages)
        if pages:
            self._restate(sealed, pages)
            remove(self._pending)

    def _keep_log(self) -> None:
        """Give the present log its second name."""
        if self._log_is_kept():
            return
        self._kept.unlink(missing_ok=True)
        try:
            self._kept.hardlink_to(self._wal)
        except OSError as error:
            raise SetupError(f"no hard links on the drive of {self._database.name}", remedy="move the archive to a local drive") from error
        sync_folder(self._kept.parent)

    def _sound(self, pages: set[int]) -> set[int]:
        """Return those of `pages` that are as they were sealed, or new, or already copied from the log by a closing that died."""
        page_size = self._page_size()
        with readable(self._database) as database, _opened(self._seals, os.O_RDONLY) as seals:
            count = os.fstat(database).st_size // page_size
            found = {page: _crc(database, page, page_size) for page in pages if page <= count}
            changed = {page: crc for page, crc in found.items() if struct.pack("<I", crc) != _seal_of(seals, page)}
        if not changed:
            return pages
        with _opened(self._wal, os.O_RDONLY) as log:
            copied = {page for page, place in _frames(log) if zlib.crc32(os.pread(log, page_size, place)) == changed.get(page)}
        return pages - (changed.keys() - copied)

    def _restate(self, sealed: int, pages: Collection[int]) -> None:
        """Write the seals of `pages` as they are in the database file. A page above `sealed` that is not among them lost its seal."""
        page_size = self._page_size()
        with readable(self._database) as database, _opened(self._seals, os.O_RDWR) as seals:
            count = os.fstat(database).st_size // page_size
            # The page at 1 GB, where SQLite's lock bytes lie, is never logged, yet the file grows by it (fileformat2.html, 1.4).
            unlogged = {_LOCK_BYTES // page_size + 1} & set(range(sealed + 1, count + 1))
            due = {page for page in pages if page <= count} | unlogged
            for page in sorted(due):
                write_at(seals, struct.pack("<I", _crc(database, page, page_size)), _place(page))
            if count < sealed:
                os.ftruncate(seals, _place(count + 1))
            if due or count < sealed:
                sync_file(seals)

    def _page_size(self) -> int:
        """Return the page size that the seals' header names."""
        with self._seals.open("rb") as file:
            header = file.read(_HEADER_BYTES)
        page_size = int.from_bytes(header[12:16], "little")
        if page_size == 0 or header != _header(page_size):
            raise DamageError(
                f"{self._seals.name}: its header is damaged", remedy="check the archive with «visavis verify», then seal it anew"
            )
        return page_size

    def _sealed_pages(self) -> int:
        if not self._seals.exists():
            raise DamageError(f"{self._seals.name} is missing", remedy="check the archive with «visavis verify», then seal it anew")
        return (self._seals.stat().st_size - _HEADER_BYTES) // 4

    def _read_seals(self) -> tuple[int, ...]:
        content = self._seals.read_bytes()[_HEADER_BYTES:]
        count = len(content) // 4
        return struct.unpack(f"<{count}I", content[: 4 * count])

    def _write_pending(self, sealed: int, pages: Collection[int]) -> None:
        body = _PENDING.pack(_PENDING_MAGIC, sealed, len(pages)) + struct.pack(f"<{len(pages)}I", *sorted(pages))
        replace(self._pending, body + struct.pack("<I", zlib.crc32(body)))

    def _read_pending(self) -> tuple[int, set[int]]:
        """Return how many pages were sealed before, and which were about to change."""
        if not self._pending.exists():
            return self._sealed_pages(), set()
        content = self._pending.read_bytes()
        body, crc = content[:-4], content[-4:]
        if len(body) < _PENDING.size or crc != struct.pack("<I", zlib.crc32(body)):
            raise DamageError(f"{self._pending.name}: fails its CRC", remedy="check the archive with «visavis verify», then seal it anew")
        _magic, sealed, count = _PENDING.unpack_from(body)
        return sealed, set(struct.unpack_from(f"<{count}I", body, _PENDING.size))


def _header(page_size: int) -> bytes:
    body = _HEADER.pack(_MAGIC, _FORMAT, page_size)
    return body + struct.pack("<I", zlib.crc32(body))


def _place(page: int) -> int:
    return _HEADER_BYTES + 4 * (page - 1)


def _seal_of(seals: int, page: int) -> bytes:
    return os.pread(seals, 4, _place(page))


def _crc(database: int, page: int, page_size: int) -> int:
    return zlib.crc32(os.pread(database, page_size, (page - 1) * page_size))


def _checkpoint(connection: sqlite3.Connection) -> bool:
    busy, _logged, _copied = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


def _pages_in_log(log: Path) -> set[int]:
    """Return the numbers of the pages in a write-ahead log, those of a transaction never committed too."""
    try:
        with _opened(log, os.O_RDONLY) as descriptor:
            return {page for page, _place in _frames(descriptor)}
    except FileNotFoundError:
        return set()


def _frames(log: int) -> Iterator[tuple[int, int]]:
    """Yield (page number, place of its content) of each frame in a write-ahead log."""
    header = os.pread(log, _WAL_HEADER_BYTES, 0)
    page_size, salts = int.from_bytes(header[8:12], "big"), header[16:24]
    place = _WAL_HEADER_BYTES
    while len(frame := os.pread(log, _FRAME_HEADER_BYTES, place)) == _FRAME_HEADER_BYTES and frame[8:16] == salts:
        yield int.from_bytes(frame[:4], "big"), place + _FRAME_HEADER_BYTES
        place += _FRAME_HEADER_BYTES + page_size


@contextmanager
def _opened(path: Path, flags: int) -> Iterator[int]:
    descriptor = os.open(path, flags)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def readable(database: Path) -> Iterator[int]:
    """Lend a descriptor of the database: SQLite's own if this process has one, so that no lock is lost by closing another.

    SQLite closes no descriptor of a file on which this process holds a lock, and a connection in WAL mode holds one as long as it lives:
    while the caller has a connection, what is lent stays open.
    """
    wanted = database.stat()
    for name in os.listdir("/dev/fd"):  # noqa: PTH208 - numbers, not paths
        try:
            found = os.fstat(int(name))
        except OSError:  # the listing's own descriptor
            continue
        if os.path.samestat(found, wanted):
            yield int(name)
            return
    with _opened(database, os.O_RDONLY) as descriptor:
        yield descriptor
