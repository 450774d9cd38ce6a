"""The desks of review: what was found shown again, judged, labelled, handed out, reported."""

from collections.abc import Callable

from visavis.domain.identification import Candidate, SearchResult
from visavis.domain.ids import LabelId
from visavis.records.disclosures import Disclosure
from visavis.records.labels import Label
from visavis.records.past import PastResult
from visavis.records.reviews import SavedProbe, Verdict, standing
from visavis.services.review import (
    CaseReport,
    Compare,
    Compared,
    Decide,
    Decision,
    Disclose,
    Export,
    Labelling,
    LabelRequest,
    OpenLead,
    PrintCase,
    ReviewSheet,
    Undo,
    VerdictRequest,
    Worklist,
)
from visavis.wiring.session import Session

__all__ = [
    "CaseReport", "Compared", "Decision", "Disclosure", "Label", "LabelDesk", "OpenLead", "PastResult", "ReviewDesk", "ReviewSheet",
    "SavedProbe", "Verdict", "standing",
]  # fmt: skip


class ReviewDesk:
    """Review in one archive, as whoever is signed in."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def show(self, search_id: str) -> PastResult:
        """Show a search again, as far as it may be shown now.

        Raises
        ------
        RefusedError
            Its case is closed or past its last day, or none of its sources is live.
        """
        from visavis.services.search import PastSearches

        return PastSearches(self._session.records()).show(self._session.actor, search_id)

    def check_member(self, search_id: str) -> None:
        """Ask whether who acts belongs to a search's case; `RefusedError` if not, `InputError` if there is no such search."""
        from visavis.services.search import PastSearches

        PastSearches(self._session.records()).check_member(self._session.actor, search_id)

    def search_of(self, candidate: str) -> str:
        """Return the id of the search that found a candidate; `InputError` if there is no such candidate."""
        return self._session.records().searches.candidate(candidate).search_id

    def read(self, search_id: str, *, only: str = "") -> PastResult:
        """Return a search as it may be shown now, for the pictures of a page whose `show` has written the leaf; or `only` one candidate."""
        from visavis.services.search import PastSearches

        return PastSearches(self._session.records()).read(search_id, only=only)

    def leads(self, *, case_id: str | None = None) -> list[OpenLead]:
        """Return the candidates that wait for this person's verdict."""
        return self._worklist().leads(self._session.actor, case_id=case_id)

    def sheet(self, search_id: str) -> ReviewSheet:
        """Return a search to be judged; of the verdicts on it only this person's own."""
        return self._worklist().sheet(self._session.actor, search_id)

    def decide(self, candidate: str, says: str, *, grounds: str = "", because: str = "") -> Decision:
        """Give a verdict on a candidate.

        Parameters
        ----------
        candidate : str
            Id, or its end.
        says : str
            `same`, `not-the-same` or `cannot-say`.
        grounds : str
            What was seen.
        because : str
            Why an earlier verdict of this person, or a standing «not the same», is put aside.

        Raises
        ------
        InputError
            No such candidate, no grounds, or no reason for a correction.
        RefusedError
            The case is not open, or this person may not judge this candidate.
        """
        records = self._session.records()
        request = VerdictRequest(actor=self._session.actor, candidate=candidate, says=says, grounds=grounds, because=because)
        return Decide(records, read=_reader(self._session), signer=self._session.signer).run(request)

    def compare(self, past: PastResult, candidate: Candidate) -> Compared:
        """Open a candidate of a search that `read` gave: one consultation leaf."""
        return Compare(self._session.records()).run(self._session.actor, past, candidate)

    def measured(self, past: PastResult, candidate: Candidate) -> Compared:
        """Return the same for a picture of a page whose `compare` has written the leaf."""
        return Compare(self._session.records()).measured(past, candidate)

    def may_undo(self, candidate: str) -> bool:
        """Whether `undo` would take this person's verdict on a candidate back now."""
        return self._undo().possible(self._session.actor, candidate)

    def undo(self, candidate: str) -> str:
        """Take back this person's verdict on a candidate, named by id or its end; return the candidate's id.

        Raises
        ------
        InputError
            No such candidate, or no verdict of this person on it.
        RefusedError
            Somebody else has judged or opened it since, something rests on it, or it is older than a day: it may only be corrected.
        """
        return self._undo().run(self._session.actor, candidate)

    def check_export(self, *, case_id: str | None, recipient: str = "", because: str = "", what: str = "") -> bool:
        """Return whether an export under this case would be a disclosure, to be recorded; None = the case of home or trial.

        Raises
        ------
        RefusedError
            A result may not leave the house so.
        """
        return self._disclose().check(self._session.actor, case_id=case_id, recipient=recipient, because=because, what=what)

    def disclose(self, result: SearchResult, sha256: bytes, *, what: str, recipient: str = "", because: str = "") -> str:
        """Record that a file with a result is handed out; return the record's id, `""` at home."""
        export = Export(
            what=what,
            case_id=result.case_id,
            search_id=result.search_id,
            recipient=recipient,
            because=because,
            sources=frozenset(candidate.source_id for candidate in result.candidates),
            faces=frozenset(candidate.face_id for candidate in result.candidates),
        )
        return self._disclose().record(self._session.actor, export, sha256)

    def case_report(self, case_id: str) -> CaseReport:
        """Gather everything that was done under a case."""
        return PrintCase(self._session.records(), self._session.rules, read=_reader(self._session)).run(self._session.actor, case_id)

    def disclose_report(self, report: CaseReport, sha256: bytes, *, recipient: str, because: str) -> str:
        """Record that a case report is handed out."""
        shown = [candidate for past in report.searches for candidate in past.result.candidates]
        export = Export(
            what="case-report",
            case_id=report.case.id,
            search_id=None,
            recipient=recipient,
            because=because,
            sources=frozenset(candidate.source_id for candidate in shown),
            faces=frozenset(candidate.face_id for candidate in shown),
        )
        return self._disclose().record(self._session.actor, export, sha256)

    def _undo(self) -> Undo:
        return Undo(self._session.records(), read=_reader(self._session), signer=self._session.signer)

    def _disclose(self) -> Disclose:
        return Disclose(self._session.records(), self._session.rules)

    def _worklist(self) -> Worklist:
        from visavis.services.search import PastSearches

        past = PastSearches(self._session.records())
        return Worklist(self._session.records(), read=past.read, show=past.show)


class LabelDesk:
    """Labels in one archive, as whoever is signed in."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, candidate: str, name: str, *, authority: str = "") -> LabelId:
        """Promote a candidate that is decided to be the same to a label of its source.

        Raises
        ------
        RefusedError
            It is not decided so, or the source's charter does not list the purpose `catalogue`.
        """
        request = LabelRequest(actor=self._session.actor, candidate=candidate, name=name, authority=authority)
        return self._labelling().add(request)

    def find(self, name: str) -> list[Label]:
        """Return the labels of a name, whatever its case and accents."""
        return self._labelling().find(self._session.actor, name)

    def all(self, *, source: str | None = None) -> list[Label]:
        """Return every label, or those of one source."""
        return self._labelling().all(self._session.actor, source=source)

    def remove(self, label: str, *, because: str) -> None:
        """Erase a label."""
        self._labelling().remove(self._session.actor, label, because=because)

    def rename(self, label: str, name: str, *, because: str) -> LabelId:
        """Give a labelled face another name, with a reason; the old one is erased. Return the new label's id.

        Raises
        ------
        RefusedError
            The source's charter does not list the purpose `catalogue` now, or the name was corrected away from this face.
        """
        return self._labelling().rename(self._session.actor, label, name, because=because)

    def _labelling(self) -> Labelling:
        session = self._session
        return Labelling(session.records(), session.rules, read=_reader(session), signer=session.signer)


def _reader(session: Session) -> Callable[[str], PastResult]:
    from visavis.services.search import PastSearches

    return PastSearches(session.records()).read
