"""A search that was made, shown again: what was found then, as far as it may be shown now."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence

from visavis.domain.actor import Actor
from visavis.domain.errors import InputError, RefusedError
from visavis.domain.identification import Candidate, SearchResult, Threshold
from visavis.domain.speech import line
from visavis.law.membership import check_member
from visavis.law.reviews import decided
from visavis.law.roles import Act, check_role
from visavis.law.rules import Rule
from visavis.records.archive import Records
from visavis.records.cases import CaseRecord
from visavis.records.past import PastResult
from visavis.records.reviews import SavedProbe, Verdict, standing
from visavis.records.searches import PastSearch
from visavis.services.search.expected import line_of
from visavis.services.search.leads import Asked, Lead, as_candidate, as_candidates, signers, stamp
from visavis.services.search.narrowing import narrowed_notice


class PastSearches:
    """Reads searches again, and notes each time that somebody looked."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def show(self, actor: Actor, search_id: str) -> PastResult:
        """Show a search again: one consultation leaf.

        Raises
        ------
        InputError
            No such search.
        RefusedError
            Its case is closed, frozen or past its last day, or none of its sources is live.
        """
        found = self.read(search_id)
        with self._records.work(actor) as work:
            work.leaf(
                "consultation",
                what="looked-again",
                search=found.search.id,
                case=found.case.id,
                purpose=found.search.purpose,
                candidates=len(found.result.candidates),
            )
        return found

    def check_member(self, actor: Actor, search_id: str) -> None:
        """Ask whether a person may open a search by its link; a refusal is noted.

        Raises
        ------
        InputError
            No such search.
        RefusedError
            Not an act of the person's role, or they have no part in its case.
        """
        found = self._records.searches.one(search_id)
        case = self._records.cases.one(found.case_id)
        searchers = self._records.searches.searchers(case.id)
        approvers = {approval.person_id for approval in case.approvals}
        involved = {one for one in (case.opened_by, *approvers, *searchers, found.service_id) if one is not None}
        with self._records.noting_refusals(actor, "consultation", what="looked-again", case=case.id):
            check_role(actor, Act.REVIEW if actor.service_id is None else Act.SEARCH, profile=case.profile)
            check_member(actor, kind=case.kind, involved=involved)

    def read(self, search_id: str, *, only: str = "") -> PastResult:
        """Return a search as it may be shown now, or of its candidates `only` one, by its id. The caller writes the leaf."""
        at = self._records.clock.now()
        search = self._records.searches.one(search_id)
        case = self._records.cases.one(search.case_id)
        _check_open(case, at)
        sources = self._records.sources.some(search.sources)
        if not any(source.state == "live" for source in sources):
            raise RefusedError("none of this search's sources is live", rule=Rule.SOURCE_LIVE, remedy="visavis source list")
        probes = tuple(self._records.reviews.probes(search.id, at))
        leads, hidden = self._leads(search, at, only=only)
        verdicts = self._records.reviews.verdicts([lead.candidate_id for lead in leads])
        asked = Asked(case=case, subjects=_subjects(probes))
        result = SearchResult(
            search_id=search.id,
            case_id=case.id,
            at=search.at,
            probes=(),
            gallery_size=search.gallery_size,
            threshold=Threshold(value=search.threshold, trial="as recorded with the search"),
            pack=search.pack_id,
            candidates=as_candidates(self._records, leads, asked, self._stands(search, verdicts, case), at),
            notices=_notices(search, hidden),
            purpose=search.purpose,
            policy=search.policy,
            signed_by=signers(sources),
            stamp=stamp(case),
            expected_false_hits=line_of(search.expected, search.threshold, search.gallery_size),
            expected=search.expected,
        )
        asked_face = self._asked_face(probes, search, at)
        return PastResult(search=search, case=case, probes=probes, asked_face=asked_face, verdicts=verdicts, result=result)

    def _stands(self, search: PastSearch, verdicts: dict[str, list[Verdict]], case: CaseRecord) -> dict[str, str]:
        """Return what stands of the decisions: one that was corrected at the person's request is «not the same» for good."""
        return _decided(verdicts, case) | dict.fromkeys(self._records.corrections.wrong_decisions(search.id), "not-the-same")

    def _leads(self, search: PastSearch, at: dt.datetime, *, only: str) -> tuple[list[Lead], int]:
        past = self._records.searches.candidates(search.id)
        if only and not search.together:  # faces that were sought together are shown only if all of them may be
            past = [found for found in past if found.id == only]
        shown = self._records.gallery.show([found.key for found in past if found.key is not None], at)
        leads = [
            Lead(
                candidate_id=found.id,
                rank=found.rank,
                shown=shown[found.key],
                similarity=found.similarity,
                probe_face=found.probe_face,
                strangers=found.strangers,
                together=0 if not search.together else (found.rank - 1) // search.together + 1,
            )
            for found in past
            if found.key is not None and found.key in shown
        ]
        if search.together:  # where one of them may not be shown, they are not seen together
            seen = Counter(lead.together for lead in leads)
            leads = [lead for lead in leads if seen[lead.together] == search.together]
        return leads, len(past) - len(leads)

    def _asked_face(self, probes: Sequence[SavedProbe], search: PastSearch, at: dt.datetime) -> Candidate | None:
        face_id = probes[0].face_id if probes else None  # photographs come first: then it joined them
        if face_id is None:
            return None
        try:
            key = self._records.gallery.key_of(face_id, at, search.sources)
        except InputError:  # it may not be shown now
            return None
        shown = self._records.gallery.show([key], at).get(key)
        if shown is None:
            return None
        return as_candidate(Lead(candidate_id="", rank=0, shown=shown, similarity=1.0, probe_face=1))


def _decided(verdicts: dict[str, list[Verdict]], case: CaseRecord) -> dict[str, str]:
    """Return what is decided, once as many have said it as the case asks; until then nobody sees what the first one said."""
    needed = max(1, case.reviewers_needed)
    words = {candidate: decided([verdict.says for verdict in standing(said)], needed) for candidate, said in verdicts.items()}
    return {candidate: word for candidate, word in words.items() if word != "open"}


def _check_open(case: CaseRecord, at: dt.datetime) -> None:
    """Raise `RefusedError` if a case hides its searches: closed, frozen, or past its last day."""
    state = case.state(at)
    if state in ("closed", "expired", "frozen"):
        raise RefusedError(
            f"case {case.id} is {state}: its searches are hidden", rule=Rule.CASE_OPEN, remedy="visavis case list names the open ones"
        )


def _subjects(probes: Sequence[SavedProbe]) -> dict[int, frozenset[bytes]]:
    found: dict[int, frozenset[bytes]] = {}
    for probe in probes:
        found[probe.probe_face] = found.get(probe.probe_face, frozenset()) | {probe.subject}
    return found


def _notices(search: PastSearch, hidden: int) -> tuple[str, ...]:
    again = line("made on %(day)s and shown again: N, ranks and similarities are of that day", day=search.at.date())
    again_narrowed = (again, *narrowed_notice(search.narrowed))
    if not hidden:
        return again_narrowed
    return (
        *again_narrowed,
        line("%(n)s of its candidates may not be shown now: missing, held, restricted, erased, or in a source that is not live", n=hidden),
    )
