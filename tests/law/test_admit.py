import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.domain.errors import RefusedError
from visavis.domain.media import CaptureDate, DateOrigin, PictureMetadata, Precision
from visavis.law.admit import ItemFacts, Step, admit, keep
from visavis.law.charter import SourceState, check_usable, standing_case
from visavis.law.rules import Rule

AT = dt.datetime(2026, 1, 10, 12, tzinfo=dt.UTC)
LIVE = ItemFacts(source_state="live", kind="photo", pictures_before=0, consents=1)


def rule(answer):
    return None if answer is None else answer.rule


@pytest.mark.parametrize("step", Step)
@pytest.mark.parametrize("profile", ["household", "trial", "consent", "archive", "tracing", "police"])
def test_a_photo_of_a_live_source_is_admitted_at_both_steps(profile, step, chartered, rules):
    assert admit(chartered(profile), rules, at=AT, step=step, facts=LIVE) is None


def test_a_test_set_is_no_source(chartered, rules):
    charter = chartered("evaluation")
    assert rule(admit(charter, rules, at=AT, step=Step.DECODE, facts=LIVE)) == Rule.PROFILE_USABLE
    with pytest.raises(RefusedError) as caught:
        check_usable(charter, rules, at=AT)
    assert caught.value.rule == "profile-usable"


@pytest.mark.parametrize("state", [state for state in SourceState if state is not SourceState.LIVE])
def test_a_source_that_is_not_live_takes_nothing_in(state, chartered, rules):
    facts = ItemFacts(source_state=state, kind="photo", pictures_before=0)
    assert rule(admit(chartered("archive"), rules, at=AT, step=Step.INDEX, facts=facts)) == Rule.SOURCE_LIVE


@given(minutes=st.integers(-60 * 24 * 40, 60 * 24 * 40))
def test_a_charter_admits_from_its_first_midnight_to_the_midnight_after_its_last_day(minutes, chartered, rules):
    at = AT + dt.timedelta(minutes=minutes)
    answer = admit(chartered("trial"), rules, at=at, step=Step.INDEX, facts=LIVE)
    live = dt.datetime(2026, 1, 1, tzinfo=dt.UTC) <= at < dt.datetime(2026, 1, 15, tzinfo=dt.UTC)
    assert rule(answer) == (None if live else Rule.CHARTER_IN_DATES)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"valid_to": dt.date(2026, 1, 9)}, "valid_to"),
        ({"retention": {"rule": "fixed", "action": "erase", "until": dt.date(2026, 1, 9)}}, "retention.until"),
        ({"evidence": [{"file": "a", "sha256": "ab" * 32, "valid_to": dt.date(2026, 1, 9)}]}, "evidence[1].valid_to"),
    ],
)
def test_the_first_end_of_charter_retention_and_evidence_counts(changes, field, chartered, rules):
    charter = chartered("archive", **changes)
    answer = admit(charter, rules, at=AT, step=Step.DECODE, facts=LIVE)
    assert rule(answer) == Rule.CHARTER_IN_DATES
    assert field in answer.detail
    with pytest.raises(RefusedError, match=field.replace("[", r"\[")):
        check_usable(charter, rules, at=AT)


def test_evidence_that_holds_to_the_end_of_the_calendar_sets_no_earlier_end(chartered, rules):
    charter = chartered("archive", evidence=[{"file": "a", "sha256": "ab" * 32, "valid_to": dt.date.max}])
    assert admit(charter, rules, at=AT, step=Step.INDEX, facts=LIVE) is None


def test_a_charter_that_begins_later_may_be_added_now(chartered, rules):
    check_usable(chartered("archive", valid_from=dt.date(2026, 2, 1)), rules, at=AT)


def test_a_trial_takes_two_thousand_pictures(chartered, rules):
    for before, expected in ((1999, None), (2000, Rule.SOURCE_SIZE)):
        facts = ItemFacts(source_state="live", kind="photo", pictures_before=before)
        assert rule(admit(chartered("trial"), rules, at=AT, step=Step.DECODE, facts=facts)) == expected
        assert admit(chartered("archive"), rules, at=AT, step=Step.DECODE, facts=facts) is None


@pytest.mark.parametrize(
    ("consents", "faces", "taken"), [(0, 0, False), (1, 0, True), (1, 1, True), (1, 2, False), (2, 2, True), (3, 1, True)]
)
def test_a_picture_that_stands_on_consents_needs_one_for_each_face(consents, faces, taken, chartered, rules):
    facts = ItemFacts(source_state="live", kind="photo", pictures_before=0, consents=consents, faces=faces)
    answer = admit(chartered("consent"), rules, at=AT, step=Step.INDEX, facts=facts)
    assert rule(answer) == (None if taken else Rule.CONSENT_GIVEN)
    assert admit(chartered("archive"), rules, at=AT, step=Step.INDEX, facts=facts) is None


def test_only_photos_are_taken_in(chartered, rules):
    facts = ItemFacts(source_state="live", kind="stream", pictures_before=0)
    assert rule(admit(chartered("archive"), rules, at=AT, step=Step.DECODE, facts=facts)) == Rule.PHOTO_OR_FILM


def test_standing_cases_are_shared_at_home_and_the_charters_own_in_an_archive(chartered, rules):
    assert standing_case(chartered("household"), rules).shared
    own = standing_case(chartered("archive"), rules)
    assert (own.purpose, own.shared) == ("catalogue", False)
    assert standing_case(chartered("police"), rules) is None


DATE = CaptureDate(text="1962", first=None, last=None, precision=Precision.YEAR, origin=DateOrigin.IPTC)
FULL = PictureMetadata(captured=DATE, caption="c", credit="k", rights="r", asset_id="a", latitude=48.858370, longitude=-2.294481)


@pytest.mark.parametrize(("place", "position"), [("none", (None, None)), ("city", (48.9, -2.3)), ("exact", (48.858370, -2.294481))])
def test_the_position_is_kept_as_far_as_the_charter_says(place, position, chartered):
    kept = keep(FULL, chartered("archive", place=place))
    assert (kept.latitude, kept.longitude) == position


def test_a_picture_without_a_position_gets_none(chartered):
    assert keep(PictureMetadata(), chartered("archive", place="exact")) == PictureMetadata()


@given(listed=st.sets(st.sampled_from(["caption", "credit", "rights", "asset_id"])))
def test_only_listed_texts_are_kept_and_the_date_always(listed, chartered):
    kept = keep(FULL, chartered("archive", metadata=sorted(listed)))
    assert {name for name in ("caption", "credit", "rights", "asset_id") if getattr(kept, name)} == listed
    assert kept.captured == DATE
