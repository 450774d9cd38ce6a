"""Versions of charters, who put them in force, what the files said against them, and what people wrote about them."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from visavis.domain.ids import PersonId, SourceId, new_id
from visavis.records import tables
from visavis.records.cases import CaseFile
from visavis.records.charter_tables import source_finding, source_note
from visavis.records.database import Database, Work
from visavis.records.sources import NewVersion, SignedBy, SourceRecord, Sources, charter_row, signed_by
from visavis.records.vault import PathSealer


@dataclass(frozen=True, slots=True, kw_only=True)
class CharterVersion:
    """One version; `signed_by` None = it waits for its signature. It is in force from `signed_by.at` until the next one is."""

    version: int
    toml: str
    sha256: str
    policy: str
    added_at: dt.datetime
    valid_from: dt.date | None
    valid_to: dt.date | None
    signed_by: SignedBy | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """How many of the files that were looked at speak against a charter, by one rule; `over_limit`: a person must answer."""

    rule: str
    count: int
    looked_at: int
    over_limit: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceNote:
    """What a person wrote about a source: an `answer`, or why it is `frozen` or `live` again (`kind`)."""

    id: str
    kind: str
    text: str
    person_id: PersonId | None
    at: dt.datetime


class CharterBook:
    """Queries and writes about the life of charters."""

    def __init__(self, database: Database, sealer: PathSealer, sources: Sources) -> None:
        self._database = database
        self._sealer = sealer
        self._sources = sources

    def versions(self, source: SourceRecord) -> list[CharterVersion]:
        """Return every version of a source's charter, oldest first."""
        query = sa.select(tables.charter).where(tables.charter.c.source_number == source.number).order_by(tables.charter.c.version)
        return [
            CharterVersion(
                version=row.version,
                toml=self._sealer.open("charter.toml", row.toml, row=charter_row(source.number, row.version), key=source.key_id),
                sha256=row.sha256,
                policy=row.policy,
                added_at=row.added_at,
                valid_from=row.valid_from,
                valid_to=row.valid_to,
                signed_by=signed_by(self._sealer, row, at=charter_row(source.number, row.version), key=source.key_id),
            )
            for row in self._database.ask(query)
        ]

    def in_force(self, source: SourceRecord, at: dt.datetime) -> CharterVersion | None:
        """Return the version under which a search was made at `at` (UTC); None = none was in force yet."""
        signed = [one for one in self.versions(source) if one.signed_by is not None and one.signed_by.at <= at]
        return max(signed, key=lambda one: (one.signed_by.at if one.signed_by else at, one.version), default=None)

    def amend(self, work: Work, source: SourceRecord, new: NewVersion) -> int:
        """Write a version that waits for its signature, in the place of one that waited before; return its number."""
        waits = tables.charter.c.source_number == source.number, tables.charter.c.in_force_at.is_(None)
        work.run(sa.delete(tables.charter).where(*waits))
        last = work.ask(sa.select(sa.func.max(tables.charter.c.version)).where(tables.charter.c.source_number == source.number))
        version = (last.scalar_one_or_none() or 0) + 1
        self._sources.file(work, (source.number, version), source.key_id, new)
        work.leaf("alteration", source=source.id, what="amended", version=version, charter=new.sha256, profile=new.profile)
        return version

    def put_in_force(
        self, work: Work, source: SourceRecord, version: int, new: NewVersion, *, case: CaseFile | None, declared: bool = False
    ) -> None:
        """Put a waiting version in force as the actor of `work`: title, profile and dates of the source become this version's.

        It is live then, unless it was frozen. A profile that changes leaves the case that all sources of the old one share; `case` opens
        unless the source has one. `declared`: nobody signs, the profile's words do.
        """
        state = source.state if source.state == "frozen" else "live"
        where = tables.charter.c.source_number == source.number, tables.charter.c.version == version
        row = charter_row(source.number, version)
        signature = self._sources.signature(work, row, source.key_id, declared=declared)
        work.run(sa.update(tables.charter).where(*where).values(**signature))
        facts = {
            "title": self._sealer.seal("source.title", new.title, row=str(source.number), key=source.key_id),
            "profile": new.profile,
            "state": state,
            "live_from": new.valid_from,
            "live_until": new.valid_to,
            "charter_version": version,
        }
        work.run(sa.update(tables.source).where(tables.source.c.number == source.number).values(**facts))
        self._settle_cases(work, source, new, case)
        turned = {"was": source.profile} if source.profile != new.profile else {}
        work.leaf(
            "alteration",
            source=source.id,
            what="signed",
            version=version,
            charter=new.sha256,
            profile=new.profile,
            policy=new.policy,
            state=state,
            **turned,
        )

    def _settle_cases(self, work: Work, source: SourceRecord, new: NewVersion, case: CaseFile | None) -> None:
        mine = tables.case_source.c.source_number == source.number
        if source.profile != new.profile:
            shared = sa.select(tables.case.c.id).where(tables.case.c.kind == "shared")
            work.run(sa.delete(tables.case_source).where(mine, tables.case_source.c.case_id.in_(shared)))
        if case is not None and work.ask(sa.select(tables.case_source.c.case_id).where(mine).limit(1)).first() is None:
            self._sources.open_case(work, source.number, case)

    def set_state(self, work: Work, source: SourceRecord, state: str, *, because: str = "") -> None:
        """Let a source be live, frozen, expired or erased with this transaction; a reason is kept as a note."""
        work.run(sa.update(tables.source).where(tables.source.c.number == source.number).values(state=state))
        reason = {"note": self._note(work, source.number, state, because)} if because else {}
        work.leaf("alteration", source=source.id, what="state", was=source.state, state=state, **reason)

    def answer(self, work: Work, source_id: SourceId, text: str) -> str:
        """Write a person's answer to what the files say against the charter; return its id."""
        note = self._note(work, self._number(work, source_id), "answer", text)
        work.leaf("alteration", source=source_id, what="answered", note=note)
        return note

    def found(self, work: Work, source_id: SourceId, root_number: int, findings: Sequence[Finding]) -> None:
        """Write what the files of a new root say against the charter, if anything."""
        if not findings:
            return
        place = {"source_number": self._number(work, source_id), "root_number": root_number, "found_at": work.at}
        counts = [{"rule": one.rule, "counted": one.count, "looked_at": one.looked_at, "over_limit": one.over_limit} for one in findings]
        work.run(sa.insert(source_finding), [{**count, **place} for count in counts])
        signs = {finding.rule: finding.count for finding in findings}
        work.leaf("collection", source=source_id, what="looked-over", root=root_number, signs=signs)

    def _number(self, work: Work, source_id: SourceId) -> int:
        return int(work.ask(sa.select(tables.source.c.number).where(tables.source.c.id == source_id)).scalar_one())

    def findings(self, source: SourceRecord) -> list[Finding]:
        """Return what the files say against the charter."""
        return self._findings(source_finding.c.source_number == source.number)

    def unanswered(self, source: SourceRecord) -> list[Finding]:
        """Return the findings over their limit that came after the last answer, or without one."""
        last = sa.select(sa.func.max(source_note.c.at)).where(source_note.c.source_number == source.number, source_note.c.kind == "answer")
        after = sa.or_(last.scalar_subquery().is_(None), source_finding.c.found_at > last.scalar_subquery())
        return self._findings(source_finding.c.source_number == source.number, source_finding.c.over_limit.is_(True), after)

    def _findings(self, *where: sa.ColumnElement[bool]) -> list[Finding]:
        query = sa.select(source_finding).where(*where).order_by(source_finding.c.number)
        return [
            Finding(rule=row.rule, count=row.counted, looked_at=row.looked_at, over_limit=row.over_limit)
            for row in self._database.ask(query)
        ]

    def notes(self, source: SourceRecord) -> list[SourceNote]:
        """Return what people wrote about a source, oldest first."""
        query = sa.select(source_note).where(source_note.c.source_number == source.number).order_by(source_note.c.number)
        return [
            SourceNote(
                id=row.id,
                kind=row.kind,
                text=self._sealer.open("source_note.text", row.text, row=row.id, key=source.key_id),
                person_id=None if row.person_id is None else PersonId(row.person_id),
                at=row.at,
            )
            for row in self._database.ask(query)
        ]

    def _note(self, work: Work, source_number: int, kind: str, text: str) -> str:
        note = new_id(work.at)
        key = int(work.ask(sa.select(tables.source.c.key_id).where(tables.source.c.number == source_number)).scalar_one())
        sealed = self._sealer.seal("source_note.text", text, row=note, key=key)
        row = {"id": note, "source_number": source_number, "kind": kind, "text": sealed, "person_id": work.actor.person_id, "at": work.at}
        work.run(sa.insert(source_note), [row])
        return note
