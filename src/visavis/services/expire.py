"""What is past the end that its charter, consent or case set: named, and erased. Queries hide it from the first instant already."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from visavis.domain.actor import Actor
from visavis.index.base import VectorIndex
from visavis.law.roles import Act, check_role
from visavis.records.archive import Records
from visavis.records.erasure import Receipt, Scope
from visavis.records.sources import SourceRecord

BATCH = 2_000
"""Pictures, or single faces, hidden in one transaction."""

CloseEnded = Callable[[Actor], object]
"""Closes every case that is past its last day, its saved probes and its key with it."""
ActionOf = Callable[[SourceRecord], str]
"""What the charter wants at the end: `erase` or `review`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Something whose time is over.

    Attributes
    ----------
    kind : str
        `source` (its charter ended), `faces` (templates of a source that end before it does), `case` (its probes).
    id : str
        Of the source or case.
    action : str
        `erase`; `review`: a person decides; `frozen`: the source is stopped, and nothing of it is touched until it is thawed.
    since : datetime or None
        From when on it is hidden; None = several ends.
    pictures, faces : int
        What erasing takes; of a case, both are 0.
    held : int
        Pictures under a hold: hidden, and kept until it ends.
    """

    kind: str
    id: str
    action: str
    since: dt.datetime | None
    pictures: int = 0
    faces: int = 0
    held: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpiryReport:
    """What `visavis expire` found and did. `receipts` is empty after a dry run; `probes` counts those dropped at an end of their own."""

    due: tuple[Due, ...]
    receipts: tuple[Receipt, ...] = ()
    probes: int = 0


class Expire:
    """Erases what is past its end."""

    def __init__(self, records: Records, *, action: ActionOf, close_ended: CloseEnded) -> None:
        self._records = records
        self._action = action
        self._close_ended = close_ended

    def due(self) -> tuple[Due, ...]:
        """Return everything whose time is over now; reads SQL only."""
        at = self._records.clock.now()
        found = [self._source(source) for source in self._records.sources.all() if _over(source, at)]
        whole = {item.id for item in found}
        for source in self._records.sources.all():
            faces = self._records.retention.expired_faces(source.number, at)
            if faces and source.id not in whole and source.state != "frozen":
                found.append(Due(kind="faces", id=source.id, action="erase", since=None, faces=len(faces)))
        over = [case for case in self._records.cases.all() if case.state(at) == "expired"]
        found += [Due(kind="case", id=case.id, action="erase", since=_first_moment_after(case.open_until)) for case in over]
        return tuple(found)

    def run(self, actor: Actor, index: VectorIndex) -> ExpiryReport:
        """Erase it. What is only to be reviewed, held or frozen stays, hidden, and is named again next time.

        Parameters
        ----------
        actor : Actor
        index : VectorIndex
            Of this archive, up to date and open for writing.

        Raises
        ------
        RefusedError
            `person-needed` or `role-allowed`, for a source that asks for more than a household does.
        """
        due = self.due()
        self._check(actor, due)
        erasing = [item for item in due if item.action == "erase"]
        for item in erasing:
            if item.kind == "source":
                self._hide_source(actor, item)
            elif item.kind == "faces":
                self._hide_faces(actor, item)
        receipts = self._records.erasures.settle(lambda: self._records.work(actor), index.remove)
        for item in erasing:
            if item.kind == "source" and not item.held:
                self._close_source(actor, item)
        self._close_ended(actor)
        probes = self._drop_probes(actor)
        self._records.erasures.seal()
        return ExpiryReport(due=due, receipts=tuple(receipts), probes=probes)

    def _check(self, actor: Actor, due: Sequence[Due]) -> None:
        """Ask for leave to erase of each kind of source; that cases end needs nobody's."""
        for profile in sorted({self._records.sources.one(item.id).profile for item in due if item.kind != "case"}):
            with self._records.noting_refusals(actor, "erasure", what="expire", profile=profile):
                check_role(actor, Act.EXPIRE, profile=profile)

    def _drop_probes(self, actor: Actor) -> int:
        """Drop saved probes that are past an end of their own; return how many faces."""
        if not self._records.reviews.expired_probes(self._records.clock.now()):
            return 0
        with self._records.work(actor) as work:
            dropped = self._records.reviews.drop_expired_probes(work)
            work.leaf("erasure", what="probes", faces=dropped)
        return dropped

    def _source(self, source: SourceRecord) -> Due:
        counts = self._records.retention.counts(source.number)
        return Due(
            kind="source",
            id=source.id,
            action="frozen" if source.state == "frozen" else self._action(source),
            since=_first_moment_after(source.live_until),
            pictures=counts.pictures,
            faces=counts.faces,
            held=counts.held,
        )

    def _hide_source(self, actor: Actor, item: Due) -> None:
        source = self._records.sources.one(item.id)
        if source.state != "expired":
            with self._records.work(actor) as work:
                self._records.retention.set_state(work, source, "expired")
        while media := self._records.retention.media_to_erase(source.number, limit=BATCH):
            with self._records.work(actor) as work:
                self._records.erasures.hide(work, Scope(ground="expired", source_number=source.number, media=media))

    def _hide_faces(self, actor: Actor, item: Due) -> None:
        source, at = self._records.sources.one(item.id), self._records.clock.now()
        faces = self._records.retention.expired_faces(source.number, at)
        for start in range(0, len(faces), BATCH):
            with self._records.work(actor) as work:
                part = faces[start : start + BATCH]
                self._records.erasures.hide(work, Scope(ground="expired", source_number=source.number, faces=part))

    def _close_source(self, actor: Actor, item: Due) -> None:
        """Drop the paths of files that never became pictures, and say that nothing is left."""
        source = self._records.sources.one(item.id)
        with self._records.work(actor) as work:
            self._records.retention.close(work, source)


def _over(source: SourceRecord, at: dt.datetime) -> bool:
    return source.state not in ("draft", "erased") and source.live_until is not None and at.date() > source.live_until


def _first_moment_after(day: dt.date | None) -> dt.datetime | None:
    if day is None or day == dt.date.max:
        return None
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), dt.UTC)
