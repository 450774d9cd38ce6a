"""How a verdict or a label gets its signature: wiring hands the key of whoever signed in, as a callable."""

import datetime as dt
from collections.abc import Mapping
from typing import Protocol

from visavis.ledger.leaf import Json


class Sign(Protocol):
    """Signs a statement with the key of the person who acts."""

    def __call__(self, what: str, object_id: str, facts: Mapping[str, Json], /, *, at: dt.datetime) -> tuple[bytes, bytes]:
        """Return the statement's canonical JSON and its signature."""
        ...
