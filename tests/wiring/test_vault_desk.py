"""Changing the archive's key, killed anywhere; the recovery sheet; where the key lies."""

import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from visavis.domain.actor import Actor
from visavis.domain.errors import InputError, SetupError
from visavis.records import archive as records_archive
from visavis.records.folder import ArchiveFolder
from visavis.records.key_file import ArchiveKeys
from visavis.settings import Settings
from visavis.wiring import build
from visavis.wiring.archive import Archive
from visavis.wiring.vault import recover, refuse_inside

STEPS = ("key-drafted", "sql-committed", "key-proven", "key-switched", "pages-sealed")


def opened(base: Path, *, step: Callable[[str], None] = lambda _: None) -> Archive:
    return Archive(base / "archive", Settings(key_file=base / "keys" / "one.key"), build.SystemClock(), step=step)


def keys(base: Path) -> ArchiveKeys:
    return build.archive_keys(Settings(key_file=base / "keys" / "one.key"))


@pytest.fixture
def base(tmp_path):
    """Return a folder with `archive`, `keys` and `pictures`, the one source of the archive, «Family»."""
    doors = build.doors(build.SystemClock(), keys(tmp_path))
    records_archive.create(ArchiveFolder(tmp_path / "archive"), doors, pack_id="made-up", dim=16, actor=Actor(name="tester"))
    (tmp_path / "pictures").mkdir()
    with opened(tmp_path) as archive:
        archive.add_source(tmp_path / "pictures", profile="household", title="Family")
    return tmp_path


def titles(base: Path) -> list[str]:
    with opened(base) as archive:
        return [source.title for source in archive.sources()]


def test_after_a_change_of_keys_the_old_key_opens_nothing(base):
    old = shutil.copytree(base / "keys", base / "old")
    with opened(base) as archive:
        archive.vault.rekey()
        assert [source.title for source in archive.sources()] == ["Family"]
    assert titles(base) == ["Family"]
    shutil.rmtree(base / "keys")
    old.rename(base / "keys")
    with pytest.raises(SetupError, match="not the key of this archive"):
        titles(base)


def killed_at(base: Path, wanted: str) -> int:
    """Change the key in a child that is killed at its first time at a step; return how it ended."""
    child = os.fork()
    if child == 0:
        try:
            with opened(base, step=lambda name: os.kill(os.getpid(), signal.SIGKILL) if name == wanted else None) as archive:
                archive.vault.rekey()
        finally:
            os._exit(0)
    return os.waitpid(child, 0)[1]


@pytest.mark.parametrize("step", STEPS)
def test_a_change_of_keys_that_is_killed_leaves_an_archive_that_opens(base, step):
    assert os.WIFSIGNALED(killed_at(base, step)), step
    assert titles(base) == ["Family"]
    with opened(base) as archive:
        archive.vault.rekey()
        assert archive.verify().problems == ()
    assert titles(base) == ["Family"]
    assert [path.name for path in (base / "keys").iterdir()] == ["one.key"]


def test_a_backup_from_before_a_change_of_keys_does_not_open_with_the_key_of_today(base):
    shutil.copytree(base / "archive", base / "backup")
    with opened(base) as archive:
        archive.vault.rekey()
    with pytest.raises(SetupError), Archive(base / "backup", Settings(key_file=base / "keys" / "one.key"), build.SystemClock()) as backup:
        backup.sources()


def test_a_lost_key_file_is_made_again_from_the_sheet(base):
    with opened(base) as archive:
        sheet = archive.vault.recovery()
    (base / "keys" / "one.key").unlink()
    assert recover(base / "archive", sheet, keys(base)) is None
    assert titles(base) == ["Family"]


def test_the_sheet_of_an_older_key_is_refused_and_nothing_is_written(base):
    with opened(base) as archive:
        old = archive.vault.recovery()
        new = archive.vault.rekey()
    before = (base / "keys" / "one.key").read_bytes()
    with pytest.raises(InputError, match="older key"):
        recover(base / "archive", old, keys(base))
    assert (base / "keys" / "one.key").read_bytes() == before
    recover(base / "archive", new, keys(base), passphrase="a rose")
    assert keys(base).closed(archive_id(base))


def archive_id(base: Path) -> str:
    return records_archive.database.identity(base / "archive" / "records.db").archive_id


def test_a_key_beside_the_archive_is_warned_of(base):
    with opened(base) as archive:
        found = archive.vault.status()
        assert found.warnings == ()
        assert archive.status().notices == ["«Family» was not read to its end: run `visavis ingest`"]
    assert (found.passphrase, found.destroyed, found.one_drive) == (False, 0, True)
    near = base / "one.key"
    (base / "keys" / "one.key").rename(near)
    near.chmod(0o644)
    with Archive(base / "archive", Settings(key_file=near), build.SystemClock()) as archive:
        lies, readable = archive.vault.status().warnings
        assert "lies with the archive" in lies
        assert "may read the key" in readable
        assert archive.status().notices[-2:] == [lies, readable]


def test_a_key_in_the_archives_own_folder_is_refused(tmp_path):
    with pytest.raises(SetupError, match="own folder"):
        refuse_inside(tmp_path, ArchiveKeys(tmp_path / "keys"))
    refuse_inside(tmp_path / "archive", ArchiveKeys(tmp_path / "keys"))
