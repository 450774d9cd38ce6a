"""Versions of charters, who put them in force, what the files said against them, and what people wrote about them."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from visavis.domain.ids import PersonId, new_id
from visavis.records import tables
from visavis.records.charter_tables import source_finding, source_note
from visavis.records.database import Database, Work
from visavis.records.sources import RootRecord, SignedBy, SourceRecord
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
class NewVersion:
    """A charter, validated by `law`, to become a version. `valid_to` is the first end of charter, retention and evidence."""

    title: str
    profile: str
    toml: str
    sha256: str
    policy: str
    valid_from: dt.date
    valid_to: dt.date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """How many of the files that were looked at speak against a charter, by one rule; `over_limit`: a person must answer."""

    rule: str
    count: int
    looked_at: int
    over_limit: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceNote:
    """What a person wrote about a source; `kind` is `answer`, `freeze` or `thaw`."""

    id: str
    kind: str
    text: str
    person_id: PersonId | None
    at: dt.datetime


class Charters:
    """Queries and writes about the life of charters."""

    def __init__(self, database: Database, sealer: PathSealer) -> None:
        self._database = database
        self._sealer = sealer

    def versions(self, source: SourceRecord) -> list[CharterVersion]:
        """Return every version of a source's charter, oldest first."""
        query = sa.select(tables.charter).where(tables.charter.c.source_number == source.number).order_by(tables.charter.c.version)
        return [
            CharterVersion(
                version=row.version,
                toml=self._sealer.open("charter.toml", row.toml),
                sha256=row.sha256,
                policy=row.policy,
                added_at=row.added_at,
                valid_from=row.valid_from,
                valid_to=row.valid_to,
                signed_by=signed_by(self._sealer, row),
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
        work.run(
            sa.insert(tables.charter),
            [
                {
                    "source_number": source.number,
                    "version": version,
                    "toml": self._sealer.seal("charter.toml", new.toml),
                    "sha256": new.sha256,
                    "added_by": self._sealer.seal("charter.added_by", work.actor.name),
                    "added_at": work.at,
                    "policy": new.policy,
                    "valid_from": new.valid_from,
                    "valid_to": new.valid_to,
                }
            ],
        )
        work.leaf("alteration", source=source.id, what="amended", version=version, charter=new.sha256, profile=new.profile)
        return version
