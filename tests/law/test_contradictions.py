import datetime as dt

import pytest

from visavis.domain.errors import CharterInvalid
from visavis.law.reading import charter_from
from visavis.law.rulebook import shipped


def problems_of(document):
    with pytest.raises(CharterInvalid) as caught:
        charter_from(document, shipped())
    return dict(caught.value.problems)


@pytest.fixture
def archive(whole):
    return whole("archive")


def test_a_basis_of_another_holder_is_refused(archive):
    archive["basis"]["holder"] = "Another Museum"
    assert "can't be lent" in problems_of(archive)["basis.holder"]


def test_a_public_authority_can_not_choose_legitimate_interest(archive):
    archive["basis"]["article"] = "6(1)(f)"
    assert list(problems_of(archive)) == ["basis.article"]
    archive["controller"]["public_authority"] = False
    assert charter_from(archive, shipped()).basis.article == "6(1)(f)"


def test_public_pictures_open_nothing(archive):
    archive["condition"]["article"] = "9(2)(e)"
    assert "public view" in problems_of(archive)["condition.article"]


@pytest.mark.parametrize("key", ["basis", "condition"])
def test_an_article_that_needs_a_law_is_refused_without_it(key, archive):
    del archive[key]["law"]
    assert list(problems_of(archive)) == [f"{key}.law"]


@pytest.mark.parametrize(("key", "article"), [("basis", "LED 8"), ("condition", "LED 10"), ("basis", "6(1)(z)")])
def test_an_article_of_another_profile_is_refused_and_the_right_ones_are_listed(key, article, archive):
    archive[key]["article"] = article
    assert "Write one of" in problems_of(archive)[f"{key}.article"]


def test_a_police_charter_can_not_stand_on_the_gdpr(whole):
    document = whole("police")
    document["basis"]["article"] = "6(1)(e)"
    assert list(problems_of(document)) == ["basis.article"]


@pytest.mark.parametrize("profile", ["trial", "archive"])
def test_pictures_that_show_children_need_an_assessment(profile, whole):
    document = whole(profile)
    del document["dpia"]
    assert list(problems_of(document)) == ["dpia"]


def test_a_trial_without_children_needs_no_assessment(whole):
    document = {**whole("trial"), "shows_children": "no"}
    del document["dpia"]
    assert charter_from(document, shipped()).dpia == ""


@pytest.mark.parametrize(("profile", "said"), [("household", "mine"), ("evaluation", "own pictures, own eyes")])
def test_a_declaration_in_other_words_is_refused(profile, said, whole):
    assert list(problems_of({**whole(profile), "statement": said})) == ["statement"]


def test_a_purpose_outside_the_profile_is_refused(archive):
    assert list(problems_of({**archive, "purposes": ["catalogue", "criminal-investigation"]})) == ["purposes"]


def test_a_standing_case_for_a_purpose_that_the_charter_does_not_list_is_refused(archive):
    assert list(problems_of({**archive, "purposes": ["research"]})) == ["standing_case.purpose"]


@pytest.mark.parametrize(("country", "places", "refused"), [("US", ["FR"], True), ("US", ["unknown"], True), ("US", ["CA-QC"], False)])
def test_a_controller_outside_the_union_needs_a_representative_for_people_inside(country, places, refused, archive):
    archive["controller"]["country"], archive["jurisdiction"] = country, places
    if refused:
        assert list(problems_of(archive)) == ["controller.representative"]
        archive["controller"]["representative"] = "Example, Dublin"
    assert charter_from(archive, shipped()).controller.country == country


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"valid_to": dt.date(2025, 12, 31)}, "valid_to"),
        ({"valid_to": dt.date(2056, 1, 2)}, "valid_to"),
        ({"retention": {"rule": "fixed", "action": "erase", "until": dt.date(2025, 1, 1)}}, "retention.until"),
        ({"retention": {"rule": "fixed", "action": "erase", "until": dt.date(9999, 12, 31)}}, "retention.until"),
        ({"retention": {"rule": "fixed", "action": "erase"}}, "retention.until"),
        ({"retention": {"rule": "charter", "action": "erase"}}, "valid_to"),
        ({"retention": {"rule": "event", "action": "erase", "months": 1}}, "retention.event"),
        ({"retention": {"rule": "review", "action": "erase"}}, "retention.months"),
        ({"retention": {"rule": "review", "action": "erase", "months": 0}}, "retention.months"),
        ({"retention": {"rule": "review", "action": "erase", "months": 61}}, "retention.months"),
        ({"retention": {"rule": "review", "action": "erase", "months": 6, "event": "x"}}, "retention.event"),
        ({"evidence": [{"file": "a", "sha256": "ab" * 32, "valid_to": dt.date(2025, 1, 1)}]}, "evidence[1].valid_to"),
    ],
)
def test_dates_that_run_backwards_or_never_end_are_refused(changes, field, archive):
    assert list(problems_of({**archive, **changes})) == [field]


def test_a_basis_younger_than_the_charter_is_refused(archive):
    archive["basis"]["since"] = dt.date(2026, 1, 2)
    assert list(problems_of(archive)) == ["basis.since"]


def test_a_trial_lasts_fourteen_days(whole):
    document = whole("trial")
    assert charter_from(document, shipped()).valid_to == dt.date(2026, 1, 14)
    assert "2026-01-14" in problems_of({**document, "valid_to": dt.date(2026, 1, 15)})["valid_to"]


def test_thirty_years_from_a_leap_day_is_a_day_that_exists(archive):
    changes = {"valid_from": dt.date(2028, 2, 29), "valid_to": dt.date(2058, 2, 28)}
    assert charter_from({**archive, **changes}, shipped()).valid_to == dt.date(2058, 2, 28)
