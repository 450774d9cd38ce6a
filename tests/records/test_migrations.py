"""The schema that migrations make is the schema that the code knows."""

import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

import visavis.records.archive  # brings every module of tables
import visavis.records.migrations
from visavis.records import archive, database, tables  # noqa: F401 - importing the archive completes the metadata
from visavis.records.seals import Seals


def test_the_migrated_schema_is_the_one_that_the_tables_describe(tmp_path):
    database.create(tmp_path / "records.db")
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'records.db'}")
    ours = set(tables.metadata.tables)
    options = {"compare_type": True, "include_name": lambda name, kind, _: kind != "table" or name in ours}
    with engine.connect() as connection:
        assert set(sa.inspect(connection).get_table_names()) - ours == {"alembic_version"}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), tables.metadata) == []
    engine.dispose()


@pytest.mark.parametrize("version", ["0015", "0018", f"{int(database.HEAD) - 1:04}"])
def test_what_a_migration_changes_is_sealed(tmp_path, monkeypatch, version):
    path = tmp_path / "records.db"
    migrate = database.migrate
    with monkeypatch.context() as earlier:
        earlier.setattr(database, "migrate", lambda path: migrate(path, to=version))
        database.create(path)
    assert database.identity(path).schema == version
    database.bring_up(path)
    assert database.identity(path).schema == database.HEAD
    assert Seals(path).check() == []


def test_an_archive_from_before_the_counts_is_counted(tmp_path, monkeypatch):
    path, migrate = tmp_path / "records.db", database.migrate
    with monkeypatch.context() as earlier:
        earlier.setattr(database, "migrate", lambda path: migrate(path, to="0021"))
        database.create(path)
    connection = sqlite3.connect(path)

    def put(table, **known):
        columns = connection.execute(f'PRAGMA table_info("{table}")').fetchall()
        filled = {name: "" for _, name, _, needed, default, key in columns if needed and default is None and not key} | known
        places = ", ".join("?" * len(filled))
        connection.execute(f'INSERT INTO "{table}" ({", ".join(filled)}) VALUES ({places})', list(filled.values()))

    put("source", number=1, id="one")
    put("source", number=2, id="two")
    for number, (source, present, holds) in enumerate([(1, 1, 0), (1, 1, 0), (1, 0, 0), (1, 1, 1), (2, 1, 0)]):
        put("media", id=number, source_number=source, sha256=number, page=0, templates=3, present=present, holds=holds)
    put("case", id="c")
    for number in range(4):
        put("search", id=number, case_id="c")
    connection.commit()
    connection.close()
    database.migrate(path)
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT number, templates FROM source").fetchall() == [(1, 6), (2, 3)]
    assert connection.execute('SELECT searches FROM "case"').fetchall() == [(4,)]
    connection.execute("UPDATE media SET source_number = 2, templates = 1 WHERE number = 1")
    connection.execute("DELETE FROM search WHERE id = '0'")
    assert connection.execute("SELECT number, templates FROM source").fetchall() == [(1, 3), (2, 4)]
    assert connection.execute('SELECT searches FROM "case"').fetchall() == [(3,)]
    connection.close()


def test_the_view_searchable_is_the_one_in_the_code(tmp_path):
    database.create(tmp_path / "records.db")
    connection = sqlite3.connect(tmp_path / "records.db")
    (stored,) = connection.execute("SELECT sql FROM sqlite_master WHERE type = 'view'").fetchone()
    connection.close()
    assert " ".join(stored.split()) == " ".join(tables.SEARCHABLE.split())


def test_every_numbered_table_never_gives_a_number_twice(tmp_path):
    database.create(tmp_path / "records.db")
    connection = sqlite3.connect(tmp_path / "records.db")
    made = dict(connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'"))
    connection.close()
    numbered = {name for name, table in tables.metadata.tables.items() if "number" in table.columns}
    assert numbered == {name for name in numbered if "AUTOINCREMENT" in made[name]} != set()


def test_the_newest_migration_is_the_version_that_the_code_asks_for():
    scripts = ScriptDirectory(str(Path(visavis.records.migrations.__file__).parent))
    assert scripts.get_heads() == [database.HEAD]


def test_a_new_database_is_at_the_newest_version(tmp_path):
    database.create(tmp_path / "records.db")
    assert database.identity(tmp_path / "records.db").schema == database.HEAD


def test_a_file_without_a_schema_has_no_version(tmp_path):
    sqlite3.connect(tmp_path / "records.db").close()
    assert database.identity(tmp_path / "records.db").schema == ""
