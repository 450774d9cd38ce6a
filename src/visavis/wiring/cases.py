"""The desk of cases: for what may be searched, and who answers for it."""

import datetime as dt
from collections.abc import Sequence

from visavis.domain.ids import CaseId
from visavis.law.membership import is_member
from visavis.records.cases import CaseRecord
from visavis.services.cases import (
    ApproveCase,
    Approved,
    CaseRequest,
    CaseView,
    CloseCase,
    FreezeCase,
    OpenCase,
    ReadCases,
    RefuseCase,
    RenewCase,
)
from visavis.wiring.session import Session

__all__ = ["CaseDesk", "CaseRecord", "CaseView"]


class CaseDesk:
    """Cases of one archive. `InputError` says that there is no such case; `RefusedError` names the rule that says no."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def all(self) -> list[CaseRecord]:
        """Return every case, oldest first."""
        return self._session.records().cases.all()

    def one(self, name: str) -> CaseRecord:
        """Return one case by id, end of an id, or title."""
        return self._session.records().cases.one(name)

    def mine(self) -> list[CaseRecord]:
        """Return the open cases that who acts has a part in, oldest first."""
        return [case for case in self.all() if self.state(case) == "open" and self._belongs(case)]

    def readable(self) -> list[CaseView]:
        """Return the cases whose terms who acts may read, newest first."""
        return self._reading().all(self._session.actor)

    def view(self, case_id: str) -> CaseView:
        """Return a case with what was done under it, as far as who acts may see it.

        Raises
        ------
        InputError
            No such case.
        RefusedError
            `person-needed`, `role-allowed`, `case-file`.
        """
        return self._reading().one(self._session.actor, case_id)

    def renewal_due(self, case: CaseRecord) -> dt.date | None:
        """Return the last day of a standing case before it has to be renewed; None = it never has."""
        return self._reading().renewal_due(case)

    def state(self, case: CaseRecord) -> str:
        """Return `open`, `waiting` (for approvals), `frozen`, `expired` or `closed`."""
        return case.state(self._session.clock.now())

    def open(  # noqa: PLR0913 - what a case says, all keyword-only
        self,
        *,
        title: str,
        purpose: str,
        sources: Sequence[str],
        profile: str | None = None,
        legal_reference: str = "",
        necessity: str = "",
        seeks: str = "",
        max_searches: int | None = None,
        max_candidates: int | None = None,
        open_until: dt.date | None = None,
        standing: bool = False,
    ) -> CaseId:
        """Open a case; what its fields mean stands with `visavis.services.cases.CaseRequest`.

        Raises
        ------
        InputError
            No such source, no such profile.
        RefusedError
            The rule that says no; it stands in the ledger.
        """
        request = CaseRequest(
            title=title,
            purpose=purpose,
            sources=tuple(sources),
            profile=profile,
            legal_reference=legal_reference,
            necessity=necessity,
            seeks=seeks,
            max_searches=max_searches,
            max_candidates=max_candidates,
            open_until=open_until,
            standing=standing,
        )
        return OpenCase(self._session.records(), self._session.rules).run(self._session.actor, request)

    def approve(self, name: str) -> Approved:
        """Sign a case's terms as the person who signed in."""
        return ApproveCase(self._session.records(), self._session.rules).run(self._session.actor, self._session.signer, name)

    def refuse(self, name: str, because: str) -> CaseRecord:
        """Refuse a case that waits for approvals; it is closed, with the reason."""
        return RefuseCase(self._session.records()).run(self._session.actor, name, because)

    def renew(self, name: str) -> None:
        """Sign that a standing case is needed for another year."""
        RenewCase(self._session.records()).run(self._session.actor, self._session.signer, name)

    def freeze(self, name: str) -> CaseRecord:
        """Stop a case until the freeze is lifted."""
        return FreezeCase(self._session.records()).run(self._session.actor, name)

    def thaw(self, name: str) -> CaseRecord:
        """Let a frozen case go on."""
        return FreezeCase(self._session.records()).lift(self._session.actor, name)

    def close(self, name: str, *, why: str = "") -> CaseRecord:
        """Close a case for good."""
        return CloseCase(self._session.records()).run(self._session.actor, name, why=why)

    def close_ended(self) -> list[CaseRecord]:
        """Close every case that is past its last day; return them."""
        return CloseCase(self._session.records()).close_ended(self._session.actor)

    def _reading(self) -> ReadCases:
        return ReadCases(self._session.records(), self._session.rules)

    def _belongs(self, case: CaseRecord) -> bool:
        involved = {person for person in (case.opened_by, *(given.person_id for given in case.approvals)) if person is not None}
        return is_member(self._session.actor, kind=case.kind, involved=involved)
