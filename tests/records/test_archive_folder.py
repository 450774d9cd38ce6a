"""The archive's folder: where it may lie, who may write, and what else may not be in it."""

import multiprocessing
import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from archive_forge import ACTOR, DIM, PACK, Picture, SetClock, at_cosine, doors, keys_beside

from visavis.domain.errors import ArchiveBusy, DamageError, SetupError
from visavis.records.archive import create, open_records
from visavis.records.folder import ArchiveFolder, WriterLock, refuse_network
from visavis.records.key_file import ArchiveKeys

MOUNTS = """\
/dev/root / ext4 rw 0 0
server:/home {base}/net nfs4 rw 0 0
/dev/disk {base}/net/local ext4 rw 0 0
//box/share {base}/my\\040share cifs rw 0 0
/dev/disk {base}/network ext4 rw 0 0
"""


@pytest.fixture
def closed(tmp_path, empty_archive):
    """Return the folder of an archive that nobody has open."""
    shutil.copytree(empty_archive.parent / "keys", tmp_path / "keys")
    return shutil.copytree(empty_archive, tmp_path / "archive")


@pytest.fixture
def mounts(tmp_path):
    (tmp_path / "mounts").write_text(MOUNTS.format(base=tmp_path))
    return tmp_path / "mounts"


@pytest.mark.parametrize("place", ["net", "net/deep/below", "my share/archive"])
def test_a_folder_on_a_network_file_system_is_refused_and_told_why(tmp_path, mounts, place):
    with pytest.raises(SetupError, match="network file system"):
        refuse_network(tmp_path / place, mounts)


@pytest.mark.parametrize("place", [".", "net/local/archive", "network", "my shared"])
def test_a_folder_on_a_local_disk_is_taken_even_beside_or_below_a_network_one(tmp_path, mounts, place):
    refuse_network(tmp_path / place, mounts)


def test_a_link_to_a_network_file_system_is_seen_through(tmp_path, mounts):
    (tmp_path / "net").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "net")
    with pytest.raises(SetupError, match="nfs4"):
        refuse_network(tmp_path / "link" / "archive", mounts)


def test_a_machine_without_a_table_of_mounts_refuses_nothing(tmp_path):
    refuse_network(tmp_path, tmp_path / "absent")


def test_an_archive_is_not_made_where_something_lies_already(tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    for place in ("full", "file"):
        with pytest.raises(SetupError, match="not an empty folder"):
            ArchiveFolder(tmp_path / place).make()
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["letter.txt"]


def test_an_archive_can_not_be_made_below_a_file(tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(SetupError, match="can't make"):
        ArchiveFolder(tmp_path / "file" / "archive").make()


def test_only_its_owner_may_look_into_an_archive(tmp_path):
    ArchiveFolder(tmp_path / "archive").make()
    assert (tmp_path / "archive").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("name", ["album #2", "100%20", "whose?", "[x] & 'é'"])
def test_an_archive_may_have_any_name(tmp_path, name):
    place = tmp_path / "archives" / name
    made_with = doors(SetClock(), ArchiveKeys(tmp_path / "keys"))
    create(ArchiveFolder(place), made_with, pack_id=PACK, dim=DIM, actor=ACTOR)
    records = open_records(place, made_with, writable=True)
    assert list(records.integrity()) == []
    records.close()
    assert [path.name for path in place.parent.iterdir()] == [name]


def test_a_folder_without_an_archive_is_not_opened(tmp_path):
    with pytest.raises(SetupError, match="no archive"):
        ArchiveFolder(tmp_path).check()


def test_a_second_writer_is_busy_while_a_reader_works(made):
    source = made.household()
    made.put(source, Picture(path="a.jpg", vectors=(at_cosine(1),)))
    path = made.records.folder.path
    with pytest.raises(ArchiveBusy) as caught:
        open_records(path, made.doors, writable=True)
    assert caught.value.exit_code == 3
    reader = open_records(path, made.doors, writable=False)
    assert reader.gallery.high_water() == 1
    made.put(source, Picture(path="b.jpg", vectors=(at_cosine(0.9),)))
    assert reader.gallery.high_water() == 2
    with reader.work(ACTOR) as work:  # a search writes its record while ingest runs
        work.leaf("consultation", what="test")
    reader.close()


def test_the_lock_is_free_again_once_its_writer_has_closed(closed):
    for _ in range(2):
        open_records(closed, doors(SetClock(), keys_beside(closed)), writable=True).close()


def test_an_archive_whose_making_was_cut_short_says_so_and_keeps_no_lock(closed):
    connection = sqlite3.connect(closed / "records.db")
    connection.execute("DELETE FROM archive")
    connection.commit()
    connection.close()
    for _ in range(2):
        with pytest.raises(DamageError, match="cut short"):
            open_records(closed, doors(SetClock(), keys_beside(closed)), writable=True)
    WriterLock(ArchiveFolder(closed)).release()


def _hold(path: Path, ready, done) -> None:
    with WriterLock(ArchiveFolder(path)):
        ready.set()
        done.wait(30)


def test_the_lock_of_a_process_that_was_killed_is_free(closed):
    context = multiprocessing.get_context("fork")
    ready, done = context.Event(), context.Event()
    holder = context.Process(target=_hold, args=(closed, ready, done))
    holder.start()
    assert ready.wait(30)
    with pytest.raises(ArchiveBusy):
        WriterLock(ArchiveFolder(closed))
    holder.kill()
    holder.join()
    WriterLock(ArchiveFolder(closed)).release()


def test_a_job_that_holds_the_lock_is_told_that_somebody_waits_and_makes_way(closed):
    folder = ArchiveFolder(closed)
    job = WriterLock(folder, makes_way=True)
    assert not job.wanted
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(WriterLock, folder)
        while not job.wanted:
            assert not waiting.done()
        job.release()
        held = waiting.result()
    assert not held.wanted
    with pytest.raises(ArchiveBusy):  # it makes no way itself
        WriterLock(folder)
    held.release()


def test_a_job_does_not_wait_for_another_job(closed):
    with WriterLock(ArchiveFolder(closed), makes_way=True) as job:
        with pytest.raises(ArchiveBusy):
            WriterLock(ArchiveFolder(closed), makes_way=True)
        assert not job.wanted


def test_whoever_waits_too_long_for_a_job_is_told(closed, monkeypatch):
    monkeypatch.setattr("visavis.records.folder._PATIENCE_S", 0.2)
    with WriterLock(ArchiveFolder(closed), makes_way=True), pytest.raises(ArchiveBusy):
        WriterLock(ArchiveFolder(closed))


def test_an_archive_of_a_newer_visavis_is_left_alone(closed):
    newer = open_records(closed, doors(SetClock(), keys_beside(closed)), writable=True)
    newer._database.raw.execute("UPDATE alembic_version SET version_num = '9999'")
    newer.close()
    with pytest.raises(SetupError, match="newer Visavis"):
        open_records(closed, doors(SetClock(), keys_beside(closed)), writable=True)


def test_a_database_that_is_no_database_is_damage(closed):
    (closed / "records.db").write_bytes(b"no database at all" * 1000)
    with pytest.raises(DamageError, match="can't be read"):
        open_records(closed, doors(SetClock(), keys_beside(closed)), writable=False)
