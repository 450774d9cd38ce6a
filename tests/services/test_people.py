"""People: their keys, their roles, and signing in."""

import sqlite3

import pytest
from archive_forge import PASSPHRASE
from people_forge import MACHINE, House

from visavis.domain.actor import Role
from visavis.domain.errors import InputError, RefusedError
from visavis.law.rules import Rule
from visavis.records.passphrase import LIGHT
from visavis.services.people import AddPerson, RevokePerson, SignedIn, sign_in


@pytest.fixture
def add(made):
    return AddPerson(made.records, argon2=LIGHT)


@pytest.fixture
def house(made):
    return House(made)


def test_the_first_person_becomes_owner_without_signing_in(made, add):
    person_id = add.run(MACHINE, "Ada", [Role.OWNER], PASSPHRASE)
    (ada,) = made.records.people.all()
    assert (ada.id, ada.name, ada.roles, ada.created_by, ada.revoked_at) == (person_id, "Ada", {Role.OWNER}, None, None)


def test_the_first_person_must_be_an_owner(add):
    with pytest.raises(InputError, match="first person"):
        add.run(MACHINE, "Ada", [Role.REVIEWER], PASSPHRASE)


def test_nobody_is_added_later_without_signing_in(house, add):
    with pytest.raises(RefusedError) as caught:
        add.run(MACHINE, "Eve", [Role.OWNER], PASSPHRASE)
    assert caught.value.rule == Rule.PERSON_NEEDED
    assert house.refused() == ["person-needed"]
    assert len(house.records.people.all()) == 1


def test_only_an_owner_adds_people(house, add):
    ivo = house.person("Ivo", Role.INVESTIGATOR)
    with pytest.raises(RefusedError) as caught:
        add.run(ivo.actor, "Eve", [Role.REVIEWER], PASSPHRASE)
    assert caught.value.rule == Rule.ROLE_ALLOWED


def test_two_first_persons_at_once_are_one(house):
    people, key = house.records.people, house.records.people.closed_key(house.records.people.one("Ada Owner"))
    with pytest.raises(InputError, match="somebody else became the first"), house.records.work(MACHINE) as work:
        people.add(work, name="Eve", roles=[Role.OWNER], key=key, first=True)


@pytest.mark.parametrize("watcher", [Role.OFFICER, Role.AUDITOR])
def test_whoever_watches_holds_no_other_role(house, watcher):
    with pytest.raises(RefusedError) as caught:
        house.person("Olga", watcher, Role.OWNER)
    assert caught.value.rule == Rule.ROLES_APART


@pytest.mark.parametrize("name", ["Ivo", "ivo", "  IVO ", "Ｉｖｏ"])
def test_a_name_is_given_once_however_it_is_written(house, name):
    house.person("Ivo", Role.INVESTIGATOR)
    with pytest.raises(InputError, match="there is, or was"):
        house.person(name, Role.REVIEWER)


def test_a_name_of_somebody_revoked_is_not_given_again(house):
    house.person("Ivo", Role.INVESTIGATOR)
    RevokePerson(house.records).run(house.owner.actor, "Ivo")
    with pytest.raises(InputError, match="there is, or was"):
        house.person("Ivo", Role.REVIEWER)


@pytest.mark.parametrize(
    ("name", "roles", "passphrase"), [("", [Role.OWNER], PASSPHRASE), ("Ada", [], PASSPHRASE), ("Ada", [Role.OWNER], "short")]
)
def test_a_person_has_a_name_a_role_and_a_passphrase_of_some_length(made, add, name, roles, passphrase):
    with pytest.raises(InputError):
        add.run(MACHINE, name, roles, passphrase)
    assert made.records.people.all() == []


def test_signing_in_gives_every_role_of_the_person(house):
    ivo = house.person("Ivo", Role.REVIEWER, Role.INVESTIGATOR)
    assert ivo.actor.roles == {Role.REVIEWER, Role.INVESTIGATOR}
    assert ivo.actor.person_id == house.records.people.one("ivo").id


def test_a_wrong_passphrase_is_refused_and_counted_without_the_name(house):
    with pytest.raises(RefusedError) as caught:
        sign_in(house.records, MACHINE, "Ada Owner", "not the passphrase")
    assert caught.value.rule == Rule.SIGNED_IN
    assert house.refused() == ["signed-in"]
    assert house.made.sql("SELECT count(*) FROM leaf WHERE CAST(body AS TEXT) GLOB '*Ada*'") == [(0,)]


def test_nobody_signs_in_as_a_person_who_is_not_there(house):
    with pytest.raises(InputError, match="nobody is called"):
        sign_in(house.records, MACHINE, "Eve", PASSPHRASE)


def test_a_revoked_person_signs_in_no_longer_and_is_not_revoked_twice(house):
    house.person("Ivo", Role.INVESTIGATOR)
    RevokePerson(house.records).run(house.owner.actor, "Ivo")
    with pytest.raises(RefusedError, match="was revoked"):
        sign_in(house.records, MACHINE, "Ivo", PASSPHRASE)
    with pytest.raises(InputError, match="already"):
        RevokePerson(house.records).run(house.owner.actor, "Ivo")


def test_the_only_owner_is_not_revoked(house):
    with pytest.raises(InputError, match="only owner"):
        RevokePerson(house.records).run(house.owner.actor, "Ada Owner")


def test_nobody_revokes_without_signing_in(house):
    with pytest.raises(RefusedError):
        RevokePerson(house.records).run(MACHINE, "Ada Owner")


def test_each_person_has_a_key_of_their_own(house):
    house.person("Ivo", Role.INVESTIGATOR)
    assert len({who.public_key for who in house.records.people.all()}) == 2


def _sign(house: House, signer: SignedIn, person_id: str, **changes: object) -> None:
    """Keep a signature of a signer as this person's."""
    statement, signature = signer.statement("verdict", "x", {"says": "same"}, at=house.made.clock.now())
    with house.records.work(MACHINE) as work:
        facts = {"what": "verdict", "object_id": "x", "statement": statement, "signature": signature, **changes}
        house.records.signatures.add(work, person_id=person_id, **facts)
        work.leaf("set-up")


def test_what_a_person_signs_holds_under_their_key_only(house):
    ivo = house.person("Ivo", Role.INVESTIGATOR)
    with pytest.raises(InputError, match="not made with the person's key"):
        _sign(house, house.owner, ivo.actor.person_id)
    _sign(house, ivo, ivo.actor.person_id)
    (found,) = house.records.signatures.of("verdict")
    assert (found.object_id, found.person_id, found.facts) == ("x", ivo.actor.person_id, {"says": "same"})


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE signature SET object_id = 'y'",
        "UPDATE signature SET what = 'label'",
        "UPDATE signature SET public_key = zeroblob(32)",
        "UPDATE signature SET signature = zeroblob(64)",
    ],
)
def test_a_signature_that_was_changed_is_none(house, change):
    _sign(house, house.owner, house.owner.actor.person_id)
    house.made.sql(change)
    assert house.records.signatures.of("verdict") + house.records.signatures.of("label") == []


def test_one_key_signs_once_even_if_it_stands_under_two_names(house):
    ivo = house.person("Ivo", Role.INVESTIGATOR)
    _sign(house, ivo, ivo.actor.person_id)
    with pytest.raises(InputError, match="already"):
        _sign(house, ivo, ivo.actor.person_id)
    other = f"SELECT 'other', what, object_id, '{house.owner.actor.person_id}', public_key, statement, signature, key_id, at FROM signature"
    with pytest.raises(sqlite3.IntegrityError, match=r"UNIQUE.*signature\.public_key"):
        house.made.sql(f"INSERT INTO signature {other}")
