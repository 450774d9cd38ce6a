"""The case report: everything that was done under one case, to be printed."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from visavis.domain.actor import Actor
from visavis.domain.errors import RefusedError
from visavis.domain.ids import PersonId
from visavis.law.membership import check_member
from visavis.law.roles import Act, check_role
from visavis.law.rulebook import Rulebook
from visavis.law.rules import Rule
from visavis.records.archive import Records
from visavis.records.cases import CaseRecord
from visavis.records.disclosures import Disclosure
from visavis.records.past import PastResult
from visavis.records.sources import SourceRecord
from visavis.services.review.disclose import profile_of


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseReport:
    """What a report says.

    Attributes
    ----------
    names : dict of PersonId to str
        Everybody who acted in it.
    printed_at : datetime
        UTC.
    """

    case: CaseRecord
    sources: tuple[SourceRecord, ...]
    searches: tuple[PastResult, ...]
    disclosures: tuple[Disclosure, ...]
    names: dict[PersonId, str]
    printed_at: dt.datetime


class PrintCase:
    """Gathers case reports."""

    def __init__(self, records: Records, rules: Rulebook, *, read: Callable[[str], PastResult]) -> None:
        self._records = records
        self._rules = rules
        self._read = read

    def run(self, actor: Actor, case_id: str) -> CaseReport:
        """Gather the report: one consultation leaf.

        Raises
        ------
        RefusedError
            The profile has no case reports, the person has not the role or no part in the case, or it is closed: its searches are hidden
            then.
        """
        case = self._records.cases.one(case_id)
        at = self._records.clock.now()
        try:
            check_role(actor, Act.DISCLOSE, profile=case.profile)
            check_member(actor, kind=case.kind, involved=self._involved(case))
            self._check(case, at)
        except RefusedError as error:
            self._records.note_refusal(actor, "consultation", error, what="case-report", case=case.id, purpose=case.purpose)
            raise
        searches = tuple(self._read(search.id) for search in self._records.searches.of_case(case.id))
        report = CaseReport(
            case=case,
            sources=tuple(source for source in self._records.sources.all() if source.number in case.sources),
            searches=searches,
            disclosures=tuple(self._records.disclosures.of_case(case.id)),
            names={person.id: person.name for person in self._records.people.all()},
            printed_at=at,
        )
        with self._records.work(actor) as work:
            work.leaf("consultation", what="case-report", case=case.id, purpose=case.purpose, searches=len(searches))
        return report

    def _involved(self, case: CaseRecord) -> set[PersonId]:
        opened = set() if case.opened_by is None else {case.opened_by}
        return opened | {approval.person_id for approval in case.approvals} | self._records.searches.searchers(case.id)

    def _check(self, case: CaseRecord, at: dt.datetime) -> None:
        profile = profile_of(case, self._rules)
        if not profile.case_reports:
            raise RefusedError(
                f"profile {profile.name} has no case reports", rule=Rule.EXPORT_ALLOWED, remedy="visavis search --format table"
            )
        if (state := case.state(at)) in ("closed", "expired"):
            raise RefusedError(f"case {case.id} is {state}: its searches are hidden", rule=Rule.CASE_OPEN, remedy="visavis case list")
