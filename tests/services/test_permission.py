"""A search that a rule refuses: by its name, in the ledger, and without touching the index."""

import datetime as dt
import json

import archive_forge
import pytest
from archive_forge import ACTOR

from visavis.domain.errors import RefusedError
from visavis.law.rules import Rule
from visavis.services.people import sign_in


class NoIndex:
    """Fails whoever asks it."""

    def __getattr__(self, door):
        raise AssertionError(f"the index was asked: {door}")


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
    made.sql(f"UPDATE \"case\" SET closed_at = '2026-01-01T00:00:00.000000Z' WHERE id = '{made.case_of(museum)}'")  # behind the seals
    return {"case_id": made.case_of(museum)}


def ended_charter(made, museum):
    made.clock.at += dt.timedelta(days=4)
    return {"case_id": made.case_of(museum)}


def purpose_outside_the_table(made, museum):
    made.sql(f"UPDATE \"case\" SET purpose = 'journalism' WHERE id = '{made.case_of(museum)}'")
    return {"case_id": made.case_of(museum)}


def frozen_source(made, museum):
    made.sql("UPDATE source SET state = 'frozen'")
    return {"case_id": made.case_of(museum)}


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
        (source_outside_the_case, Rule.SOURCE_IN_CASE),
        (threshold_under_the_floor, Rule.SIMILARITY_FLOOR),
        (ended_charter, Rule.CHARTER_IN_DATES),
        (purpose_outside_the_table, Rule.PURPOSE_ALLOWED),
        (frozen_source, Rule.SOURCE_LIVE),
        (no_reason, Rule.REASON_GIVEN),
    ],
)
def test_a_refused_search_names_its_rule_is_in_the_ledger_and_touches_no_index(scene, rule, made, museum, monkeypatch):
    asked = scene(made, museum)
    before = len(leaves(made))
    monkeypatch.setattr(made, "index", NoIndex())
    monkeypatch.setattr(made.permission, "_floor", -0.5)
    with pytest.raises(RefusedError) as caught:
        made.search(**asked)
    monkeypatch.undo()
    assert caught.value.rule == rule
    assert caught.value.remedy
    [leaf] = leaves(made)[before:]
    assert rule.value in json.dumps(leaf)
    assert leaf["operation"] == "consultation"
    assert ACTOR.name not in json.dumps(leaf)
    assert made.sql("SELECT count(*) FROM search") == [(0,)]


def test_a_wrong_passphrase_lets_nobody_act(made):
    owner = made.owner.actor
    with pytest.raises(RefusedError) as caught:
        sign_in(made.records, ACTOR, owner.name, "not the passphrase")
    assert caught.value.rule == Rule.SIGNED_IN
    assert leaves(made)[-1]["operation"] == "set-up"
