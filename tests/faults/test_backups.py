"""A backup brings nothing back that was erased since: it opens closed, and what was erased is erased again before anybody searches."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import rig
from byte_scan import halves

from visavis.domain.errors import DamageError, KeyDestroyed, RefusedError, SetupError
from visavis.records import backup_files, tables
from visavis.records.key_file import ArchiveKeys
from visavis.services.erasure import EraseQuestion
from visavis.settings import Settings
from visavis.wiring import build
from visavis.wiring.backups import restore


def make(folder: Path) -> Path:
    archive = rig.make_archive(folder / "archive", rig.fill(folder / "pictures", 45))
    with rig.QuickArchive(archive) as opened:
        opened.ingest(workers=0)
        rig.add_people(opened)
        opened.backups.take(folder / "backup")
    return archive


def bring_back(folder: Path, *exports: Path) -> Path:
    keys = build.archive_keys(Settings())
    restore(folder / "backup", folder / "restored", keys, build.SystemClock(), exports=exports, replaces=True)
    return folder / "restored"


def first_pictures(archive: rig.QuickArchive, count: int) -> list[str]:
    found = archive._session.records()._database.ask(tables.media.select().where(tables.media.c.templates > 0).limit(count)).all()
    return [row.id for row in found]


def beside_the_key(archive: Path, name: str) -> Path:
    with rig.QuickArchive(archive) as opened:
        return opened._session.records().key_place.beside(name)


def test_a_backup_holds_no_key_and_opens_closed(tmp_path):
    make(tmp_path)
    with pytest.raises(RefusedError, match="is a backup") as refused:
        rig.QuickArchive(tmp_path / "backup")
    assert (refused.value.rule, refused.value.exit_code) == ("restore-replayed", 4)
    with closing(sqlite3.connect(tmp_path / "backup" / "records.db")) as connection:
        assert connection.execute("SELECT COUNT(*), COUNT(wrapped) FROM data_key").fetchone()[1] == 0


def test_what_was_erased_since_is_unsearchable_and_undecryptable_in_a_restored_backup(tmp_path):
    archive = make(tmp_path)
    with rig.QuickArchive(archive) as opened:
        pictures = first_pictures(opened, 8)
        faces = rig.face_ids(opened)
        records = opened._session.records()
        keys = list(records._database.ask(tables.media.select().where(tables.media.c.id.in_(pictures))).all())
        numbers = [row.number for row in keys]
        rows = records.rows.read(np.arange(1, len(faces) + 1, dtype=np.int64))
        gone = [one.face_id for one in opened.search(face_id=faces[0], threshold=0.99).candidates]
        opened.erasure.run(EraseQuestion(media=tuple(pictures)))
        left = set(rig.face_ids(opened))
    restored = bring_back(tmp_path)
    with rig.QuickArchive(restored) as opened:
        assert set(rig.face_ids(opened)) == left
        assert gone[0] not in left
        assert opened.verify().problems == ()
        records = opened._session.records()
        for row in keys:
            with pytest.raises(KeyDestroyed):
                records.keys.cipher(row.key_id)
        assert not set(first_pictures(opened, 99)) & set(pictures)
        assert numbers
    contents = [path.read_bytes() for path in sorted(restored.rglob("*")) if path.is_file()]
    erased = [row for row, face in zip(rows, faces, strict=True) if face not in left]
    assert len(erased) >= 8
    assert not any(halves(row) in content for row in erased for content in contents)


def test_a_restored_archive_stays_closed_while_it_is_not_known_what_was_erased(tmp_path):
    archive = make(tmp_path)
    with rig.QuickArchive(archive) as opened:
        opened.erasure.run(EraseQuestion(media=tuple(first_pictures(opened, 3))))
        left = set(rig.face_ids(opened))
        _, lines = opened.ledger.export(recipient="the auditor", because="a restore")
        (tmp_path / "export").write_bytes(b"".join(lines))
        known = opened._session.records().key_place.beside("erased")
    known.unlink()
    with pytest.raises(RefusedError, match="stays closed"):
        bring_back(tmp_path)
    with pytest.raises(RefusedError, match="restore"):
        rig.QuickArchive(tmp_path / "restored")
    with rig.QuickArchive(bring_back(tmp_path, tmp_path / "export")) as opened:
        assert set(rig.face_ids(opened)) == left


def test_what_is_known_to_be_erased_may_not_be_cut_short(tmp_path):
    archive = make(tmp_path)
    with rig.QuickArchive(archive) as opened:
        opened.erasure.run(EraseQuestion(media=tuple(first_pictures(opened, 3))))
    known = beside_the_key(archive, "erased")
    signature, line = known.read_bytes().split(b"\n", 1)
    known.write_bytes(signature + b"\n" + line.replace(b"marks", b"other"))
    with pytest.raises(DamageError, match="was changed"):
        bring_back(tmp_path)


def test_the_copy_of_the_keys_holds_none_that_was_destroyed(tmp_path):
    archive = make(tmp_path)
    copy = backup_files.KeyCopy(beside_the_key(archive, "keys"))
    with rig.QuickArchive(archive) as opened:
        before = copy.read()
        pictures = first_pictures(opened, 3)
        query = tables.media.select().where(tables.media.c.id.in_(pictures))
        keys = {row.key_id for row in opened._session.records()._database.ask(query).all()}
        opened.erasure.run(EraseQuestion(media=tuple(pictures)))
    assert keys <= set(before)
    assert not keys & set(copy.read())


def test_a_backup_without_the_copy_of_its_keys_is_not_restored(tmp_path):
    archive = make(tmp_path)
    beside_the_key(archive, "keys").unlink()
    with pytest.raises(SetupError, match="no copy of the keys"):
        bring_back(tmp_path)


def test_a_backup_is_restored_after_the_archive_key_was_changed(tmp_path):
    archive = make(tmp_path)
    with rig.QuickArchive(archive) as opened:
        opened.vault.rekey()
        faces = rig.face_ids(opened)
    with rig.QuickArchive(bring_back(tmp_path)) as opened:
        assert rig.face_ids(opened) == faces


def test_a_backup_is_not_restored_when_its_rotation_is_gone(tmp_path):
    archive = make(tmp_path)
    with rig.QuickArchive(archive) as opened:
        opened.retention.rekey_templates()
    with pytest.raises(SetupError, match="re-keyed since"):
        bring_back(tmp_path)
    with pytest.raises(RefusedError):
        rig.QuickArchive(tmp_path / "restored")


def test_a_file_of_a_backup_that_was_changed_is_named(tmp_path):
    make(tmp_path)
    rows = next((tmp_path / "backup" / "rows").iterdir())
    rows.write_bytes(rows.read_bytes()[:-1] + b"x")
    with pytest.raises(DamageError, match="not as it was written"):
        bring_back(tmp_path)


def test_the_ledger_says_that_it_was_restored_and_the_kept_checkpoint_stays_as_evidence(tmp_path):
    archive = make(tmp_path)
    with rig.QuickArchive(archive) as opened:
        opened.erasure.run(EraseQuestion(media=tuple(first_pictures(opened, 1))))
    kept = beside_the_key(archive, "checkpoint")
    restored = bring_back(tmp_path)
    assert kept.with_name(f"{kept.name}.before-restore-1").exists()
    with rig.QuickArchive(restored) as opened:
        told = [entry.told["facts"] for entry in opened.ledger.log() if entry.told["facts"].get("what") == "restored"]
        assert told[0]["leaves"] < told[0]["leaves_known"]


def test_a_backup_that_finds_no_empty_folder_is_not_recorded(tmp_path):
    with rig.QuickArchive(make(tmp_path)) as opened:
        before = opened.status().leaves
        with pytest.raises(SetupError, match="not an empty folder"):
            opened.backups.take(tmp_path / "backup")
        assert opened.status().leaves == before


def test_a_backup_is_not_restored_beside_an_archive_that_still_stands(tmp_path):
    archive = make(tmp_path)
    keys = build.archive_keys(Settings())
    with pytest.raises(SetupError, match="still stands") as refused:
        restore(tmp_path / "backup", tmp_path / "restored", keys, build.SystemClock())
    assert "--replaces" in refused.value.remedy
    assert not (tmp_path / "restored").exists()
    shutil.rmtree(archive)
    restore(tmp_path / "backup", tmp_path / "restored", keys, build.SystemClock())
    rig.QuickArchive(tmp_path / "restored").close()


def test_an_archive_that_was_replaced_says_so_and_can_be_gone_back_to(tmp_path):
    archive = make(tmp_path)
    kept = beside_the_key(archive, "checkpoint")
    with rig.QuickArchive(archive) as opened:
        probe = rig.face_ids(opened)[0]
        opened.search(face_id=probe)
    with rig.QuickArchive(bring_back(tmp_path)) as opened:
        opened.search(face_id=probe)
    aside = kept.with_name(f"{kept.name}.before-restore-1")
    with rig.QuickArchive(archive) as opened, pytest.raises(DamageError, match="was replaced") as told:
        opened.search(face_id=probe)
    assert str(aside) in told.value.remedy
    aside.replace(kept)
    with rig.QuickArchive(archive) as opened:
        opened.search(face_id=probe)


def test_a_backup_is_tried_out_with_a_copy_of_what_lies_beside_the_key(tmp_path):
    archive = make(tmp_path)
    key = beside_the_key(archive, "key")
    (tmp_path / "trial").mkdir()
    for name in ("key", "keys", "erased", "checkpoint"):
        shutil.copy(key.with_suffix(f".{name}"), tmp_path / "trial")
    trial = ArchiveKeys(tmp_path / "none", file=tmp_path / "trial" / key.name)
    restore(tmp_path / "backup", tmp_path / "restored", trial, build.SystemClock())
    with rig.QuickArchive(archive) as opened:
        opened.search(face_id=rig.face_ids(opened)[0])
