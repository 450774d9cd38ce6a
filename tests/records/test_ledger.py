"""The ledger in the database: grown with each act, never changed, its payloads apart."""

import hashlib
import json
import sqlite3
from contextlib import suppress

import pytest
from archive_forge import ACTOR, MadeArchive

from visavis.domain.actor import Actor
from visavis.domain.errors import DamageError
from visavis.domain.ids import PersonId
from visavis.ledger.tree import Frontier, leaf_hash, root
from visavis.records.keyring import KeyKind

SECRET = {"reason": "Who is the bride of the Miller wedding?"}


def acted(made: MadeArchive, number: int = 1) -> int:
    """Do so many acts; return the number of the last leaf."""
    seq = -1
    for _ in range(number):
        with made.records.work(ACTOR) as work:
            seq = work.leaf("alteration", what="test")
    return seq


def head(made: MadeArchive) -> bytes:
    return root(made.records.ledger.size(), made.records.ledger.node)


def confided(made: MadeArchive) -> tuple[int, int]:
    with made.records.work(ACTOR) as work:
        key = made.records.keys.make(work, KeyKind.LEAF)
        return work.leaf("consultation", SECRET, key), key


def test_the_root_from_stored_nodes_is_that_over_all_leaves(made):
    for _ in range(9):
        acted(made)
        frontier = Frontier()
        for leaf in made.records.ledger.leaves():
            frontier.append(leaf_hash(leaf.body))
        assert (frontier.size, frontier.root()) == (made.records.ledger.size(), head(made))


def test_leaves_come_in_order_between_two_numbers_across_portions(made, monkeypatch):
    monkeypatch.setattr("visavis.records.ledger.LEAVES_AT_A_TIME", 2)
    acted(made, 6)
    assert [leaf.seq for leaf in made.records.ledger.leaves()] == list(range(made.records.ledger.size()))
    assert [leaf.seq for leaf in made.records.ledger.leaves(2, 5)] == [2, 3, 4]


@pytest.mark.parametrize("statement", ["UPDATE leaf SET body = x'00' WHERE seq = 0", "DELETE FROM leaf WHERE seq = 0"])
def test_the_database_itself_refuses_to_change_or_remove_a_leaf(made, statement):
    with pytest.raises(sqlite3.IntegrityError, match="never changed or removed"):
        made.sql(statement)


def test_a_payload_lies_sealed_outside_its_leaf_which_commits_to_it(made):
    seq, _ = confided(made)
    (leaf,) = made.records.ledger.leaves(seq)
    kept = made.records.ledger.payload(seq)
    assert json.loads(kept[32:]) == SECRET
    assert json.loads(leaf.body)["commitments"] == [hashlib.sha256(kept).hexdigest()]
    for sealed in (leaf.body, *made.sql("SELECT sealed FROM leaf_payload")[0]):
        assert b"Miller" not in sealed


def test_one_payload_written_twice_has_two_commitments(made):
    first, second = (confided(made)[0] for _ in range(2))
    assert made.records.ledger.payload(first)[32:] == made.records.ledger.payload(second)[32:]
    one, other = (json.loads(leaf.body)["commitments"] for leaf in made.records.ledger.leaves(first))
    assert one != other


def test_shredding_a_payload_leaves_the_root_and_no_payload(made):
    seq, key = confided(made)
    size, before = made.records.ledger.size(), head(made)
    with made.records.work(ACTOR) as work:
        made.records.keys.destroy(work, key)
        work.leaf("erasure", payload_of=seq)
    assert root(size, made.records.ledger.node) == before
    assert made.records.ledger.payload(seq) is None
    assert list(made.records.ledger.payloads()) == []


def test_a_leaf_without_private_text_has_no_payload_and_no_commitment(made):
    seq = acted(made)
    assert made.records.ledger.payload(seq) is None
    assert json.loads(next(made.records.ledger.leaves(seq)).body)["commitments"] == []


def test_an_act_that_fails_leaves_no_leaf_no_node_and_no_payload(made):
    before = made.records.ledger.size(), head(made)
    with suppress(ZeroDivisionError), made.records.work(ACTOR) as work:
        work.leaf("consultation", SECRET)
        raise ZeroDivisionError
    assert (made.records.ledger.size(), head(made)) == before
    assert made.sql("SELECT count(*) FROM leaf_payload") == [(0,)]


def test_two_leaves_of_one_act_stand_one_behind_the_other(made):
    with made.records.work(ACTOR) as work:
        assert work.leaf("alteration") + 1 == work.leaf("erasure")
    acted(made)
    assert head(made)


def test_a_person_who_signed_in_is_marked_by_who_they_are_and_not_by_their_name(made):
    marks = []
    for actor in (Actor(name="Ada", person_id=PersonId("p1")), Actor(name="Ada B.", person_id=PersonId("p1")), Actor(name="Ada")):
        with made.records.work(actor) as work:
            seq = work.leaf("alteration")
        marks.append(json.loads(next(made.records.ledger.leaves(seq)).body)["actor"]["mark"])
    assert marks[0] == marks[1] != marks[2]


def test_ids_are_objects_and_what_is_searched_has_its_place(made):
    case, one = "0195f3f0-0000-7000-8000-000000000000", "0195f3f0-0000-7000-8000-000000000001"
    with made.records.work(ACTOR) as work:
        seq = work.leaf("consultation", case=case, search=one, pair=[one, one], sources=[1, 2], gallery_size=3, pack="p@1", word="so", n=2)
    told = json.loads(next(made.records.ledger.leaves(seq)).body)
    assert (told["case"], told["objects"], told["facts"]) == (case, {"search": one, "pair": [one, one]}, {"word": "so", "n": 2})
    assert (told["sources"], told["gallery_size"], told["model"]) == ([1, 2], 3, "p@1")


def test_a_node_that_is_missing_is_damage(made):
    acted(made, 4)
    made.sql("DROP TRIGGER leaf_no_update")
    made.sql("UPDATE leaf SET nodes = x'' WHERE seq = 3")
    with pytest.raises(DamageError, match="leaf 3"):
        head(made)
