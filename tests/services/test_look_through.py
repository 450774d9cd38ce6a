"""Looking through a source: a picture is there, or it is not there at all; who may look, and what each look leaves in the ledger."""

import json

import pytest
from archive_forge import ACTOR, MACHINE, NOW, Picture, at_cosine

from visavis.domain.actor import Actor, Role
from visavis.domain.errors import InputError, RefusedError
from visavis.law.rulebook import shipped
from visavis.records.pictures import AT_ONCE
from visavis.services.look_through import LookThrough

HIDING = {
    "it is missing": "UPDATE media SET present = 0 WHERE number = 2",
    "it is held": "UPDATE media SET holds = 1 WHERE number = 2",
    "one of its faces is suppressed": "UPDATE face SET state = 'suppressed' WHERE number = 2",
    "one of its faces is restricted": "UPDATE face SET state = 'restricted' WHERE number = 3",
    "one of its faces is being erased": "UPDATE face SET state = 'erasing' WHERE number = 2",
    "one of its faces is past an end of its own": "UPDATE template SET expires_at = '2026-11-22T12:00:00.000000Z' WHERE key = 3",
    "its path is gone": "UPDATE location SET missing_since = '2026-11-22T12:00:00.000000Z' WHERE number = 2",
}


@pytest.fixture
def family(made):
    """Three pictures, the second of two people."""
    people = at_cosine(1), at_cosine(0.9)
    source = made.household()
    made.put(source, *(Picture(path=f"{name}.jpg", vectors=vectors) for name, vectors in (("a", people[:1]), ("b", people), ("c", ()))))
    return made


def looking(made, *, in_case: bool = True) -> LookThrough:
    return LookThrough(made.records, shipped(), in_case=lambda _: in_case)


def paths(made, **asked) -> list[str]:
    return [picture.path for picture in looking(made).page(ACTOR, "Family", **asked).pictures]


def test_pictures_come_in_order_with_their_faces_and_those_without_any(family):
    page = looking(family).page(ACTOR, "Family")
    assert [(picture.path, len(picture.faces)) for picture in page.pictures] == [("a.jpg", 1), ("b.jpg", 2), ("c.jpg", 0)]
    assert page.next_after == ""


@pytest.mark.parametrize("change", HIDING.values(), ids=HIDING.keys())
def test_a_picture_is_not_there_when(family, change):
    media_id = looking(family).page(ACTOR, "Family").pictures[1].id
    family.sql(change)
    assert paths(family) == ["a.jpg", "c.jpg"]
    with pytest.raises(InputError, match="may be shown"):
        looking(family).show(ACTOR, media_id)


def test_pages_join_without_gap_or_double_over_what_is_hidden(made):
    made.put(made.household(), *(Picture(path=f"{number:03}.jpg", vectors=(at_cosine(1),)) for number in range(AT_ONCE + 20)))
    made.sql("UPDATE face SET state = 'suppressed' WHERE number % 3 = 0")
    expected = [f"{number:03}.jpg" for number in range(AT_ONCE + 20) if (number + 1) % 3]
    found, after = [], ""
    while True:
        page = looking(made).page(ACTOR, "Family", after=after, limit=17)
        found += [picture.path for picture in page.pictures]
        after = page.next_after
        if not after:
            break
    assert found == expected


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ("UPDATE source SET state = 'frozen'", "source-live"),
        ("UPDATE source SET state = 'expired'", "source-live"),
    ],
)
def test_a_source_that_is_not_live_is_not_looked_through(family, change, rule):
    family.sql(change)
    with pytest.raises(RefusedError) as refused:
        paths(family)
    assert refused.value.rule == rule
    facts = [json.loads(body)["facts"] for (body,) in family.sql("SELECT body FROM leaf ORDER BY seq DESC LIMIT 1")]
    assert facts[0]["refused"] == rule


@pytest.mark.parametrize("role", [Role.CLERK, Role.OFFICER, Role.AUDITOR])
def test_a_role_that_judges_nothing_looks_at_nothing(family, role):
    with pytest.raises(RefusedError) as refused:
        looking(family).page(Actor(name="somebody", role=role), "Family")
    assert refused.value.rule == "role-allowed"


def test_who_has_no_case_looks_only_as_the_owner(family):
    with pytest.raises(RefusedError) as refused:
        looking(family, in_case=False).page(Actor(name="Ines", role=Role.INVESTIGATOR), "Family")
    assert refused.value.rule == "browsed-in-case"
    assert looking(family, in_case=False).page(MACHINE, "Family").pictures


def test_each_look_is_a_leaf_and_reading_for_its_images_is_none(family):
    desk = looking(family)
    one = desk.page(ACTOR, "Family").pictures[1]
    desk.read(ACTOR, one.id)
    desk.show(ACTOR, one.id)
    bodies = [json.loads(body) for (body,) in family.sql("SELECT body FROM leaf ORDER BY seq")]
    looks = [body["facts"] for body in bodies if body["operation"] == "consultation"]
    assert [(look["what"], look.get("pictures"), look.get("faces")) for look in looks] == [("pictures", 3, None), ("picture", None, 2)]
    assert all("b.jpg" not in json.dumps(body) for body in bodies)


def test_a_cursor_of_another_source_begins_at_the_first_picture(family):
    assert paths(family, after="01a20294-abe7-7094-a57f-37246b8fa3e5") == ["a.jpg", "b.jpg", "c.jpg"]
    assert family.records.clock.now() == NOW
