"""The ledger's desk: reading it, proving from it, handing it out."""

import datetime as dt
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import TypeVar

from visavis.domain.actor import Actor
from visavis.domain.errors import InputError
from visavis.law.roles import Act, check_role
from visavis.ledger.leaf import Operation
from visavis.records.archive import Records
from visavis.services.ledger import GiveLedger, Given, LeafProof, LogEntry, LogQuestion, ProveLeaf, ReadLog
from visavis.services.ledger.read import LogPurpose
from visavis.wiring import build
from visavis.wiring.session import Session, organisation

__all__ = ["Given", "LeafProof", "LedgerDesk", "LogEntry", "LogPurpose", "Operation"]

Word = TypeVar("Word", bound=StrEnum)


class LedgerDesk:
    """What may be asked of the ledger of one open archive."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def log(  # noqa: PLR0913 - what a reader narrows by, all keyword-only
        self,
        *,
        purpose: str = LogPurpose.LAWFULNESS,
        since: dt.date | None = None,
        until: dt.date | None = None,
        operation: str | None = None,
        about: str | None = None,
        last: int | None = None,
        before: int | None = None,
        seq: int | None = None,
    ) -> Iterator[LogEntry]:
        """Yield acts in order. Reading them is itself an act in the ledger, unless the archive opens closed.

        Parameters
        ----------
        purpose : str
            One of `LogPurpose`: what the log is read for.
        since, until : date
            Days in UTC, both included.
        operation : str
            One of `visavis.ledger.leaf.Operation`.
        about : str
            An id that the leaf names.
        last : int
            The newest so many.
        before : int
            Only acts with a smaller number.
        seq : int
            This act alone.
        """
        question = LogQuestion(
            actor=self._session.actor,
            purpose=_one_of(LogPurpose, purpose),
            since=_midnight(since),
            until=_midnight(until, days=1),
            operation=_one_of(Operation, operation) if operation else None,
            about=about,
            last=last,
            before=before,
            seq=seq,
        )
        with self._session.inspecting() as (records, trouble):
            yield from ReadLog(records, _reader(records)).run(question, noted=trouble is None)

    def size(self) -> int:
        """Return how many acts there are."""
        return self._session.records().ledger.size()

    def given(self) -> list[tuple[int, dt.datetime]]:
        """Return size and time of each checkpoint that left the house, newest first."""
        return self._session.records().ledger.given()

    def proof(self, seq: int) -> LeafProof:
        """Prove that leaf `seq` stands in the ledger."""
        records = self._session.records()
        return ProveLeaf(records, build.ledger_signer(records), _reader(records)).run(self._session.actor, seq)

    def checkpoint(self, *, recipient: str = "", because: str = "") -> Given:
        """Sign the ledger as it stands, for somebody outside to keep; noted as having left the house."""
        return self._give().run(self._session.actor, recipient=recipient, because=because)

    def export(self, *, recipient: str, because: str, payloads: bool = False) -> tuple[Given, Iterator[bytes]]:
        """Give the whole ledger away, as a checkpoint and the lines of the file that ends with it."""
        if not (recipient and because):
            raise InputError("an export of the ledger needs to say to whom it goes and why", remedy="--recipient NAME --because TEXT")
        give = self._give()
        what = "ledger with payloads" if payloads else "ledger"
        given = give.run(self._session.actor, what=what, recipient=recipient, because=because)
        return given, give.export(given, payloads=payloads)

    def _give(self) -> GiveLedger:
        records = self._session.records()
        return GiveLedger(records, build.ledger_signer(records), _reader(records))


def _reader(records: Records) -> Callable[[Actor], None]:
    """Return what raises `RefusedError` unless an actor may read the ledger."""
    profile = organisation(records)
    return lambda actor: check_role(actor, Act.READ_LEDGER, profile=profile)


def _one_of(words: type[Word], word: str) -> Word:
    try:
        return words(word)
    except ValueError:
        raise InputError(f"there is no «{word}»", remedy="one of: " + ", ".join(words)) from None


def _midnight(day: dt.date | None, *, days: int = 0) -> dt.datetime | None:
    return None if day is None else dt.datetime.combine(day + dt.timedelta(days=days), dt.time(), dt.UTC)
