import calendar
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.law.clocks import (
    add_months,
    answer_due,
    breach_due,
    due_months,
    extension,
    holidays_of,
    log_keep,
    no_holidays,
    notice_due,
    overdue_days,
    paused,
    penalty,
    request_due,
    review_due,
    working_day,
)

DAYS = st.dates(dt.date(2000, 1, 1), dt.date(2090, 12, 31))
MONTHS = st.integers(0, 24)


def day(text):
    return dt.date.fromisoformat(text)


def moment(text):
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def france(rules):
    return holidays_of(rules.pack("fr").clocks, "")


@pytest.mark.parametrize(("received", "due"), [("2026-01-31", "2026-03-02"), ("2026-04-01", "2026-05-04"), ("2026-11-25", "2026-12-28")])
def test_the_worked_dates_of_france(received, due, france):
    assert due_months(day(received), 1, france) == day(due)


def test_without_public_holidays_the_first_of_may_is_a_working_day():
    assert due_months(day("2026-04-01"), 1, no_holidays) == day("2026-05-01")


@given(received=DAYS, months=MONTHS)
def test_a_month_ends_on_the_same_day_number_or_on_the_months_last_day(received, months):
    ends = add_months(received, months)
    assert (ends.year * 12 + ends.month) - (received.year * 12 + received.month) == months
    assert ends.day == min(received.day, calendar.monthrange(ends.year, ends.month)[1])


@given(received=DAYS, months=MONTHS)
def test_a_due_day_is_the_first_working_day_from_the_end_of_the_months_on(received, months, france):
    ends, due = add_months(received, months), due_months(received, months, france)
    assert due.weekday() < 5
    assert not france(due)
    before = [ends + dt.timedelta(days=number) for number in range((due - ends).days)]
    assert all(one.weekday() >= 5 or france(one) for one in before)
    assert len(before) <= 4  # Friday to Monday around Easter


@given(first=DAYS, second=DAYS, months=MONTHS)
def test_who_writes_earlier_is_never_answered_later(first, second, months, france):
    first, second = sorted((first, second))
    assert due_months(first, months, france) <= due_months(second, months, france)


@given(one=DAYS)
def test_a_working_day_stays_where_it_is(one, france):
    assert working_day(working_day(one, france), france) == working_day(one, france)


def test_the_calendar_is_the_packs_else_the_controllers_countrys_else_weekends_only(rules):
    bastille = day("2026-07-14")
    assert holidays_of(rules.pack("fr").clocks, "DE")(bastille)
    assert not holidays_of(rules.pack("eu").clocks, "DE")(bastille)
    assert not holidays_of(rules.pack("eu").clocks, "")(bastille)


@given(received=DAYS, told=st.none() | st.integers(-5, 120), reasons=st.sampled_from(["", " ", "two hundred pictures"]))
def test_an_extension_counts_from_receipt_and_only_if_told_with_reasons_within_the_first_month(received, told, reasons, rules, france):
    clocks = rules.pack("fr").clocks
    plain = due_months(received, 1, france)
    told_at = None if told is None else received + dt.timedelta(days=told)
    valid = told_at is not None and received <= told_at <= plain and bool(reasons.strip())
    due = answer_due(received, clocks, france, told_at=told_at, reasons=reasons)
    assert due == (due_months(received, 3, france) if valid else plain)
    assert extension(received, clocks, france) >= plain


@given(due=DAYS, pauses=st.lists(st.tuples(st.integers(0, 60), st.integers(0, 30)), max_size=4))
def test_the_clock_pauses_only_under_a_pack_that_knows_a_pause(due, pauses, rules):
    spans = [(due + dt.timedelta(days=begin), due + dt.timedelta(days=begin + length)) for begin, length in pauses]
    assert paused(due, spans, rules.pack("eu").clocks, no_holidays) == due
    later = paused(due, spans, rules.pack("uk").clocks, no_holidays)
    stopped = len({begin + number for begin, length in pauses for number in range(length)})
    assert later == working_day(due + dt.timedelta(days=stopped), no_holidays)


def test_a_breach_is_notified_within_72_hours_weekends_included(rules):
    assert breach_due(moment("2026-11-20T18:00"), rules.pack("eu").clocks) == moment("2026-11-23T18:00")


def test_an_authorisation_is_asked_for_within_48_hours_of_the_first_use(rules):
    assert request_due(moment("2026-11-20T18:00"), rules.pack("led-eu").clocks) == moment("2026-11-22T18:00")


@given(obtained=DAYS, contact=st.none() | st.integers(0, 60), disclosure=st.none() | st.integers(0, 60))
def test_people_are_told_at_the_earliest_of_a_month_the_first_contact_and_the_first_disclosure(obtained, contact, disclosure, rules):
    days = [None if number is None else obtained + dt.timedelta(days=number) for number in (contact, disclosure)]
    due = notice_due(obtained, rules.pack("eu").clocks, first_contact=days[0], first_disclosure=days[1])
    known = [add_months(obtained, 1), *(one for one in days if one is not None)]
    assert due in known
    assert all(due <= one for one in known)


def test_the_penalty_of_19_december_to_9_february_is_52_days_and_not_53():
    days = overdue_days(day("2022-12-19"), moment("2023-03-01T00:00"), complied_at=moment("2023-02-09T15:00"))
    assert days == 52
    assert penalty(100_000, days) == 5_200_000
    inclusive = (day("2023-02-09") - day("2022-12-19")).days + 1
    assert penalty(100_000, inclusive) != 5_200_000


@given(due=DAYS, late=st.integers(-400, 400), rate=st.integers(0, 10**6), cap=st.none() | st.integers(0, 10**8))
def test_a_penalty_grows_a_day_at_a_time_is_never_negative_and_never_above_its_cap(due, late, rate, cap):
    now = dt.datetime.combine(due, dt.time(23, 59), dt.UTC) + dt.timedelta(days=late)
    days = overdue_days(due, now)
    assert days == max(0, late)
    assert penalty(rate, days, cap=cap) == (rate * days if cap is None else min(cap, rate * days))
    assert overdue_days(due, now, complied_at=now + dt.timedelta(days=9)) == days


@given(written=DAYS)
def test_a_log_entry_is_kept_at_least_six_months_and_not_for_ever(written, rules):
    for policy in rules.marks.values():
        first, last = log_keep(written, policy.limits)
        assert add_months(written, 6) <= first <= last


def test_a_review_comes_after_its_months_weekend_or_not():
    assert review_due(day("2026-08-31"), 6) == day("2027-02-28")
