"""What the people shown may ask, and what was refused to them in the cases that regulators fined."""

import dataclasses
import datetime as dt
import inspect

import pytest
from archive_forge import ACTOR, NOW, PASSPHRASE, at_cosine, doors, keys_beside, year
from request_forge import LEFT, RIGHT, WHO, Bureau, open_bureau, photo

from visavis.decode.crops import face_jpeg
from visavis.domain.actor import Actor, Role
from visavis.domain.errors import InputError, KeyDestroyed, RefusedError
from visavis.law.requests import Kind, alarm
from visavis.law.rulebook import shipped
from visavis.law.rules import Rule
from visavis.records import archive as records_archive
from visavis.records import request_tables
from visavis.records.holdings import Hint
from visavis.records.passphrase import LIGHT
from visavis.services.people import AddPerson, sign_in
from visavis.services.requests import Fulfilled, Intake, Message, Refuse, plain_contact

ME = at_cosine(1)
DAY = dt.timedelta(days=1)


@pytest.fixture
def bureau(made) -> Bureau:
    return open_bureau(made)


def rule_of(act, *arguments, **options) -> str:
    with pytest.raises(RefusedError) as refused:
        act(*arguments, **options)
    return refused.value.rule


def found_one(bureau: Bureau, kind: str = "access"):
    """Return a request whose person was found in one picture, not judged yet."""
    source = bureau.made.archive()
    (key,) = bureau.put(source, "a.png", (ME, LEFT))
    wanted = bureau.ask(kind).request_id
    assert bureau.search(wanted, ME) == 1
    return source, key, wanted


# ---- intake ------------------------------------------------------------------------------------------------------------------


@pytest.mark.finding("C4")
def test_seven_letters_of_one_person_are_one_request_and_reminders_never_move_the_day(bureau):
    first = bureau.ask("access", WHO, channel="post")
    for number in range(6):
        bureau.made.clock.at += 9 * DAY
        written = (WHO.upper(), f"Petra <{WHO}>", f" {WHO} ")[number % 3]
        again = bureau.ask("" if number % 2 else "access", written)
        assert (again.request_id, again.joined, again.due) == (first.request_id, True, first.due)
    (request,) = bureau.records.requests.all()
    assert len(request.took("message")) == 7
    assert (request.first_received, request.due) == (NOW.date(), dt.date(2026, 12, 22))


@pytest.mark.finding("C4")
def test_the_clock_runs_from_the_first_receipt_also_when_it_is_written_down_later(bureau):
    receipt = bureau.ask(received=NOW.date() - 10 * DAY, channel="post")
    assert receipt.due == dt.date(2026, 12, 14)  # 12 December is a Saturday
    with pytest.raises(InputError, match="still to come"):
        bureau.ask("erasure", received=NOW.date() + DAY)


@pytest.mark.finding("C4")
def test_letters_from_another_channel_join_once_the_person_named_both(bureau):
    first = bureau.ask("access", WHO, "+33 1 23 45 67 89")
    by_phone = bureau.ask("access", "0033 123 456 789", channel="telephone")
    assert by_phone.request_id == first.request_id
    assert bureau.ask("access", "somebody.else@example.org").request_id != first.request_id
    assert not bureau.ask("access", WHO, apart=True).joined


@pytest.mark.finding("C3")
def test_the_third_request_in_a_year_opens_and_its_clock_runs(bureau):
    bureau.made.archive()
    ids = []
    for _ in range(3):
        receipt = bureau.ask()
        assert not receipt.joined
        assert receipt.due == shipped_due(bureau.made.clock.at.date())
        ids.append(receipt.request_id)
        bureau.look.by_hint(bureau.clerk.actor, receipt.request_id, Hint(name="nowhere.jpg"), how="file")
        bureau.answer(receipt.request_id)
        bureau.made.clock.at += 60 * DAY
    assert len(set(ids)) == 3


def shipped_due(day: dt.date) -> dt.date:
    from visavis.law.clocks import answer_due, holidays_of

    clocks = shipped().pack("fr").clocks
    return answer_due(day, clocks, holidays_of(clocks, "FR"))


@pytest.mark.finding("C3")
def test_no_program_can_refuse_a_request_only_a_named_person_with_reasons_and_remedies(bureau):
    wanted = bureau.ask().request_id
    assert rule_of(bureau.refuse, wanted, actor=Actor(name="cron", role=Role.CLERK)) == Rule.PERSON_NEEDED
    assert rule_of(bureau.refuse, wanted, reasons=" ") == Rule.REFUSAL_REASONED
    assert rule_of(bureau.refuse, wanted, remedies="") == Rule.REFUSAL_REASONED
    with pytest.raises(InputError, match="is no ground"):
        bureau.refuse(wanted, ground="third time this year")
    assert bureau.one(wanted).state == "open"
    refused = bureau.refuse(wanted)
    assert (refused.state, refused.decided_by) == ("refused", bureau.clerk.actor.person_id)
    assert refused.took("refused")[0].note == "never in our pictures\nCNIL; administrative court of Paris"
    assert [leaf["facts"]["refused"] for leaf in bureau.leaves() if "refused" in leaf["facts"]] == [
        Rule.PERSON_NEEDED, Rule.REFUSAL_REASONED, Rule.REFUSAL_REASONED,
    ]  # fmt: skip


@pytest.mark.finding("C3")
def test_nothing_but_a_refusal_by_a_person_writes_that_a_request_is_refused():
    callers = [name for name, one in inspect.getmembers(Refuse, inspect.isfunction) if not name.startswith("_")]
    assert callers == ["run"]
    assert "actor" in inspect.signature(Refuse.run).parameters


@pytest.mark.finding("C5")
def test_an_agent_writes_for_a_person_with_a_mandate_and_the_answer_is_the_persons(bureau):
    said = {"representative": "noyb", "mandate": "power of attorney of 1 November", "channel": "web form"}
    receipt = bureau.ask("access", WHO, **said)
    request = bureau.one(receipt.request_id)
    assert (request.representative, request.mandate, request.contacts) == ("noyb", said["mandate"], (WHO,))
    assert bureau.ask("access", WHO, channel="post").request_id == receipt.request_id
    with pytest.raises(InputError, match="by what they may"):
        bureau.ask("erasure", WHO, representative="noyb")


@pytest.mark.finding("C5")
def test_no_table_of_requests_has_a_place_for_an_identity_document(bureau):
    tables = [table for name, table in vars(request_tables).items() if name.startswith("request")]
    names = ("picture", "photo", "file", "document")
    pictures = [f"{table.name}.{column.name}" for table in tables for column in table.columns if column.name in names]
    # what the person gave to be found by, if they liked, which dies with the request
    assert pictures == ["request_probe.picture", "request_receipt.photo"]
    wanted = bureau.ask().request_id
    bureau.steps.doubt(bureau.clerk.actor, wanted, "the name is another person's")
    bureau.steps.identity(bureau.clerk.actor, wanted, "showed a passport at the counter; nothing was copied")
    assert [step.act for step in bureau.one(wanted).steps] == ["message", "doubt", "identity"]


@pytest.mark.finding("Greece")
def test_a_request_is_on_record_whatever_happens_after_its_receipt(bureau):
    def killed(step: str) -> None:
        if step == "sql-committed":
            raise KeyboardInterrupt

    bureau.made.close()
    archive = bureau.made.folder / "archive"
    dying = records_archive.open_records(archive, doors(bureau.made.clock, keys_beside(archive), step=killed), writable=True)
    message = Message(actor=bureau.clerk.actor, kind="access", contacts=(WHO,), channel="post", text="What do you hold on me?")
    with pytest.raises(KeyboardInterrupt):
        Intake(dying, shipped()).run(message)
    dying.close()
    bureau.made.records = records_archive.open_records(archive, bureau.made.doors, writable=True)
    (request,) = bureau.records.requests.all()
    assert request.took("message")[0].note == "What do you hold on me?"
    assert bureau.leaves()[-1]["facts"]["what"] == "request-received"


@pytest.mark.finding("Greece")
def test_a_photograph_that_nobody_can_search_with_leaves_the_request_as_it_was(bureau):
    wanted = bureau.ask().request_id
    assert rule_of(bureau.look.by_photo, ACTOR, wanted, [photo(ME)], bureau.made.index, floor=0.4) == Rule.ROLE_ALLOWED
    assert bureau.one(wanted).state == "open"


def test_intake_says_the_same_whether_anything_is_held_or_not(bureau):
    bureau.put(bureau.made.archive(), "petra.png", (ME, LEFT), caption="Petra Person")
    told = [bureau.ask("access", contact) for contact in (WHO, "nobody@example.org")]
    assert dataclasses.replace(told[0], request_id="") == dataclasses.replace(told[1], request_id="")


def test_contacts_are_compared_as_people_would():
    assert plain_contact("Petra <P.Person@Example.org>") == plain_contact("p.person@example.ORG ")
    assert plain_contact("+33 (1) 23-45") == plain_contact("0033 12345") == "+3312345"
    assert plain_contact("12, Rue de l'Église, Paris") == plain_contact("12 rue de l eglise  PARIS")
    assert plain_contact("  ") == ""


# ---- the clock ---------------------------------------------------------------------------------------------------------------


def test_more_time_is_taken_once_within_the_first_month_and_counts_from_receipt(bureau):
    bureau.made.archive()
    wanted = bureau.ask().request_id
    assert rule_of(bureau.steps.extend, bureau.clerk.actor, wanted, "many pictures", told=dt.date(2026, 12, 23)) == Rule.EXTENSION_TOLD
    assert bureau.steps.extend(bureau.clerk.actor, wanted, "many pictures", told=dt.date(2026, 12, 22)) == dt.date(2027, 2, 22)
    assert rule_of(bureau.steps.extend, bureau.clerk.actor, wanted, "more", told=dt.date(2026, 12, 22)) == Rule.EXTENSION_TOLD
    assert rule_of(bureau.steps.pause, bureau.clerk.actor, wanted, "asked which picture") == Rule.CLOCK_EVENT_KNOWN
    assert bureau.one(wanted).due == dt.date(2027, 2, 22)


def test_where_the_pack_knows_a_pause_its_days_do_not_count(bureau):
    wanted = bureau.ask().request_id
    uk = shipped().pack("uk")
    bureau.made.sql(f"UPDATE request SET policy = '{uk.mark}', country = 'GB'")
    bureau.steps.pause(bureau.clerk.actor, wanted, "asked which picture")
    bureau.made.clock.at += 3 * DAY
    assert bureau.steps.resume(bureau.clerk.actor, wanted) == dt.date(2026, 12, 29)  # 25 and 28 December are holidays
    with pytest.raises(InputError, match="does not stand still"):
        bureau.steps.resume(bureau.clerk.actor, wanted)


@pytest.mark.finding("C11")
@pytest.mark.parametrize(("day", "used"), [(0, 0), (14, 0), (15, 50), (23, 50), (24, 80), (29, 80), (30, 100), (90, 100)])
def test_a_request_is_named_again_at_50_80_and_100_per_cent_of_its_time(day, used):
    assert alarm(NOW.date(), NOW.date() + 30 * DAY, NOW.date() + day * DAY) == used


# ---- looking -----------------------------------------------------------------------------------------------------------------


def test_a_clerk_finds_what_is_held_whatever_the_purposes_in_frozen_sources_and_among_restricted_faces(bureau):
    museum, family = bureau.made.archive(), bureau.made.household()
    bureau.put(museum, "a.png", (ME, LEFT), (at_cosine(0.1), RIGHT))
    (hidden,) = bureau.put(museum, "b.png", (at_cosine(0.9), LEFT))
    bureau.put(family, "c.png", (at_cosine(0.8), LEFT))
    bureau.made.sql(f"UPDATE source SET state = 'frozen' WHERE number = {museum.number}")
    bureau.made.sql(f"UPDATE face SET state = 'restricted' WHERE id = '{bureau.face_id(hidden)}'")
    wanted = bureau.ask().request_id
    assert bureau.search(wanted, ME) == 3
    assert [round(found.similarity, 1) for found in bureau.one(wanted).candidates] == [1.0, 0.9, 0.8]


def test_one_probe_set_a_request_and_only_a_rights_clerk_searches_with_it(bureau):
    _, _, wanted = found_one(bureau)
    assert rule_of(bureau.search, wanted, ME) == Rule.ONE_PROBE_SET
    second = bureau.ask("erasure").request_id
    assert rule_of(bureau.search, second, ME, by=bureau.made.owner) == Rule.ROLE_ALLOWED
    AddPerson(bureau.records, argon2=LIGHT).run(bureau.made.owner.actor, "Olga", [Role.OFFICER], PASSPHRASE)
    assert rule_of(bureau.search, second, ME, by=sign_in(bureau.records, ACTOR, "Olga", PASSPHRASE)) == Rule.ROLE_ALLOWED


@pytest.mark.finding("C5")
def test_the_persons_photograph_is_never_enrolled_and_leaves_no_search_or_candidate_beside_the_request(bureau):
    source = bureau.made.archive()
    bureau.put(source, "a.png", (ME, LEFT))
    before = [bureau.made.sql(f"SELECT COUNT(*) FROM {table}") for table in ("template", "face", "media", "search", "candidate", "probe")]
    rows = bureau.records.rows.high_water()
    bureau.search(bureau.ask().request_id, ME)
    after = [bureau.made.sql(f"SELECT COUNT(*) FROM {table}") for table in ("template", "face", "media", "search", "candidate", "probe")]
    assert (before, rows) == (after, bureau.records.rows.high_water())


@pytest.mark.finding("C5")
def test_the_persons_photograph_dies_at_close_its_bytes_are_in_no_file_and_its_key_opens_nothing(bureau):
    _, _, wanted = found_one(bureau)
    ((sealed,),) = bureau.made.sql("SELECT picture FROM request_probe")
    ((found,),) = bureau.made.sql("SELECT found FROM request_candidate")
    ((wrapped,),) = bureau.made.sql(f"SELECT wrapped FROM data_key WHERE number = {bureau.one(wanted).probe_key}")
    plain = face_jpeg(photo(ME).image_rgb, LEFT)
    assert bureau.records.likened.probes(wanted, bureau.one(wanted).probe_key) == [plain]
    key = bureau.one(wanted).probe_key
    bureau.records.erasures.seal()

    def planted() -> list[bool]:
        bodies = [path.read_bytes() for path in (bureau.made.folder / "archive").rglob("*") if path.is_file()]
        return [any(what in body for body in bodies) for what in (sealed, found, wrapped, plain)]

    assert planted() == [True, True, True, False]  # the scan finds what is there
    bureau.refuse(wanted)
    bureau.close(wanted)
    assert planted() == [False] * 4
    with pytest.raises(KeyDestroyed):
        bureau.records.vault.open("request_probe.picture", sealed, row="1", key=key)
    assert bureau.one(wanted).candidates == ()
    assert bureau.one(wanted).took("message")[0].channel == "e-mail"  # what was asked and answered stays


@pytest.mark.finding("UK")
def test_a_request_is_answered_and_closed_without_any_photograph_of_a_face(bureau):
    source = bureau.made.archive()
    (key,) = bureau.put(source, "gala-0612.png", (ME, LEFT), caption="Gala in Lyon", asset_id="M-77", date=year(2019))
    bureau.put(source, "other.png", (at_cosine(0.2), LEFT), caption="Paris")
    hints = [
        Hint(name="GALA-0612.png"),
        Hint(asset_id="M-77"),
        Hint(day=dt.date(2019, 6, 12), place="lyon"),
        Hint(sha256=bureau.records.holdings.pictures([1])[0].sha256),
    ]
    for hint in hints:
        wanted = bureau.ask(apart=True).request_id
        assert bureau.look.by_hint(bureau.clerk.actor, wanted, hint, how="file") == 1
        assert bureau.one(wanted).candidates[0].face_id == bureau.face_id(key)
    with pytest.raises(InputError, match="look by what"):
        bureau.look.by_hint(bureau.clerk.actor, wanted, Hint(), how="file")
    bureau.confirm_all(wanted)
    assert bureau.answer(wanted).said["held"].startswith("You are shown in 1")
    bureau.close(wanted)
    assert bureau.one(wanted).state == "closed"
    assert bureau.made.sql("SELECT COUNT(*) FROM request_probe") == [(0,)]


def test_how_often_photographs_were_searched_for_requests_outlives_them_and_whom_they_found_does_not(bureau):
    _, _, wanted = found_one(bureau)
    bureau.refuse(wanted)
    bureau.close(wanted)
    (made,) = bureau.records.requests.searches()
    assert (made.request_id, made.person_id, made.probe_faces) == (wanted, bureau.clerk.actor.person_id, 1)


# ---- the answer --------------------------------------------------------------------------------------------------------------


@pytest.mark.finding("C6")
def test_a_candidate_that_nobody_has_judged_blocks_the_answer(bureau):
    _, _, wanted = found_one(bureau)
    assert bureau.one(wanted).state == "searched"
    assert rule_of(bureau.answer, wanted) == Rule.CANDIDATES_JUDGED
    bureau.judge(wanted, bureau.one(wanted).candidates[0].id, says="rejected")
    assert bureau.one(wanted).state == "confirmed"
    assert bureau.answer(wanted).said["held"] == "Nothing of you was found."


@pytest.mark.finding("C6")
def test_no_package_leaves_before_staff_wrote_down_how_they_made_sure_of_the_person(bureau):
    _, _, wanted = found_one(bureau)
    bureau.judge(wanted)
    assert rule_of(bureau.answer, wanted) == Rule.IDENTITY_RECORDED
    with pytest.raises(InputError):
        bureau.steps.identity(bureau.clerk.actor, wanted, " ")
    bureau.steps.identity(bureau.clerk.actor, wanted, "came to the counter")
    bureau.answer(wanted)
    assert bureau.one(wanted).state == "answered"
    assert rule_of(bureau.answer, wanted) == Rule.REQUEST_OPEN


@pytest.mark.finding("C6")
def test_nothing_held_is_no_answer_before_somebody_looked(bureau):
    assert rule_of(bureau.answer, bureau.ask().request_id) == Rule.REQUEST_LOOKED


@pytest.mark.finding("C7")
@pytest.mark.parametrize("kind", ["erasure", "objection", "withdrawal"])
def test_a_request_is_not_called_done_without_the_proof_that_it_was_carried_out(bureau, kind):
    _, _, wanted = found_one(bureau, kind)
    bureau.confirm_all(wanted)
    assert rule_of(bureau.answer, wanted) == Rule.CARRIED_OUT
    bureau.fulfil[Kind(kind)] = lambda _actor, _request: Fulfilled()
    assert rule_of(bureau.answer, wanted) == Rule.CARRIED_OUT
    assert bureau.one(wanted).open
    assert rule_of(bureau.close, wanted) == Rule.REQUEST_DONE
    bureau.fulfil[Kind(kind)] = lambda _actor, _request: Fulfilled(
        proof="certificate 1", says=("Done.",), files={"certificate.json": b"{}"}
    )
    package = bureau.answer(wanted)
    assert package.files["certificate.json"] == b"{}"
    assert bureau.one(wanted).proof == "certificate 1"
    bureau.close(wanted)


def test_a_request_that_the_person_takes_back_is_closed_with_how_they_said_so(bureau):
    wanted = bureau.ask().request_id
    assert rule_of(bureau.close, wanted) == Rule.REQUEST_DONE
    bureau.close(wanted, withdrawn="wrote on 23 November")
    request = bureau.one(wanted)
    assert (request.state, request.outcome, request.took("withdrawn")[0].note) == ("closed", "withdrawn", "wrote on 23 November")
    with pytest.raises(InputError, match="was closed"):
        bureau.close(wanted)


def test_a_restricted_face_is_kept_and_neither_searched_nor_counted_until_it_is_lifted_with_a_note(bureau):
    source, key, wanted = found_one(bureau, "restriction")
    case = bureau.made.case_of(source)
    bureau.confirm_all(wanted)
    assert len(bureau.made.search(case_id=case).candidates) == 1
    package = bureau.answer(wanted)
    assert "no longer searched" in package.said["done"][0]
    assert not package.files.keys() & {"pictures/0001.jpg"}
    result = bureau.made.search(case_id=case)
    assert (result.candidates, result.gallery_size) == ((), 0)
    bureau.close(wanted)
    assert rule_of(bureau.steps.lift, bureau.clerk.actor, wanted, " ") == Rule.RESTRICTION_NOTED
    assert bureau.steps.lift(bureau.clerk.actor, wanted, "the court has decided; told by letter of today") == 1
    assert [found.face_id for found in bureau.made.search(case_id=case).candidates] == [bureau.face_id(key)]


def test_a_face_that_two_requests_restrict_stays_so_until_both_are_lifted(bureau):
    _, key, first = found_one(bureau, "restriction")
    second = bureau.ask("restriction", "other@example.org").request_id
    bureau.look.by_hint(bureau.clerk.actor, second, Hint(name="a.png"), how="file")
    for wanted in (first, second):
        bureau.confirm_all(wanted)
        bureau.answer(wanted)
    assert bureau.steps.lift(bureau.clerk.actor, first, "told by letter") == 0
    assert bureau.records.holdings.faces([bureau.face_id(key)])[0].state == "restricted"
    assert bureau.steps.lift(bureau.clerk.actor, second, "told by letter") == 1


# ---- what stands where -------------------------------------------------------------------------------------------------------


def test_nothing_that_a_person_wrote_stands_open_in_any_file_or_in_the_ledger(bureau):
    wanted = bureau.ask("access", WHO, text="I was at the gala", representative="Maître Dupont", mandate="of 1 November").request_id
    bureau.steps.doubt(bureau.clerk.actor, wanted, "another voice")
    bureau.refuse(wanted)
    bureau.records.erasures.seal()
    words = [WHO, plain_contact(WHO), "gala", "Dupont", "another voice", "never in our pictures"]
    bodies = [path.read_bytes() for path in (bureau.made.folder / "archive").rglob("*") if path.is_file()]
    assert [word for word in words if any(word.encode() in body for body in bodies)] == []


def test_every_step_of_a_request_is_a_leaf(bureau):
    _, _, wanted = found_one(bureau)
    bureau.confirm_all(wanted)
    bureau.answer(wanted)
    bureau.close(wanted)
    told = [leaf["facts"]["what"] for leaf in bureau.leaves() if wanted in str(leaf)]
    assert told == [
        "request-received", "request-searched", "request-judged", "request-identity", "request-answered", "request-closed",
    ]  # fmt: skip
