"""Asking the law for a clearance: the archive's sources and cases as facts in, one grant or a refusal out, which is noted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from visavis.domain.actor import Actor
from visavis.domain.clearance import Clearance
from visavis.domain.errors import CharterInvalid, RefusedError
from visavis.domain.ids import SourceId
from visavis.domain.speech import Line, Verbatim, apart
from visavis.law.clear import CaseFacts, Grant, LeftOut, SearchRequest, SourceFacts, clear
from visavis.law.facts import Approval, Approver
from visavis.law.programs import ProgramFacts
from visavis.law.reading import parse_charter
from visavis.law.rulebook import Rulebook
from visavis.law.rules import Rule
from visavis.records.archive import Records
from visavis.records.cases import ApprovalRecord, CaseRecord, one_of
from visavis.records.sources import SourceRecord

HOUSEHOLD_PURPOSE = "private"
"""Without `--case` the household's shared case is searched; a trial's only if there is no household."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What a search asks permission for.

    Attributes
    ----------
    case_id : str or None
        Id or end of an id; None = the archive's shared case.
    sources : tuple of str
        Ids or titles; empty = all.
    top : int or None
        Most candidates; None = all.
    threshold : float or None
        Least similarity asked for; None = the model pack's.
    """

    actor: Actor
    case_id: str | None
    sources: tuple[str, ...]
    top: int | None
    threshold: float | None
    probe_faces: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """A clearance, and what it was decided on.

    Attributes
    ----------
    case : CaseRecord
        The case that the search is made under.
    sources : tuple of SourceRecord
        Every source of the archive.
    left_out : tuple of str
        A line for each source that was left out.
    """

    clearance: Clearance
    case: CaseRecord
    sources: tuple[SourceRecord, ...]
    left_out: tuple[str, ...]


class Permission:
    """Asks for clearances over one archive.

    Parameters
    ----------
    records : Records
    rules : Rulebook
    floor : float
        The model pack's similarity under which nothing is given: `rules.floor(thresholds)`.
    program_of : callable
        Returns what a program that acts is bound to, None for a person.
    """

    def __init__(
        self, records: Records, rules: Rulebook, *, floor: float, program_of: Callable[[Actor], ProgramFacts | None] | None = None
    ) -> None:
        self._records = records
        self._rules = rules
        self._floor = floor
        self._program_of = program_of or _people_only

    def ask(self, ask: Ask) -> Permit:
        """Return a permit, or raise `RefusedError` with the rule and what mends it. A refusal is in the ledger; no index was asked."""
        every, cases = self._records.sources.all(), self._records.cases.all()
        program = self._program_of(ask.actor)
        case_id = ask.case_id or (None if program is None else program.case_id)
        case = _pick(cases, case_id)
        request = SearchRequest(
            actor=ask.actor,
            floor=self._floor,
            threshold=ask.threshold,
            sources=frozenset(self._records.sources.one(name).id for name in ask.sources) if ask.sources else None,
            candidates=ask.top,
            all_candidates=ask.top is None,
            probe_faces=ask.probe_faces,
            reason=ask.reason,
            names_case=case_id is not None,
            program=program,
        )
        measured = self._records.calibrations.sources(self._records.pack_id)
        facts: list[SourceFacts] = []
        titles = {source.id: Verbatim(source.title) for source in every}
        lines: list[Line] = []
        for source in every:
            try:
                facts.append(self._facts(source, cases, measured=source.number in measured))
            except CharterInvalid as error:  # written under older rules; it keeps the rest from nothing
                told = f"«{source.title}» was left out: its charter does not hold under today's rules: {error}"
                lines.append(
                    apart(told, "«%(title)s» was left out: its charter does not hold under today's rules", title=titles[source.id])
                )
        grant = self._clear(request, facts, _case_facts(case, every))
        lines.extend(_left_out(no, titles[no.source_id]) for no in grant.left_out)
        granted = next(case for case in cases if case.id == grant.clearance.case_id)
        return Permit(clearance=grant.clearance, case=granted, sources=tuple(every), left_out=tuple(lines))

    def _clear(self, request: SearchRequest, sources: Sequence[SourceFacts], case: CaseFacts | None) -> Grant:
        try:
            return clear(request, sources, case, self._rules, at=self._records.clock.now())
        except RefusedError as error:
            under = {"case": case.id, "purpose": case.purpose} if case else {}
            self._records.note_refusal(request.actor, "consultation", error, **under)
            raise

    def _facts(self, source: SourceRecord, cases: Sequence[CaseRecord], *, measured: bool) -> SourceFacts:
        own = [case.id for case in cases if source.number in case.sources and case.closed_at is None]
        return SourceFacts(
            id=source.id,
            number=source.number,
            state=source.state,
            charter=parse_charter(source.charter_toml, self._rules),
            standing_case=own[0] if own else None,
            measured=measured,
        )


def _left_out(no: LeftOut, title: Verbatim) -> Line:
    """Say which rule left a source out; at a terminal why in detail, and the option that mends it."""
    mends = f" ({no.remedy})" if no.remedy else ""
    detail = f"«{title}» was left out: {no.why}{mends}"
    return apart(detail, "«%(title)s» was left out; what the rule asks for: %(rule)s", title=title, rule=no.rule.says)


def _people_only(actor: Actor) -> ProgramFacts | None:
    if actor.service_id is not None:
        raise RefusedError("no program asks for this", rule=Rule.KEY_BOUNDS, remedy="sign in, and do it yourself")
    return None


def _pick(cases: Sequence[CaseRecord], case_id: str | None) -> CaseRecord | None:
    if case_id is None:
        shared = [case for case in cases if case.kind == "shared"]
        return min(shared, key=lambda case: case.purpose != HOUSEHOLD_PURPOSE, default=None)
    return one_of(cases, case_id)


def _case_facts(case: CaseRecord | None, sources: Sequence[SourceRecord]) -> CaseFacts | None:
    if case is None:
        return None
    return CaseFacts(
        id=case.id,
        purpose=case.purpose,
        sources=frozenset(SourceId(source.id) for source in sources if source.number in case.sources),
        kind=case.kind,
        profile=case.profile,
        opened_at=case.opened_at,
        opened_by=case.opened_by,
        renewed_at=case.renewed_at,
        open_until=case.open_until,
        frozen_at=case.frozen_at,
        closed_at=case.closed_at,
        approvals=tuple(_approval(given) for given in case.approvals),
        searches_made=case.searches_made,
        max_searches=case.max_searches,
        max_candidates=case.max_candidates,
        seeks=case.seeks,
        legal_reference=case.legal_reference,
        necessity=case.necessity,
    )


def _approval(given: ApprovalRecord) -> Approval:
    approver = Approver(
        person_id=given.person_id, role=given.role, public_key=given.public_key, created_at=given.created_at, created_by=given.created_by
    )
    return Approval(approver=approver, at=given.at, self_approved=given.self_approved)
