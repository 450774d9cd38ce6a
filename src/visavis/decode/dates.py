"""Reads the ways in which files, archives and people write a date, as exactly as it is known and no more.

Understood: ISO 8601 and EXIF times, `2016-05`, `1962`, `1960s`, `before 1970`, `after 1950`, `circa 1962`, `1958/1962`, and the
level-0 and level-1 forms of EDTF (ISO 8601-2) that archives use: `1962~`, `1962?`, `196X`, `../1970`, `1950/..`.
"""

import datetime as dt
import re
from typing import TYPE_CHECKING

from visavis.domain.media import CaptureDate, DateOrigin, Precision

if TYPE_CHECKING:
    from collections.abc import Callable

# Niépce exposed the oldest surviving photograph in 1826 or 1827. The last year only keeps nonsense out: no clock is read here.
FIRST_YEAR, LAST_YEAR = 1827, 2099
_CIRCA_YEARS = 5  # neither EDTF nor cataloguing rules give «circa» a width; a filter should rather show too much

_DAY = dt.timedelta(days=1)
_YMD = re.compile(r"(\d{4})(?:[-:./]?(\d{2})(?:[-:./]?(\d{2}))?)?")
_TIME = re.compile(r"[T _]?(\d{2})[:.]?(\d{2})(?:[:.]?(\d{2}))?(?:[.,]\d+)?\s*(?:Z|[+-]\d{2}:?\d{2})?", re.IGNORECASE)
_BEFORE = re.compile(r"(?:before|bef\.?|<)\s*(.+)", re.IGNORECASE)
_AFTER = re.compile(r"(?:after|aft\.?|>)\s*(.+)", re.IGNORECASE)
_OPEN_START = re.compile(r"\.\./(.+)")
_OPEN_END = re.compile(r"(.+)/(?:\.\.)?")
_CIRCA = re.compile(r"(?:circa|ca\.?|c\.?|about|around|abt\.?)\s*(\d{4})|(\d{4})\s*[~?%]", re.IGNORECASE)
_DECADE = re.compile(r"(\d{3})(?:0s|0'?s|X)", re.IGNORECASE)
_BETWEEN = re.compile(r"(?:between\s+)?(\d{4}(?:-\d{2}){0,2})\s*(?:/|–|\s-\s|\s+and\s+|\s+to\s+)\s*(\d{4}(?:-\d{2}){0,2})", re.IGNORECASE)
_YEARS = re.compile(r"(\d{4})-(\d{4})")

Span = tuple[dt.date, dt.date, Precision]
"""First and last day, both included."""


def parse_date(text: str, origin: DateOrigin) -> CaptureDate | None:
    """Read a date.

    Parameters
    ----------
    text : str
        As the file, the catalogue or the CSV has it.
    origin : DateOrigin

    Returns
    -------
    CaptureDate or None
        None if it is no date, an impossible one (month 13, `0000:00:00`), or lies before photography or after 2099. A time of day is
        kept in the text as local time; zones are dropped, for the day is what is asked for.
    """
    plain = " ".join(text.replace("\0", " ").split())
    for reader in (_read_exact, _read_circa, _read_range, _read_open):
        found = reader(plain)
        if found is not None:
            said, first, last, precision = found
            return CaptureDate(text=said, first=first, last=last, precision=precision, origin=origin)
    return None


_Read = tuple[str, dt.date | None, dt.date | None, Precision]


def _read_exact(text: str) -> _Read | None:
    date = _YMD.match(text)
    if date is None:
        return None
    span = _span(date.group(1), date.group(2), date.group(3))
    rest = text[date.end() :]
    if span is None or (rest and span[2] is not Precision.DAY):
        return None
    first, last, precision = span
    if not rest:
        return _spell(first, precision), first, last, precision
    time = _TIME.fullmatch(rest)
    if time is None:
        return None
    hour, minute, second = (int(part or 0) for part in time.groups())
    if hour > 23 or minute > 59 or second > 59:
        return _spell(first, precision), first, last, precision
    return f"{first}T{hour:02}:{minute:02}:{second:02}", first, last, Precision.SECOND


def _spell(first: dt.date, precision: Precision) -> str:
    return first.isoformat()[: {Precision.YEAR: 4, Precision.MONTH: 7}.get(precision, 10)]


def _span(year: str, month: str | None, day: str | None) -> Span | None:
    """Days between which a written date lies; IPTC writes 00 for an unknown month or day."""
    y, m, d = int(year), int(month or 0), int(day or 0)
    if not FIRST_YEAR <= y <= LAST_YEAR or (m == 0 and d):
        return None
    try:
        first = dt.date(y, m or 1, d or 1)
    except ValueError:
        return None
    if d:
        return first, first, Precision.DAY
    if m:
        return first, (first.replace(day=28) + 4 * _DAY).replace(day=1) - _DAY, Precision.MONTH
    return first, dt.date(y, 12, 31), Precision.YEAR


def _whole(text: str) -> Span | None:
    date = _YMD.fullmatch(text.strip())
    return _span(date.group(1), date.group(2), date.group(3)) if date else None


def _read_circa(text: str) -> _Read | None:
    found = _CIRCA.fullmatch(text)
    year = int(found.group(1) or found.group(2)) if found else 0
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    return f"circa {year}", dt.date(year - _CIRCA_YEARS, 1, 1), dt.date(year + _CIRCA_YEARS, 12, 31), Precision.RANGE


def _read_range(text: str) -> _Read | None:
    decade = _DECADE.fullmatch(text)
    if decade:
        start = decade.group(1)
        ends: tuple[Span | None, Span | None] = (_whole(start + "0"), _whole(start + "9"))
        said = f"{start}0s"
    elif found := _BETWEEN.fullmatch(text) or _YEARS.fullmatch(text):
        ends = (_whole(found.group(1)), _whole(found.group(2)))
        said = f"{found.group(1)}/{found.group(2)}"
    else:
        return None
    first, last = ends
    if first is None or last is None or first[0] > last[1]:
        return None
    return said, first[0], last[1], Precision.RANGE


def _read_open(text: str) -> _Read | None:
    sides: tuple[tuple[re.Pattern[str], Callable[[Span, str], _Read]], ...] = (
        (_BEFORE, lambda span, said: (f"before {said}", None, span[0] - _DAY, Precision.BEFORE)),
        (_AFTER, lambda span, said: (f"after {said}", span[1] + _DAY, None, Precision.AFTER)),
        # An open interval includes the year that it names.
        (_OPEN_START, lambda span, said: (f"../{said}", None, span[1], Precision.BEFORE)),
        (_OPEN_END, lambda span, said: (f"{said}/..", span[0], None, Precision.AFTER)),
    )
    for pattern, build in sides:
        found = pattern.fullmatch(text)
        span = _whole(found.group(1)) if found else None
        if span is not None and found is not None:
            return build(span, found.group(1).strip())
    return None
