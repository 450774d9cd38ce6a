"""A case is looked at: what it says for those who answer for it, what was done under it for its members."""

import datetime as dt
from dataclasses import dataclass

from visavis.domain.actor import Actor
from visavis.domain.ids import PersonId
from visavis.law.clocks import add_months
from visavis.law.membership import check_reader, is_member, is_reader
from visavis.law.reviews import decided
from visavis.law.roles import Act, check_role
from visavis.law.rulebook import Rulebook
from visavis.records.archive import Records
from visavis.records.cases import CaseRecord
from visavis.records.searches import PastSearch

MOST_SEARCHES = 200
"""Newest searches of a case that are listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """A case as one person may see it.

    Attributes
    ----------
    member : bool
        Whether its searches open for this person.
    last_day : date or None
        On which it may be searched under; of a standing case, unless it is renewed before.
    searches : tuple of PastSearch
        Newest first; empty for who is no member.
    leads_open, leads_decided : int
        Candidates of all its searches.
    probes_kept : int
        Searched faces that lie sealed with it.
    """

    case: CaseRecord
    state: str
    member: bool
    last_day: dt.date | None
    searches: tuple[PastSearch, ...] = ()
    leads_open: int = 0
    leads_decided: int = 0
    probes_kept: int = 0


class ReadCases:
    """Shows cases."""

    def __init__(self, records: Records, rules: Rulebook) -> None:
        self._records = records
        self._rules = rules

    def all(self, actor: Actor) -> list[CaseView]:
        """Return the cases whose terms this person may read, newest first, without what was done under them."""
        return [self._view(actor, case) for case in reversed(self._records.cases.all()) if self._readable(actor, case)]

    def one(self, actor: Actor, case_id: str) -> CaseView:
        """Return a case by its id, with what was done under it.

        Raises
        ------
        InputError
            No such case.
        RefusedError
            `person-needed`, `role-allowed`, `case-file`.
        """
        records = self._records
        case = records.cases.one(case_id)
        with records.noting_refusals(actor, "consultation", what="case-file", case=case.id):
            check_role(actor, Act.READ_CASE, profile=case.profile)
            check_reader(actor, kind=case.kind, involved=self._involved(case))
        candidates, said = records.reviews.said_in(case.id)
        done = sum(decided(words, max(1, case.reviewers_needed)) != "open" for words in said.values())
        view = self._view(actor, case)
        return CaseView(
            case=case,
            state=view.state,
            member=view.member,
            last_day=view.last_day,
            searches=tuple(records.searches.newest_of(case.id, limit=MOST_SEARCHES)) if view.member else (),
            leads_open=candidates - done,
            leads_decided=done,
            probes_kept=records.reviews.kept_in(case.id, records.clock.now()),
        )

    def renewal_due(self, case: CaseRecord) -> dt.date | None:
        """Return the last day of a standing case before it has to be renewed; None = it never has."""
        if case.kind != "standing" or not case.policy:
            return None
        months = [self._rules.marked(mark).profiles[case.profile].standing_months for mark in case.policy.split(" + ")]
        return add_months((case.renewed_at or case.opened_at).date(), min(months)) if all(months) else None

    def _view(self, actor: Actor, case: CaseRecord) -> CaseView:
        ends = [day for day in (case.open_until, self.renewal_due(case)) if day is not None]
        return CaseView(
            case=case,
            state=case.state(self._records.clock.now()),
            member=is_member(actor, kind=case.kind, involved=self._involved(case)),
            last_day=min(ends, default=None),
        )

    def _readable(self, actor: Actor, case: CaseRecord) -> bool:
        return is_reader(actor, kind=case.kind, involved=self._involved(case))

    def _involved(self, case: CaseRecord) -> set[PersonId]:
        if case.kind != "case":  # everybody's
            return set()
        signed = case.opened_by, *(given.person_id for given in case.approvals)
        return {person for person in signed if person is not None} | self._records.searches.searchers(case.id)
