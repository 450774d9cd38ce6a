"""The unit of work: no change without a leaf, no time that runs backwards, nothing left of what failed."""

import datetime as dt
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress

import pytest
import sqlalchemy as sa
from archive_forge import ACTOR, NOW, MadeArchive, Picture, at_cosine

from visavis.domain.errors import DamageError
from visavis.records import archive as records_archive
from visavis.records import tables
from visavis.records.database import Work


def failing(made: MadeArchive, act: Callable[[Work], None]) -> None:
    """Do something in a unit of work that then fails."""
    with suppress(ZeroDivisionError), made.records.work(ACTOR) as work:
        act(work)
        raise ZeroDivisionError


def leaves(made: MadeArchive) -> list[dict]:
    return [json.loads(body) for (body,) in made.sql("SELECT body FROM leaf ORDER BY seq")]


def test_a_change_without_a_leaf_is_refused_and_leaves_nothing(made):
    made.household()
    with pytest.raises(DamageError, match="without its ledger leaf"), made.records.work(ACTOR) as work:
        work.run(sa.update(tables.source).values(state="suspended"))
    assert made.sql("SELECT state FROM source") == [("live",)]


def test_a_unit_of_work_that_only_asks_needs_no_leaf(made):
    before = leaves(made)
    with made.records.work(ACTOR) as work:
        assert work.ask(sa.select(sa.func.count()).select_from(tables.source)).scalar_one() == 0
    assert leaves(made) == before


def test_what_was_changed_before_an_error_is_gone_after_it_leaf_included(made):
    made.household()
    before = leaves(made)

    def change(work: Work) -> None:
        work.run(sa.update(tables.source).values(state="suspended"))
        work.leaf("alteration", what="test")

    failing(made, change)
    assert made.sql("SELECT state FROM source") == [("live",)]
    assert leaves(made) == before


def test_a_query_in_the_middle_of_a_unit_of_work_sees_what_it_wrote_and_commits_none_of_it(made):
    source = made.household()

    def change(work: Work) -> None:
        made.records.retention.set_state(work, source, "frozen")
        assert made.records.sources.one(source.id).state == "frozen"
        assert made.records._database.raw.in_transaction

    before = leaves(made)
    failing(made, change)
    assert made.records.sources.one(source.id).state == "live"
    assert leaves(made) == before


def test_a_unit_of_work_inside_another_is_refused_and_the_outer_one_leaves_nothing(made):
    source = made.household()
    before = leaves(made)

    def act() -> None:
        with made.records.work(ACTOR) as work:
            made.records.retention.set_state(work, source, "frozen")
            with made.records.work(ACTOR):
                pass

    with pytest.raises(DamageError, match="inside another"):
        act()
    assert made.records.sources.one(source.id).state == "live"
    assert leaves(made) == before


def test_private_text_never_gets_into_a_leaf_by_a_wrong_name(made):
    with pytest.raises(TypeError, match="by position"), made.records.work(ACTOR) as work:
        work.leaf("consultation", private={"reason": "a secret"})
    assert len(leaves(made)) == 1


def test_work_goes_on_after_a_work_that_failed(made):
    failing(made, lambda _: None)
    assert made.household().number == 1


def test_time_never_runs_before_the_last_leaf(made):
    made.household()
    made.clock.at = NOW - dt.timedelta(days=3)
    with made.records.work(ACTOR) as work:
        assert work.at == NOW
    made.clock.at = NOW + dt.timedelta(microseconds=1)
    with made.records.work(ACTOR) as work:
        assert work.at == made.clock.at


def test_leaves_are_numbered_from_0_without_gaps_and_in_order_of_time(made):
    source = made.household()
    made.clock.at = NOW - dt.timedelta(hours=1)
    made.put(source, Picture(path="a.jpg", vectors=(at_cosine(1),)))
    made.search()
    told = leaves(made)
    assert [leaf["seq"] for leaf in told] == list(range(len(told)))
    assert [leaf["at"] for leaf in told] == sorted(leaf["at"] for leaf in told)
    assert [leaf["operation"] for leaf in told] == ["set-up", *["collection"] * 4, "consultation"]


def test_a_leaf_names_its_actor_by_a_mark_and_the_same_actor_by_the_same_mark(made):
    made.household()
    marks = {leaf["actor"]["mark"] for leaf in leaves(made)}
    assert len(marks) == 1
    assert ACTOR.name not in marks.pop()


def test_vectors_of_a_batch_that_was_rolled_back_are_cut_off_at_the_next_opening(made, tmp_path):
    source = made.household()
    kept = made.put(source, Picture(path="a.jpg", vectors=(at_cosine(1),)))
    files, batch = made.records.files, [Picture(path="b.jpg", vectors=(at_cosine(0.5), at_cosine(0.4))).read()]

    def ingest(work: Work) -> None:
        job = files.start_job(work, source)
        made.records.intake.commit(work, job, source.roots[0].number, batch)

    failing(made, ingest)
    size = {path.name: path.stat().st_size for path in made.records.folder.rows.rglob("*") if path.is_file()}
    made.records.close()
    made.records = records_archive.open_records(tmp_path / "archive", made.doors, writable=True)
    cut = {path.name: path.stat().st_size for path in made.records.folder.rows.rglob("*") if path.is_file()}
    assert sum(cut.values()) < sum(size.values())
    assert made.records.gallery.high_water() == max(kept)
    assert list(made.records.integrity()) == []
    assert made.put(source, Picture(path="b.jpg", vectors=(at_cosine(0.5),))) == (max(kept) + 1,)
    assert list(made.records.integrity()) == []


def test_a_batch_is_one_leaf_however_many_rows_it_writes(made):
    source = made.household()
    before = len(leaves(made))
    made.put(source, *(Picture(path=f"{number}.jpg", vectors=(at_cosine(1),)) for number in range(20)))
    told = leaves(made)[before:]
    assert [leaf["facts"].get("templates") for leaf in told] == [None, 20, None]  # begun, one batch, ended


def test_no_number_or_key_is_given_twice_even_when_the_newest_rows_are_erased(made):
    source = made.household()
    made.put(source, Picture(path="a.jpg", vectors=(at_cosine(1),)), Picture(path="b.jpg", vectors=(at_cosine(0.9),)))
    for statement in ("template WHERE key = 2", "face WHERE number = 2", "appearance WHERE number = 2", "location WHERE media_number = 2"):
        made.sql(f"DELETE FROM {statement}")
    made.sql("DELETE FROM media WHERE number = 2")
    assert made.records.gallery.high_water() == 2
    assert made.put(source, Picture(path="c.jpg", vectors=(at_cosine(0.8),))) == (3,)
    assert [made.sql(f"SELECT max(number) FROM {table}") for table in ("media", "appearance", "face", "location")] == [[(3,)]] * 4


def test_ctrl_c_in_the_middle_of_a_statement_leaves_nothing_and_closes_quietly(made):
    made.household()
    database = made.records._database

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    def act() -> None:
        with made.records.work(ACTOR) as work:
            work.run(sa.update(tables.source).values(state="frozen"))
            sa.event.listen(database._engine, "do_execute", interrupt)
            work.leaf("alteration")

    with pytest.raises(KeyboardInterrupt):
        act()
    sa.event.remove(database._engine, "do_execute", interrupt)
    assert database._connection.invalidated, "SQLAlchemy has dropped the connection; closing the archive, below this test, must not stumble"
    with closing(sqlite3.connect(f"file:{database.path}?mode=ro", uri=True)) as other:
        assert other.execute("SELECT state FROM source").fetchall() == [("live",)]
