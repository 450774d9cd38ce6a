"""Random histories of a whole archive with a movable clock, held against the invariants of the law.

Every history is lived through the services, on a real database with row files and vault. What is checked after each act stands in
`Checks`, one method an invariant; the tests at the end ask whether a check was ever broken, and whether the histories gave it anything to
look at. `tests/law/test_histories.py` does the same for the law alone, with many more histories.
"""

import contextlib
import datetime as dt
import hashlib
import json
import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from archive_forge import DIM, THRESHOLD, MadeArchive, Picture, make_empty, probe
from people_forge import MACHINE, House

from visavis.cli.output.document import search_document
from visavis.domain.actor import Role
from visavis.domain.errors import InputError, RefusedError
from visavis.domain.identification import NOT_CALIBRATED, SearchResult
from visavis.law.reading import parse_charter
from visavis.law.rulebook import shipped
from visavis.ledger.pen import Pen
from visavis.records.erasure import Scope
from visavis.services.cases import CloseCase
from visavis.services.expire import Expire
from visavis.services.people import SignedIn
from visavis.services.review import Decide, Labelling, LabelRequest, PrintCase, VerdictRequest, Worklist
from visavis.services.search import PastSearches, Scale, Search, SearchQuestion

HISTORIES, ACTS = 15, 60
SECRETS = ("Portrait of ", "Featherstone", "Ada Owner", "Ivo", "Olga", "root of ")
"""What names and paths of these histories begin with."""
VISIBLE = """
SELECT f.id, s.number FROM template t JOIN face f ON f.number = t.face_number JOIN appearance a ON a.number = f.appearance_number
JOIN media m ON m.number = a.media_number JOIN source s ON s.number = m.source_number
WHERE s.state = 'live' AND f.state = 'plain' AND m.holds = 0 AND m.present = 1
AND s.live_from <= :day AND (s.live_until IS NULL OR s.live_until >= :day) AND (t.expires_at IS NULL OR t.expires_at > :moment)
"""
"""Written down a second time, from the law notes and not from `records.gallery`."""


class BrokenPen(Pen):
    """A pen that can be made to fail: then no leaf is written, and nothing else may be."""

    def __init__(self) -> None:
        self.broken = False

    def write(self, *arguments: object) -> bytes:
        if self.broken:
            raise ZeroDivisionError
        return super().write(*arguments)


class World:
    """One archive, its people, and everything that can be done in it at random."""

    def __init__(self, made: MadeArchive, house: House, people: dict[str, SignedIn], seed: int) -> None:
        self.made, self.house, self.people = made, house, people
        self.records = made.records
        self.chance = random.Random(seed)
        self.seed = seed
        self.checks = Checks(self)
        self.put_so_far = 0
        self.results: list[tuple[SearchResult, str]] = []

    # ---- acts

    def acts(self) -> list[Callable[[], object]]:
        once = [
            self.sign,
            self.freeze,
            self.thaw,
            self.expire,
            self.close,
            self.stop_case,
            self.renew,
            self.erase,
            self.hold,
            self.end_faces,
            self.restrict,
        ]
        often = [self.put, self.put, self.search, self.search, self.search, self.search, self.open, self.approve]
        looks = [self.look_again, self.decide, self.decide, self.label, self.names, self.leads, self.report]
        return [self.pass_time, self.pass_time, *once, *often, *often, *looks]

    def one(self, of: list) -> object:
        if not of:
            raise InputError("nothing there")
        return self.chance.choice(of)

    def who(self) -> SignedIn:
        return self.people[self.chance.choice(list(self.people))]

    def source(self):
        return self.one(self.records.sources.all())

    def case(self):
        return self.one(self.records.cases.all())

    def pass_time(self) -> None:
        self.made.clock.at += dt.timedelta(days=self.chance.choice([0, 1, 9, 40]), minutes=1)

    def sign(self) -> None:
        self.made.life(self.who()).sign(self.source().id)

    def freeze(self) -> None:
        source = self.source()
        self.made.life(self.who()).freeze(source.id, "a Featherstone complains")
        self.checks.i13_nothing_of_what_was_frozen_is_found(source)

    def thaw(self) -> None:
        self.made.life(self.who()).thaw(self.source().id, "settled")

    def put(self) -> None:
        """Take a picture in, as ingest does once a batch was analysed."""
        self.put_so_far += 1
        vectors = tuple(vector_of(self.chance) for _ in range(self.chance.choice([1, 1, 2])))
        source = self.source()
        self.made.put(source, Picture(path=f"Portrait of {self.put_so_far}.jpg", vectors=vectors, caption="Featherstone"))
        self.checks.taken_in(source.number)

    def open(self) -> None:
        source = self.source()
        until = self.made.clock.now().date() + dt.timedelta(days=self.chance.choice([3, 30, 60]))
        standing = self.chance.random() < 0.3
        more = {"max_searches": self.chance.choice([None, 2])}
        if self.chance.random() < 0.3:
            more["sources"] = tuple({source.id, self.source().id})
        self.house.open(self.who(), source, title="Featherstone", open_until=until, standing=standing, **more)

    def approve(self) -> None:
        self.house.approve(self.who(), self.case().id)

    def renew(self) -> None:
        self.house.renew(self.who(), self.case().id)

    def close(self) -> None:
        if self.chance.random() < 0.4:
            self.house.close(self.who(), self.case().id)

    def stop_case(self) -> None:
        self.chance.choice([self.house.freeze, self.house.thaw])(self.who(), self.case().id)

    def expire(self) -> None:
        held = self.held()
        index = self.made.index
        Expire(self.records, action=lambda _: "erase", close_ended=CloseCase(self.records).close_ended).run(self.who().actor, index)
        self.checks.i8_what_is_held_is_still_there(held)

    def erase(self) -> None:
        """Hide a face for good; sometimes the process stops before the rest of the erasure."""
        number, source = self.one(
            self.made.sql(
                "SELECT f.number, m.source_number FROM face f JOIN appearance a ON a.number = "
                "f.appearance_number JOIN media m ON m.number = a.media_number WHERE f.state != 'erasing'"
            )
        )
        with self.records.work(self.who().actor) as work:
            self.records.erasures.hide(work, Scope(ground="request", source_number=source, faces=[number]))
        if self.chance.random() < 0.5:
            self.records.erasures.settle(lambda: self.records.work(MACHINE), self.made.index.remove)

    def held(self) -> set[str]:
        return {row[0] for row in self.made.sql("SELECT id FROM media WHERE holds > 0")}

    # What later issues will have services for is changed in the tables, as they will change it: with a leaf.

    def _alter(self, statement: str) -> None:
        with self.records.work(MACHINE) as work:
            self.records._database.raw.execute(statement)
            work.leaf("alteration", what="test")

    def restrict(self) -> None:
        state = self.chance.choice(["plain", "plain", "restricted", "suppressed"])
        (number,) = self.one(self.made.sql("SELECT number FROM face WHERE state != 'erasing'"))
        self._alter(f"UPDATE face SET state = '{state}' WHERE number = {number}")

    def hold(self) -> None:
        (number,) = self.one(self.made.sql("SELECT number FROM media"))
        self._alter(f"UPDATE media SET holds = 1 - (holds > 0) WHERE number = {number}")

    def end_faces(self) -> None:
        (key,) = self.one(self.made.sql("SELECT key FROM template"))
        end = self.made.clock.at + dt.timedelta(days=self.chance.choice([0, 5]))
        self._alter(f"UPDATE template SET expires_at = '{end:%Y-%m-%dT%H:%M:%S.%fZ}' WHERE key = {key}")

    # ---- looking

    def search(self) -> None:
        who = self.people["ivo"] if self.chance.random() < 0.6 else self.who()
        at = self.made.clock.now()
        going = [case for case in self.records.cases.all() if case.state(at) == "open"]
        case = self.one(going) if going and self.chance.random() < 0.6 else self.case()
        vector = vector_of(self.chance)
        asked = {
            "case_id": case.id,
            "top": self.chance.choice([5, 50, None]),
            "threshold": self.chance.choice([None, -1.0, -1.0]),
            "reason": self.chance.choice(["letter of a Featherstone", "letter of a Featherstone", ""]),
            "probes": (probe(vector),),
        }
        before = self.stored()
        search = Search(self.records, self.made.index, self.made.permission, scale=Scale(recorded=THRESHOLD), notices=lambda _sources: [])
        found = search.run(SearchQuestion(actor=who.actor, **asked))
        self.results.append((found, who.actor.person_id))
        self.checks.a_search(found, who, case)
        self.checks.i10_a_probe_is_not_enrolled(before, self.stored(), vector)

    def stored(self) -> list[int]:
        return [self.made.sql(f"SELECT count(*) FROM {table}")[0][0] for table in ("media", "face", "template", "outbox")]

    def past(self) -> PastSearches:
        return PastSearches(self.records)

    def look_again(self) -> None:
        found, _ = self.one(self.results)
        shown = self.past().show(self.who().actor, found.search_id)
        self.checks.i7_shown(candidate.face_id for candidate in shown.result.candidates)
        self.checks.i5_a_search_is_shown_only_while_its_case_lasts(shown)

    def decide(self) -> None:
        found, _ = self.one([pair for pair in self.results if pair[0].candidates])
        says = self.chance.choice(["same", "same", "not-the-same", "cannot-say"])
        who = self.who()
        request = VerdictRequest(
            actor=who.actor,
            candidate=self.one(list(found.candidates)).candidate_id,
            says=says,
            grounds="ear of a Featherstone",
            because="again",
        )
        Decide(self.records, read=self.past().read, signer=who).run(request)

    def labelling(self, who: SignedIn) -> Labelling:
        return Labelling(self.records, shipped(), read=self.past().read, signer=who)

    def label(self) -> None:
        found, _ = self.one([pair for pair in self.results if pair[0].candidates])
        who = self.who()
        request = LabelRequest(actor=who.actor, candidate=self.one(list(found.candidates)).candidate_id, name="Featherstone")
        self.labelling(who).add(request)

    def names(self) -> None:
        who = self.who()
        found = self.labelling(who).find(who.actor, "featherstone")
        self.checks.i7_labels(found)

    def leads(self) -> None:
        who = self.who()
        found = Worklist(self.records, read=self.past().read, show=self.past().show).leads(who.actor)
        self.checks.i7_shown(lead.candidate.face_id for lead in found)

    def report(self) -> None:
        report = PrintCase(self.records, shipped(), read=self.past().read).run(self.who().actor, self.case().id)
        self.checks.i7_shown(candidate.face_id for past in report.searches for candidate in past.result.candidates)

    # ---- one step

    def step(self, act: Callable[[], object] | None = None) -> None:
        """Do one thing, chosen by chance unless it is given; what the law refuses is not done."""
        act = act or self.chance.choice(self.acts())
        self.made.doors.pen.broken = broken = self.chance.random() < 0.1
        before, leaves = self.digest(), self.leaf_count()
        with contextlib.suppress(RefusedError, InputError, ZeroDivisionError):
            act()
        self.made.doors.pen.broken = False
        self.checks.i16_no_change_without_a_leaf(act.__name__, before, leaves, broken=broken)
        self.checks.after_each_act()

    def leaf_count(self) -> int:
        return int(self.made.sql("SELECT count(*) FROM leaf")[0][0])

    def digest(self) -> bytes:
        """Return a hash of every row of every table but the ledger's."""
        found = hashlib.sha256()
        names = self.made.sql("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'leaf%'")
        for (name,) in names:
            found.update(repr((name, self.made.sql(f'SELECT * FROM "{name}"'))).encode())
        return found.digest()


def vector_of(chance: random.Random) -> np.ndarray:
    vector = np.random.default_rng(chance.getrandbits(32)).normal(size=DIM)
    vector[0] += 4  # everybody resembles everybody
    return (vector / np.linalg.norm(vector)).astype(np.float32)


class Checks:
    """What must hold. A broken invariant is noted under its name, and so is how often each was looked at."""

    broken: dict[str, list[str]]
    looked: Counter[str]

    def __init__(self, world: World) -> None:
        self.world = world
        self.past: dict[str, tuple] = {}

    def hold(self, invariant: str, true: object, why: str) -> None:
        self.looked[invariant] += 1
        if not true:
            self.broken.setdefault(invariant, []).append(f"history {self.world.seed}: {why}")

    def visible(self) -> set[tuple[str, int]]:
        at = self.world.made.clock.now()
        sql = self.world.records._database.raw.execute(VISIBLE, {"day": f"{at:%Y-%m-%d}", "moment": f"{at:%Y-%m-%dT%H:%M:%S.%fZ}"})
        return set(sql.fetchall())

    def after_each_act(self) -> None:
        self.i1_templates_have_their_keys()
        self.i5_children_end_with_their_parents()
        self.i6_duties_are_apart()
        self.i19_past_decisions_keep_their_pack()

    # ---- one method an invariant

    def i1_templates_have_their_keys(self) -> None:
        records, at = self.world.records, self.world.made.clock.now()
        holding = {row[0] for row in self.world.made.sql("SELECT DISTINCT source_number FROM media WHERE templates > 0")}
        for source in records.sources.all():
            if source.number not in holding:
                continue
            charter = parse_charter(source.charter_toml, shipped())
            self.hold("I1", source.signed_by is not None and source.state != "draft", f"templates of a {source.state} without a signature")
            if source.profile != "household":
                signed = records.signatures.of("charter", f"{source.id}/{source.charter_version}")
                self.hold("I1", signed, "templates under a charter that nobody's key has signed")
                self.hold("I1", charter.basis and charter.condition and charter.evidence, "templates without two keys and evidence")
            if self.visible_of(source.number):
                self.hold("I1", charter.valid_from <= at.date() <= (source.live_until or dt.date.max), "searchable out of dates")

    def visible_of(self, source_number: int) -> set[str]:
        return {face for face, number in self.visible() if number == source_number}

    def taken_in(self, source_number: int) -> None:
        source = next(one for one in self.world.records.sources.all() if one.number == source_number)
        at = self.world.made.clock.now().date()
        live = source.state == "live" and (source.live_until is None or at <= source.live_until)
        self.hold("I1", live, f"a template was written for a source that is {source.state}")

    def a_search(self, found: SearchResult, who: SignedIn, case) -> None:
        records, at = self.world.records, self.world.made.clock.now()
        case = records.cases.one(case.id)
        sources = {source.id: source for source in records.sources.all()}
        candidates = [sources[candidate.source_id] for candidate in found.candidates]
        self.hold(
            "I2", all(one.state == "live" and at.date() <= (one.live_until or dt.date.max) for one in candidates), "a source not live"
        )
        for source in candidates:
            table = {"research"} if {"catalogue", "journalism"} & set(parse_charter(source.charter_toml, shipped()).purposes) else set()
            self.hold("I3", case.purpose in {*parse_charter(source.charter_toml, shipped()).purposes, *table}, "another purpose")
            self.hold("I12", source.number in case.sources and source.profile == case.profile, "a source that the case does not name")
        self.hold("I4", case.state(at) == "open", f"a search under a case that is {case.state(at)}")
        self.hold("I4", case.max_searches is None or case.searches_made <= case.max_searches, "more searches than the case has")
        self.hold("I6", who.actor.roles & {Role.OWNER, Role.INVESTIGATOR}, f"a search by {who.actor.roles}")
        self.i7_shown(candidate.face_id for candidate in found.candidates)
        filters = json.loads(self.world.made.sql(f"SELECT filters FROM search WHERE id = '{found.search_id}'")[0][0])
        counted = sum(number in filters["sources"] for _, number in self.visible())
        self.hold("I7", found.gallery_size == counted, f"N is {found.gallery_size}, and {counted} may be counted")
        self.hold("I8", not {candidate.media_id for candidate in found.candidates} & self.world.held(), "a candidate that is held")
        document = json.dumps(search_document(found))
        self.hold("I15", found.search_id in document and case.id in document and NOT_CALIBRATED in document, "a result without its lines")
        kept = self.world.made.sql(f"SELECT case_id FROM search WHERE id = '{found.search_id}'")
        self.hold("I15", kept == [(case.id,)], "a result whose search is not in the records")

    def i5_children_end_with_their_parents(self) -> None:
        made, at = self.world.made, self.world.made.clock.now()
        orphans = made.sql(
            "SELECT (SELECT count(*) FROM candidate WHERE search_id NOT IN (SELECT id FROM search)),"
            ' (SELECT count(*) FROM probe p JOIN search s ON s.id = p.search_id JOIN "case" c ON c.id = s.case_id'
            " WHERE c.closed_at IS NOT NULL),"
            " (SELECT count(*) FROM template t JOIN face f ON f.number = t.face_number JOIN appearance a ON a.number = f.appearance_number"
            " JOIN media m ON m.number = a.media_number JOIN source s ON s.number = m.source_number WHERE s.state = 'erased')"
        )
        self.hold("I5", orphans == [(0, 0, 0)], f"children without a parent: {orphans}")
        for source in self.world.records.sources.all():
            if source.live_until is not None and at.date() > source.live_until:
                self.hold("I5", not self.visible_of(source.number), "templates are searchable after their charter")

    def i5_a_search_is_shown_only_while_its_case_lasts(self, shown) -> None:
        state = shown.case.state(self.world.made.clock.now())
        self.hold("I5", state in ("open", "waiting"), f"a search was shown again under a case that is {state}")

    def i6_duties_are_apart(self) -> None:
        for case in self.world.records.cases.all():
            others = [given for given in case.approvals if given.person_id == case.opened_by and not given.self_approved]
            self.hold("I6", not others, "who asked has approved")
            self.hold("I6", len({given.public_key for given in case.approvals}) == len(case.approvals), "one key approved twice")
        twice = self.world.made.sql(
            "SELECT count(*) FROM (SELECT 1 FROM verdict v WHERE id NOT IN (SELECT replaces FROM verdict WHERE replaces IS NOT NULL)"
            " GROUP BY candidate_id, person_id HAVING count(*) > 1)"
        )
        self.hold("I6", twice == [(0,)], "one person judged a candidate twice")

    def i7_shown(self, faces: Iterator[str]) -> None:
        may_be_seen = {face for face, _ in self.visible()}
        self.hold("I7", set(faces) <= may_be_seen, "a face was shown that may not be")

    def i7_labels(self, labels) -> None:
        may_be_seen = {row for face, _ in self.visible() for row in self.world.made.sql(f"SELECT anchor FROM face WHERE id = '{face}'")}
        self.hold("I7", {(label.anchor,) for label in labels} <= may_be_seen, "a label of a face that may not be shown")

    def i8_what_is_held_is_still_there(self, held: set[str]) -> None:
        there = {row[0] for row in self.world.made.sql("SELECT id FROM media")}
        self.hold("I8", held <= there, "a picture under a hold was erased")
        shown = {
            row[0]
            for face, _ in self.visible()
            for row in self.world.made.sql(
                f"SELECT m.id FROM media m JOIN appearance a ON a.media_number = m.number JOIN face f ON f.appearance_number = a.number "
                f"WHERE f.id = '{face}'"
            )
        }
        self.hold("I8", not held & shown, "a held picture is searchable")

    def i10_a_probe_is_not_enrolled(self, before: list[int], after: list[int], vector: np.ndarray) -> None:
        self.hold("I10", before == after, f"a search made rows: {before} became {after}")
        rows = b"".join(path.read_bytes() for path in self.world.records.folder.rows.rglob("*") if path.is_file())
        self.hold("I10", vector.astype("<f2").tobytes() not in rows, "a probe lies in the row files")

    def i13_nothing_of_what_was_frozen_is_found(self, source) -> None:
        for case in self.world.records.cases.all():
            with contextlib.suppress(RefusedError):
                search = Search(
                    self.world.records,
                    self.world.made.index,
                    self.world.made.permission,
                    scale=Scale(recorded=THRESHOLD),
                    notices=lambda _sources: [],
                )
                question = SearchQuestion(
                    actor=self.world.people["ivo"].actor,
                    case_id=case.id,
                    probes=(probe(vector_of(self.world.chance)),),
                    reason="r",
                    threshold=-1.0,
                )
                found = search.run(question)
                self.hold("I13", source.id not in {one.source_id for one in found.candidates}, "a frozen source was searched")
        self.hold("I13", not self.visible_of(source.number), "a frozen source is searchable")

    def i16_no_change_without_a_leaf(self, act: str, before: bytes, leaves: int, *, broken: bool) -> None:
        changed, written = self.world.digest() != before, self.world.leaf_count() - leaves
        self.hold("I16", not (changed and not written), f"«{act}» changed the records without a leaf")
        if broken:
            self.hold("I16", not written and not changed, f"«{act}» changed the records though its leaf could not be written")

    def i21_names_lie_apart_from_templates(self, folder: Path) -> None:
        """Files with templates hold no text, and the ledger, which outlives names, holds none."""
        told = [bytes(body) for (body,) in self.world.made.sql("SELECT body FROM leaf")]
        told += [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
        for content in told:
            self.hold("I21", not any(secret.encode() in content for secret in SECRETS), "a name in a leaf or a file")
        closed = self.world.made.sql("SELECT count(*) FROM label l JOIN media m ON l.key_id = m.key_id")
        self.hold("I21", closed == [(0,)], "a name and a picture share a key")

    def i19_past_decisions_keep_their_pack(self) -> None:
        for row in self.world.made.sql("SELECT id, policy, purpose, person_id, threshold, gallery_size FROM search"):
            self.hold("I19", self.past.setdefault(row[0], row) == row, "a past search was changed")
            for mark in row[1].split(" + "):
                self.hold("I19", shipped().marked(mark).mark == mark, f"no pack is {mark}")


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    """Live every history; return the class that has counted what was looked at and broken."""
    Checks.broken, Checks.looked = {}, Counter()
    base = tmp_path_factory.mktemp("base")
    made = MadeArchive(base, make_empty(base / "empty" / "archive"))
    house = House(made)
    people = {"ada": house.owner, "bob": house.person("Bob", Role.OWNER), "ivo": house.person("Ivo", Role.INVESTIGATOR)}
    people |= {"rea": house.person("Rea", Role.REVIEWER), "olga": house.person("Olga", Role.OFFICER)}
    for profile, title, last in (
        ("archive", "Museum", "2027-01-20"),
        ("archive", "Press", "2027-12-31"),
        ("tracing", "Missing", "2027-02-20"),
    ):
        house.source(profile, title, last=last)
    made.draft("Deposit")
    made.household("Featherstones at home")
    house.pass_time(days=2)
    made.close()
    for seed in range(HISTORIES):
        folder = tmp_path_factory.mktemp("history")
        one = MadeArchive(folder, base / "archive", pen=BrokenPen())
        one.__dict__["owner"] = people["ada"]
        one.clock.at = made.clock.at
        world = World(one, House(one), people, seed)
        for act in (*[world.put] * 8, *[None] * ACTS):
            world.step(act)
        world.checks.i21_names_lie_apart_from_templates(folder / "archive")
        one.close()
        shutil.rmtree(folder)
    return Checks


LEAST = {
    "I1": 500,
    "I2": 30,
    "I3": 30,
    "I4": 30,
    "I5": 500,
    "I6": 500,
    "I7": 100,
    "I8": 30,
    "I10": 30,
    "I12": 30,
    "I13": 10,
    "I15": 30,
    "I16": 400,
    "I19": 100,
    "I21": 30,
}
"""How often the histories must have put each invariant to the test, so that none is held for want of anything that could break it."""


@pytest.mark.parametrize("invariant", LEAST)
def test_no_history_breaks(invariant, lived):
    assert lived.broken.get(invariant, []) == []
    assert lived.looked[invariant] >= LEAST[invariant], "the histories gave it too little to look at"
