"""Who may act, approve and judge; what a case is opened on."""

import datetime as dt
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.domain.actor import Actor, Role
from visavis.domain.errors import InputError, RefusedError
from visavis.domain.ids import CaseId, PersonId, SourceId
from visavis.law.approvals import check_approval
from visavis.law.cases import CaseDraft, check_draft
from visavis.law.charter import NEXT, SourceState, check_transition
from visavis.law.disclosure import check_disclosure
from visavis.law.facts import Approval, Approver, CaseFacts, SourceFacts
from visavis.law.reviews import VERDICTS, check_reviewer, decided
from visavis.law.roles import ACTS, UNNAMED, Act, check_role, check_roles
from visavis.law.rules import Rule

AT = dt.datetime(2026, 6, 10, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
ADA, BOB = PersonId("ada"), PersonId("bob")


def rule_of(act, *arguments, **facts):
    """Return the rule that refuses an act, None if none does."""
    try:
        act(*arguments, **facts)
    except RefusedError as error:
        return error.rule
    return None


@pytest.mark.parametrize(("role", "act"), list(product(Role, Act)))
def test_each_role_does_its_own_acts_and_no_other(role, act):
    refused = rule_of(check_role, Actor(name="a", role=role, person_id=ADA), act, profile="archive")
    assert refused == (None if act in ACTS[role] else Rule.ROLE_ALLOWED)


def test_the_officer_stops_and_never_searches_and_the_auditor_only_reads():
    assert {Act.FREEZE, Act.CLOSE_CASE} <= ACTS[Role.OFFICER]
    assert not {Act.SEARCH, Act.APPROVE_CASE, Act.REVIEW, Act.DISCLOSE, Act.OPEN_CASE} & ACTS[Role.OFFICER]
    assert ACTS[Role.AUDITOR] == {Act.READ_LEDGER, Act.READ_REQUESTS}


def test_any_of_a_persons_roles_may_allow_an_act():
    both = Actor(name="a", role=Role.REVIEWER, person_id=ADA, roles=frozenset({Role.REVIEWER, Role.INVESTIGATOR}))
    assert rule_of(check_role, both, Act.SEARCH) is None
    assert rule_of(check_role, both, Act.REKEY) == Rule.ROLE_ALLOWED


@given(
    profile=st.sampled_from(["household", "trial", "evaluation", "consent", "archive", "tracing", "police"]),
    act=st.sampled_from(sorted(ACTS[Role.OWNER])),
)
def test_nobody_acts_unnamed_outside_a_household_or_a_trial(profile, act):
    assert rule_of(check_role, Actor(name="a"), act, profile=profile) == (None if profile in UNNAMED else Rule.PERSON_NEEDED)


@given(roles=st.frozensets(st.sampled_from(Role), min_size=1))
def test_who_watches_holds_no_other_role(roles):
    watching = bool(roles & {Role.OFFICER, Role.AUDITOR}) and len(roles) > 1
    assert rule_of(check_roles, roles) == (Rule.ROLES_APART if watching else None)


def approver(who, **facts):
    usual = {"role": Role.OWNER, "public_key": who.encode(), "created_at": AT - 100 * HOUR, "created_by": None}
    return Approver(**{**usual, "person_id": who, **facts})


def case(profile, **facts):
    usual = {"purpose": "missing-person", "sources": frozenset(), "profile": profile, "opened_by": ADA, "opened_at": AT - 48 * HOUR}
    return CaseFacts(**{**usual, "id": CaseId("c"), **facts})


def approved(rules, facts, by, *, people=2, at=AT):
    return check_approval(facts, by, people=people, at=at, policy=rules.governing(facts.profile))


@pytest.mark.parametrize(
    ("profile", "people", "hours", "rule"),
    [
        ("tracing", 1, 24, None),
        ("tracing", 1, 23, Rule.APPROVER_APART),
        ("tracing", 2, 99, Rule.APPROVER_APART),
        ("police", 1, 99, Rule.APPROVER_APART),
    ],
)
def test_only_the_one_person_of_a_house_approves_their_own_case_a_day_later_marked_and_never_the_police(
    profile, people, hours, rule, rules
):
    facts = case(profile, opened_at=AT - hours * HOUR)
    assert rule_of(approved, rules, facts, approver(ADA), people=people) == rule
    if rule is None:
        assert approved(rules, facts, approver(ADA), people=people) is True
        assert approved(rules, facts, approver(BOB), people=people) is False


@given(hours=st.integers(0, 60), created_by=st.sampled_from([None, ADA, PersonId("eve")]))
def test_a_new_approver_waits_a_day_before_approving_what_their_creator_asks(hours, created_by, rules):
    new = approver(BOB, created_at=AT - hours * HOUR, created_by=created_by)
    refused = rule_of(approved, rules, case("police"), new)
    assert refused == (Rule.APPROVER_KNOWN if created_by == ADA and hours < 24 else None)


@given(
    asks=st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("kmn")), max_size=8),
    requester=st.sampled_from("abcd"),
)
def test_however_approvals_are_asked_for_each_key_and_each_person_counts_once_and_who_asked_never(asks, requester, rules):
    facts = case("police", opened_by=PersonId(requester))
    given_by = []
    for who, key in asks:
        by = approver(PersonId(who), public_key=key.encode())
        if rule_of(approved, rules, facts, by) is None:
            given_by.append(by)
            approvals = (*facts.approvals, Approval(approver=by, at=AT, self_approved=False))
            facts = case("police", opened_by=PersonId(requester), approvals=approvals)
    assert len({by.public_key for by in given_by}) == len({by.person_id for by in given_by}) == len(given_by)
    assert requester not in {by.person_id for by in given_by}


PEOPLE = st.sampled_from([PersonId(name) for name in "abcde"])


@given(first=st.none() | PEOPLE, reviewer=PEOPLE, requester=PEOPLE, approvers=st.frozensets(PEOPLE, max_size=2), needed=st.integers(1, 2))
def test_requester_approver_first_and_second_reviewer_are_apart_where_two_review(first, reviewer, requester, approvers, needed):
    refused = rule_of(check_reviewer, first, reviewer, requester, approvers=approvers, reviewers_needed=needed)
    apart = reviewer not in (first, requester) and not (first is not None and reviewer in approvers)
    assert refused == (None if needed == 1 or apart else Rule.REVIEWER_APART)


@given(verdicts=st.lists(st.sampled_from(VERDICTS), max_size=3), needed=st.integers(1, 2))
def test_nothing_is_decided_before_all_have_judged_and_disagreement_is_kept(verdicts, needed):
    answer = decided(verdicts, needed)
    if len(verdicts) < needed:
        assert answer == "open"
    else:
        assert answer == (verdicts[0] if len(set(verdicts)) == 1 else "disagreement")


def test_identified_is_no_verdict():
    with pytest.raises(InputError, match="no verdict"):
        decided(["identified"], 1)


@pytest.mark.parametrize(("old", "new"), list(product(SourceState, SourceState)))
def test_a_source_takes_only_the_steps_of_its_life(old, new):
    assert rule_of(check_transition, old, new, signed_by=ADA) == (None if new in NEXT[old] else Rule.CHARTER_LIFE)


@given(steps=st.lists(st.sampled_from(SourceState), max_size=12))
def test_no_history_brings_an_expired_or_erased_source_back(steps):
    state, seen = SourceState.DRAFT, []
    for step in steps:
        if rule_of(check_transition, state, step, signed_by=ADA) is None:
            state = step
            seen.append(state)
    for end in (SourceState.EXPIRED, SourceState.ERASED):
        if end in seen:
            assert SourceState.LIVE not in seen[seen.index(end) :]


def test_at_home_a_source_goes_live_unsigned():
    assert rule_of(check_transition, "draft", "live", person_needed=False) is None


def draft(**changes):
    usual = {
        "profile": "archive",
        "purpose": "catalogue",
        "title": "Portraits",
        "sources": (SourceId("s"),),
        "legal_reference": "art. 44",
        "necessity": "undated",
        "seeks": "unknown person",
    }
    return CaseDraft(**{**usual, **changes})


@pytest.fixture
def museum(chartered):
    return SourceFacts(id=SourceId("s"), number=1, state="live", charter=chartered("archive"))


def test_the_terms_of_a_case_are_the_packs_unless_the_case_asks_for_less(chartered, rules):
    police = SourceFacts(id=SourceId("s"), number=1, state="live", charter=chartered("police"))
    asked = draft(profile="police", purpose="criminal-investigation")
    terms = check_draft(asked, [police], rules, at=AT)
    assert (terms.approvals, terms.reviewers, terms.one_face, terms.max_searches, terms.max_candidates) == (2, 2, True, 50, 50)
    assert terms.open_until == AT.date() + dt.timedelta(days=183)
    assert terms.policy == rules.pack("led-eu").mark
    until = dt.date(2026, 7, 1)
    less = draft(profile="police", purpose="criminal-investigation", max_searches=3, max_candidates=5, open_until=until)
    terms = check_draft(less, [police], rules, at=AT)
    assert (terms.max_searches, terms.max_candidates, terms.open_until) == (3, 5, until)


def test_a_standing_case_has_no_last_day_and_asks_for_reasons(museum, rules):
    terms = check_draft(draft(kind="standing"), [museum], rules, at=AT)
    assert (terms.open_until, terms.reason_needed) == (None, True)
    assert not check_draft(draft(), [museum], rules, at=AT).reason_needed


@pytest.mark.parametrize("missing", ["title", "legal_reference", "necessity", "seeks"])
def test_a_case_without_its_grounds_is_refused_with_the_options_that_give_them(missing, museum, rules):
    with pytest.raises(RefusedError, match=missing) as caught:
        check_draft(draft(**{missing: " "}), [museum], rules, at=AT)
    assert caught.value.rule == Rule.CASE_GROUNDS
    assert caught.value.remedy.startswith("--")


@pytest.mark.parametrize(
    "limits",
    [{"max_searches": 0}, {"max_candidates": 0}, {"open_until": dt.date(2026, 6, 9)}, {"open_until": dt.date(2027, 6, 12)}],
)
def test_a_case_with_limits_out_of_range_is_refused(limits, museum, rules):
    assert rule_of(check_draft, draft(**limits), [museum], rules, at=AT) == Rule.CASE_LIMITS


@pytest.mark.parametrize("changes", [{"sources": ()}, {"sources": (SourceId("x"),)}, {"profile": "museum"}])
def test_a_case_without_a_source_or_a_profile_is_an_input_error(changes, museum, rules):
    with pytest.raises(InputError):
        check_draft(draft(**changes), [museum], rules, at=AT)


@pytest.mark.parametrize(("profile", "recorded"), [("household", False), ("archive", True), ("police", True)])
def test_a_named_export_is_a_disclosure_outside_the_household(profile, recorded, rules):
    assert check_disclosure([rules.profile(profile)], recipient="Bob", because="asked") == recorded
    unnamed = rule_of(check_disclosure, [rules.profile(profile)], recipient=" ", because="")
    assert unnamed == (Rule.RECIPIENT_NAMED if recorded else None)
