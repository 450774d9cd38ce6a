"""Lists a page at a time. A cursor says behind which item of which list the next page begins; it is checked, not trusted."""

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import TypeVar

from pydantic import Field

from visavis.web.api.problems import WrongField
from visavis.web.api.reading import WrongFields
from visavis.web.api.routes import Asked

T = TypeVar("T")
AFTER = re.compile(r"[0-9a-f-]{1,36}")


class Paged(Asked):
    """Which page."""

    cursor: str = Field(default="", max_length=200, description="`next_cursor` of the page before; empty = the first page.")
    limit: int = Field(default=50, ge=1, le=200, description="Items a page, at most.")


def behind(paged: Paged, of: str) -> str:
    """Return the id behind which the page of a list begins; empty = at its beginning.

    Raises
    ------
    WrongFields
        The cursor is none, or belongs to another list.
    """
    if not paged.cursor:
        return ""
    try:
        said = json.loads(base64.urlsafe_b64decode(paged.cursor.encode()))
    except (binascii.Error, ValueError):
        said = None
    if not isinstance(said, list) or len(said) != 2 or said[0] != of or not isinstance(said[1], str) or not AFTER.fullmatch(said[1]):
        raise WrongFields([WrongField(field="cursor", problem="this is no cursor of this list")])
    return said[1]


def page_of(items: Iterable[T], paged: Paged, of: str, *, key: Callable[[T], str]) -> tuple[list[T], str | None]:
    """Return a page of what comes in order of its key, and the cursor of the next page; None = there is none."""
    after = behind(paged, of)
    found = list(islice((item for item in items if not after or key(item) > after), paged.limit + 1))
    return found[: paged.limit], next_cursor(found, paged, of, key=key)


def next_cursor(found: Sequence[T], paged: Paged, of: str, *, key: Callable[[T], str]) -> str | None:
    """Return the cursor behind a page, given one item more than it shows where there is one."""
    if len(found) <= paged.limit:
        return None
    return base64.urlsafe_b64encode(json.dumps([of, key(found[paged.limit - 1])]).encode()).decode()
