"""A search that a rule refuses: by its name, in the ledger, and without touching the index."""

import dataclasses
import datetime as dt
import json
import sqlite3

import archive_forge
import pytest
from archive_forge import ACTOR
from people_forge import House

from visavis.domain.actor import Role
from visavis.domain.errors import InputError, RefusedError
from visavis.law.rulebook import shipped
from visavis.law.rules import Rule
from visavis.services.cases import ApproveCase, CloseCase, FreezeCase
from visavis.services.people import sign_in


class CountedIndex:
    """An index that counts how often any of its doors is opened."""

    def __init__(self, index):
        self._index = index
        self.asked = 0

    def __getattr__(self, door):
        self.asked += 1
        return getattr(self._index, door)


def leaves(made):
    return [json.loads(bytes(row[0]).decode()) for row in made.sql("SELECT body FROM leaf ORDER BY seq")]


@pytest.fixture
def museum(made, monkeypatch):
    """Return a live source whose charter lasts three days, with its standing case."""
    monkeypatch.setattr(archive_forge, "ARCHIVE_CHARTER", "valid_to = 2026-11-25\n" + archive_forge.ARCHIVE_CHARTER)
    return made.archive()


def no_case(made, museum):
    return {"sources": (museum.id,)}


def closed_case(made, museum):
    case = made.case_of(museum)
    CloseCase(made.records).run(made.owner.actor, case, why="found")
    return {"case_id": case}


def frozen_case(made, museum):
    FreezeCase(made.records).run(made.owner.actor, made.case_of(museum))
    return {"case_id": made.case_of(museum)}


def unapproved_case(made, museum):
    house = House(made)
    return {"case_id": house.open(house.owner, house.source("tracing"))}


def ended_charter(made, museum):
    made.clock.at += dt.timedelta(days=4)
    return {"case_id": made.case_of(museum)}


def purpose_outside_the_table(made, museum):
    made.sql(f"UPDATE \"case\" SET purpose = 'journalism' WHERE id = '{made.case_of(museum)}'")  # no command lets such a case open
    return {"case_id": made.case_of(museum)}


def frozen_source(made, museum):
    made.life().freeze(museum.id, "a complaint came in")
    return {"case_id": made.case_of(museum)}


def draft(made, museum):
    made.draft("Deposit")
    return {"sources": ("Deposit",)}


def source_outside_the_case(made, museum):
    other = made.archive("Deposit")
    return {"case_id": made.case_of(museum), "sources": (other.id,)}


def threshold_under_the_floor(made, museum):
    return {"case_id": made.case_of(museum), "threshold": -0.9}


def no_reason(made, museum):
    return {"case_id": made.case_of(museum), "reason": ""}


@pytest.mark.parametrize(
    ("scene", "rule"),
    [
        (no_case, Rule.CASE_NEEDED),
        (closed_case, Rule.CASE_OPEN),
        (frozen_case, Rule.CASE_OPEN),
        (unapproved_case, Rule.CASE_APPROVED),
        (source_outside_the_case, Rule.SOURCE_IN_CASE),
        (threshold_under_the_floor, Rule.SIMILARITY_FLOOR),
        (ended_charter, Rule.CHARTER_IN_DATES),
        (purpose_outside_the_table, Rule.PURPOSE_ALLOWED),
        (frozen_source, Rule.SOURCE_LIVE),
        (draft, Rule.SOURCE_LIVE),
        (no_reason, Rule.REASON_GIVEN),
    ],
)
def test_a_refused_search_names_its_rule_is_in_the_ledger_and_touches_no_index(scene, rule, made, museum, monkeypatch):
    asked = scene(made, museum)
    before = len(leaves(made))
    counted = CountedIndex(made.index)
    monkeypatch.setattr(made, "index", counted)
    monkeypatch.setattr(made.permission, "_floor", -0.5)
    with pytest.raises(RefusedError) as caught:
        made.search(**asked)
    assert counted.asked == 0
    assert caught.value.rule == rule
    assert caught.value.remedy
    [leaf] = leaves(made)[before:]
    assert rule.value in json.dumps(leaf)
    assert leaf["operation"] == "consultation"
    assert ACTOR.name not in json.dumps(leaf)
    assert made.sql("SELECT count(*) FROM search") == [(0,)]


def test_the_same_search_unrefused_asks_the_index_and_is_in_the_ledger(made, museum, monkeypatch):
    before = len(leaves(made))
    counted = CountedIndex(made.index)
    monkeypatch.setattr(made, "index", counted)
    found = made.search(case_id=made.case_of(museum))
    assert counted.asked > 0
    [leaf] = leaves(made)[before:]
    assert leaf["case"] == made.case_of(museum)
    assert found.search_id in json.dumps(leaf)
    assert "refused" not in leaf["facts"]


@pytest.fixture
def police(made):
    """Return a house with an investigator, a reviewer and another owner, all there for days, and a case that asks for two approvals."""
    house = House(made)
    ivo, rea, bob = house.person("Ivo", Role.INVESTIGATOR), house.person("Rea", Role.REVIEWER), house.person("Bob", Role.OWNER)
    house.pass_time(days=2)
    return house, ivo, rea, bob, house.open(ivo, house.source("police"))


def test_one_key_does_not_approve_twice_under_two_names(police):
    house, ivo, rea, bob, case = police
    house.approve(rea, case)
    key = house.records.people.one(rea.actor.person_id).public_key
    other = house.records.people.one(bob.actor.person_id)
    with pytest.raises(sqlite3.IntegrityError):  # a person of another name with the same key is not even a row
        house.made.sql(f"UPDATE person SET public_key = x'{key.hex()}' WHERE id = '{other.id}'")
    as_bob = dataclasses.replace(rea, actor=dataclasses.replace(rea.actor, person_id=bob.actor.person_id, name="Bob"))
    with pytest.raises(InputError, match="not made with the person's key"):  # Rea's key under Bob's name
        ApproveCase(house.records, shipped()).run(bob.actor, as_bob, case)
    house.made.sql(f"UPDATE signature SET person_id = '{other.id}' WHERE what = 'case-approval'")  # behind everybody's back
    assert house.records.cases.one(case).approvals == ()
    house.made.sql(f"UPDATE signature SET person_id = '{rea.actor.person_id}' WHERE what = 'case-approval'")
    with pytest.raises(RefusedError) as caught:  # nor by approving again
        house.approve(rea, case)
    assert caught.value.rule == Rule.ONE_KEY_ONCE
    assert house.refused() == [Rule.ONE_KEY_ONCE]
    assert house.refusal(ivo, case) == Rule.CASE_APPROVED
    house.approve(bob, case)
    assert house.refusal(ivo, case) == ""


def test_a_wrong_passphrase_lets_nobody_act(made):
    owner = made.owner.actor
    with pytest.raises(RefusedError) as caught:
        sign_in(made.records, ACTOR, owner.name, "not the passphrase")
    assert caught.value.rule == Rule.SIGNED_IN
    assert leaves(made)[-1]["operation"] == "set-up"
