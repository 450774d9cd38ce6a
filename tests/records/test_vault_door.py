"""Names, paths and captions pass the vault: with one that closes, none of them stands in any file of the archive."""

from pathlib import Path

import pytest
from archive_forge import ACTOR, MadeArchive, NullVault, Picture, at_cosine

from visavis.domain.errors import DamageError
from visavis.domain.media import Outcome, Reason
from visavis.records.files import ReadFile

SECRETS = {
    "path": "Aunt Philippa at the lake.jpg",
    "folder": "root of Zanzibar Album",
    "title": "Zanzibar Album",
    "caption": "Philippa Featherstonehaugh and the children",
    "actor": ACTOR.name,
    "reason": "looking for cousin Bartholomew",
    "exclude": "*Bartholomew*",
    "offline": "the drive of uncle Ebenezer",
    "detail": "no decoder reads .grandmother Hyacinth",
    "charter": "Museum of Example",
    "case": "Cataloguing",
}


def told(archive: MadeArchive) -> dict[str, bool]:
    """Tell the archive every secret, close it, and say which of them stand in its files as they are."""
    source = archive.archive(SECRETS["title"], exclude=(SECRETS["exclude"],))
    with archive.records.work(ACTOR) as work:
        archive.records.sources.mark_root(work, source.roots[0], offline_why=SECRETS["offline"])
    archive.put(source, Picture(path=SECRETS["path"], vectors=(at_cosine(1),), caption=SECRETS["caption"]))
    with archive.records.work(ACTOR) as work:
        job = archive.records.files.start_job(work, source)
        outcome = Outcome(reason=Reason.UNSUPPORTED, detail=SECRETS["detail"])
        unread = ReadFile(path="unread", size=1, mtime_ns=1, outcome=outcome)
        archive.records.intake.commit(work, job, source.roots[0].number, [unread])
    archive.search(case_id=archive.case_of(source), reason=SECRETS["reason"])
    where = archive.records.folder.path
    while_open = on_disk(where)  # the write-ahead log is full
    archive.close()
    return {name: secret.encode() in while_open + on_disk(where) for name, secret in SECRETS.items()}


def on_disk(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


@pytest.fixture
def plain(tmp_path, empty_archive):
    return MadeArchive(tmp_path, empty_archive, vault=NullVault)


@pytest.fixture
def closed(tmp_path, empty_archive):
    return MadeArchive(tmp_path, empty_archive)


def test_the_scan_finds_every_secret_while_the_vault_is_the_null_vault(plain):
    assert all(told(plain).values())


def test_no_secret_stands_in_any_file_of_an_archive_whose_vault_closes(closed):
    assert not any(told(closed).values())


def test_what_a_closing_vault_keeps_is_read_back_as_it_was(closed):
    source = closed.archive(SECRETS["title"])
    closed.put(source, Picture(path=SECRETS["path"], vectors=(at_cosine(1),)))
    (found,) = closed.search(case_id=closed.case_of(source)).candidates
    assert (found.path, found.source_title) == (SECRETS["path"], SECRETS["title"])
    assert closed.records.sources.one(SECRETS["title"]) == source
    closed.close()


@pytest.mark.parametrize(
    "swap",
    [
        "UPDATE location SET path = (SELECT path FROM location l WHERE l.number = 3 - location.number)",
        "UPDATE location SET path = detail, detail = path",
        "UPDATE location SET media_number = 3 - media_number",
        "UPDATE location SET path_mark = x'00' WHERE number = 1",
        "UPDATE media SET key_id = (SELECT m.key_id FROM media m WHERE m.number = 3 - media.number)",
    ],
)
def test_texts_that_changed_places_in_the_database_are_damage(closed, swap):
    source = closed.household(SECRETS["title"])
    closed.put(source, Picture(path="one.jpg"), Picture(path="two.jpg"))
    closed.sql(swap)
    with pytest.raises(DamageError):
        list(closed.records.files.outcomes())
    closed.close()


def test_titles_charters_and_roots_that_changed_places_are_damage(closed):
    for table, column in (("source", "title"), ("charter", "toml"), ("root", "path"), ("case", "title")):
        closed.household(f"one {table}")
        closed.archive(f"another {table}")
        before = closed.sql(f'SELECT rowid, {column} FROM "{table}"')
        (one, _), (_, other) = before[0], before[-1]
        closed.sql(f"UPDATE \"{table}\" SET {column} = x'{other.hex()}' WHERE rowid = {one}")
        with pytest.raises(DamageError):
            closed.records.cases.all() if table == "case" else closed.records.sources.all()
        closed.sql(f"UPDATE \"{table}\" SET {column} = x'{before[0][1].hex()}' WHERE rowid = {one}")
    closed.close()
