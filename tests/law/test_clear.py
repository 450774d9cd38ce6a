import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.domain.actor import Actor
from visavis.domain.errors import RefusedError
from visavis.domain.ids import CaseId, SourceId
from visavis.law.admit import SourceState
from visavis.law.clear import EVALUATION_SOURCE, CaseFacts, SearchRequest, SourceFacts, clear, clear_evaluation
from visavis.law.rulebook import shipped
from visavis.law.rules import Rule

AT = dt.datetime(2026, 1, 10, 12, tzinfo=dt.UTC)
ME = Actor(name="me")
ASK = SearchRequest(actor=ME)
HOME, DESK = CaseId("home"), CaseId("desk")


@pytest.fixture
def family(chartered):
    return SourceFacts(id=SourceId("family"), number=1, state="live", charter=chartered("household"), standing_case=HOME)


@pytest.fixture
def museum(chartered):
    return SourceFacts(id=SourceId("museum"), number=2, state="live", charter=chartered("archive"), standing_case=DESK)


def home(*sources):
    return CaseFacts(id=HOME, purpose="private", sources=frozenset(source.id for source in sources))


def desk(*sources, **facts):
    return CaseFacts(**{"id": DESK, "purpose": "catalogue", "sources": frozenset(source.id for source in sources), **facts})


def refused(request, sources, case, at=AT):
    with pytest.raises(RefusedError) as caught:
        clear(request, sources, case, shipped(), at=at)
    return caught.value


def test_without_a_named_case_only_the_household_is_searched_and_the_rest_is_named_with_what_mends_it(family, museum, rules):
    grant = clear(ASK, [family, museum], home(family), rules, at=AT)
    assert (grant.clearance.sources, grant.clearance.purpose, grant.clearance.case_id) == ({1}, "private", HOME)
    [left] = grant.left_out
    assert (left.source_id, left.remedy) == ("museum", "add --case desk")


def test_a_standing_case_searches_the_sources_it_names(family, museum, rules):
    grant = clear(ASK, [family, museum], desk(museum), rules, at=AT)
    assert (grant.clearance.sources, grant.clearance.purpose) == ({2}, "catalogue")
    assert [left.source_id for left in grant.left_out] == ["family"]


def test_a_clearance_passes_its_own_check_and_ends_within_the_hour(family, rules):
    clearance = clear(ASK, [family], home(family), rules, at=AT).clearance
    clearance.check(AT)
    assert clearance.not_after == AT + dt.timedelta(hours=1)
    assert clearance.policy == policy.mark
    with pytest.raises(RefusedError, match="ended"):
        clearance.check(clearance.not_after)


def test_an_archive_searched_without_a_case_is_refused_with_the_command_that_mends_it(museum):
    error = refused(ASK, [museum], None)
    assert (error.rule, error.remedy) == (Rule.CASE_NEEDED, "add --case desk")


def test_an_archive_without_a_standing_case_says_so(chartered):
    source = SourceFacts(id=SourceId("m"), number=2, state="live", charter=chartered("archive"))
    assert "standing_case" in str(refused(ASK, [source], None))


def test_a_source_of_another_case_is_refused(museum):
    assert refused(ASK, [museum], home()).rule == Rule.SOURCE_IN_CASE


def test_where_no_case_was_named_a_source_outside_the_household_asks_for_one(family, museum):
    error = refused(SearchRequest(actor=ME, sources=frozenset({museum.id}), names_case=False), [family, museum], home(family))
    assert (error.rule, error.remedy) == (Rule.CASE_NEEDED, "add --case desk")
    assert "under a case only" in str(error)


def test_a_purpose_that_the_charter_does_not_list_is_refused(museum):
    assert refused(ASK, [museum], desk(museum, purpose="journalism")).rule == Rule.PURPOSE_ALLOWED


def test_two_sources_join_only_if_both_charters_allow_the_purpose(museum, chartered, rules):
    press = SourceFacts(id=SourceId("press"), number=3, state="live", charter=chartered("archive", purposes=["catalogue", "journalism"]))
    assert clear(ASK, [museum, press], desk(museum, press), rules, at=AT).clearance.sources == {2, 3}
    grant = clear(ASK, [museum, press], desk(museum, press, purpose="journalism"), rules, at=AT)
    assert grant.clearance.sources == {3}
    assert [left.rule for left in grant.left_out] == [Rule.PURPOSE_ALLOWED]


@pytest.mark.parametrize("state", ["frozen", "expired", "erased"])
def test_a_source_that_is_not_live_is_out(state, museum, chartered):
    source = SourceFacts(id=museum.id, number=2, state=state, charter=museum.charter, standing_case=DESK)
    assert refused(ASK, [source], desk(source)).rule == Rule.SOURCE_LIVE


def test_a_source_outside_its_charters_dates_is_out(chartered):
    charter = chartered("archive", valid_to=dt.date(2026, 1, 9))
    source = SourceFacts(id=SourceId("m"), number=2, state="live", charter=charter)
    assert refused(ASK, [source], desk(source)).rule == Rule.CHARTER_IN_DATES


def test_a_profile_of_a_later_version_is_never_searched(chartered):
    source = SourceFacts(id=SourceId("p"), number=2, state="live", charter=chartered("police"))
    assert refused(ASK, [source], desk(source, purpose="criminal-investigation")).rule == Rule.PROFILE_USABLE


@pytest.mark.parametrize("facts", [{"closed_at": AT}, {"open_until": dt.date(2026, 1, 9)}])
def test_a_closed_or_ended_case_is_refused(facts, museum):
    assert refused(ASK, [museum], desk(museum, **facts)).rule == Rule.CASE_OPEN


def test_an_archive_without_sources_says_how_to_add_one():
    error = refused(ASK, [], None)
    assert (error.rule, "source add" in error.remedy) == (Rule.SOMETHING_TO_SEARCH, True)


def test_where_several_rules_leave_nothing_each_source_has_its_reason(family, museum):
    frozen = SourceFacts(id=family.id, number=1, state="frozen", charter=family.charter)
    error = refused(ASK, [frozen, museum], None)
    assert error.rule == Rule.SOMETHING_TO_SEARCH
    assert "family: it is frozen" in str(error)
    assert error.remedy == "add --case desk"


def test_a_narrowed_search_names_only_the_sources_asked_for(family, museum, rules):
    request = SearchRequest(actor=ME, sources=frozenset({family.id}))
    assert clear(request, [family, museum], home(family), rules, at=AT).left_out == ()
    assert refused(SearchRequest(actor=ME, sources=frozenset({museum.id})), [family, museum], home(family)).remedy == "add --case desk"


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
    assert clear(SearchRequest(actor=ME, **asked), [source], case, rules, at=AT).clearance.max_candidates == cap


@pytest.mark.parametrize("asked", [{"candidates": 51}, {"all_candidates": True}])
def test_a_trial_can_not_ask_for_more_than_fifty(asked, chartered):
    source = SourceFacts(id=SourceId("s"), number=1, state="live", charter=chartered("trial"))
    case = CaseFacts(id=DESK, purpose="trial", sources=frozenset({source.id}))
    error = refused(SearchRequest(actor=ME, **asked), [source], case)
    assert (error.rule, error.remedy) == (Rule.CANDIDATES_CAPPED, "search again with --top 50")


@pytest.mark.parametrize(
    ("valid_to", "open_until", "ends"),
    [(dt.date(2026, 1, 10), None, True), (None, dt.date(2026, 1, 10), True), (dt.date(2026, 1, 11), dt.date(2026, 1, 11), False)],
)
def test_a_clearance_never_outlives_charter_or_case(valid_to, open_until, ends, chartered, rules):
    at = dt.datetime(2026, 1, 10, 23, 30, tzinfo=dt.UTC)
    changes = {} if valid_to is None else {"valid_to": valid_to}
    source = SourceFacts(id=SourceId("m"), number=2, state="live", charter=chartered("archive", **changes))
    clearance = clear(ASK, [source], desk(source, open_until=open_until), rules, at=at).clearance
    assert clearance.not_after == (dt.datetime(2026, 1, 11, tzinfo=dt.UTC) if ends else at + dt.timedelta(hours=1))


def test_evaluation_reaches_rows_in_memory_only(rules):
    clearance = clear_evaluation(ME, rules, at=AT)
    clearance.check(AT)
    assert (clearance.sources, clearance.purpose) == ({EVALUATION_SOURCE}, "evaluation")


PROFILES = sorted(shipped().profiles)
PURPOSES = sorted(shipped().purposes)
MIX = st.lists(
    st.tuples(st.sampled_from(PROFILES), st.sampled_from(SourceState), st.dates(dt.date(2026, 1, 1), dt.date(2026, 1, 14)), st.booleans()),
    max_size=6,
)


@given(
    mix=MIX, purpose=st.sampled_from(PURPOSES), minutes=st.integers(0, 60 * 24 * 20), narrowed=st.none() | st.frozensets(st.integers(1, 6))
)
def test_for_any_mix_of_sources_only_allowed_ones_are_cleared_and_every_other_is_named(mix, purpose, minutes, narrowed, chartered, rules):
    at = dt.datetime(2025, 12, 31, tzinfo=dt.UTC) + dt.timedelta(minutes=minutes)
    sources = [
        SourceFacts(id=SourceId(str(number)), number=number, state=state, charter=chartered(profile, valid_to=last, **_retained(profile)))
        for number, (profile, state, last, _) in enumerate(mix, start=1)
    ]
    case = CaseFacts(id=DESK, purpose=purpose, sources=frozenset(s.id for s, (*_, named) in zip(sources, mix, strict=True) if named))
    asked = None if narrowed is None else frozenset(SourceId(str(number)) for number in narrowed)
    wanted = [source for source in sources if asked is None or source.id in asked]
    allowed = {
        source.number
        for source in wanted
        if source.state is SourceState.LIVE
        and source.id in case.sources
        and purpose in source.charter.purposes
        and source.charter.valid_from <= at.date() <= source.charter.valid_to
        and rules.profile(source.charter.profile].use == "source"
    }
    request = SearchRequest(actor=ME, sources=asked)
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
