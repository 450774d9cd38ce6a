"""The desk of what ends: charters, consents and cases whose time is over, and rotations that are replaced."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from visavis.index.base import VectorIndex
from visavis.law.reading import parse_charter
from visavis.law.roles import Act
from visavis.records.archive import Records
from visavis.records.sources import SourceRecord
from visavis.services.cases import CloseCase
from visavis.services.expire import Due, Expire, ExpiryReport
from visavis.services.rekey_templates import RekeyReport, RekeyTemplates
from visavis.wiring.session import Session

OpenIndex = Callable[[Records], AbstractContextManager[VectorIndex]]


class RetentionDesk:
    """Erasing what is past its end, and re-keying templates."""

    def __init__(self, session: Session, open_index: OpenIndex) -> None:
        self._session = session
        self._open_index = open_index

    def due(self) -> tuple[Due, ...]:
        """Return everything whose time is over now."""
        return self._expire(self._session.records()).due()

    def warnings(self) -> tuple[str, ...]:
        """Return a line for each thing whose time is over, and one if a re-keying was cut short."""
        lines = [_line(item) for item in self.due()]
        if any(group.leaving is not None for group in self._session.records().rotations.groups()):
            lines.append("re-keying of templates was cut short: run `visavis vault rekey --templates` again")
        return tuple(lines)

    def expire(self, *, dry_run: bool = False) -> ExpiryReport:
        """Erase it, or with `dry_run` only say what that would take.

        Raises
        ------
        ArchiveBusy
            Another process is writing.
        """
        if dry_run:
            return ExpiryReport(due=self.due())
        with self._session.writing() as records, self._open_index(records) as index:
            return self._expire(records).run(self._session.actor, index)

    def rekey_templates(self, *, progress: Callable[[int, int], None] = lambda _done, _all: None) -> RekeyReport:
        """Lay every template under a new rotation, and destroy the keys of the old ones; or finish what a run that was cut short began.

        Raises
        ------
        ArchiveBusy
            Another process is writing.
        """
        self._session.check(Act.REKEY)
        with self._session.writing() as records, self._open_index(records) as index:
            return RekeyTemplates(records, index, step=self._session.step).run(self._session.actor, progress=progress)

    def _expire(self, records: Records) -> Expire:
        return Expire(records, action=self._action, close_ended=CloseCase(records).close_ended)

    def _action(self, source: SourceRecord) -> str:
        return parse_charter(source.charter_toml, self._session.rules).retention.action


def _line(item: Due) -> str:
    since = f" since {item.since:%Y-%m-%d}" if item.since else ""
    mends = {
        "erase": "run `visavis expire`",
        "review": "hidden until a person decides: amend its charter, or have it erased",
        "frozen": "nothing of it is erased while it is frozen",
    }
    return f"{item.kind} {item.id} is past its end{since}: {mends[item.action]}"
