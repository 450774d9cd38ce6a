"""Sources, their charters, roots and standing cases."""

import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from visavis.domain.errors import InputError
from visavis.domain.ids import CaseId, SourceId, new_id
from visavis.records import tables
from visavis.records.database import Database, Work
from visavis.records.vault import PathSealer


@dataclass(frozen=True, slots=True, kw_only=True)
class RootRecord:
    """One folder of a source."""

    number: int
    path: Path
    offline_since: dt.datetime | None
    offline_why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRecord:
    """A source as it stands."""

    number: int
    id: SourceId
    title: str
    profile: str
    state: str
    live_from: dt.date | None
    live_until: dt.date | None
    charter_toml: str
    charter_version: int
    exclude: tuple[str, ...]
    rotation_group_id: int
    roots: tuple[RootRecord, ...]

    @property
    def offline(self) -> bool:
        """Whether any of its folders was out of reach when last looked at."""
        return any(root.offline_since for root in self.roots)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRecord:
    """A case and the numbers of the sources that it may search."""

    id: CaseId
    kind: str
    title: str
    purpose: str
    open_until: dt.date | None
    closed_at: dt.datetime | None
    sources: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSource:
    """What `add` needs; the charter was validated by `law`."""

    title: str
    profile: str
    charter_toml: str
    charter_sha256: str
    live_from: dt.date | None
    live_until: dt.date | None
    root: Path
    exclude: tuple[str, ...]
    rotation_group_id: int
    case_kind: str | None
    """`standing`: the source gets a case of its own; `shared`: it joins the one of its kind; None: neither."""
    case_purpose: str = ""
    case_title: str = ""


class Sources:
    """Queries and writes about sources."""

    def __init__(self, database: Database, sealer: PathSealer) -> None:
        self._database = database
        self._sealer = sealer

    def add(self, work: Work, new: NewSource) -> SourceId:
        """Write a source with its charter, first root and standing case; return its id."""
        source_id = SourceId(new_id(work.at))
        number = work.next_number(tables.source)
        work.run(
            sa.insert(tables.source),
            [
                {
                    "number": number,
                    "id": source_id,
                    "title": self._sealer.seal("source.title", new.title),
                    "profile": new.profile,
                    "state": "live",
                    "live_from": new.live_from,
                    "live_until": new.live_until,
                    "charter_version": 1,
                    "exclude": self._sealer.seal("source.exclude", json.dumps(list(new.exclude))),
                    "rotation_group_id": new.rotation_group_id,
                    "created_at": work.at,
                }
            ],
        )
        work.run(
            sa.insert(tables.charter),
            [
                {
                    "source_number": number,
                    "version": 1,
                    "toml": self._sealer.seal("charter.toml", new.charter_toml),
                    "sha256": new.charter_sha256,
                    "added_by": self._sealer.seal("charter.added_by", work.actor.name),
                    "added_at": work.at,
                }
            ],
        )
        self._add_root(work, number, new.root)
        if new.case_kind is not None:
            self._open_case(work, number, new)
        work.leaf("collection", source=source_id, charter=new.charter_sha256, profile=new.profile)
        return source_id

    def move(self, work: Work, source: SourceRecord, root: RootRecord, to: Path) -> None:
        """Point a root at the folder's new place. Nothing is hashed again: paths are relative to the root."""
        place = {"path": self._sealer.seal("root.path", str(to)), "path_mark": self._sealer.mark("root.path", str(to))}
        online = {"offline_since": None, "offline_why": None}
        work.run(sa.update(tables.root).where(tables.root.c.number == root.number).values(**place, **online))
        work.leaf("alteration", source=source.id, root=root.number, what="moved")

    def mark_root(self, work: Work, root: RootRecord, *, offline_why: str | None) -> None:
        """Note that a root is out of reach (with the reason), or back (None)."""
        since, why = None, None
        if offline_why is not None:
            since, why = root.offline_since or work.at, self._sealer.seal("root.offline_why", offline_why)
        work.run(sa.update(tables.root).where(tables.root.c.number == root.number).values(offline_since=since, offline_why=why))
        work.leaf("alteration", root=root.number, what="online" if offline_why is None else "offline")

    def all(self) -> list[SourceRecord]:
        """Return every source, oldest first."""
        roots: dict[int, list[RootRecord]] = {}
        for row in self._database.ask(sa.select(tables.root).order_by(tables.root.c.number)):
            roots.setdefault(row.source_number, []).append(
                RootRecord(
                    number=row.number,
                    path=Path(self._sealer.open("root.path", row.path)),
                    offline_since=row.offline_since,
                    offline_why=self._sealer.open("root.offline_why", row.offline_why) if row.offline_why else "",
                )
            )
        newest = sa.and_(
            tables.charter.c.source_number == tables.source.c.number, tables.charter.c.version == tables.source.c.charter_version
        )
        query = sa.select(tables.source, tables.charter.c.toml).join(tables.charter, newest).order_by(tables.source.c.number)
        return [
            SourceRecord(
                number=row.number,
                id=SourceId(row.id),
                title=self._sealer.open("source.title", row.title),
                profile=row.profile,
                state=row.state,
                live_from=row.live_from,
                live_until=row.live_until,
                charter_toml=self._sealer.open("charter.toml", row.toml),
                charter_version=row.charter_version,
                exclude=tuple(json.loads(self._sealer.open("source.exclude", row.exclude))),
                rotation_group_id=row.rotation_group_id,
                roots=tuple(roots.get(row.number, ())),
            )
            for row in self._database.ask(query)
        ]

    def one(self, wanted: str) -> SourceRecord:
        """Return the source whose id starts or ends with `wanted`, or whose title it is; `InputError` if none or several do."""
        everything = self.all()
        found = [s for s in everything if wanted in (s.title, s.id)] or [
            s for s in everything if len(wanted) >= 4 and (s.id.startswith(wanted) or s.id.endswith(wanted))
        ]
        if len(found) != 1:
            what = "no source" if not found else f"{len(found)} sources"
            raise InputError(f"{what} called «{wanted}»", remedy="list them: visavis source list")
        return found[0]

    def cases(self) -> list[CaseRecord]:
        """Return every case, oldest first."""
        allowed: dict[str, set[int]] = {}
        for row in self._database.ask(sa.select(tables.case_source)):
            allowed.setdefault(row.case_id, set()).add(row.source_number)
        return [
            CaseRecord(
                id=CaseId(row.id),
                kind=row.kind,
                title=self._sealer.open("case.title", row.title),
                purpose=row.purpose,
                open_until=row.open_until,
                closed_at=row.closed_at,
                sources=frozenset(allowed.get(row.id, ())),
            )
            for row in self._database.ask(sa.select(tables.case).order_by(tables.case.c.id))
        ]

    def _add_root(self, work: Work, source_number: int, path: Path) -> None:
        work.run(
            sa.insert(tables.root),
            [
                {
                    "source_number": source_number,
                    "path": self._sealer.seal("root.path", str(path)),
                    "path_mark": self._sealer.mark("root.path", str(path)),
                }
            ],
        )

    def _open_case(self, work: Work, source_number: int, new: NewSource) -> None:
        """Open the source's standing case, or join the one that all sources of such a profile share."""
        shared = sa.select(tables.case.c.id).where(tables.case.c.kind == "shared", tables.case.c.purpose == new.case_purpose)
        case_id = work.ask(shared).scalar_one_or_none() if new.case_kind == "shared" else None
        if case_id is None:
            case_id = new_id(work.at)
            until = None if new.case_kind == "shared" else new.live_until
            row = {"id": case_id, "kind": new.case_kind, "purpose": new.case_purpose, "opened_at": work.at, "open_until": until}
            work.run(sa.insert(tables.case), [{**row, "title": self._sealer.seal("case.title", new.case_title)}])
        work.run(sa.insert(tables.case_source), [{"case_id": case_id, "source_number": source_number}])
