import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.domain.actor import Actor, Role
from visavis.domain.errors import RefusedError
from visavis.domain.ids import CaseId, PersonId, SourceId
from visavis.law.charter import SourceState
from visavis.law.clear import EVALUATION_SOURCE, CaseFacts, SearchRequest, SourceFacts, clear, clear_evaluation, clear_index_check
from visavis.law.facts import Approval, Approver
from visavis.law.rulebook import shipped
from visavis.law.rules import Rule

AT = dt.datetime(2026, 1, 10, 12, tzinfo=dt.UTC)
ME = Actor(name="me", person_id=PersonId("me"))
USUAL = SearchRequest(actor=ME, floor=-1.0, reason="Box 12")
HOME, DESK = CaseId("home"), CaseId("desk")


@pytest.fixture
def family(chartered):
    return SourceFacts(id=SourceId("family"), number=1, state="live", charter=chartered("household"), standing_case=HOME)


@pytest.fixture
def museum(chartered):
    return SourceFacts(id=SourceId("museum"), number=2, state="live", charter=chartered("archive"), standing_case=DESK)


def home(*sources):
    return CaseFacts(id=HOME, kind="shared", profile="household", purpose="private", sources=frozenset(source.id for source in sources))


def desk(*sources, **facts):
    usual = {"kind": "standing", "purpose": "catalogue", "opened_at": AT - dt.timedelta(days=30)}
    return CaseFacts(**{**usual, "id": DESK, "sources": frozenset(source.id for source in sources), **facts})


def ask(**changes):
    return replace(USUAL, **changes)


def refused(request, sources, case, at=AT):
    with pytest.raises(RefusedError) as caught:
        clear(request, sources, case, shipped(), at=at)
    return caught.value


def test_without_a_named_case_only_the_household_is_searched_and_the_rest_is_named_with_what_mends_it(family, museum, rules):
    grant = clear(USUAL, [family, museum], home(family), rules, at=AT)
    assert (grant.clearance.sources, grant.clearance.purpose, grant.clearance.case_id) == ({1}, "private", HOME)
    [left] = grant.left_out
    assert (left.source_id, left.remedy) == ("museum", 'add --case desk --as PERSON --reason "…"')


def test_a_standing_case_searches_the_sources_it_names(family, museum, rules):
    grant = clear(USUAL, [family, museum], desk(museum), rules, at=AT)
    assert (grant.clearance.sources, grant.clearance.purpose) == ({2}, "catalogue")
    assert [left.source_id for left in grant.left_out] == ["family"]


def test_a_clearance_passes_its_own_check_and_ends_within_the_hour(family, rules):
    clearance = clear(USUAL, [family], home(family), rules, at=AT).clearance
    clearance.check(AT)
    assert clearance.not_after == AT + dt.timedelta(hours=1)
    assert clearance.policy == rules.pack("eu").mark
    with pytest.raises(RefusedError, match="ended"):
        clearance.check(clearance.not_after)


def test_an_archive_searched_without_a_case_is_refused_with_the_command_that_mends_it(museum):
    error = refused(USUAL, [museum], None)
    assert (error.rule, error.remedy) == (Rule.CASE_NEEDED, 'add --case desk --as PERSON --reason "…"')


def test_an_archive_without_a_standing_case_says_so(chartered):
    source = SourceFacts(id=SourceId("m"), number=2, state="live", charter=chartered("archive"))
    assert "standing case" in str(refused(USUAL, [source], None))


def test_a_source_of_another_case_is_refused(museum):
    assert refused(USUAL, [museum], home()).rule == Rule.SOURCE_IN_CASE


def test_where_no_case_was_named_a_source_outside_the_household_asks_for_one(family, museum):
    error = refused(ask(sources=frozenset({museum.id}), names_case=False), [family, museum], home(family))
    assert (error.rule, error.remedy) == (Rule.CASE_NEEDED, 'add --case desk --as PERSON --reason "…"')
    assert "under a case only" in str(error)


def test_a_purpose_that_the_charter_does_not_list_is_refused(museum):
    assert refused(USUAL, [museum], desk(museum, purpose="journalism")).rule == Rule.PURPOSE_ALLOWED


def test_two_sources_join_only_if_both_charters_allow_the_purpose(museum, chartered, rules):
    press = SourceFacts(id=SourceId("press"), number=3, state="live", charter=chartered("archive", purposes=["catalogue", "journalism"]))
    assert clear(USUAL, [museum, press], desk(museum, press), rules, at=AT).clearance.sources == {2, 3}
    grant = clear(USUAL, [museum, press], desk(museum, press, purpose="journalism"), rules, at=AT)
    assert grant.clearance.sources == {3}
    assert [left.rule for left in grant.left_out] == [Rule.PURPOSE_ALLOWED]


@pytest.mark.parametrize("state", ["draft", "frozen", "expired", "erased"])
def test_a_source_that_is_not_live_is_out(state, museum, chartered):
    source = SourceFacts(id=museum.id, number=2, state=state, charter=museum.charter, standing_case=DESK)
    assert refused(USUAL, [source], desk(source)).rule == Rule.SOURCE_LIVE


def test_a_source_outside_its_charters_dates_is_out(chartered):
    charter = chartered("archive", valid_to=dt.date(2026, 1, 9))
    source = SourceFacts(id=SourceId("m"), number=2, state="live", charter=charter)
    assert refused(USUAL, [source], desk(source)).rule == Rule.CHARTER_IN_DATES


@pytest.mark.parametrize("facts", [{"closed_at": AT}, {"frozen_at": AT}, {"open_until": dt.date(2026, 1, 9)}])
def test_a_closed_or_ended_case_is_refused(facts, museum):
    assert refused(USUAL, [museum], desk(museum, **facts)).rule == Rule.CASE_OPEN


def test_an_archive_without_sources_says_how_to_add_one():
    error = refused(USUAL, [], None)
    assert (error.rule, "source add" in error.remedy) == (Rule.SOMETHING_TO_SEARCH, True)


def test_where_several_rules_leave_nothing_each_source_has_its_reason(family, museum):
    frozen = SourceFacts(id=family.id, number=1, state="frozen", charter=family.charter)
    error = refused(USUAL, [frozen, museum], None)
    assert error.rule == Rule.SOMETHING_TO_SEARCH
    assert "family: it is frozen" in str(error)
    assert error.remedy == 'add --case desk --as PERSON --reason "…"'


def test_a_narrowed_search_names_only_the_sources_asked_for(family, museum, rules):
    request = ask(sources=frozenset({family.id}))
    assert clear(request, [family, museum], home(family), rules, at=AT).left_out == ()
    assert refused(ask(sources=frozenset({museum.id})), [family, museum], home(family)).remedy == 'add --case desk --as PERSON --reason "…"'


@pytest.mark.parametrize(
    ("profile", "asked", "cap"),
    [
        ("household", {}, None),
        ("household", {"candidates": 10}, None),
        ("archive", {}, 50),
        ("archive", {"candidates": 10}, 50),
        ("archive", {"candidates": 200}, 200),
        ("archive", {"all_candidates": True}, None),
        ("trial", {"candidates": 50}, 50),
    ],
)
def test_outside_the_household_fifty_candidates_unless_more_is_asked_for(profile, asked, cap, chartered, rules):
    source = SourceFacts(id=SourceId("s"), number=1, state="live", charter=chartered(profile))
    case = CaseFacts(id=DESK, purpose=source.charter.purposes[0], sources=frozenset({source.id}))
    assert clear(ask(**asked), [source], case, rules, at=AT).clearance.max_candidates == cap


@pytest.mark.parametrize("asked", [{"candidates": 51}, {"all_candidates": True}])
def test_a_trial_can_not_ask_for_more_than_fifty(asked, chartered):
    source = SourceFacts(id=SourceId("s"), number=1, state="live", charter=chartered("trial"))
    case = CaseFacts(id=DESK, kind="shared", purpose="trial", sources=frozenset({source.id}))
    error = refused(ask(**asked), [source], case)
    assert (error.rule, error.remedy) == (Rule.CANDIDATES_CAPPED, "search again with --top 50")


@pytest.mark.parametrize(
    ("valid_to", "open_until", "ends"),
    [(dt.date(2026, 1, 10), None, True), (None, dt.date(2026, 1, 10), True), (dt.date(2026, 1, 11), dt.date(2026, 1, 11), False)],
)
def test_a_clearance_never_outlives_charter_or_case(valid_to, open_until, ends, chartered, rules):
    at = dt.datetime(2026, 1, 10, 23, 30, tzinfo=dt.UTC)
    changes = {} if valid_to is None else {"valid_to": valid_to}
    source = SourceFacts(id=SourceId("m"), number=2, state="live", charter=chartered("archive", **changes))
    clearance = clear(USUAL, [source], desk(source, open_until=open_until), rules, at=at).clearance
    assert clearance.not_after == (dt.datetime(2026, 1, 11, tzinfo=dt.UTC) if ends else at + dt.timedelta(hours=1))


def test_evaluation_reaches_rows_in_memory_only(rules):
    clearance = clear_evaluation(ME, rules, at=AT)
    clearance.check(AT)
    assert (clearance.sources, clearance.purpose) == ({EVALUATION_SOURCE}, "evaluation")


def test_a_check_of_the_index_is_an_evaluation_of_the_named_sources_for_an_hour(rules):
    clearance = clear_index_check(ME, rules, frozenset({1, 7}), at=AT)
    clearance.check(AT)
    assert (clearance.sources, clearance.purpose, clearance.not_after - AT) == ({1, 7}, "evaluation", dt.timedelta(hours=1))


PROFILES = sorted(shipped().profiles)
PURPOSES = sorted({purpose for policy in shipped().marks.values() for purpose in policy.purposes})
MIX = st.lists(
    st.tuples(st.sampled_from(PROFILES), st.sampled_from(SourceState), st.dates(dt.date(2026, 1, 1), dt.date(2026, 1, 14)), st.booleans()),
    max_size=6,
)


@given(
    mix=MIX,
    profile=st.sampled_from(PROFILES),
    purpose=st.sampled_from(PURPOSES),
    minutes=st.integers(0, 60 * 24 * 20),
    narrowed=st.none() | st.frozensets(st.integers(1, 6)),
)
def test_for_any_mix_of_sources_only_allowed_ones_are_cleared_and_every_other_is_named(
    mix, profile, purpose, minutes, narrowed, chartered, rules
):
    at = dt.datetime(2025, 12, 31, tzinfo=dt.UTC) + dt.timedelta(minutes=minutes)
    sources = [
        SourceFacts(id=SourceId(str(number)), number=number, state=state, charter=chartered(kind, valid_to=last, **_retained(kind)))
        for number, (kind, state, last, _) in enumerate(mix, start=1)
    ]
    named = frozenset(source.id for source, (*_, inside) in zip(sources, mix, strict=True) if inside)
    approvals = tuple(Approval(approver=_approver(name), at=dt.datetime(2025, 12, 30, tzinfo=dt.UTC), self_approved=False) for name in "bc")
    case = CaseFacts(id=DESK, profile=profile, purpose=purpose, sources=named, approvals=approvals)
    asked = None if narrowed is None else frozenset(SourceId(str(number)) for number in narrowed)
    wanted = [source for source in sources if asked is None or source.id in asked]
    allowed = {
        source.number
        for source in wanted
        if source.state is SourceState.LIVE
        and source.id in case.sources
        and source.charter.profile == profile != "evaluation"
        and (purpose in source.charter.purposes or (profile == "archive" and purpose == "research"))
        and source.charter.valid_from <= at.date() <= source.charter.valid_to
    }
    request = ask(sources=asked)
    if not allowed:
        assert refused(request, sources, case, at).remedy
        return
    grant = clear(request, sources, case, rules, at=at)
    assert grant.clearance.sources == allowed
    assert {left.source_id for left in grant.left_out} == {source.id for source in wanted if source.number not in allowed}
    ends = [dt.datetime.combine(s.charter.valid_to, dt.time(), dt.UTC) + dt.timedelta(days=1) for s in wanted if s.number in allowed]
    assert at < grant.clearance.not_after <= min(ends)


def _retained(profile):
    return {} if profile in ("household", "evaluation") else {"retention": {"rule": "charter", "action": "erase"}}


def _approver(name):
    since = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
    return Approver(person_id=PersonId(name), role=Role.OWNER, public_key=name.encode(), created_at=since, created_by=None)


def test_the_compatible_purposes_are_a_closed_table_and_closed_to_consent(museum, chartered, rules):
    assert clear(USUAL, [museum], desk(museum, purpose="research"), rules, at=AT).clearance.purpose == "research"
    only = SourceFacts(id=museum.id, number=2, state="live", charter=chartered("archive", purposes=["catalogue"]))
    assert clear(USUAL, [only], desk(only, purpose="research"), rules, at=AT).clearance.purpose == "research"
    consent = {"basis": {"article": "6(1)(a)", "holder": "Museum of Example", "since": dt.date(2026, 1, 1)}}
    asked = SourceFacts(id=museum.id, number=2, state="live", charter=chartered("archive", purposes=["catalogue"], **consent))
    assert refused(USUAL, [asked], desk(asked, purpose="research")).rule == Rule.PURPOSE_ALLOWED


def test_a_search_over_two_packs_names_both_and_takes_the_stricter(chartered, rules):
    french = SourceFacts(id=SourceId("f"), number=1, state="live", charter=chartered("archive"))
    german = SourceFacts(
        id=SourceId("g"),
        number=2,
        state="live",
        charter=chartered("archive", controller={"name": "Museum of Example", "country": "DE", "public_authority": True}),
    )
    grant = clear(USUAL, [french, german], desk(french, german), rules, at=AT)
    assert grant.clearance.policy == f"{rules.pack('eu').mark} + {rules.pack('fr').mark}"


def test_the_clearance_carries_the_floor(museum, rules):
    assert clear(ask(floor=0.3), [museum], desk(museum), rules, at=AT).clearance.least_similarity == 0.3


def test_a_standing_case_ends_its_clearances_with_its_year(museum, rules):
    at = dt.datetime(2027, 1, 10, 23, 30, tzinfo=dt.UTC)
    opened = dt.datetime(2026, 1, 10, 9, tzinfo=dt.UTC)
    assert clear(USUAL, [museum], desk(museum, opened_at=opened), rules, at=at).clearance.not_after == dt.datetime(
        2027, 1, 11, tzinfo=dt.UTC
    )
    error = refused(USUAL, [museum], desk(museum, opened_at=opened), at + dt.timedelta(minutes=30))
    assert (error.rule, "case renew desk" in error.remedy) == (Rule.CASE_RENEWED, True)
    renewed = desk(museum, opened_at=opened, renewed_at=at)
    assert clear(USUAL, [museum], renewed, rules, at=at + dt.timedelta(days=300)).clearance.sources == {2}


def test_approvals_of_one_key_or_of_who_asked_count_once_or_not_at_all(chartered, rules):
    source = SourceFacts(id=SourceId("p"), number=3, state="live", charter=chartered("police"), measured=True)
    for names in (("b", "b"), ("b", "me"), ("b",)):
        approvals = tuple(Approval(approver=_approver(name), at=AT, self_approved=False) for name in names)
        case = CaseFacts(
            id=DESK,
            profile="police",
            purpose="criminal-investigation",
            sources=frozenset({source.id}),
            opened_by=ME.person_id,
            approvals=approvals,
        )
        assert refused(USUAL, [source], case).rule == Rule.CASE_APPROVED
