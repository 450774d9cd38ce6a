"""Taking a backup, and restoring one: what was erased since is erased again before anybody can search in it."""

import datetime as dt
import json
import os
import shutil
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from visavis.domain.clock import Clock
from visavis.domain.errors import DamageError, InputError, SetupError, VisavisError
from visavis.index.base import VectorIndex
from visavis.law.roles import Act
from visavis.records import archive as records_archive
from visavis.records import database, durable
from visavis.records.archive import Records
from visavis.records.backup_files import CLOSED, KeyCopy, check_empty, copy_in, copy_out, fill_keys
from visavis.records.backups import BackupRecord
from visavis.records.folder import ArchiveFolder
from visavis.records.key_file import ArchiveKeys, KeyPlace
from visavis.services.backup import Erased, ReplayErasures, check_reach
from visavis.wiring import build
from visavis.wiring.index import EmbeddedKeeper
from visavis.wiring.session import Session

KIND = "visavis backup v1"
KEEP_DAYS = 90

OpenIndex = Callable[[Records], AbstractContextManager[VectorIndex]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What a restore did: leaves in the backup and leaves that the ledger had, pictures and faces erased again."""

    leaves: int
    leaves_known: int
    pictures: int
    faces: int


class BackupDesk:
    """Backups of one archive."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def take(self, to: Path, *, keep_days: int = KEEP_DAYS) -> BackupRecord:
        """Copy the archive to a new folder, without its keys; they are kept beside the archive's key, one file for all backups.

        Parameters
        ----------
        to : path
            New or empty.
        keep_days : int
            After so many days it is to be destroyed; certificates of erasure name that day.

        Raises
        ------
        ArchiveBusy
            Another process is writing.
        """
        self._session.check(Act.BACK_UP)
        if keep_days < 1:
            raise InputError("a backup is kept for a day at least", remedy="--keep-days 90")
        with self._session.writing() as records:
            if to.resolve().is_relative_to(self._session.folder.resolve()):
                raise InputError("the backup would lie in the archive", remedy="name a folder on another drive")
            check_empty(to)
            until = self._session.clock.now().date() + dt.timedelta(days=keep_days)
            with records.work(self._session.actor) as work:
                made = records.backups.record(work, keep_until=until)
                wrapped = records.keys.wrapped(work)
            files = copy_out(records, to)
            build.key_copy(records).write(wrapped)
            told = {
                "what": KIND,
                "archive": records.archive_id,
                "backup": made.id,
                "at": made.at.isoformat(),
                "leaves": made.ledger_size,
                "keep_until": until.isoformat(),
                "files": files,
            }
            durable.replace(to / CLOSED, (json.dumps(told, indent=1) + "\n").encode())
            _note_place(records.key_place, self._session.folder)
        return made


def restore(source: Path, to: Path, keys: ArchiveKeys, clock: Clock, *, exports: Sequence[Path] = (), replaces: bool = False) -> Restored:
    """Make an archive from a backup and erase in it what was erased since; until that is done nothing opens it.

    Parameters
    ----------
    source : path
        The backup.
    to : path
        New or empty, or what an earlier attempt left.
    keys : ArchiveKeys
        Finds the archive's key, and beside it the copy of the data keys and what is known to be erased.
    exports : sequence of path
        Exports of the archive's ledger, where what lies beside the key does not reach far enough.
    replaces : bool
        Take the place of the archive that the backup is of, even if that still stands in its folder: it can't be written to afterwards.

    Raises
    ------
    RefusedError
        `restore-replayed`: it is not known what was erased since; the archive stays closed.
    SetupError
        The key, or the copy of the keys, is missing; or the archive still stands, and `replaces` was not said.
    DamageError
        A file of the backup is not as it was written.
    """
    told = _manifest(source)
    place = keys.place(told["archive"])
    if not replaces:
        _check_gone(place, told["archive"])
    folder = _lay_out(source, to, told)
    fill_keys(folder.database, KeyCopy(place.beside("keys")).read())
    records = records_archive.open_records(to, build.doors(clock, keys), writable=True)
    try:
        guard, known = build.ledger_guard(records), build.known_erasures(records)
        erased = _known(records, exports)
        size, had = records.ledger.size(), guard.known_size()
        erased = check_reach(erased, max(had, size))
        index = EmbeddedKeeper(records, clock).open()
        try:
            replay = ReplayErasures(records)
            pictures, faces = replay.run(build.current_actor(), erased, index, backup=told["backup"], known_size=max(had, erased.size))
        finally:
            index.close()
        guard.set_aside()
        known.rewrite()
        guard.keep()
    finally:
        records.close()
    durable.remove(to / CLOSED)
    _note_place(place, to)
    return Restored(leaves=size, leaves_known=max(had, erased.size), pictures=pictures, faces=faces)


def _manifest(source: Path) -> dict[str, Any]:
    try:
        told: dict[str, Any] = json.loads((source / CLOSED).read_bytes())
        if told["what"] != KIND:
            raise ValueError
    except FileNotFoundError:
        raise InputError(f"{source} is no backup", remedy="name a folder that `visavis backup` wrote") from None
    except (ValueError, KeyError, TypeError):
        raise DamageError(f"{CLOSED} of the backup is damaged", remedy="take another backup") from None
    return told


def _note_place(place: KeyPlace, folder: Path) -> None:
    """Note beside the key where the archive stands, for a restore to ask."""
    durable.replace(place.beside("folder"), os.fsencode(folder.resolve()))


def _check_gone(place: KeyPlace, archive_id: str) -> None:
    """Raise `SetupError` if the archive still stands where it was noted: checkpoint and erasures beside the key serve one folder only."""
    try:
        stands = Path(os.fsdecode(place.beside("folder").read_bytes()))
        file = ArchiveFolder(stands).database
        if (stands / CLOSED).exists() or not file.is_file() or database.identity(file).archive_id != archive_id:
            return
    except (OSError, VisavisError):  # never noted, or gone, or damaged: what a restore is for
        return
    raise SetupError(
        f"the archive of this backup still stands in {stands}; once restored, it could not be written to any more",
        remedy="add --replaces if the restored folder is to be the archive; the guide «Erasing» says how to try a backup out",
    )


def _lay_out(source: Path, to: Path, told: dict[str, Any]) -> ArchiveFolder:
    """Copy the files, closed from the first moment; what an attempt that was cut short left goes first."""
    if (to / CLOSED).exists():
        if to.resolve() == source.resolve():
            raise SetupError("a backup is not restored into itself", remedy="name a new folder")
        shutil.rmtree(to)
    folder = ArchiveFolder(to)
    folder.make()
    shutil.copyfile(source / CLOSED, to / CLOSED)
    copy_in(source, folder, told["files"])
    return folder


def _known(records: Records, exports: Sequence[Path]) -> Erased | None:
    known = build.known_erasures(records)
    found = known.kept()
    for export in exports:
        other = known.exported(export)
        found = other if found is None else found.joined(other)
    return found
