"""What addresses and forms say, read strictly: ids, days, whole numbers, lists of words."""

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import contextmanager

from visavis.domain.errors import InputError, RefusedError
from visavis.web.visit import Form, NotThere, Visit

ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
LARGEST = 10**12


def id_in(visit: Visit, name: str) -> str:
    """Return an id of the address; `NotThere` for anything else."""
    said: str = visit.request.path_params[name]
    if not ID.fullmatch(said):
        raise NotThere
    return said


@contextmanager
def nothing_here(*hiding: str) -> Iterator[None]:
    """Answer alike for what is not there and for what one of the rules in `hiding` keeps from this person."""
    try:
        yield
    except InputError:
        raise NotThere from None
    except RefusedError as error:
        if error.rule not in hiding:
            raise
        raise NotThere from None


def day(text: str) -> dt.date | None:
    """Return a day; None = none was written; `InputError` for anything else."""
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        raise InputError(f"«{text[:20]}» is no day", remedy="write it as 2026-05-14") from None


def needed_day(text: str, what: str) -> dt.date:
    """Return a day; `InputError` if none was written."""
    found = day(text)
    if found is None:
        raise InputError(f"{what} is missing", remedy="write it as 2026-05-14")
    return found


def whole(text: str) -> int | None:
    """Return a whole number from 0; None = none was written; spaces and commas between thousands are let pass."""
    plain = re.sub(r"[ ,_\u00a0\u202f]", "", text)
    if not plain:
        return None
    if not (plain.isascii() and plain.isdigit() and int(plain[:14]) < LARGEST and len(plain) <= 13):
        raise InputError(f"«{text[:20]}» is no whole number", remedy="write it in digits")
    return int(plain)


def words(text: str) -> tuple[str, ...]:
    """Return what stands between blanks, commas and semicolons."""
    return tuple(word for word in re.split(r"[\s,;]+", text) if word)


def several(form: Form, name: str) -> tuple[str, ...]:
    """Return every value of a field that may be there several times."""
    return tuple(value for value in form.fields.get(name, []) if value)
