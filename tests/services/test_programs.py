"""Programs: what their keys open, what they are bound to, how often they search, and the camera that freezes a case."""

import datetime as dt
import json

import numpy as np
import pytest
from archive_forge import ACTOR, THRESHOLD, Picture, at_cosine, face
from people_forge import MACHINE, House

from visavis.domain.actor import Role
from visavis.domain.errors import InputError, RefusedError
from visavis.domain.identification import ProbePicture
from visavis.law.programs import BURSTS
from visavis.law.rulebook import shipped
from visavis.law.rules import Rule
from visavis.services.programs import AddKey, Facts, KeyRequest, LetIn, ReleaseCase, RevokeKey
from visavis.services.programs.watch import ProbeWatch
from visavis.services.search import PastSearches, Permission, Scale, Search, SearchQuestion

FLOOR = 0.3


@pytest.fixture
def museum(made):
    source = made.archive()
    made.put(source, Picture(path="a.jpg", vectors=(at_cosine(0.9),)), Picture(path="b.jpg", vectors=(at_cosine(0.8, sideways=2),)))
    return source


class Desk:
    """A made archive with a museum and one program."""

    def __init__(self, made, museum):
        self.made, self.museum = made, museum
        self.records = made.records
        self.case = made.case_of(museum)

    def add(self, name="Photo desk", *, profile="archive", by=None, **changes):
        asked = {
            "sources": (self.museum.id,),
            "case_id": self.case,
            "acts": ("search",),
            "per_hour": 60,
            "per_day": 500,
            "until": self.made.clock.now().date() + dt.timedelta(days=90),
        }
        actor = self.made.owner.actor if by is None else by
        return AddKey(self.records, shipped()).run(actor, KeyRequest(name=name, **{**asked, **changes}), profile=profile)

    def caller(self, **changes):
        _, key = self.add(**changes)
        return LetIn(self.records).by_key(ACTOR, key)

    def search(self, caller, picture=None, **asked):
        permission = Permission(self.records, shipped(), floor=FLOOR, program_of=Facts(self.records).of)
        search = Search(
            self.records,
            self.made.index,
            permission,
            scale=Scale(recorded=THRESHOLD),
            notices=lambda _: [],
            watch=ProbeWatch(self.records),
        )
        question = {"probes": (picture or photograph(0),), "reason": "Box 12"}
        return search.run(SearchQuestion(actor=caller.actor, **{**question, **asked}))

    def leaves(self, what):
        bodies = (json.loads(bytes(row[0])) for row in self.made.sql("SELECT body FROM leaf ORDER BY seq"))
        return [body for body in bodies if body["facts"].get("what") == what]


def photograph(number, vector=None):
    """Return a photograph of its own, with a face at nearly a right angle to every other's."""
    image = np.random.default_rng(number).integers(0, 255, (8, 8, 3), np.uint8).repeat(32, 0).repeat(32, 1)
    own = np.random.default_rng(1000 + number).standard_normal(len(at_cosine(1))).astype(np.float32)
    own = own / np.linalg.norm(own) if vector is None else vector
    return ProbePicture(name="probe.jpg", image_rgb=image, faces=(face(own),), picked=(1,))


def film(number):
    """Return a frame of one take: somebody stands before a wall and moves a little, another face in each."""
    frame = photograph(7).image_rgb.astype(np.int16)
    frame[40 + number : 90 + number, 60:100] += 12
    return ProbePicture(name="frame.jpg", image_rgb=frame.clip(0, 255).astype(np.uint8), faces=photograph(number).faces, picked=(1,))


def turned(number):
    """Return a photograph unlike any other, of one face that hardly changes."""
    vector = at_cosine(0.99, sideways=1 + number % 5)
    return photograph(number, vector)


@pytest.fixture
def desk(made, museum):
    return Desk(made, museum)


def rule_of(act, *args, **said):
    with pytest.raises(RefusedError) as caught:
        act(*args, **said)
    return caught.value.rule


def test_a_key_is_shown_once_and_lies_as_a_hash_and_sealed(desk):
    program, key = desk.add()
    secret = key.rpartition("_")[2]
    assert key.startswith(f"vis_{program.id.replace('-', '')}_")
    assert LetIn(desk.records).by_key(ACTOR, key).actor.service_id == program.id
    assert not any(desk.records.lies([secret.encode(), key.encode()]))
    (leaf,) = desk.leaves("key-added")
    assert key not in json.dumps(leaf)
    assert "Photo desk" not in json.dumps(leaf)


@pytest.mark.parametrize(
    "wrong", [lambda key: key[:-1] + ("A" if key[-1] != "A" else "B"), lambda _: "", lambda key: key[:36], lambda key: key.upper()]
)
def test_what_is_no_key_opens_nothing_in_the_same_words(desk, wrong):
    _, key = desk.add()
    assert rule_of(LetIn(desk.records).by_key, ACTOR, wrong(key)) == Rule.KEY_VALID


def test_a_key_opens_nothing_once_it_is_revoked_and_its_secret_is_destroyed(desk):
    program, key = desk.add()
    RevokeKey(desk.records).run(desk.made.owner.actor, program.id, profile="archive")
    assert rule_of(LetIn(desk.records).by_key, ACTOR, key) == Rule.KEY_VALID
    assert rule_of(LetIn(desk.records).by_signature, ACTOR, key.rpartition("_")[0], lambda _: True) == Rule.KEY_VALID
    with pytest.raises(InputError, match="revoked"):
        RevokeKey(desk.records).run(desk.made.owner.actor, program.id, profile="archive")


def test_a_key_opens_nothing_after_its_last_day(desk):
    _, key = desk.add(until=desk.made.clock.now().date())
    desk.made.clock.at += dt.timedelta(days=1)
    assert rule_of(LetIn(desk.records).by_key, ACTOR, key) == Rule.KEY_VALID


def test_a_signature_made_with_the_secret_lets_in_and_the_secret_is_handed_to_the_check_alone(desk):
    _, key = desk.add()
    name, _, secret = key.rpartition("_")
    seen = []
    caller = LetIn(desk.records).by_signature(ACTOR, name, lambda one: seen.append(one) is None)
    assert seen == [secret]
    assert secret not in repr(caller)


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"until": None}, Rule.KEY_TERMS),
        ({"until": dt.date(2030, 1, 1)}, Rule.KEY_TERMS),
        ({"per_hour": 0}, Rule.KEY_TERMS),
        ({"per_hour": 10, "per_day": 9}, Rule.KEY_TERMS),
        ({"sources": ()}, Rule.KEY_TERMS),
        ({"case_id": None}, Rule.KEY_BOUNDS),
        ({"by": MACHINE}, Rule.PERSON_NEEDED),
    ],
)
def test_a_key_that_lacks_a_bound_is_not_made(desk, changes, rule):
    assert rule_of(desk.add, **changes) == rule


def test_only_an_owner_makes_keys(desk):
    ivo = House(desk.made).person("Ivo", Role.INVESTIGATOR)
    assert rule_of(desk.add, by=ivo.actor) == Rule.ROLE_ALLOWED
    assert rule_of(desk.add, by=desk.caller().actor) == Rule.PERSON_NEEDED


def test_a_program_searches_under_its_case_and_the_search_says_which_program(desk):
    caller = desk.caller()
    found = desk.search(caller, photograph(0, at_cosine(1)))
    assert [candidate.rank for candidate in found.candidates] == [1, 2]
    assert desk.records.searches.one(found.search_id).service_id == caller.program.id
    PastSearches(desk.records).check_member(caller.actor, found.search_id)
    other = desk.caller(name="Another")
    assert rule_of(PastSearches(desk.records).check_member, other.actor, found.search_id) == Rule.CASE_MEMBER


def test_a_program_stays_within_its_sources_and_its_case(desk, made):
    shelf = made.archive("Shelf")
    caller = desk.caller()
    assert rule_of(desk.search, caller, sources=(shelf.id,)) in (Rule.KEY_BOUNDS, Rule.SOURCE_IN_CASE)
    assert rule_of(desk.search, caller, case_id=made.case_of(shelf)) == Rule.SOMETHING_TO_SEARCH


def test_a_program_makes_no_search_more_than_its_key_says_an_hour_and_a_day(desk):
    caller = desk.caller(per_hour=2, per_day=3)
    for number in range(2):
        desk.search(caller, photograph(number))
    assert rule_of(desk.search, caller, photograph(2)) == Rule.KEY_RATE
    free_at = desk.records.programs.free_at(caller.program, desk.made.clock.now())
    assert 0 < (free_at - desk.made.clock.now()).total_seconds() <= 3600
    desk.made.clock.at = free_at
    desk.search(caller, photograph(2))
    desk.made.clock.at += dt.timedelta(hours=2)
    assert rule_of(desk.search, caller, photograph(3)) == Rule.KEY_RATE
    desk.made.clock.at += dt.timedelta(hours=22)
    desk.search(caller, photograph(3))


@pytest.mark.parametrize("frame", [film, turned], ids=["one view, other faces", "one face, other pictures"])
def test_the_frames_of_a_film_freeze_the_case_until_a_person_releases_it(desk, frame):
    caller, most = desk.caller(), BURSTS[0][1]
    for number in range(most):
        desk.search(caller, frame(number))
        desk.made.clock.at += dt.timedelta(seconds=20)
    assert rule_of(desk.search, caller, frame(most)) == Rule.NO_CAMERA
    case = desk.records.cases.one(desk.case)
    assert case.frozen_at is not None
    assert "live camera" in desk.records.program_looks.why_frozen(case)
    assert len(desk.leaves("burst")) == 1
    assert rule_of(desk.search, caller, photograph(50)) == Rule.CASE_OPEN
    assert rule_of(ReleaseCase(desk.records).run, caller.actor, desk.case) == Rule.PERSON_NEEDED
    ReleaseCase(desk.records).run(desk.made.owner.actor, desk.case)
    assert desk.search(caller, frame(most + 1)).search_id
    assert len(desk.leaves("burst-released")) == 1


def test_other_pictures_mixed_into_a_camera_s_do_not_hide_it(desk):
    caller, most = desk.caller(), BURSTS[0][1]
    for number in range(most):
        desk.search(caller, film(number))
        desk.search(caller, photograph(100 + number))
        desk.made.clock.at += dt.timedelta(seconds=20)
    assert rule_of(desk.search, caller, film(most)) == Rule.NO_CAMERA


def test_a_camera_that_is_asked_slowly_all_day_is_found_too(desk):
    caller, (period, most) = desk.caller(), BURSTS[1]
    for number in range(most):
        desk.search(caller, film(number % 8))
        desk.made.clock.at += period / (most + 5)
    assert rule_of(desk.search, caller, film(0)) == Rule.NO_CAMERA


def test_many_different_photographs_and_a_photograph_sent_again_freeze_nothing(desk):
    caller = desk.caller()
    for number in range(30):
        desk.search(caller, photograph(number))
    for _ in range(4):
        desk.search(caller, photograph(99))
    assert desk.records.cases.one(desk.case).frozen_at is None


def test_what_probes_looked_like_is_sealed_and_goes_after_a_day(desk):
    caller = desk.caller()
    desk.search(caller, photograph(1))
    (look,) = (row[0] for row in desk.made.sql("SELECT look FROM service_probe"))
    assert b"sketches" not in look
    desk.made.clock.at += dt.timedelta(hours=25)
    desk.search(caller, photograph(2))
    assert len(desk.made.sql("SELECT look FROM service_probe")) == 1


def test_no_program_judges_approves_or_answers_even_at_home(made):
    from visavis.law.roles import ACTS, Act, check_role

    family = made.household()
    _, key = AddKey(made.records, shipped()).run(
        MACHINE,
        KeyRequest(
            name="Frame",
            sources=(family.id,),
            case_id=made.case_of(family),
            acts=("search",),
            per_hour=5,
            per_day=5,
            until=made.clock.now().date() + dt.timedelta(days=9),
        ),
        profile=None,
    )
    actor = LetIn(made.records).by_key(ACTOR, key).actor
    for act in Act:
        if act not in ACTS[Role.SERVICE]:
            assert rule_of(check_role, actor, act, profile="household") == Rule.PERSON_NEEDED
