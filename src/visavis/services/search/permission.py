"""Asking the law for a clearance: the archive's sources and cases as facts in, one grant or a refusal out."""

from collections.abc import Sequence
from dataclasses import dataclass

from visavis.domain.actor import Actor
from visavis.domain.clearance import Clearance
from visavis.domain.errors import CharterInvalid, InputError
from visavis.domain.ids import SourceId
from visavis.law.clear import CaseFacts, SearchRequest, SourceFacts, clear
from visavis.law.rulebook import Rulebook
from visavis.law.reading import parse_charter
from visavis.records.archive import Records
from visavis.records.cases import CaseRecord
from visavis.records.sources import SourceRecord

HOUSEHOLD_PURPOSE = "private"
"""Without `--case` the household's shared case is searched; a trial's only if there is no household."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """A clearance, and a line for each source that was left out."""

    clearance: Clearance
    left_out: tuple[str, ...]


class Permission:
    """Asks for clearances over one archive."""

    def __init__(self, records: Records, rules: Rulebook) -> None:
        self._records = records
        self._rules = rules

    def ask(self, actor: Actor, *, case_id: str | None, sources: Sequence[str], top: int | None) -> Permit:
        """Return a permit, or raise `RefusedError` with the rule and what mends it."""
        every, cases = self._records.sources.all(), self._records.cases.all()
        titles = {source.id: source.title for source in every}
        request = SearchRequest(
            actor=actor,
            sources=frozenset(self._records.sources.one(name).id for name in sources) if sources else None,
            candidates=top,
            all_candidates=top is None,
            names_case=case_id is not None,
            floor=-1.0,
        )
        facts: list[SourceFacts] = []
        lines: list[str] = []
        for source in every:
            try:
                facts.append(self._facts(source, cases))
            except CharterInvalid as error:  # written under older rules; it keeps the rest from nothing
                lines.append(f"«{source.title}» was left out: its charter does not hold under today's rules: {error}")
        grant = clear(request, facts, _case_facts(_pick(cases, case_id), every), self._rules, at=self._records.clock.now())
        lines.extend(f"«{titles[no.source_id]}» was left out: {no.why}" + (f" ({no.remedy})" if no.remedy else "") for no in grant.left_out)
        return Permit(clearance=grant.clearance, left_out=tuple(lines))

    def _facts(self, source: SourceRecord, cases: Sequence[CaseRecord]) -> SourceFacts:
        own = [case.id for case in cases if source.number in case.sources and case.closed_at is None]
        return SourceFacts(
            id=source.id,
            number=source.number,
            state=source.state,
            charter=parse_charter(source.charter_toml, self._rules),
            standing_case=own[0] if own else None,
        )


def _pick(cases: Sequence[CaseRecord], case_id: str | None) -> CaseRecord | None:
    if case_id is None:
        shared = [case for case in cases if case.kind == "shared"]
        return min(shared, key=lambda case: case.purpose != HOUSEHOLD_PURPOSE, default=None)
    found = [case for case in cases if case.id == case_id or (len(case_id) >= 4 and case.id.endswith(case_id))]
    if len(found) != 1:
        raise InputError(f"no case «{case_id}»" if not found else f"several cases end in «{case_id}»", remedy="visavis source list")
    return found[0]


def _case_facts(case: CaseRecord | None, sources: Sequence[SourceRecord]) -> CaseFacts | None:
    if case is None:
        return None
    return CaseFacts(
        id=case.id,
        purpose=case.purpose,
        sources=frozenset(SourceId(source.id) for source in sources if source.number in case.sources),
        open_until=case.open_until,
        closed_at=case.closed_at,
    )
