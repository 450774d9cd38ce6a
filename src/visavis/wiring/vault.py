"""The archive's key as its operator handles it: how it lies, changing it, its recovery sheet."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from visavis.domain.clock import Clock
from visavis.domain.errors import DamageError, InputError, SetupError
from visavis.law.roles import Act
from visavis.records import database
from visavis.records.folder import ArchiveFolder
from visavis.records.key_file import ArchiveKeys
from visavis.records.keyring import opens
from visavis.records.recovery_sheet import key_on, sheet
from visavis.wiring import build
from visavis.wiring.session import Session

KIND = "AES-256-GCM, a key for each source, picture and case"


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultStatus:
    """How names and paths are closed.

    Attributes
    ----------
    passphrase : bool
        Whether the key file is closed by one.
    keys, destroyed : int
        Data keys that live, and that were destroyed.
    one_drive : bool
        Whether the key and the archive lie on one drive, as far as the system tells.
    warnings : tuple of str
        What should be mended.
    """

    kind: str
    key_file: str
    passphrase: bool
    keys: int
    destroyed: int
    one_drive: bool
    warnings: tuple[str, ...]


class VaultDesk:
    """Acts on one archive's key."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def status(self) -> VaultStatus:
        """Say how the vault stands."""
        records, keys = self._session.records(), self._session.keys
        file = keys.place(records.archive_id).file
        living, destroyed = records.keys.counts()
        return VaultStatus(
            kind=KIND,
            key_file=str(file),
            passphrase=keys.closed(records.archive_id),
            keys=living,
            destroyed=destroyed,
            one_drive=file.stat().st_dev == self._session.folder.stat().st_dev,
            warnings=_warnings(self._session.folder, file),
        )

    def rekey(self) -> str:
        """Change the archive's key and wrap the keys of sources, cases and people anew; return the new recovery sheet.

        Whenever it is cut short, the archive opens with the old key file or with the new one beside it. Data keys stay, so nothing is
        closed anew.
        """
        session, keys = self._session, self._session.keys
        session.check(Act.REKEY)
        with session.writing() as records:
            new = keys.draft(records.archive_id)
            session.step("key-drafted")
            with records.work(session.actor) as work:
                count = records.keys.rewrap(work, new)
                work.leaf("alteration", what="archive key changed", keys=count)
                wrapped = records.keys.wrapped(work)
            if not _fits(session.folder, keys.drafted(records.archive_id)):
                raise DamageError("the new key file does not open the archive", remedy="keep both key files, and restore a backup")
            session.step("key-proven")
            keys.switch(records.archive_id)
            build.key_copy(records).renew(wrapped)
            session.step("key-switched")
            return sheet(records.archive_id, new, day=_day(session.clock))

    def recovery(self) -> str:
        """Return the recovery sheet: the key as text, to be printed and locked away."""
        return recovery_sheet(self._session.folder, self._session.keys, self._session.clock)


def recovery_sheet(folder: Path, keys: ArchiveKeys, clock: Clock) -> str:
    """Return the recovery sheet of an archive."""
    said = database.identity(ArchiveFolder(folder).database)
    return sheet(said.archive_id, keys.find(said.archive_id, opens(said.wrapped or b"")), day=_day(clock))


def recover(folder: Path, text: str, keys: ArchiveKeys, *, passphrase: str | None = None) -> Path | None:
    """Take an archive's key back from its recovery sheet into the key file; return where a key file in its place went.

    Raises
    ------
    InputError
        The sheet can't be read, or is that of another archive or of an older key.
    """
    archive = ArchiveFolder(folder)
    archive.check()
    key = key_on(text)
    if not _fits(folder, key):
        raise InputError("the sheet is of another archive, or of an older key", remedy="look for the newest sheet with this archive's id")
    return keys.restore(database.identity(archive.database).archive_id, key, passphrase=passphrase)


def refuse_inside(folder: Path, keys: ArchiveKeys) -> None:
    """Raise `SetupError` if an archive's key would lie in its own folder."""
    if keys.place("").file.resolve().is_relative_to(folder.resolve()):
        raise SetupError("the key would lie in the archive's own folder", remedy="name another place by VISAVIS_KEY_FILE")


def _fits(folder: Path, key: bytes) -> bool:
    wrapped = database.identity(ArchiveFolder(folder).database).wrapped
    return wrapped is not None and opens(wrapped)(key)


def _warnings(folder: Path, file: Path) -> tuple[str, ...]:
    archive, found = folder.resolve(), []
    if file.resolve().is_relative_to(archive) or file.resolve().parent == archive.parent:
        found.append(f"the key {file} lies with the archive: who copies the one copies the other; move it, and set VISAVIS_KEY_FILE")
    if file.stat().st_mode & 0o077:
        found.append(f"others than its owner may read the key {file}: chmod 600")
    return tuple(found)


def _day(clock: Clock) -> str:
    return clock.now().astimezone(dt.UTC).date().isoformat()
