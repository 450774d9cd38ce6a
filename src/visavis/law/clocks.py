"""Deadlines as pure functions of an event, the pack and a calendar. Days are the controller's calendar days; moments are UTC.

Months and roll-over follow Regulation (EEC, Euratom) 1182/71, Art. 3: the same day number, the month's last day where it is missing, and
the next working day where it falls on a Saturday, a Sunday or a public holiday.
"""

import calendar
import datetime as dt
from collections.abc import Callable, Sequence

from visavis.law.policy import ClockRules, Limits

Holidays = Callable[[dt.date], bool]
"""Whether a day is a public holiday."""

_SATURDAY = 5


def no_holidays(_: dt.date) -> bool:
    """Know no public holiday: only Saturdays and Sundays are no working days."""
    return False


def holidays_of(clocks: ClockRules, country: str) -> Holidays:
    """Return the public holidays that count: the pack's, else those of the controller's country (none, where the library has none)."""
    import holidays  # most commands count no days

    code = clocks.holidays or country
    if code not in holidays.list_supported_countries():
        return no_holidays
    days = holidays.country_holidays(code)
    return lambda day: day in days


def working_day(day: dt.date, is_holiday: Holidays) -> dt.date:
    """Return the day itself, or the next that is neither Saturday, Sunday nor public holiday."""
    while day.weekday() >= _SATURDAY or is_holiday(day):
        day += dt.timedelta(days=1)
    return day


def add_months(day: dt.date, months: int) -> dt.date:
    """Return the same day number `months` later, clipped to the end of that month."""
    total = day.month - 1 + months
    year, month = day.year + total // 12, total % 12 + 1
    return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def due_months(received: dt.date, months: int, is_holiday: Holidays) -> dt.date:
    """Return the last day of a period of months that began with an event on `received` (Reg. 1182/71 Art. 3(1), (2)(c), (4))."""
    return working_day(add_months(received, months), is_holiday)


def answer_due(
    received: dt.date, clocks: ClockRules, is_holiday: Holidays, *, told_at: dt.date | None = None, reasons: str = ""
) -> dt.date:
    """Return the day by which a request must be answered (GDPR Art. 12(3)).

    Parameters
    ----------
    received : date
        Of the *first* message; reminders never move it.
    told_at : date or None
        When the person was told of an extension; it counts only with reasons and within the first period.
    """
    due = due_months(received, clocks.answer_months, is_holiday)
    if told_at is None or not reasons.strip() or not received <= told_at <= due:
        return due
    return extension(received, clocks, is_holiday)


def extension(received: dt.date, clocks: ClockRules, is_holiday: Holidays) -> dt.date:
    """Return the day by which an extended request must be answered: counted from receipt, not from the first due day."""
    return due_months(received, clocks.extended_months, is_holiday)


def paused(due: dt.date, pauses: Sequence[tuple[dt.date, dt.date]], clocks: ClockRules, is_holiday: Holidays) -> dt.date:
    """Move a due day by the days in which the clock stood still; a pack without a pause leaves it (UK GDPR Art. 12A).

    Parameters
    ----------
    pauses : sequence of (date, date)
        Half-open: from the day of asking until the day of the answer. Days that lie in several count once.
    """
    if not clocks.pause:
        return due
    stopped = {begin + dt.timedelta(days=number) for begin, end in pauses for number in range((end - begin).days)}
    return working_day(due + dt.timedelta(days=len(stopped)), is_holiday)


def breach_due(aware_at: dt.datetime, clocks: ClockRules) -> dt.datetime:
    """Return the moment by which a breach is notified (GDPR Art. 33(1)); weekends count: the stricter reading."""
    return aware_at + dt.timedelta(hours=clocks.breach_hours)


def request_due(first_use: dt.datetime, clocks: ClockRules) -> dt.datetime:
    """Return the moment by which an authorisation is asked for after a first use without one (AI Act Art. 26(10))."""
    return first_use + dt.timedelta(hours=clocks.request_hours)


def notice_due(
    obtained: dt.date, clocks: ClockRules, *, first_contact: dt.date | None = None, first_disclosure: dt.date | None = None
) -> dt.date:
    """Return the day by which people are told of data that came from elsewhere: the earliest of three (GDPR Art. 14(3)).

    A month is «at the latest»: it is not rolled over a weekend.
    """
    days = (add_months(obtained, clocks.notice_months), first_contact, first_disclosure)
    return min(day for day in days if day is not None)


def overdue_days(due: dt.date, now: dt.datetime, *, complied_at: dt.datetime | None = None) -> int:
    """Return the days of a penalty, half-open: the due day counts, the day of compliance does not."""
    end = now if complied_at is None else min(now, complied_at)
    return max(0, (end.date() - due).days)


def penalty(rate: int, days: int, *, cap: int | None = None) -> int:
    """Return a penalty of `rate` a day, at most `cap`, in the order's unit of money."""
    return rate * days if cap is None else min(rate * days, cap)


def log_keep(written: dt.date, limits: Limits) -> tuple[dt.date, dt.date]:
    """Return the first day on which a log entry may go and the last on which it may stay."""
    return add_months(written, limits.least_log_months), add_months(written, limits.most_log_months)


def review_due(last: dt.date, months: int) -> dt.date:
    """Return the day of the next review; it is the controller's own, so it is not rolled over."""
    return add_months(last, months)
