"""A case is opened: what it says is checked against its sources' charters and packs, and its terms are written down."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from visavis.domain.actor import Actor
from visavis.domain.ids import CaseId
from visavis.law.cases import CaseDraft, check_draft
from visavis.law.facts import SourceFacts
from visavis.law.reading import parse_charter
from visavis.law.roles import Act, check_role
from visavis.law.rulebook import Rulebook
from visavis.records.archive import Records
from visavis.records.cases import CaseFile
from visavis.records.sources import SourceRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRequest:
    """What a person asks for.

    Attributes
    ----------
    sources : tuple of str
        Ids or titles of the sources that it may search.
    profile : str or None
        None = the first source's.
    standing : bool
        One desk's daily work, renewed every year, instead of one matter.
    open_until : date or None
        Last day, UTC; None = the last that the pack allows.
    """

    title: str
    purpose: str
    sources: tuple[str, ...]
    profile: str | None = None
    legal_reference: str = ""
    necessity: str = ""
    seeks: str = ""
    max_searches: int | None = None
    max_candidates: int | None = None
    open_until: dt.date | None = None
    standing: bool = False


class OpenCase:
    """Opens cases in one archive."""

    def __init__(self, records: Records, rules: Rulebook) -> None:
        self._records = records
        self._rules = rules

    def run(self, actor: Actor, request: CaseRequest) -> CaseId:
        """Check a case and write it; it can be searched under once it has the approvals that its packs ask for.

        Raises
        ------
        InputError
            No such source, no such profile.
        RefusedError
            The rule that says no; it stands in the ledger.
        """
        sources = [self._records.sources.one(name) for name in request.sources]
        profile = request.profile or (sources[0].profile if sources else "")
        with self._records.noting_refusals(actor, "set-up", what="case-open", purpose=request.purpose):
            check_role(actor, Act.OPEN_CASE, profile=profile)
            case = self._case(actor, request, profile, sources)
        with self._records.work(actor) as work:
            return self._records.cases.add(work, case)

    def _case(self, actor: Actor, request: CaseRequest, profile: str, sources: Sequence[SourceRecord]) -> CaseFile:
        draft = CaseDraft(
            kind="standing" if request.standing else "case",
            profile=profile,
            purpose=request.purpose,
            title=request.title,
            legal_reference=request.legal_reference,
            necessity=request.necessity,
            seeks=request.seeks,
            sources=tuple(source.id for source in sources),
            max_searches=request.max_searches,
            max_candidates=request.max_candidates,
            open_until=request.open_until,
        )
        terms = check_draft(draft, [self._facts(source) for source in sources], self._rules, at=self._records.clock.now())
        return CaseFile(
            kind=draft.kind,
            profile=profile,
            title=draft.title,
            purpose=draft.purpose,
            sources=frozenset(source.number for source in sources),
            legal_reference=draft.legal_reference,
            necessity=draft.necessity,
            seeks=draft.seeks,
            max_searches=terms.max_searches,
            max_candidates=terms.max_candidates,
            open_until=terms.open_until,
            approvals_needed=terms.approvals,
            reviewers_needed=terms.reviewers,
            one_face=terms.one_face,
            reason_needed=terms.reason_needed,
            policy=terms.policy,
            opened_by=actor.person_id,
        )

    def _facts(self, source: SourceRecord) -> SourceFacts:
        charter = parse_charter(source.charter_toml, self._rules)
        return SourceFacts(id=source.id, number=source.number, state=source.state, charter=charter)
