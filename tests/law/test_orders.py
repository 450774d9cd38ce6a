"""The clock of an authority's order, and who is in its scope."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.domain.errors import InputError
from visavis.domain.orders import Appeal, Scope, Terms, touches
from visavis.law.clocks import due_months, holidays_of, overdue_days
from visavis.law.orders import standing

NOTIFIED, DUE, PAID = dt.date(2022, 10, 17), dt.date(2022, 12, 19), dt.date(2023, 2, 9)
ORDER_OF_2022 = Terms(notified=NOTIFIED, due=DUE, rate=100_000)


def at(day: dt.date, hour: int = 12) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour), dt.UTC)


@pytest.mark.finding("C14")
def test_the_order_of_2022_costs_52_days_and_not_53():
    now = standing(ORDER_OF_2022, at(PAID))
    assert (now.days_overdue, now.penalty, now.state) == (52, 5_200_000, "overdue")
    inclusive = (PAID - DUE).days + 1
    assert inclusive == 53 != now.days_overdue
    assert inclusive * ORDER_OF_2022.rate == 5_300_000 != now.penalty


def test_two_months_from_17_october_2022_end_on_monday_19_december(rules):
    assert due_months(NOTIFIED, 2, holidays_of(rules.pack("fr").clocks, "FR")) == DUE


def test_what_was_obeyed_on_a_day_stops_the_clock_there():
    done = at(PAID)
    assert standing(ORDER_OF_2022, at(dt.date(2030, 1, 1)), complied_at=done).penalty == 5_200_000
    assert standing(ORDER_OF_2022, at(dt.date(2030, 1, 1)), complied_at=done).state == "done"


@pytest.mark.finding("C11")
@pytest.mark.parametrize(
    ("day", "left", "overdue", "state", "alarm"),
    [
        (NOTIFIED, 63, 0, "open", 0),
        (dt.date(2022, 11, 17), 32, 0, "open", 0),
        (dt.date(2022, 11, 18), 31, 0, "open", 50),
        (dt.date(2022, 12, 7), 12, 0, "open", 80),
        (DUE, 0, 0, "open", 100),
        (dt.date(2022, 12, 20), 0, 1, "overdue", 100),
    ],
)
def test_the_clock_shows_days_left_days_overdue_and_alarms_at_50_80_and_100_per_cent(day, left, overdue, state, alarm):
    now = standing(ORDER_OF_2022, at(day))
    assert (now.days_left, now.days_overdue, now.state, now.alarm) == (left, overdue, state, alarm)


def test_a_cap_is_the_most_that_is_ever_due():
    capped = Terms(notified=NOTIFIED, due=DUE, rate=100_000, cap=1_000_000)
    assert standing(capped, at(PAID)).penalty == 1_000_000


def test_days_under_an_appeal_that_suspends_are_left_out_and_under_another_are_not():
    appeal = Appeal(since=dt.date(2022, 12, 29), until=dt.date(2023, 1, 8), suspends=True)
    assert standing(Terms(notified=NOTIFIED, due=DUE, rate=1, appeals=(appeal,)), at(PAID)).days_overdue == 42
    weak = Appeal(since=appeal.since, until=appeal.until, suspends=False)
    assert standing(Terms(notified=NOTIFIED, due=DUE, rate=1, appeals=(weak,)), at(PAID)).days_overdue == 52
    running = Appeal(since=DUE, until=None, suspends=True)
    now = standing(Terms(notified=NOTIFIED, due=DUE, rate=1, appeals=(running,)), at(PAID))
    assert (now.days_overdue, now.state) == (0, "suspended")


@given(st.dates(dt.date(2000, 1, 1), dt.date(2060, 1, 1)), st.integers(0, 400), st.integers(0, 400))
def test_the_clock_never_runs_backwards_and_agrees_with_the_days_of_the_law(due, first, more):
    terms = Terms(notified=due, due=due, rate=7)
    earlier, later = standing(terms, at(due + dt.timedelta(days=first))), standing(terms, at(due + dt.timedelta(days=first + more)))
    assert later.days_overdue - earlier.days_overdue == more
    assert later.penalty == 7 * overdue_days(due, at(due + dt.timedelta(days=first + more)))


OUTSIDE = [("DE",), ("DE", "BE")]
INSIDE = [(), ("unknown",), ("DE", "unknown"), ("FR",), ("FR-IDF",)]


@pytest.mark.finding("C13")
@pytest.mark.parametrize(("claimed", "inside"), [*((one, True) for one in INSIDE), *((one, False) for one in OUTSIDE)])
def test_unknown_counts_as_in_scope_and_only_other_places_are_outside(claimed, inside):
    assert touches(claimed, ("FR",)) is inside
    assert touches(claimed, ()) is True


def test_an_order_of_a_region_covers_what_is_claimed_for_its_country():
    assert touches(("CA",), ("CA-QC",))
    assert not touches(("CA-ON",), ("CA-QC",))


def test_a_word_that_is_no_code_is_no_scope():
    with pytest.raises(InputError):
        Scope(jurisdictions=("France",))
