"""Orders of authorities: what they cover, how they freeze, wait, erase, and what the report proves."""

import datetime as dt
import json
from dataclasses import replace

import pytest
from archive_forge import Picture, at_cosine, year
from order_forge import OrderDesk

from visavis.cli.audit import main as audit
from visavis.domain.actor import Role
from visavis.domain.errors import InputError, RefusedError
from visavis.domain.orders import OrderAct, Scope
from visavis.law.orders import Evidence
from visavis.services.orders import AnswerQuestions, effects
from visavis.wiring.gate import stops_of

DAY = dt.timedelta(days=1)
FRANCE = Scope(jurisdictions=("FR",))


@pytest.fixture
def desk(made):
    return OrderDesk(made)


def fill(desk: OrderDesk, title: str, count: int, **charter: str):
    """Add a source with pictures of one face each, half of them in the folder «berlin»."""
    source = desk.source(title, **charter)
    places = ["berlin" if number % 2 else "paris" for number in range(count)]
    for number, place in enumerate(places):
        desk.made.put(source, Picture(path=f"{place}/{title} {number}.jpg", vectors=(at_cosine(0.9 - number / 100),)))
    return source


def candidates(desk: OrderDesk, source) -> int:
    """Count what a search of a source shows; a source that may not be searched shows nothing."""
    try:
        return len(desk.made.search(case_id=desk.made.case_of(source), sources=(source.id,)).candidates)
    except RefusedError:
        return 0


def rule_of(act) -> str:
    with pytest.raises(RefusedError) as caught:
        act()
    return str(caught.value.rule)


# ---- what it covers ------------------------------------------------------------------------------------------------------------


@pytest.mark.finding("C13")
def test_without_a_claim_everything_is_of_unknown_jurisdiction_and_covered(desk):
    museum = fill(desk, "Museum", 4)
    (effect,) = effects(desk.records, FRANCE)
    assert (effect.source_id, effect.whole, effect.pictures, effect.faces, effect.unknown) == (museum.id, True, 4, 4, 4)


def test_a_claim_keeps_a_folder_out_and_says_on_what_ground(desk):
    fill(desk, "Museum", 4)
    claim = desk.claim(desk.records.sources.one("Museum"), "DE", folder="berlin/*")
    (effect,) = effects(desk.records, FRANCE)
    assert (effect.whole, effect.pictures, effect.kept_out) == (False, 2, {claim.id: 2})


@pytest.mark.parametrize(("places", "covered"), [(("DE",), 0), (("FR",), 4), (("DE", "FR"), 4), (("DE", "unknown"), 4), (("FR-IDF",), 4)])
def test_only_a_claim_of_other_places_alone_keeps_pictures_out(desk, places, covered):
    desk.claim(fill(desk, "Museum", 4), *places)
    assert sum(effect.pictures for effect in effects(desk.records, FRANCE)) == covered


def test_a_picture_that_lies_in_another_folder_too_is_not_what_the_claim_speaks_of(desk):
    museum = desk.source("Museum")
    twin = Picture(path="berlin/a.jpg", vectors=(at_cosine(0.9),))
    desk.made.put(museum, twin)
    with desk.records.work(desk.owner.actor) as work:
        job = desk.records.files.start_job(work, museum)
        number = desk.made.sql("SELECT number FROM media")[0][0]
        copy = replace(twin.read(), path="paris/a.jpg", picture=None, media_number=number)
        desk.records.intake.commit(work, job, museum.roots[0].number, [copy])
    desk.claim(museum, "DE", folder="berlin/*")
    assert [effect.pictures for effect in effects(desk.records, FRANCE)] == [1]


def test_a_claim_covers_pictures_that_are_taken_in_later(desk):
    museum = fill(desk, "Museum", 2)
    desk.claim(museum, "DE", folder="berlin/*")
    desk.made.put(museum, Picture(path="berlin/late.jpg", vectors=(at_cosine(0.5),)))
    with desk.records.work(desk.owner.actor) as work:
        desk.records.claims.extend(work, museum.number)
        work.leaf("collection", what="done")
    (effect,) = effects(desk.records, FRANCE)
    assert (effect.pictures, sum(effect.kept_out.values())) == (1, 2)


@pytest.mark.finding("C13")
@pytest.mark.parametrize(
    ("asked", "charter"),
    [
        ({"places": ("DE",), "evidence": Evidence.CHARTER}, {}),
        ({"places": ("DE",), "evidence": Evidence.PLACE}, {}),
        ({"places": ("DE",), "because": " "}, {}),
    ],
)
def test_a_claim_that_its_evidence_does_not_bear_out_is_refused(desk, asked, charter):
    museum = desk.source("Museum", **charter)
    places = asked.pop("places")
    assert rule_of(lambda: desk.claim(museum, *places, **asked)) == "claim-evidence"
    assert desk.records.claims.all() == []


def test_a_charter_and_a_kept_place_bear_claims_out(desk):
    desk.claim(desk.source("Berlin", jurisdiction="DE"), "DE", evidence=Evidence.CHARTER, because="")
    desk.claim(desk.source("Places", place="city"), "DE", evidence=Evidence.PLACE, because="GPS of each picture")
    assert [claim.evidence for claim in desk.records.claims.all()] == ["charter", "place"]


def test_a_word_that_is_no_jurisdiction_is_not_claimed(desk):
    with pytest.raises(InputError, match="does not take"):
        desk.claim(desk.source("Museum"), "Germany")


# ---- it freezes ----------------------------------------------------------------------------------------------------------------


@pytest.mark.finding("C12")
def test_an_order_blocks_search_and_ingest_before_it_returns(desk):
    museum, berlin = fill(desk, "Museum", 4), fill(desk, "Berlin", 4)
    desk.claim(berlin, "DE")
    desk.made.clock.at += DAY
    assert (candidates(desk, museum), candidates(desk, berlin)) == (4, 4)
    opened = desk.open()
    assert opened.frozen == (museum.id,)
    assert (candidates(desk, museum), candidates(desk, berlin)) == (0, 4)
    stops = stops_of(desk.records)
    assert stops.order_at(museum.number, museum.id, "paris/new.jpg") == opened.order.id
    assert stops.order_at(berlin.number, berlin.id, "paris/new.jpg") == ""


def test_of_a_mixed_source_the_unknown_part_is_hidden_and_stopped_and_the_claimed_part_goes_on(desk):
    museum = fill(desk, "Museum", 6)
    desk.claim(museum, "DE", folder="berlin/*")
    desk.made.clock.at += DAY
    opened = desk.open()
    assert (opened.frozen, desk.records.sources.one(museum.id).state) == ((), "live")
    assert candidates(desk, museum) == 3
    stops = stops_of(desk.records)
    assert stops.order_at(museum.number, museum.id, "paris/new.jpg") == opened.order.id
    assert stops.order_at(museum.number, museum.id, "berlin/new.jpg") == ""


def test_an_order_for_a_person_hides_their_faces_alone_and_stops_no_source(desk):
    museum = fill(desk, "Museum", 3)
    face = desk.made.search(case_id=desk.made.case_of(museum)).candidates[0].face_id
    desk.open(Scope(faces=(face,)))
    found = desk.made.search(case_id=desk.made.case_of(museum)).candidates
    assert (len(found), face in {one.face_id for one in found}) == (2, False)
    assert stops_of(desk.records).order_at(museum.number, museum.id, "a.jpg") == ""


def test_pictures_of_other_years_are_left_alone_and_undated_ones_are_not(desk):
    museum = desk.source("Museum")
    for name, date in (("a", year(1950)), ("b", year(2000)), ("c", None)):
        desk.made.put(museum, Picture(path=f"{name}.jpg", vectors=(at_cosine(0.9),), date=date))
    desk.open(Scope(since=dt.date(1990, 1, 1)))
    assert [one.path for one in desk.made.search(case_id=desk.made.case_of(museum)).candidates] == ["a.jpg"]


def test_a_source_that_an_order_covers_whole_is_not_thawed_before_it_is_lifted(desk):
    museum = fill(desk, "Museum", 2)
    opened = desk.open()
    assert rule_of(lambda: desk.made.life().thaw(museum.id, "we want it back")) == "order-freezes"
    desk.watch.lift(desk.owner.actor, opened.order.id, "the Conseil d'État annulled it")
    assert desk.made.life().thaw(museum.id, "the order was lifted").state == "live"
    assert candidates(desk, museum) == 2


def test_two_orders_over_the_same_pictures_let_go_one_after_the_other(desk):
    museum = fill(desk, "Museum", 3)
    first, second = desk.open(), desk.open(reference="MED-2026-2")
    assert desk.made.sql("SELECT DISTINCT holds FROM media") == [(2,)]
    desk.watch.lift(desk.owner.actor, first.order.id, "annulled")
    assert desk.held() == {museum.id: 3}
    desk.watch.lift(desk.owner.actor, second.order.id, "annulled")
    assert desk.held() == {}


@pytest.mark.parametrize(
    "wrong",
    [
        {"authority": " "},
        {"acts": ()},
        {"notified": dt.date(2030, 1, 1), "due": dt.date(2030, 2, 1)},
        {"due": dt.date(2020, 1, 1)},
        {"due": None},
        {"rate": -1},
        {"currency": "euro"},
    ],
)
def test_an_order_that_lacks_something_is_not_opened(desk, wrong):
    fill(desk, "Museum", 1)
    with pytest.raises(InputError):
        desk.open(**wrong)
    assert (desk.records.orders.all(), desk.held()) == ([], {})


def test_the_same_order_is_not_opened_twice(desk):
    desk.source("Museum")
    desk.open()
    with pytest.raises(InputError, match="already"):
        desk.open()


@pytest.mark.parametrize(("role", "may"), [(Role.CLERK, True), (Role.OFFICER, True), (Role.INVESTIGATOR, False), (Role.AUDITOR, False)])
def test_who_opens_an_order(desk, role, may):
    desk.source("Museum")
    who = desk.person("Somebody Else", role)
    if may:
        assert desk.open(who=who).order.opened_by == who.actor.person_id
    else:
        assert rule_of(lambda: desk.open(who=who)) == "role-allowed"


# ---- claims after notification -------------------------------------------------------------------------------------------------


@pytest.mark.finding("C13")
def test_a_claim_made_after_notification_waits_for_a_second_person(desk):
    museum = fill(desk, "Museum", 4)
    opened = desk.open()
    claim = desk.claim(museum, "DE")
    assert (claim.late, claim.in_force_at) == (True, None)
    assert desk.held() == {museum.id: 4}
    assert rule_of(lambda: desk.second(claim, desk.owner)) == "claim-seconded"
    assert desk.held() == {museum.id: 4}
    clerk = desk.person("Clara Clerk", Role.CLERK)
    desk.second(claim, clerk)
    assert desk.held() == {}
    told = json.loads(desk.report(opened.order.id, desk.made.clock.at.date()).report)["told"]
    assert [act["facts"]["what"] for act in told["claims_after_notification"]] == ["jurisdiction-claimed", "claim-second", "claim-seconded"]
    assert told["claims_before"] == []


def test_a_claim_made_between_notification_and_opening_is_put_aside(desk):
    museum = fill(desk, "Museum", 4)
    notified = desk.made.clock.at.date()
    desk.made.clock.at += 3 * DAY
    claim = desk.claim(museum, "DE")
    opened = desk.open(notified=notified)
    assert (desk.held(), desk.records.claims.one(claim.id).in_force_at) == ({museum.id: 4}, None)
    desk.second(claim, desk.person("Clara Clerk", Role.CLERK))
    assert desk.held() == {}
    assert json.loads(desk.report(opened.order.id, desk.made.clock.at.date()).report)["told"]["claims_before"] == []


def test_a_claim_of_the_day_before_stands(desk):
    museum = fill(desk, "Museum", 4)
    claim = desk.claim(museum, "DE")
    desk.made.clock.at += DAY
    opened = desk.open()
    assert desk.held() == {}
    told = json.loads(desk.report(opened.order.id, desk.made.clock.at.date()).report)["told"]
    assert [act["objects"]["claim"] for act in told["claims_before"]] == [claim.id]


# ---- carried out ---------------------------------------------------------------------------------------------------------------


@pytest.mark.finding("C12")
def test_nothing_is_erased_while_an_access_request_is_open(desk):
    museum = fill(desk, "Museum", 3)
    order = desk.open().order
    desk.requests = ["request of Ms M."]
    assert rule_of(lambda: desk.carry_out(order.id)) == "requests-first"
    assert desk.held() == {museum.id: 3}
    desk.requests = []
    done = desk.carry_out(order.id)
    assert (sum(receipt.faces for receipt in done.receipts), done.kept) == (3, 0)
    assert desk.made.sql("SELECT count(*) FROM media") == desk.made.sql("SELECT count(*) FROM template") == [(0,)]
    assert desk.records.orders.one(order.id).complied_at == desk.made.clock.at


def test_erasing_takes_what_is_covered_and_leaves_the_rest_searchable(desk):
    museum, berlin = fill(desk, "Museum", 6), fill(desk, "Berlin", 4)
    desk.claim(berlin, "DE")
    desk.claim(museum, "DE", folder="berlin/*")
    desk.made.clock.at += DAY
    done = desk.carry_out(desk.open().order.id)
    assert sum(receipt.pictures for receipt in done.receipts) == 3
    assert (candidates(desk, museum), candidates(desk, berlin)) == (3, 4)
    assert list(desk.records.integrity()) == []


def test_an_erasure_that_was_cut_short_is_finished_by_the_next_run(desk):
    museum = fill(desk, "Museum", 3)
    order = desk.open().order
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(desk.records.erasures, "settle", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            desk.carry_out(order.id)
    assert (candidates(desk, museum), desk.records.orders.one(order.id).complied_at) == (0, None)
    done = desk.carry_out(order.id)
    assert [(receipt.pictures, receipt.faces) for receipt in done.receipts] == [(3, 3)]
    assert (done.kept, desk.made.sql("SELECT count(*) FROM media")) == (0, [(0,)])


def test_an_order_for_a_person_erases_their_faces_and_leaves_the_others(desk):
    museum = fill(desk, "Museum", 3)
    face = desk.made.search(case_id=desk.made.case_of(museum)).candidates[0].face_id
    done = desk.carry_out(desk.open(Scope(faces=(face,))).order.id)
    assert [(receipt.faces, receipt.pictures) for receipt in done.receipts] == [(1, 0)]
    assert len(desk.made.search(case_id=desk.made.case_of(museum)).candidates) == 2
    assert list(desk.records.integrity()) == []


def test_what_a_hold_of_another_kind_keeps_stays_hidden_and_the_order_is_not_done(desk):
    museum = fill(desk, "Museum", 3)
    desk.made.sql("UPDATE media SET holds = holds + 1 WHERE number = 1")
    order = desk.open().order
    done = desk.carry_out(order.id)
    assert (done.kept, done.order.complied_at, candidates(desk, museum)) == (1, None, 0)
    desk.made.sql("UPDATE media SET holds = holds - 1 WHERE number = 1")
    assert desk.carry_out(order.id).order.complied_at is not None


def test_while_an_appeal_suspends_it_an_order_freezes_and_does_not_erase(desk):
    museum = fill(desk, "Museum", 3)
    order = desk.open().order
    today = desk.made.clock.at.date()
    desk.watch.appeal(desk.owner.actor, order.id, today, suspends=True)
    assert rule_of(lambda: desk.carry_out(order.id)) == "order-suspended"
    assert (desk.held(), candidates(desk, museum)) == ({museum.id: 3}, 0)
    desk.watch.end_appeal(desk.owner.actor, order.id, today)
    assert desk.carry_out(order.id).kept == 0


def test_an_appeal_that_does_not_suspend_changes_nothing(desk):
    fill(desk, "Museum", 3)
    order = desk.open().order
    desk.watch.appeal(desk.owner.actor, order.id, desk.made.clock.at.date(), suspends=False)
    assert desk.carry_out(order.id).kept == 0


def test_an_order_only_to_stop_hides_and_erases_nothing(desk):
    museum = fill(desk, "Museum", 3)
    order = desk.open(acts=(OrderAct.STOP,)).order
    assert (candidates(desk, museum), stops_of(desk.records).order_at(museum.number, museum.id, "a.jpg")) == (3, order.id)
    assert desk.carry_out(order.id).receipts == ()
    assert candidates(desk, museum) == 3


def test_an_order_that_was_carried_out_goes_on_stopping_ingest(desk):
    museum = fill(desk, "Museum", 3)
    order = desk.open().order
    desk.carry_out(order.id)
    assert stops_of(desk.records).order_at(museum.number, museum.id, "again.jpg") == order.id


# ---- the report ----------------------------------------------------------------------------------------------------------------


@pytest.mark.finding("C11")
def test_a_question_that_nobody_replies_to_is_named_at_50_80_and_100_per_cent_of_its_time(desk):
    desk.source("Museum")
    order, questions = desk.open().order, AnswerQuestions(desk.records)
    asked = questions.ask(desk.owner.actor, order.id, "How many people in France?", due=order.terms.notified + 10 * DAY)
    with_order = questions.ask(desk.owner.actor, order.id, "Since when?")
    named = []
    for _ in range(11):
        named.append(tuple(int(line.split(": ")[1].split()[0]) for line in questions.warnings() if asked.id in line))
        desk.made.clock.at += DAY
    assert named == [()] * 5 + [(50,)] * 3 + [(80,)] * 2 + [(100,)]
    questions.reply(desk.owner.actor, asked.id, "None that we know of")
    assert questions.warnings() == ()
    assert [(one.id, one.due, one.reply) for one in questions.of(order.id)] == [
        (asked.id, asked.due, "None that we know of"), (with_order.id, order.terms.due, ""),
    ]  # fmt: skip


def test_a_question_is_replied_to_once_by_somebody_who_may_and_is_in_the_report(desk):
    desk.source("Museum")
    order, questions = desk.open().order, AnswerQuestions(desk.records)
    asked = questions.ask(desk.owner.actor, order.id, "How many people in France?")
    guest = desk.person("Guest", Role.REVIEWER)
    assert rule_of(lambda: questions.reply(guest.actor, asked.id, "None")) == "role-allowed"
    questions.reply(desk.owner.actor, asked.id, "None")
    with pytest.raises(InputError, match="once"):
        questions.reply(desk.owner.actor, asked.id, "Some")
    day = desk.made.clock.at.date()
    desk.made.clock.at += DAY
    told = json.loads(desk.report(order.id, day).report)["told"]["acts"]
    assert [act["facts"]["what"] for act in told if act["objects"].get("question") == asked.id] == ["order-question", "order-reply"]
    assert b"France?" not in desk.report(order.id, day).report


@pytest.mark.finding("C11")
def test_the_report_of_a_past_day_is_the_same_bytes_whenever_it_is_written(desk):
    fill(desk, "Museum", 3)
    order = desk.open().order
    day = desk.made.clock.at.date()
    desk.made.clock.at += DAY
    first = desk.report(order.id, day)
    desk.carry_out(order.id)
    desk.made.clock.at += 10 * DAY
    assert desk.report(order.id, day) == first
    assert desk.report(order.id, desk.made.clock.at.date()).report != first.report


@pytest.fixture
def pack(desk, tmp_path):
    """The files of an order that was carried out, as they lie at the authority."""
    museum = fill(desk, "Museum", 5)
    desk.claim(museum, "DE", folder="berlin/*")
    desk.made.clock.at += DAY
    order = desk.open().order
    desk.carry_out(order.id)
    made = desk.report(order.id, desk.made.clock.at.date())
    export, report = tmp_path / "ledger.export", tmp_path / "report.json"
    export.write_bytes(made.export)
    report.write_bytes(made.report)
    return export, report


@pytest.mark.finding("C11")
def test_the_auditor_checks_a_report_offline_against_its_ledger(pack, capsys):
    export, report = pack
    assert audit([str(export), "--report", str(report)]) == 0
    assert "report: says what the leaves tell" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("was", "becomes"), [(b'"pictures":3', b'"pictures":2'), (b'"kept":0', b'"kept":1'), (b'"sha256":"', b'"sha256":"0')]
)
def test_a_report_that_was_changed_is_found_out(pack, capsys, was, becomes):
    export, report = pack
    text = report.read_bytes()
    assert was in text
    report.write_bytes(text.replace(was, becomes, 1))
    assert audit([str(export), "--report", str(report)]) == 5
    assert "report" in capsys.readouterr().out


def test_no_name_no_path_and_no_text_stands_in_a_report(pack):
    text = b"".join(file.read_bytes() for file in pack)
    assert not any(word in text for word in (b"Museum", b"Ada", b"berlin", b"letters of the office", b"CNIL", b"MED-2026-1"))


def test_there_is_no_report_of_a_day_before_the_order_or_to_come(desk):
    desk.source("Museum")
    order = desk.open().order
    today = desk.made.clock.at.date()
    with pytest.raises(InputError, match="no leaf"):
        desk.report(order.id, today - DAY)
    with pytest.raises(InputError, match="has not begun"):
        desk.report(order.id, today + DAY)
