"""Which consents cover a file of a source that stands on them."""

import datetime as dt
from collections.abc import Collection

from visavis.domain.clock import Clock
from visavis.records.consents import Ask, ConsentRecord, Consents
from visavis.sources.ignore import IgnoreRules


class Covering:
    """The consents of one source, with the files that each names.

    Parameters
    ----------
    consents : Consents
    clock : Clock
    source_number : int
    purposes : collection of str or None
        All of which a consent must allow; None: the source does not stand on consents, and none is ever read.
    """

    def __init__(self, consents: Consents, clock: Clock, *, source_number: int, purposes: Collection[str] | None) -> None:
        self._consents = consents
        self._clock = clock
        self._source_number = source_number
        self._purposes = purposes
        self._version: tuple[int, int] | None = None
        self._rules: list[tuple[ConsentRecord, IgnoreRules]] = []

    def refresh(self, ask: Ask | None = None) -> None:
        """Read what was given and withdrawn, if that has changed; in a transaction, `ask` by it."""
        if self._purposes is None:
            return
        version = self._consents.version(self._source_number, ask=ask)
        if version == self._version:
            return
        self._version = version
        found = self._consents.of(self._source_number, ask=ask)
        self._rules = [(record, IgnoreRules(record.files)) for record in found if set(self._purposes) <= set(record.purposes)]

    def of(self, path: str) -> list[ConsentRecord]:
        """Return the consents that cover a file now."""
        at = self._clock.now()
        return [record for record, rules in self._rules if record.live(at) and rules.ignores(path, is_folder=False)]


def first_end(consents: Collection[ConsentRecord]) -> dt.datetime | None:
    """Return when the first of these consents ends, UTC; None = none has an end."""
    return min((record.ends_at for record in consents if record.ends_at is not None), default=None)
