"""Time is an argument: only `wiring` knows the system's clock."""

import datetime as dt
from typing import Protocol


class Clock(Protocol):
    """Something that knows what time it is."""

    def now(self) -> dt.datetime:
        """Return the present moment, timezone-aware, in UTC."""
        ...
