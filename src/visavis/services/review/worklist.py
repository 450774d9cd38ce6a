"""What waits for a decision, and the sheet on which a person compares."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from visavis.domain.actor import Actor
from visavis.domain.identification import Candidate
from visavis.law.membership import is_member
from visavis.law.reviews import may_judge
from visavis.law.roles import Act, check_role
from visavis.records.archive import Records
from visavis.records.cases import CaseRecord
from visavis.records.past import PastResult
from visavis.records.reviews import Verdict, standing


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLead:
    """A candidate that waits for this person's verdict. `given` of `needed` persons have judged it; what they said is not told."""

    past: PastResult
    candidate: Candidate
    given: int
    needed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewSheet:
    """A search to be judged by one person: `own` is what this person said already, by candidate id, and nobody else's."""

    past: PastResult
    reviewer: str
    own: dict[str, Verdict]


class Worklist:
    """Shows what is to be decided."""

    def __init__(self, records: Records, *, read: Callable[[str], PastResult], show: Callable[[Actor, str], PastResult]) -> None:
        self._records = records
        self._read = read
        self._show = show

    def leads(self, actor: Actor, *, case_id: str | None = None) -> list[OpenLead]:
        """Return the open leads of one case, or of every open one that the actor belongs to, oldest search first: one leaf.

        A lead that this person may not judge (their own search, where two others judge) does not wait for them.
        """
        at = self._records.clock.now()
        cases = [case for case in self._records.cases.all() if case.state(at) in ("open", "waiting")]
        if case_id is not None:
            cases = [self._records.cases.one(case_id)]
            check_role(actor, Act.REVIEW, profile=cases[0].profile)
        found = [lead for case in cases if case_id or self._may(actor, case) for lead in self._of_case(actor, case)]
        with self._records.work(actor) as work:
            work.leaf("consultation", what="open-leads", cases=[case.id for case in cases], candidates=len(found))
        return found

    def sheet(self, actor: Actor, search_id: str) -> ReviewSheet:
        """Return a search to be judged: one consultation leaf."""
        case_of = self._records.searches.one(search_id).case_id
        check_role(actor, Act.REVIEW, profile=self._records.cases.one(case_of).profile)
        past = self._show(actor, search_id)
        own = {
            candidate: verdict
            for candidate, said in past.verdicts.items()
            for verdict in standing(said)
            if verdict.person_id == actor.person_id
        }
        return ReviewSheet(past=past, reviewer=actor.name, own=own)

    def _of_case(self, actor: Actor, case: CaseRecord) -> list[OpenLead]:
        found = []
        needed = max(1, case.reviewers_needed)
        for search in self._records.searches.of_case(case.id):
            past = self._read(search.id)
            for candidate in past.result.candidates:
                said = standing(past.verdicts.get(candidate.candidate_id, []))
                if not candidate.decided and _waits(actor, past, said):
                    found.append(OpenLead(past=past, candidate=candidate, given=len(said), needed=needed))
        return found

    def _may(self, actor: Actor, case: CaseRecord) -> bool:
        """Whether the list may look into a case that was not named: an unnamed actor sees those of home and trial."""
        if actor.person_id is None:
            return case.kind == "shared"
        given = {approval.person_id for approval in case.approvals}
        opened = set() if case.opened_by is None else {case.opened_by}
        return is_member(actor, kind=case.kind, involved=opened | given | self._records.searches.searchers(case.id))


def _waits(actor: Actor, past: PastResult, said: Sequence[Verdict]) -> bool:
    """Whether a candidate that is not decided waits for this person."""
    if any(verdict.person_id == actor.person_id for verdict in said):
        return False
    return actor.person_id is None or may_judge(
        said[0].person_id if said else None,
        actor.person_id,
        past.search.person_id,
        approvers=[approval.person_id for approval in past.case.approvals],
        reviewers_needed=max(1, past.case.reviewers_needed),
    )
