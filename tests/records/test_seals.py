"""Page seals: a flipped byte of the database is found, whoever wrote last and however they died."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visavis.domain.errors import ArchiveBusy, DamageError, InputError
from visavis.records.seals import Seals


def connect(path: Path, seals: Seals) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, timeout=5)
    seals.prepare(connection)
    return connection


def write(connection: sqlite3.Connection, seals: Seals, *statements: str) -> None:
    with seals.writing():
        connection.execute("BEGIN IMMEDIATE")
        for statement in statements:
            connection.execute(statement)
        connection.execute("COMMIT")


def filled(rows: int, *, size: int = 900) -> str:
    numbers = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})"
    return f"INSERT INTO face(note) {numbers} SELECT randomblob({size}) FROM n"


def new_database(folder: Path, *, rows: int = 100) -> tuple[Path, Seals]:
    path = folder / "records.db"
    seals = Seals(path, patience_s=5)
    connection = connect(path, seals)
    write(connection, seals, "CREATE TABLE face(id INTEGER PRIMARY KEY, note BLOB)", filled(rows))
    seals.reseal(connection)
    seals.close(connection)
    return path, seals


def flip(path: Path, position: int, mask: int = 1) -> None:
    content = bytearray(path.read_bytes())
    content[position] ^= mask
    path.write_bytes(content)


@pytest.fixture
def database(tmp_path: Path) -> tuple[Path, Seals]:
    return new_database(tmp_path)


@pytest.fixture(scope="module")
def aged(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Seals]:
    """A database with interior, leaf, overflow and free pages."""
    path, seals = new_database(tmp_path_factory.mktemp("aged"))
    connection = connect(path, seals)
    write(connection, seals, filled(3, size=9_000), "DELETE FROM face WHERE id BETWEEN 20 AND 70")
    assert connection.execute("PRAGMA freelist_count").fetchone()[0] > 5
    seals.close(connection)
    return path, seals


@given(data=st.data())
@settings(max_examples=300, deadline=None)
def test_any_flipped_byte_of_the_database_or_of_its_seals_is_found(aged: tuple[Path, Seals], data: st.DataObject) -> None:
    path, seals = aged
    assert seals.check() == []
    victim = data.draw(st.sampled_from([path, path.with_suffix(".seals")]))
    position = data.draw(st.integers(0, victim.stat().st_size - 1))
    mask = data.draw(st.integers(1, 255))
    flip(victim, position, mask)
    problems = seals.check()
    flip(victim, position, mask)
    assert len(problems) == 1
    if victim == path:
        assert f"page {position // 4096 + 1} (" in problems[0]


def test_a_byte_is_found_in_every_page(aged: tuple[Path, Seals]) -> None:
    path, seals = aged
    for start in range(0, path.stat().st_size, 4096):
        flip(path, start + 1234)
        assert len(seals.check()) == 1
        flip(path, start + 1234)


def test_the_database_grows_and_shrinks_with_its_seals(database: tuple[Path, Seals]) -> None:
    path, seals = database
    small = path.stat().st_size
    connection = connect(path, seals)
    write(connection, seals, filled(200))
    assert seals.seal(connection)
    grown = path.stat().st_size
    assert grown > small
    write(connection, seals, "DELETE FROM face WHERE id > 50")
    with seals.writing():
        connection.execute("VACUUM")
    seals.close(connection)
    assert path.stat().st_size < small
    assert seals.check() == []


def test_pages_allocated_and_freed_in_one_transaction_are_sealed_too(database: tuple[Path, Seals]) -> None:
    path, seals = database
    small = path.stat().st_size
    connection = connect(path, seals)
    connection.execute("PRAGMA secure_delete=OFF")
    write(connection, seals, "INSERT INTO face VALUES (1000, zeroblob(90000))", "DELETE FROM face WHERE id = 1000")
    seals.close(connection)
    assert path.stat().st_size > small + 80_000
    assert seals.check() == []


def test_a_database_cut_short_or_drawn_out_is_found(database: tuple[Path, Seals]) -> None:
    path, seals = database
    content = path.read_bytes()
    for wrong in (content[:-4096], content[:-1], content + bytes(4096), content + b"x"):
        path.write_bytes(wrong)
        assert seals.check()


def test_a_sealing_costs_what_changed(database: tuple[Path, Seals]) -> None:
    path, seals = database
    flip(path, 4096 * 10 + 5)
    before = path.with_suffix(".seals").read_bytes()
    connection = connect(path, seals)
    write(connection, seals, "UPDATE face SET note = randomblob(900) WHERE id = 90")
    seals.close(connection)
    after = path.with_suffix(".seals").read_bytes()
    changed = [place for place in range(64, len(after), 4) if before[place : place + 4] != after[place : place + 4]]
    assert len(changed) == 1
    assert len(seals.check()) == 1


def test_a_damaged_page_that_is_written_again_stays_damaged_in_the_report(database: tuple[Path, Seals]) -> None:
    path, seals = database
    page = next(number for number in range(2, 20) if path.read_bytes()[4096 * number : 4096 * number + 1] == b"\x0d")
    flip(path, 4096 * page + 4000)
    connection = connect(path, seals)
    for _again in range(2):
        write(connection, seals, "UPDATE face SET note = randomblob(900)")
        seals.seal(connection)
    seals.close(connection)
    assert [problem for problem in seals.check() if f"page {page + 1} (" in problem]
    connection = connect(path, seals)
    seals.reseal(connection)
    seals.close(connection)
    assert seals.check() == []


@pytest.mark.parametrize("stop_at", ["seals-pending", "seals-checkpointed", "seals-written"])
@pytest.mark.parametrize("statement", [filled(200), "DELETE FROM face WHERE id > 10", "VACUUM"])
def test_a_sealing_that_dies_at_any_step_is_finished_at_the_next_opening(
    database: tuple[Path, Seals], stop_at: str, statement: str
) -> None:
    path, seals = database

    def die(step: str) -> None:
        if step == stop_at:
            raise KeyboardInterrupt

    connection = connect(path, seals)
    with seals.writing():
        connection.execute(statement)
    with pytest.raises(KeyboardInterrupt):
        Seals(path, step=die).seal(connection)
    connection.close()
    assert seals.check()
    seals.close(connect(path, seals))
    assert seals.check() == []


def test_a_connection_closed_without_sealing_is_made_good_at_the_next_opening(database: tuple[Path, Seals]) -> None:
    path, seals = database
    connection = connect(path, seals)
    write(connection, seals, filled(50), "UPDATE face SET note = x'00' WHERE id = 3")
    connection.close()
    assert not path.with_name("records.db-wal").exists()
    assert "not sealed yet" in seals.check()[0]
    seals.close(connect(path, seals))
    assert seals.check() == []


def test_a_closing_that_dies_between_copying_the_log_and_deleting_it_raises_no_alarm(database: tuple[Path, Seals]) -> None:
    path, seals = database
    connection = connect(path, seals)
    write(connection, seals, filled(50), "UPDATE face SET note = x'00' WHERE id < 30")
    connection.close()
    path.with_name("records.db-wal").hardlink_to(path.with_suffix(".kept"))
    seals.close(connect(path, seals))
    assert seals.check() == []


def test_a_sealing_leaves_this_processs_locks_alone(database: tuple[Path, Seals]) -> None:
    path, seals = database
    connection = connect(path, seals)
    write(connection, seals, filled(5))
    seals.seal(connection)
    seals.check()
    write(connection, seals, filled(5))
    # If our lock on the database were lost, this process would think itself the last to close, and delete the log under our feet.
    subprocess.run(
        [sys.executable, "-c", f"import sqlite3; c = sqlite3.connect({str(path)!r}); c.execute('SELECT count(*) FROM face'); c.close()"],
        check=True,
    )
    assert path.with_name("records.db-wal").exists()
    seals.close(connection)
    assert seals.check() == []


def test_a_reader_that_holds_the_log_delays_its_emptying(database: tuple[Path, Seals]) -> None:
    path, seals = database
    writer, reader = connect(path, seals), connect(path, seals)
    writer.execute("PRAGMA busy_timeout=0")
    write(writer, seals, filled(5))
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM face").fetchone()
    write(writer, seals, filled(5))
    assert not seals.seal(writer)
    reader.execute("COMMIT")
    assert seals.seal(writer)
    reader.close()
    seals.close(writer)
    assert seals.check() == []


def test_a_missing_or_damaged_seal_file_is_never_made_up_silently(database: tuple[Path, Seals]) -> None:
    path, seals = database
    file = path.with_suffix(".seals")
    flip(file, 3)
    connection = connect(path, seals)
    write(connection, seals, filled(1))
    with pytest.raises(DamageError):
        seals.seal(connection)
    file.unlink()
    with pytest.raises(DamageError):
        seals.seal(connection)
    assert "missing" in seals.check()[0]
    seals.reseal(connection)
    seals.close(connection)
    assert seals.check() == []


@pytest.mark.parametrize("statement", [None, "UPDATE face SET note = randomblob(900)", filled(200)])
def test_seals_cut_short_are_found_after_the_archive_was_opened_and_written(database: tuple[Path, Seals], statement: str | None) -> None:
    path, seals = database
    file = path.with_suffix(".seals")
    os.truncate(file, file.stat().st_size - 6)
    for _opening in range(2):
        connection = connect(path, seals)
        if statement:
            write(connection, seals, statement)
        seals.close(connection)
        assert seals.check()
    connection = connect(path, seals)
    seals.reseal(connection)
    seals.close(connection)
    assert seals.check() == []


def test_a_damaged_list_of_pending_pages_is_damage_until_resealed(database: tuple[Path, Seals]) -> None:
    path, seals = database
    path.with_suffix(".pending").write_bytes(b"VISAVISP" + bytes(12))
    assert "left by a process that died" in seals.check()[0]
    connection = connect(path, seals)
    with pytest.raises(DamageError):
        seals.seal(connection)
    seals.reseal(connection)
    seals.close(connection)
    assert seals.check() == []


def test_a_lock_that_is_held_is_waited_for_and_then_reported(database: tuple[Path, Seals]) -> None:
    path, seals = database
    impatient = Seals(path, patience_s=0.01)
    with seals.writing(), pytest.raises(ArchiveBusy), impatient.writing():
        pass
    with impatient.writing():
        pass


def test_sealing_inside_a_transaction_is_refused(database: tuple[Path, Seals]) -> None:
    path, seals = database
    connection = connect(path, seals)
    connection.execute("BEGIN")
    with pytest.raises(InputError):
        seals.seal(connection)
    connection.execute("ROLLBACK")
    seals.close(connection)


WORKER = """
import random, sqlite3, sys
from pathlib import Path
from visavis.records.seals import Seals
chance = random.Random(int(sys.argv[2]))
seals = Seals(Path(sys.argv[1]))
while True:
    connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
    seals.prepare(connection)
    for _ in range(chance.randint(1, 8)):
        with seals.writing():
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT INTO face(note) VALUES (randomblob(?))", (chance.randint(1, 9000),))
            connection.execute("UPDATE face SET note = randomblob(500) WHERE id % 97 = ?", (chance.randrange(97),))
            connection.execute("DELETE FROM face WHERE id % 89 = ?", (chance.randrange(89),))
            connection.execute("COMMIT")
        print("committed", flush=True)
        if chance.random() < 0.3:
            seals.seal(connection)
    connection.close() if chance.random() < 0.5 else seals.close(connection)
"""


def test_processes_killed_at_any_moment_leave_a_database_that_seals_clean(database: tuple[Path, Seals]) -> None:
    path, seals = database
    chance = random.Random(7)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}

    def start(seed: int) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-c", WORKER, str(path), str(seed)], env=environment, stdout=subprocess.PIPE)

    workers = [start(seed) for seed in range(3)]
    commits = 0
    try:
        for kill in range(18):
            victim = kill % 3
            pipe = workers[victim].stdout
            assert pipe is not None
            assert pipe.readline() == b"committed\n"
            time.sleep(chance.uniform(0, 0.05))
            os.kill(workers[victim].pid, signal.SIGKILL)
            commits += 1 + len(pipe.read().splitlines())
            pipe.close()
            workers[victim].wait()
            workers[victim] = start(10 + kill)
            if kill % 6 == 5:  # all at once: the next to open finds the log, no process and no -shm to trust
                for worker in workers:
                    worker.kill()
                    worker.communicate()
                seals.close(connect(path, seals))
                assert seals.check() == []
                workers = [start(100 * kill + seed) for seed in range(3)]
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()
            if worker.stdout is not None:
                worker.stdout.close()
    connection = connect(path, seals)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    seals.close(connection)
    assert seals.check() == []
    assert commits >= 18
