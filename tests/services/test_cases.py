"""Cases: who opens, approves, renews, stops and closes them, and when they can be searched under."""

import datetime as dt

import pytest
from archive_forge import PASSPHRASE
from people_forge import MACHINE, House

from visavis.domain.actor import Role
from visavis.domain.errors import InputError, RefusedError
from visavis.law.rules import Rule
from visavis.services.cases import CloseCase, RefuseCase
from visavis.services.people import ChangeRoles, sign_in


@pytest.fixture
def house(made):
    return House(made)


@pytest.fixture
def ivo(house):
    """Return an investigator, there for longer than a day."""
    ivo = house.person("Ivo", Role.INVESTIGATOR)
    house.pass_time(days=2)
    return ivo


@pytest.fixture
def rea(house, ivo):
    """Return a reviewer, there for longer than a day."""
    rea = house.person("Rea", Role.REVIEWER)
    house.pass_time(days=2)
    return rea


def _rule(act, *arguments) -> str:
    with pytest.raises(RefusedError) as caught:
        act(*arguments)
    return caught.value.rule


def test_a_museums_case_is_open_at_once_and_says_what_it_was_asked(house, ivo):
    source = house.source("archive")
    case_id = house.open(ivo, source, title="Portraits", max_searches=3)
    case = house.records.cases.one(case_id)
    assert case.state(house.made.clock.now()) == "open"
    assert (case.title, case.purpose, case.seeks, case.max_searches) == ("Portraits", "catalogue", "unknown person", 3)
    assert (case.opened_by, case.sources) == (ivo.actor.person_id, {source.number})
    assert case.policy.startswith("fr ")
    assert house.refusal(ivo, case_id) == ""


def test_a_case_of_an_organisation_is_opened_by_a_person_who_signed_in(house):
    source = house.source("archive")
    assert _rule(house.open, MACHINE, source) == Rule.PERSON_NEEDED
    assert house.refused() == ["person-needed"]
    assert house.records.cases.all() == []


@pytest.mark.parametrize("role", [Role.OFFICER, Role.AUDITOR, Role.REVIEWER, Role.CLERK])
def test_who_stops_reads_or_approves_opens_no_case_and_searches_none(house, ivo, role):
    source = house.source("archive")
    other = house.person("Olga", role)
    assert _rule(house.open, other, source) == Rule.ROLE_ALLOWED
    assert house.refusal(other, house.open(ivo, source)) == Rule.ROLE_ALLOWED


@pytest.mark.parametrize("field", ["legal_reference", "necessity", "seeks", "title"])
def test_a_case_without_one_of_its_grounds_is_refused(house, ivo, field):
    source = house.source("tracing")
    assert _rule(lambda: house.open(ivo, source, **{field: " "})) == Rule.CASE_GROUNDS
    assert house.refused() == ["case-grounds"]


def test_a_case_for_a_purpose_that_no_charter_lists_is_refused(house, ivo):
    source = house.source("archive")
    assert _rule(lambda: house.open(ivo, source, purpose="missing-person")) == Rule.PURPOSE_ALLOWED


def test_police_and_tracing_have_no_standing_case(house, ivo):
    for profile in ("tracing", "police"):
        source = house.source(profile)
        assert _rule(lambda source=source: house.open(ivo, source, standing=True)) == Rule.CASE_KIND


def test_a_case_of_an_unknown_source_is_an_input_error(house, ivo):
    with pytest.raises(InputError, match="no source"):
        house.open(ivo, house.source("archive"), sources=("nothing",))


def test_an_unapproved_case_is_not_searched(house, ivo):
    case = house.open(ivo, house.source("tracing"))
    assert house.records.cases.one(case).state(house.made.clock.now()) == "waiting"
    assert house.refusal(ivo, case) == Rule.CASE_APPROVED


def test_an_approved_case_is_searched_until_its_last_day_is_over(house, ivo, rea):
    case = house.open(ivo, house.source("tracing"), open_until=house.made.clock.now().date() + dt.timedelta(days=1))
    approved = house.approve(rea, case)
    assert (approved.self_approved, approved.given, approved.needed) == (False, 1, 1)
    assert house.refusal(ivo, case) == ""
    house.pass_time(days=2)
    assert house.refusal(ivo, case) == Rule.CASE_OPEN
    assert house.records.cases.one(case).state(house.made.clock.now()) == "expired"


def test_who_asks_does_not_approve(house, ivo, rea):
    asker = house.person("Uma", Role.INVESTIGATOR, Role.REVIEWER)
    house.pass_time(days=2)
    case = house.open(asker, house.source("tracing"))
    assert _rule(house.approve, asker, case) == Rule.APPROVER_APART
    assert house.refusal(asker, case) == Rule.CASE_APPROVED


def test_an_investigator_approves_nothing(house, ivo):
    case = house.open(house.owner, house.source("tracing"))
    assert _rule(house.approve, ivo, case) == Rule.ROLE_ALLOWED


def test_one_key_approves_once(house, ivo, rea):
    case = house.open(ivo, house.source("police"))
    house.approve(rea, case)
    assert _rule(house.approve, rea, case) == Rule.ONE_KEY_ONCE
    assert house.refusal(ivo, case) == Rule.CASE_APPROVED
    house.approve(house.owner, case)
    assert house.refusal(ivo, case) == ""


def test_a_new_approver_waits_a_day_before_approving_what_their_creator_asks(house):
    new = house.person("Rea", Role.REVIEWER)
    case = house.open(house.owner, house.source("tracing"))
    assert _rule(house.approve, new, case) == Rule.APPROVER_KNOWN
    house.pass_time(hours=24)
    house.approve(new, case)
    assert house.refusal(house.owner, case) == ""


def test_whom_the_asker_makes_an_approver_by_another_role_waits_a_day_too(house):
    clerk = house.person("Carl", Role.CLERK)
    house.pass_time(days=2)
    case = house.open(house.owner, house.source("tracing"))
    ChangeRoles(house.records).run(house.owner.actor, "Carl", [Role.REVIEWER])
    assert _rule(house.approve, clerk, case) == Rule.ROLE_ALLOWED  # the roles that they signed in with
    reviewer = sign_in(house.records, MACHINE, "Carl", PASSPHRASE)
    assert _rule(house.approve, reviewer, case) == Rule.APPROVER_KNOWN
    house.pass_time(hours=24)
    house.approve(reviewer, case)
    assert house.refusal(house.owner, case) == ""


def test_a_refused_case_is_closed_and_its_asker_does_not_refuse_it(house, ivo, rea):
    case = house.open(ivo, house.source("tracing"))
    refuse = RefuseCase(house.records)
    assert _rule(refuse.run, ivo.actor, case, "no") == Rule.ROLE_ALLOWED
    own = house.open(house.owner, house.source("tracing", "Other"))
    assert _rule(refuse.run, house.owner.actor, own, "no") == Rule.APPROVER_APART
    with pytest.raises(InputError, match="says why"):
        refuse.run(rea.actor, case, " ")
    refuse.run(rea.actor, case, "the mandate names no sister")
    found = house.records.cases.one(case)
    assert (found.state(house.made.clock.now()), found.closed_why) == ("closed", "the mandate names no sister")
    with pytest.raises(InputError, match="does not wait"):
        refuse.run(rea.actor, case, "again")


def test_the_only_person_of_a_house_approves_after_a_day_and_it_is_marked(house):
    case = house.open(house.owner, house.source("tracing"))
    assert _rule(house.approve, house.owner, case) == Rule.APPROVER_APART
    house.pass_time(hours=24)
    assert house.approve(house.owner, case).self_approved
    (given,) = house.records.cases.one(case).approvals
    assert given.self_approved
    assert house.refusal(house.owner, case) == ""


def test_police_never_approve_their_own_case(house):
    case = house.open(house.owner, house.source("police"))
    house.pass_time(days=9)
    assert _rule(house.approve, house.owner, case) == Rule.APPROVER_APART


def test_a_case_that_asks_for_no_approval_takes_none(house, ivo, rea):
    with pytest.raises(InputError, match="asks for no approval"):
        house.approve(rea, house.open(ivo, house.source("archive")))


@pytest.mark.parametrize(
    "change",
    ["max_searches = 10000", "open_until = '2030-01-01'", "purpose = 'criminal-investigation'", "reviewers_needed = 0", "one_face = 0"],
)
def test_an_approval_does_not_outlive_a_change_of_the_terms_that_were_signed(house, ivo, rea, change):
    case = house.open(ivo, house.source("tracing"))
    house.approve(rea, case)
    house.made.sql(f'UPDATE "case" SET {change}')
    assert house.records.cases.one(case).approvals == ()
    assert house.refusal(ivo, case) != ""


def test_an_approval_of_one_case_is_none_of_another(house, ivo, rea):
    source = house.source("tracing")
    first, second = house.open(ivo, source, title="One"), house.open(ivo, source, title="Two")
    house.approve(rea, first)
    house.made.sql(f"UPDATE signature SET object_id = '{second}'")
    assert [case.approvals for case in house.records.cases.all()] == [(), ()]


def test_a_frozen_case_is_not_searched_until_the_freeze_is_lifted(house, ivo):
    olga = house.person("Olga", Role.OFFICER)
    case = house.open(ivo, house.source("archive"))
    house.freeze(olga, case)
    assert house.refusal(ivo, case) == Rule.CASE_OPEN
    with pytest.raises(InputError, match="frozen already"):
        house.freeze(olga, case)
    house.thaw(olga, case)
    assert house.refusal(ivo, case) == ""
    with pytest.raises(InputError, match="is not frozen"):
        house.thaw(olga, case)


def test_a_freeze_is_lifted_by_who_froze_or_by_the_officer(house, ivo):
    olga, clara = house.person("Olga", Role.OFFICER), house.person("Clara", Role.CLERK)
    case = house.open(ivo, house.source("archive"))
    house.freeze(clara, case)
    assert _rule(house.thaw, house.owner, case) == Rule.ROLE_ALLOWED
    house.thaw(olga, case)
    house.freeze(olga, case)
    assert _rule(house.thaw, clara, case) == Rule.ROLE_ALLOWED


def test_an_investigator_freezes_nothing(house, ivo):
    case = house.open(ivo, house.source("archive"))
    assert _rule(house.freeze, ivo, case) == Rule.ROLE_ALLOWED
    assert _rule(lambda: house.freeze(MACHINE, case)) == Rule.PERSON_NEEDED


@pytest.mark.parametrize("stop", ["close", "freeze"])
def test_a_stopped_case_takes_no_approval_and_no_renewal(house, ivo, rea, stop):
    case = house.open(ivo, house.source("tracing"))
    getattr(house, stop)(house.owner, case)
    assert _rule(house.approve, rea, case) == Rule.CASE_OPEN
    standing = house.open(ivo, house.source("archive"), standing=True)
    getattr(house, stop)(house.owner, standing)
    assert _rule(house.renew, ivo, standing) == Rule.CASE_OPEN


def test_a_closed_case_is_searched_never_again_and_not_closed_twice(house, ivo):
    case = house.open(ivo, house.source("archive"))
    house.close(ivo, case)
    assert house.refusal(ivo, case) == Rule.CASE_OPEN
    with pytest.raises(InputError, match="already"):
        house.close(ivo, case)
    closed = house.records.cases.one(case)
    assert (closed.closed_by, closed.closed_why, closed.necessity) == (ivo.actor.person_id, "found", "nobody has seen her since 1944")


def test_the_case_that_a_household_shares_is_not_closed(house, made):
    source = made.household()
    with pytest.raises(InputError, match="share this case"):
        house.close(house.owner, made.case_of(source))


def test_a_household_needs_no_person(house, made):
    assert house.refusal(MACHINE, made.case_of(made.household())) == ""


def test_a_standing_case_is_renewed_yearly_by_a_person_who_signs(house, ivo):
    case = house.open(ivo, house.source("archive"), standing=True)
    assert house.refusal(ivo, case) == ""
    house.pass_time(days=370)
    assert house.refusal(ivo, case) == Rule.CASE_RENEWED
    house.renew(ivo, case)
    assert house.refusal(ivo, case) == ""
    (renewal,) = house.records.signatures.of("case-renewal")
    assert renewal.person_id == ivo.actor.person_id
    with pytest.raises(InputError, match="already"):
        house.renew(ivo, case)


def test_only_a_standing_case_is_renewed(house, ivo):
    with pytest.raises(InputError, match="no standing case"):
        house.renew(ivo, house.open(ivo, house.source("archive")))


def test_cases_past_their_last_day_are_closed_in_one_go(house, ivo):
    source = house.source("archive")
    over = house.open(ivo, source, title="Over", open_until=house.made.clock.now().date())
    house.open(ivo, source, title="Going on")
    house.pass_time(days=1)
    ended = CloseCase(house.records).close_ended(MACHINE)
    assert [case.id for case in ended] == [over]
    assert {case.title: case.state(house.made.clock.now()) for case in house.records.cases.all()} == {"Over": "closed", "Going on": "open"}
    assert CloseCase(house.records).close_ended(MACHINE) == []


def test_every_act_on_a_case_has_its_leaf_and_no_leaf_holds_its_words(house, ivo, rea):
    case = house.open(ivo, house.source("tracing"), title="Family Zimmermann")
    house.approve(rea, case)
    house.freeze(house.owner, case)
    house.thaw(house.owner, case)
    house.close(ivo, case)
    leaves = house.made.sql(
        f"SELECT json_extract(body, '$.facts.what') FROM leaf WHERE json_extract(body, '$.case') = '{case}' ORDER BY seq"
    )
    assert [what for (what,) in leaves] == ["case-opened", "case-approval", "case-frozen", "case-thawed", "case-closed"]
    assert house.made.sql("SELECT count(*) FROM leaf WHERE CAST(body AS TEXT) LIKE '%Zimmermann%'") == [(0,)]
