"""SMPTE time code (ST 12-1): hours, minutes, seconds and frames, counted on from the one that a film begins with.

At 29.97 and 59.94 frames a second a count of whole frames falls behind the clock by 3.6 seconds an hour. Drop-frame counting leaves out
the first two numbers (four at 59.94) of each minute but every tenth; no frame is left out. It is written with a semicolon.
"""

import re
from fractions import Fraction

from visavis.domain.film import FilmFacts, Moment

_WRITTEN = re.compile(r"(\d\d):(\d\d):(\d\d)([:;.])(\d\d)")
_DAY_MINUTES = 24 * 60
_DROPPING = {30: 2, 60: 4}  # nominal rate: numbers left out a minute


def timecode_at(facts: FilmFacts | Moment, ticks: int) -> str | None:
    """Return the time code of a moment, None if the film has none, or no even rate.

    Parameters
    ----------
    ticks : int
        From the film's first frame.
    """
    if facts.timecode is None or facts.rate is None:
        return None
    start = parse(facts.timecode, facts.rate)
    return None if start is None else write(start + round(ticks * facts.time_base * facts.rate), facts.rate, drop=_drops(facts.timecode))


def parse(text: str, rate: Fraction) -> int | None:
    """Return the number of the frame that a time code names, counted from 00:00:00:00; None if it is none at this rate."""
    found = _WRITTEN.fullmatch(text)
    if found is None:
        return None
    hours, minutes, seconds, frames = (int(found.group(at)) for at in (1, 2, 3, 5))
    nominal, dropped = round(rate), _dropped(rate, drop=_drops(text))
    if hours > 23 or minutes > 59 or seconds > 59 or frames >= nominal or (frames < dropped and not seconds and minutes % 10):
        return None
    in_minutes = hours * 60 + minutes
    return (in_minutes * 60 + seconds) * nominal + frames - dropped * (in_minutes - in_minutes // 10)


def write(number: int, rate: Fraction, *, drop: bool) -> str:
    """Return the time code of a frame's number; it starts anew after 24 hours.

    Parameters
    ----------
    number : int
        Frames from 00:00:00:00.
    rate : Fraction
        Frames a second; 30000/1001 counts as 30.
    drop : bool
        Drop-frame, where the rate has it (29.97 and 59.94).
    """
    nominal, dropped = round(rate), _dropped(rate, drop=drop)
    ten_minutes = 10 * 60 * nominal - 9 * dropped
    number %= ten_minutes * (_DAY_MINUTES // 10)
    tens, rest = divmod(number, ten_minutes)
    # The first minute of ten is whole; the others begin at the number that is not left out.
    whole = 60 * nominal
    minutes = 0 if rest < whole else 1 + (rest - whole) // (whole - dropped)
    counted = number + dropped * (9 * tens + minutes)
    seconds, frames = divmod(counted, nominal)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{';' if dropped else ':'}{frames:02}"


def _drops(text: str) -> bool:
    return text[-3] in ";."


def _dropped(rate: Fraction, *, drop: bool) -> int:
    return _DROPPING.get(round(rate), 0) if drop and rate.denominator != 1 else 0
