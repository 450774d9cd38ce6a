"""Data keys: made with what they close, wrapped by their parents, destroyed for good."""

import shutil
import sqlite3
from pathlib import Path

import pytest
from archive_forge import ACTOR, MadeArchive, Picture, at_cosine, doors, keys_beside
from hypothesis import given
from hypothesis import strategies as st

from visavis.domain.errors import DamageError, KeyDestroyed, SetupError
from visavis.records.archive import open_records
from visavis.records.keyring import HELD, KeyKind
from visavis.records.vault import ARCHIVE_KEY


def make(made: MadeArchive, kind: KeyKind, *, parent: int = ARCHIVE_KEY) -> int:
    with made.records.work(ACTOR) as work:
        key = made.records.keys.make(work, kind, parent=parent)
        work.leaf("set-up", what="test")
    return key


def destroy(made: MadeArchive, key: int) -> None:
    with made.records.work(ACTOR) as work:
        made.records.keys.destroy(work, key)
        work.leaf("erasure", what="test")


def wrapped(made: MadeArchive, key: int) -> bytes:
    return made.sql(f"SELECT wrapped FROM data_key WHERE number = {key}")[0][0]


def everything(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_each_key_is_another_and_lies_only_wrapped(made):
    keys = [make(made, KeyKind.PERSON), make(made, KeyKind.CASE)]
    secrets = [made.records.keys.derive("x", key=key) for key in (ARCHIVE_KEY, *keys)]
    assert len(set(secrets)) == 3
    held = [made.records.keys._get(key).secret for key in (ARCHIVE_KEY, *keys)]
    assert not any(secret in everything(made.records.folder.path) for secret in held)


def test_a_subkey_depends_on_its_label_and_its_key_alone(made):
    key = make(made, KeyKind.TRANSFORM)
    ring = made.records.keys
    assert ring.derive("rotation", key=key) == ring.derive("rotation", key=key)
    assert len({ring.derive("rotation", key=key), ring.derive("other", key=key), ring.derive("rotation")}) == 3


def test_keys_are_read_back_when_more_were_used_than_are_held(made):
    with made.records.work(ACTOR) as work:
        numbers = made.records.keys.make_many(work, KeyKind.LEAF, HELD + 10)
        first = made.records.vault.seal("leaf.private", b"words", row="1", key=numbers[0])
        work.leaf("set-up", what="test")
    assert made.records.vault.open("leaf.private", first, row="1", key=numbers[0]) == b"words"


def test_the_keys_of_a_transaction_that_was_rolled_back_are_forgotten(made):
    with pytest.raises(DamageError, match="without its ledger leaf"), made.records.work(ACTOR) as work:
        lost = made.records.keys.make(work, KeyKind.CASE)
    with pytest.raises(DamageError, match="not there"):
        made.records.vault.seal("case.title", b"title", key=lost)


def test_what_a_destroyed_key_closed_is_named_as_erased(made):
    key = make(made, KeyKind.PERSON)
    sealed = made.records.vault.seal("person.name", b"Philippa", row="1", key=key)
    destroy(made, key)
    with pytest.raises(KeyDestroyed):
        made.records.vault.open("person.name", sealed, row="1", key=key)


def test_what_lies_below_a_destroyed_key_is_erased_too(made):
    source = made.household()
    made.put(source, Picture(path="a.jpg", vectors=(at_cosine(1),)))
    destroy(made, source.key_id)
    with pytest.raises(KeyDestroyed):
        list(made.records.files.outcomes())


def test_a_destroyed_key_is_in_no_file_once_the_archive_is_closed(made):
    key = make(made, KeyKind.PERSON)
    bytes_of_it = wrapped(made, key)
    assert bytes_of_it in everything(made.records.folder.path)
    destroy(made, key)
    made.close()
    assert bytes_of_it not in everything(made.records.folder.path)


def test_another_process_that_holds_a_destroyed_key_lets_go_of_it(made):
    key = make(made, KeyKind.PERSON)
    reader = open_records(made.records.folder.path, made.doors, writable=False)
    sealed = reader.vault.seal("person.name", b"Philippa", row="1", key=key)
    assert reader.vault.open("person.name", sealed, row="1", key=key) == b"Philippa"
    destroy(made, key)
    with pytest.raises(KeyDestroyed):
        reader.vault.open("person.name", sealed, row="1", key=key)
    reader.close()


def test_a_backup_with_the_keys_of_today_does_not_give_back_what_was_erased(made, tmp_path):
    source = made.household()
    made.put(source, Picture(path="erased.jpg"), Picture(path="kept.jpg"))
    made.close()
    backup = shutil.copytree(tmp_path / "archive", tmp_path / "backup" / "archive")
    shutil.copytree(tmp_path / "keys", tmp_path / "backup" / "keys")
    made.records = open_records(tmp_path / "archive", made.doors, writable=True)
    ((erased,),) = made.sql("SELECT media.key_id FROM media JOIN location ON media_number = media.number ORDER BY location.number LIMIT 1")
    destroy(made, erased)
    made.close()
    with sqlite3.connect(backup / "records.db") as old:
        old.execute(f"ATTACH '{tmp_path / 'archive' / 'records.db'}' AS today")
        old.execute("DELETE FROM main.data_key")
        old.execute("INSERT INTO main.data_key SELECT * FROM today.data_key")
    old.close()
    restored = open_records(backup, doors(made.clock, keys_beside(backup)), writable=False)
    (first, second) = restored._database.raw.execute("SELECT root_number, path, path_mark, media_number FROM location").fetchall()
    rows = [(f"{root}/{mark.hex()}", path, number) for root, path, mark, number in (first, second)]
    keys = dict(restored._database.raw.execute("SELECT number, key_id FROM media").fetchall())
    with pytest.raises(KeyDestroyed):
        restored.vault.open("location.path", rows[0][1], row=rows[0][0], key=keys[rows[0][2]])
    assert restored.vault.open("location.path", rows[1][1], row=rows[1][0], key=keys[rows[1][2]]) == b"kept.jpg"
    restored.close()


@pytest.mark.parametrize("column", ["wrapped", "kind", "parent"])
def test_a_key_that_was_put_into_another_row_does_not_open(made, column):
    one, other = make(made, KeyKind.PERSON), make(made, KeyKind.CASE)
    under = make(made, KeyKind.MEDIA, parent=one)
    made.sql(f"UPDATE data_key SET {column} = (SELECT {column} FROM data_key WHERE number = {under}) WHERE number = {other}")
    made.records.keys.forget()
    with pytest.raises(DamageError, match=f"data key {other} was changed"):
        made.records.keys.cipher(other)


def test_rewrapping_leaves_every_key_as_it_was_but_not_its_wrap(made):
    source = made.household("Family")
    made.put(source, Picture(path="a.jpg"))
    before = wrapped(made, source.key_id)
    below = made.sql("SELECT wrapped FROM data_key WHERE kind = 'media'")
    with made.records.work(ACTOR) as work:
        count = made.records.keys.rewrap(work, bytes(32))
        work.leaf("alteration", what="test")
    assert count == 4  # the archive's own, the source's, the case's, the rotation's
    assert wrapped(made, source.key_id) != before
    assert made.sql("SELECT wrapped FROM data_key WHERE kind = 'media'") == below
    made.records.keys.forget()
    assert [record.path for record in made.records.files.outcomes()] == ["a.jpg"]


def test_a_process_with_the_old_archive_key_is_told_and_makes_no_key(made):
    reader = open_records(made.records.folder.path, made.doors, writable=False)
    assert reader.keys.derive("x")
    with made.records.work(ACTOR) as work:
        made.records.keys.rewrap(work, bytes(32))
        work.leaf("alteration", what="test")
    with pytest.raises(SetupError, match="changed by another process"), reader.work(ACTOR) as work:
        reader.keys.make(work, KeyKind.CASE)
    reader.close()


_places = st.tuples(
    st.sampled_from(["location.path", "location.detail", "media.caption", "source.title"]),
    st.sampled_from(["", "1", "2", "12", "1/2"]),
    st.sampled_from([0, 1, 2]),
)


@pytest.fixture(scope="module")
def two_keys(empty_archive, tmp_path_factory):
    archive = MadeArchive(tmp_path_factory.mktemp("swap"), empty_archive)
    make(archive, KeyKind.PERSON)
    make(archive, KeyKind.CASE)
    yield archive
    archive.close()


@given(sealed_at=_places, opened_at=_places, plain=st.binary(max_size=40))
def test_what_was_closed_for_one_place_opens_in_no_other(two_keys, sealed_at, opened_at, plain):
    (context, row, key), (there, other, by) = sealed_at, opened_at
    vault = two_keys.records.vault
    sealed = vault.seal(context, plain, row=row, key=key)
    if sealed_at == opened_at:
        assert vault.open(there, sealed, row=other, key=by) == plain
    else:
        with pytest.raises(DamageError):
            vault.open(there, sealed, row=other, key=by)


@given(plain=st.binary(max_size=40), data=st.data())
def test_any_bit_that_changes_in_what_is_closed_is_damage(two_keys, plain, data):
    vault = two_keys.records.vault
    sealed = bytearray(vault.seal("media.caption", plain, row="1", key=1))
    bit = data.draw(st.integers(0, 8 * len(sealed) - 1))
    sealed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(DamageError):
        vault.open("media.caption", bytes(sealed), row="1", key=1)
    with pytest.raises(DamageError):
        vault.open("media.caption", bytes(sealed[: bit // 8]), row="1", key=1)


def test_marks_are_the_same_for_the_same_alone(two_keys, made):
    marks = {two_keys.records.vault.mark(context, plain) for context in ("location.path", "root.path") for plain in (b"a", b"b")}
    assert len(marks) == 4
    assert all(len(mark) == 16 for mark in marks)
    assert two_keys.records.vault.mark("location.path", b"a") in marks
