"""What a field of a charter accepts: one reader a kind of value."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from visavis.law.fields import Field


class Unfit(ValueError):
    """A value that a field can't take; the text completes «FIELD …»."""


def read_value(field: Field, raw: object) -> object:
    """Return what a charter's raw TOML value means for a field.

    Raises
    ------
    Unfit
        A blank, another type, or a word that the field does not take.
    """
    if raw == "" or (raw == [] and not field.may_be_empty):
        raise Unfit("is not filled in")
    value = _READERS[field.kind](raw)
    for word in value if isinstance(value, tuple) else (value,):
        if field.choices and word not in field.choices:
            raise Unfit(f"does not take {word!r}")
    return value


def _text(raw: object) -> str:
    if not isinstance(raw, str) or not raw.strip():
        raise Unfit("takes a text in quotes")
    if any("\ud800" <= sign <= "\udfff" for sign in raw):
        raise Unfit("holds signs that are no Unicode text")
    return raw.strip()


def _words(raw: object) -> tuple[str, ...]:
    if not isinstance(raw, list):
        raise Unfit("takes a list in square brackets")
    return tuple(dict.fromkeys(_text(word) for word in raw))


def _country(raw: object) -> str:
    if not isinstance(raw, str) or not re.fullmatch(r"[A-Z]{2}", raw):
        raise Unfit("takes a code of two capital letters (ISO 3166-1)")
    return raw


def places(raw: object) -> tuple[str, ...]:
    """Read a list of jurisdictions: ISO 3166 codes, or `unknown`; raises `Unfit`."""
    words = _words(raw)
    for word in words:
        if not re.fullmatch(r"[A-Z]{2}(-[A-Z0-9]{1,3})?|unknown", word):
            raise Unfit(f"does not take {word!r}")
    return words


def _day(raw: object) -> dt.date:
    try:
        day = dt.date.fromisoformat(raw) if isinstance(raw, str) else raw
    except ValueError:
        day = None
    if not isinstance(day, dt.date) or isinstance(day, dt.datetime):
        raise Unfit("takes a day")
    return day


def _count(raw: object) -> int:
    if not isinstance(raw, int) or isinstance(raw, bool) or raw < 0:
        raise Unfit("takes a whole number")
    return raw


def _truth(raw: object) -> bool:
    if not isinstance(raw, bool):
        raise Unfit("takes true or false")
    return raw


def _digest(raw: object) -> str:
    if not isinstance(raw, str) or not re.fullmatch(r"[0-9a-f]{64}", raw):
        raise Unfit("takes 64 hexadecimal digits in lower case")
    return raw


_READERS: Mapping[str, Callable[[object], object]] = MappingProxyType(
    {
        "text": _text,
        "word": _text,
        "words": _words,
        "country": _country,
        "places": places,
        "day": _day,
        "count": _count,
        "truth": _truth,
        "digest": _digest,
    }
)
