"""Reading the ledger, which is itself an act that the ledger tells of."""

import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from visavis.domain.actor import Actor
from visavis.ledger.leaf import Operation
from visavis.records.archive import Records
from visavis.records.ledger import StoredLeaf

CLOCK_SLACK = dt.timedelta(minutes=5)
"""Leaves are in order of their acts, whose times a corrected clock may set back by a minute (`guard.CLOCK_TOLERANCE`)."""


class LogPurpose(StrEnum):
    """What a log may be read for (LED Art. 25(2)); the list is closed."""

    LAWFULNESS = "lawfulness"
    """Verifying that what was done was lawful."""
    SELF_MONITORING = "self-monitoring"
    INTEGRITY = "integrity"
    """Ensuring the integrity and security of the data."""
    PROCEEDINGS = "criminal-proceedings"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogQuestion:
    """Which leaves are asked for.

    Attributes
    ----------
    actor : Actor
    purpose : LogPurpose
    since, until : datetime or None
        Times of the acts, the first included and the last not.
    operation : Operation or None
    about : str or None
        Id of a source, a search, a case, a person: whatever a leaf names.
    last : int or None
        So many of the newest only.
    before : int or None
        Only leaves with a smaller number: with `last`, the page before one that was read.
    seq : int or None
        This leaf alone.
    """

    actor: Actor
    purpose: LogPurpose = LogPurpose.LAWFULNESS
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    operation: Operation | None = None
    about: str | None = None
    last: int | None = None
    before: int | None = None
    seq: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """One leaf; `told` is its JSON."""

    seq: int
    at: dt.datetime
    told: Mapping[str, object]


class ReadLog:
    """Reads the ledger.

    Parameters
    ----------
    records : Records
    check : callable
        Raises `RefusedError` unless the actor may.
    """

    def __init__(self, records: Records, check: Callable[[Actor], None]) -> None:
        self._records = records
        self._check = check

    def run(self, question: LogQuestion, *, noted: bool = True) -> Iterable[LogEntry]:
        """Return the leaves that were asked for, in order; the reading is noted before any is given.

        Parameters
        ----------
        question : LogQuestion
        noted : bool
            False where nothing can be written, because the ledger is not the one that was known.
        """
        self._check(question.actor)
        size = self._records.ledger.size()
        if noted:
            with self._records.work(question.actor) as work:
                work.leaf("consultation", what="ledger", justification=question.purpose.value, leaves=size)
        size = size if question.before is None else min(size, question.before)
        if question.seq is not None:
            return self._entries(self._records.ledger.leaves(question.seq, min(size, question.seq + 1)))
        if question.last is None:
            return (entry for entry in self._entries(self._records.ledger.leaves(until=size)) if _fits(entry, question))
        return reversed(list(islice(self._newest(question, size), question.last)))

    def _newest(self, question: LogQuestion, size: int) -> Iterator[LogEntry]:
        """Yield what was asked for, newest first; the database looks for the words before any leaf is read."""
        words = [json.dumps(question.about, ensure_ascii=False).encode()] if question.about else []
        words += [f'"operation":"{question.operation.value}"'.encode()] if question.operation else []
        for entry in self._entries(self._records.ledger.newest(size, holding=words)):
            if question.since is not None and entry.at < question.since - CLOCK_SLACK:
                return
            if _fits(entry, question):
                yield entry

    def _entries(self, leaves: Iterable[StoredLeaf]) -> Iterator[LogEntry]:
        for leaf in leaves:
            yield LogEntry(seq=leaf.seq, at=leaf.at, told=json.loads(leaf.body))


def _fits(entry: LogEntry, question: LogQuestion) -> bool:
    if question.operation is not None and entry.told["operation"] != question.operation.value:
        return False
    if (question.since is not None and entry.at < question.since) or (question.until is not None and entry.at >= question.until):
        return False
    return question.about is None or question.about in _named(entry.told)


def _named(told: Mapping[str, object]) -> Iterator[object]:
    yield told["case"]
    objects = told["objects"]
    for named in objects.values() if isinstance(objects, dict) else ():
        yield from named if isinstance(named, list) else (named,)
