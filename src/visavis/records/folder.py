"""The archive's folder: its layout, the lock of its one writer, and the file systems it may not lie on."""

import fcntl
import os
import re
import stat
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from visavis.domain.errors import ArchiveBusy, SetupError

NETWORK_TYPES = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "glusterfs", "9p", "davfs", "fuse.sshfs", "fuse.rclone", "fuse.davfs2"}
)
"""File systems on which SQLite's WAL and shared memory maps are not reliable (sqlite.org/wal.html, «all processes on the same host»)."""


@dataclass(frozen=True, slots=True)
class ArchiveFolder:
    """Where each part of an archive lies."""

    path: Path
    generation: int = 0
    """Which of the archive's generations `rows` and `codes` name (`records.generations`)."""

    def size_bytes(self) -> int:
        """Return how many bytes all files take; one that goes meanwhile counts for nothing."""
        return sum(map(_size, self.path.rglob("*")))

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.path / "records.db"

    @property
    def rows(self) -> Path:
        """Row files: the vectors."""
        return self.path / f"rows{self._ending}"

    @property
    def codes(self) -> Path:
        """What an index derives from them."""
        return self.path / f"codes{self._ending}"

    @property
    def _ending(self) -> str:
        return f"-{self.generation}" if self.generation else ""

    def parts(self) -> list[str]:
        """Return the names of the folders that hold rows or codes, of every generation."""
        return sorted(path.name for path in self.path.iterdir() if path.is_dir() and path.name.partition("-")[0] in ("rows", "codes"))

    def make(self) -> None:
        """Create the folders; `SetupError` if something else lies there already."""
        if self.path.exists() and (not self.path.is_dir() or any(self.path.iterdir())):
            raise SetupError(f"{self.path} is not an empty folder", remedy="name a new folder, or an empty one")
        refuse_network(self.path)
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self.path.chmod(0o700)
            for part in ("rows", "codes", "cache", "inbox", "tmp"):
                (self.path / part).mkdir()
            (self.path / "lock").touch()
        except OSError as error:
            raise SetupError(f"can't make {self.path}: {error.strerror}", remedy="choose a place where you may write") from error

    def check(self) -> None:
        """Raise `SetupError` unless an archive lies here."""
        if not self.database.is_file():
            raise SetupError(f"no archive in {self.path}", remedy=f"make one: visavis init {self.path}")
        refuse_network(self.path)


class WriterLock:
    """Holds the archive's `lock` file; the kernel lets go of it when the process ends, however it ends.

    A job, which goes on by itself later, makes way: it says so in the file. Whoever comes then holds `lock.wanted`, which the job looks at
    between its batches, and waits for its end.

    Parameters
    ----------
    folder : ArchiveFolder
    makes_way : bool
        Whether the holder looks at `wanted`, and ends soon if it is. It waits for nobody itself.

    Raises
    ------
    ArchiveBusy
        Another process is writing that does not make way, or has not within a minute.
    """

    def __init__(self, folder: ArchiveFolder, *, makes_way: bool = False) -> None:
        self._wanted = folder.path / "lock.wanted"
        self._file = _lock_file(folder.path / "lock")
        if not _taken(self._file, fcntl.LOCK_EX) and (makes_way or not self._given_way()):
            os.close(self._file)
            raise ArchiveBusy(
                f"another process is writing to {folder.path}",
                remedy="wait for its end, or pause its job; searching works meanwhile",
            )
        os.ftruncate(self._file, 0)
        if makes_way:
            os.write(self._file, _MAKES_WAY)

    @property
    def wanted(self) -> bool:
        """Whether somebody waits for the end of this."""
        asking = _lock_file(self._wanted)
        try:
            return not _taken(asking, fcntl.LOCK_EX)
        finally:
            os.close(asking)

    def release(self) -> None:
        """Let the next writer in."""
        os.ftruncate(self._file, 0)
        os.close(self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def _given_way(self) -> bool:
        """Ask the holder to end, and wait; False = it does not make way, or is too slow."""
        if os.pread(self._file, len(_MAKES_WAY), 0) != _MAKES_WAY:
            return False
        asking, until = _lock_file(self._wanted), time.monotonic() + _PATIENCE_S
        try:
            fcntl.flock(asking, fcntl.LOCK_SH)
            while not (taken := _taken(self._file, fcntl.LOCK_EX)) and time.monotonic() < until:
                time.sleep(_EVERY_S)
            return taken
        finally:
            os.close(asking)


_MAKES_WAY = b"makes way"
_PATIENCE_S, _EVERY_S = 60.0, 0.05
"""A batch in hand is some 48 photographs or 15 seconds of film."""


def _lock_file(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _taken(file: int, how: int) -> bool:
    """Take a lock if it is free; return whether it was."""
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def refuse_network(path: Path, mounts: Path = Path("/proc/mounts")) -> None:
    """Raise `SetupError` if `path` lies on a network file system, as far as the table of mounts can tell."""
    kind = _file_system(path.resolve(), mounts.read_text(errors="surrogateescape")) if mounts.is_file() else ""
    if kind in NETWORK_TYPES:
        raise SetupError(
            f"{path} lies on a network file system ({kind}); the archive's database and memory maps break there",
            remedy="keep the archive on a local disk; the photographs themselves may stay on the network",
        )


def _file_system(path: Path, mounts: str) -> str:
    best, kind = Path(), ""
    for line in filter(None, mounts.split("\n")):
        _, where, found, *_ = line.split(" ")
        point = Path(re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), where))  # proc(5): white space is written in octal
        if path.is_relative_to(point) and len(point.parts) >= len(best.parts):
            best, kind = point, found
    return kind


def _size(path: Path) -> int:
    try:
        status = path.stat()
    except FileNotFoundError:  # an ingest that runs replaces its files
        return 0
    return status.st_size if stat.S_ISREG(status.st_mode) else 0
