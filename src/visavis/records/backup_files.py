"""A backup as files: the database without its keys, rows and codes in one folder; the wrapped keys in one file beside the archive's key.

The file of keys is one for all backups and holds the keys that live now: a key that is destroyed is destroyed for every backup as well.
"""

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Collection, Mapping
from contextlib import closing
from pathlib import Path

from visavis.domain.errors import DamageError, SetupError
from visavis.records import durable
from visavis.records.archive import Records
from visavis.records.folder import ArchiveFolder
from visavis.records.seals import Seals

CLOSED = "closed.json"
"""Lies in a backup, and in a restored archive until what was erased since is erased again: nothing opens a folder that holds it."""


def copy_out(records: Records, to: Path) -> dict[str, str]:
    """Copy an archive that is held for writing into an empty folder; return each file's SHA-256 by its path there."""
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise SetupError(f"{to} is not an empty folder", remedy="choose a new folder for the backup")
    to.mkdir(mode=0o700, parents=True, exist_ok=True)
    copy = to / records.folder.database.name
    records.copy_database(copy)
    copy.chmod(0o600)
    with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("UPDATE data_key SET wrapped = NULL")
        connection.execute("VACUUM")
    for part in records.folder.parts():
        shutil.copytree(records.folder.path / part, to / part)
    files = sorted(path for path in to.rglob("*") if path.is_file())
    return {path.relative_to(to).as_posix(): _sha256(path) for path in files}


def copy_in(source: Path, folder: ArchiveFolder, files: Mapping[str, str]) -> None:
    """Copy a backup's files into an archive's folder; `DamageError` names one that is not as it was written."""
    for name, sha256 in sorted(files.items()):
        to = folder.path / name
        if ".." in Path(name).parts or not (source / name).is_file():
            raise DamageError(f"the backup lacks {name}", remedy="take another backup")
        to.parent.mkdir(mode=0o700, exist_ok=True)
        shutil.copyfile(source / name, to)
        to.chmod(0o600)
        if _sha256(to) != sha256:
            raise DamageError(f"{name} in the backup is not as it was written", remedy="take another backup")


def fill_keys(database: Path, wrapped: Mapping[int, bytes]) -> None:
    """Put wrapped keys back into a restored database, and seal its pages."""
    seals = Seals(database)
    connection = sqlite3.connect(database, isolation_level=None)
    seals.prepare(connection)
    with seals.writing():
        rows = [(value, number) for number, value in wrapped.items()]
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("UPDATE data_key SET wrapped = ? WHERE number = ? AND destroyed_at IS NULL", rows)
        connection.execute("COMMIT")
    seals.reseal(connection)
    seals.close(connection)


class KeyCopy:
    """The file of wrapped keys."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def write(self, wrapped: Mapping[int, bytes]) -> None:
        """Put these keys into the place of what was there."""
        durable.replace(self._file, json.dumps({str(number): value.hex() for number, value in wrapped.items()}).encode())

    def read(self) -> dict[int, bytes]:
        """Return the keys; `SetupError` if the file is not there or can't be read."""
        try:
            return {int(number): bytes.fromhex(value) for number, value in json.loads(self._file.read_bytes()).items()}
        except FileNotFoundError:
            raise SetupError(
                f"there is no copy of the keys at {self._file}", remedy="bring the archive's key and what lies beside it"
            ) from None
        except (ValueError, AttributeError) as error:
            raise SetupError(f"the copy of the keys at {self._file} is damaged", remedy="bring another copy of it") from error

    def renew(self, wrapped: Mapping[int, bytes]) -> None:
        """Do as `write` where a backup was taken: the keys were wrapped anew."""
        if self._file.exists():
            self.write(wrapped)

    def drop(self, numbers: Collection[int]) -> None:
        """Take keys out that were destroyed; nothing where no backup was ever taken."""
        if numbers and self._file.exists():
            gone = set(numbers)
            self.write({number: value for number, value in self.read().items() if number not in gone})


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
