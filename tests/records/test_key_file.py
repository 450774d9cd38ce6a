"""The archive's key in its file outside: found, missing, wrong, closed by a passphrase."""

import json
import shutil
from pathlib import Path

import pytest
from archive_forge import ACTOR, DIM, PACK, SetClock, doors, keys_beside

from visavis.domain.errors import DamageError, SetupError
from visavis.records import database
from visavis.records.archive import create, open_records
from visavis.records.folder import ArchiveFolder
from visavis.records.key_file import ArchiveKeys
from visavis.records.passphrase import LIGHT

ID = "0192"


@pytest.fixture
def archive(tmp_path, empty_archive):
    """Return the folder of an archive that nobody has open; its key lies in `keys` beside it."""
    shutil.copytree(empty_archive.parent / "keys", tmp_path / "keys")
    return shutil.copytree(empty_archive, tmp_path / "archive")


def key_file(archive: Path) -> Path:
    (file,) = (archive.parent / "keys").glob("*.key")
    return file


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def missing(file: Path) -> None:
    file.unlink()


def of_another_archive(file: Path) -> None:
    file.write_text(file.read_text().replace(json.loads(file.read_text())["archive"], ID))


def another_key(file: Path) -> None:
    document = json.loads(file.read_text())
    file.write_text(json.dumps({**document, "key": "00" * 32}))


def short(file: Path) -> None:
    document = json.loads(file.read_text())
    file.write_text(json.dumps({**document, "key": "00"}))


def no_json(file: Path) -> None:
    file.write_bytes(b"\xff no key")


def a_list(file: Path) -> None:
    file.write_text("[]")


def without_key(file: Path) -> None:
    file.write_text(json.dumps({"archive": json.loads(file.read_text())["archive"]}))


@pytest.mark.parametrize("writable", [True, False])
@pytest.mark.parametrize("harm", [missing, of_another_archive, another_key, short, no_json, a_list, without_key])
def test_without_its_key_an_archive_does_not_open_and_no_byte_of_it_changes(archive, harm, writable):
    harm(key_file(archive))
    before = contents(archive)
    with pytest.raises(SetupError, match="key") as caught:
        open_records(archive, doors(SetClock(), keys_beside(archive)), writable=writable)
    assert "visavis vault recover" in caught.value.remedy
    assert contents(archive) == before


def test_no_byte_changes_either_while_another_process_has_it_open(archive):
    held = open_records(archive, doors(SetClock(), keys_beside(archive)), writable=True)
    another_key(key_file(archive))
    before = {name: content for name, content in contents(archive).items() if not name.endswith("-shm")}
    with pytest.raises(SetupError):
        open_records(archive, doors(SetClock(), keys_beside(archive)), writable=False)
    assert {name: content for name, content in contents(archive).items() if not name.endswith("-shm")} == before
    held.close()


def test_damage_where_the_key_is_tried_is_called_damage_not_a_wrong_key(archive):
    wrapped = database.identity(archive / "records.db").wrapped
    content = (archive / "records.db").read_bytes()
    (archive / "records.db").write_bytes(content.replace(wrapped, bytes(len(wrapped))))
    with pytest.raises(DamageError, match="not as it was sealed"):
        open_records(archive, doors(SetClock(), keys_beside(archive)), writable=False)


def test_an_archive_of_format_1_is_refused_and_told_what_to_do(archive):
    made = open_records(archive, doors(SetClock(), keys_beside(archive)), writable=True)
    made._database.raw.execute("UPDATE archive SET format = 1")
    made.close()
    with pytest.raises(SetupError, match="format 1") as caught:
        open_records(archive, doors(SetClock(), keys_beside(archive)), writable=True)
    assert "visavis init" in caught.value.remedy


def test_a_key_file_is_its_owners_alone_and_never_written_over(tmp_path):
    keys = ArchiveKeys(tmp_path / "keys")
    keys.make(ID)
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700
    assert keys.place(ID).file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(SetupError, match="already"):
        keys.make(ID)


def test_a_named_key_file_is_used_in_the_place_of_the_usual_one(tmp_path):
    keys = ArchiveKeys(tmp_path / "keys", file=tmp_path / "stick" / "visavis.key")
    assert keys.make(ID) == ArchiveKeys(tmp_path, file=tmp_path / "stick" / "visavis.key").find(ID, lambda _: True)
    assert keys.place(ID).beside("checkpoint") == tmp_path / "stick" / "visavis.checkpoint"
    assert not (tmp_path / "keys").exists()


def test_a_folder_that_can_not_be_made_is_a_set_up_error(tmp_path):
    (tmp_path / "keys").write_text("a file")
    with pytest.raises(SetupError, match="can't write the key file"):
        ArchiveKeys(tmp_path / "keys" / "below").make(ID)


def test_a_key_closed_by_a_passphrase_is_in_no_file_and_asked_for_once(tmp_path):
    asked = []
    keys = ArchiveKeys(tmp_path, cost=LIGHT)
    key = keys.make(ID, passphrase="a rose")
    assert key.hex() not in keys.place(ID).file.read_text()
    again = ArchiveKeys(tmp_path, cost=LIGHT, ask=lambda: asked.append("?") or "a rose")
    assert again.closed(ID)
    assert [again.find(ID, key.__eq__) for _ in range(3)] == [key] * 3
    again.draft(ID)
    assert asked == ["?"]


@pytest.mark.parametrize("ask", [None, lambda: "a nose"])
def test_without_its_passphrase_an_archive_does_not_open_and_no_byte_of_it_changes(tmp_path, ask):
    place, keys = ArchiveFolder(tmp_path / "archive"), ArchiveKeys(tmp_path / "keys", cost=LIGHT)
    create(place, doors(SetClock(), keys), pack_id=PACK, dim=DIM, actor=ACTOR, passphrase="a rose")
    before = contents(tmp_path)
    with pytest.raises(SetupError, match="passphrase"):
        open_records(place.path, doors(SetClock(), ArchiveKeys(tmp_path / "keys", ask=ask)), writable=True)
    assert contents(tmp_path) == before


def test_a_change_of_keys_keeps_the_old_until_the_switch_and_the_passphrase_after(tmp_path):
    keys = ArchiveKeys(tmp_path, cost=LIGHT)
    old = keys.make(ID, passphrase="a rose")
    new = keys.draft(ID)
    fresh = lambda: ArchiveKeys(tmp_path, ask=lambda: "a rose")  # noqa: E731
    assert fresh().find(ID, old.__eq__) == old
    assert keys.place(ID).draft.exists()
    assert fresh().find(ID, new.__eq__) == new
    assert not keys.place(ID).draft.exists()
    assert fresh().find(ID, new.__eq__) == new
    assert fresh().closed(ID)


def test_a_key_from_paper_sets_the_file_in_its_place_aside(tmp_path):
    keys = ArchiveKeys(tmp_path)
    old = keys.make(ID)
    aside = keys.restore(ID, bytes(32))
    assert json.loads(aside.read_text())["key"] == old.hex()
    assert ArchiveKeys(tmp_path).find(ID, bytes(32).__eq__) == bytes(32)
