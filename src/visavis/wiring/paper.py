"""The desk of papers: what the law wants on paper, from live data."""

import datetime as dt
from collections.abc import Callable, Sequence

from visavis.law.roles import Act, check_role
from visavis.law.rulebook import Rulebook
from visavis.records.archive import Records
from visavis.services.paper import BreachAsked, Fact, Paper, Part, breach, notice, register
from visavis.wiring.session import Session, organisation

__all__ = ["Fact", "Paper", "PaperDesk", "Part"]


class PaperDesk:
    """Papers of one archive. The same archive and day give the same bytes."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def register(self, *, day: dt.date | None = None) -> Paper:
        """Write the record of processing activities (GDPR Art. 30)."""
        return self._write("art30", lambda records, rules, today: register(records, rules, day or today))

    def notice(self, source: str, *, day: dt.date | None = None) -> Paper:
        """Write the notice of a source (GDPR Arts 13, 14). It holds nothing but what the charter says: nobody is asked who they are."""
        records = self._session.records()
        return notice(records, self._session.rules, source, day or self._session.clock.now().date())

    def breach(
        self, ids: Sequence[str], *, aware_at: dt.datetime | None = None, key_safe: bool = False, day: dt.date | None = None
    ) -> Paper:
        """Write how far a breach goes, and the draft of its notification (GDPR Art. 33)."""
        asked = BreachAsked(ids=ids, aware_at=aware_at or self._session.clock.now(), key_safe=key_safe)
        return self._write("breach", lambda records, rules, today: breach(records, rules, asked, day or today))

    def _write(self, kind: str, write: Callable[[Records, Rulebook, dt.date], Paper]) -> Paper:
        """Write a paper that tells of people; that it was written is an act in the ledger."""
        records, actor = self._session.records(), self._session.actor
        with records.noting_refusals(actor, "consultation", what="paper", paper=kind):
            check_role(actor, Act.WRITE_PAPER, profile=organisation(records))
        paper = write(records, self._session.rules, self._session.clock.now().date())
        with records.work(actor) as work:
            work.leaf("consultation", what="paper", paper=kind, parts=len(paper.parts))
        return paper
