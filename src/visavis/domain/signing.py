"""Somebody who can sign. Services are handed one; who it is and how the key was opened is not theirs to know."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Protocol

from visavis.domain.actor import Actor


class Signer(Protocol):
    """A person who signed in."""

    @property
    def actor(self) -> Actor:
        """Who signs; `person_id` is set."""
        ...

    def statement(self, what: str, object_id: str, facts: Mapping[str, Any], *, at: dt.datetime) -> tuple[bytes, bytes]:
        """Return (statement, signature): canonical JSON of what is signed, about which object, by whom, when, with which facts.

        Facts are text, whole numbers, true, false, null, lists and objects of these; `InputError` for anything else.
        """
        ...
