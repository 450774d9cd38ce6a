"""Sources, their charters and roots."""

import datetime as dt
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from visavis.domain.errors import InputError
from visavis.domain.ids import PersonId, SourceId, new_id
from visavis.records import tables
from visavis.records.cases import CaseFile, Cases
from visavis.records.database import Database, Work
from visavis.records.keyring import KeyKind, Keyring
from visavis.records.vault import PathSealer


@dataclass(frozen=True, slots=True, kw_only=True)
class RootRecord:
    """One folder of a source."""

    number: int
    path: Path
    offline_since: dt.datetime | None
    offline_why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedBy:
    """Who put a charter in force, in which role and when. `person_id` None: nobody signed, the profile's own declaration did."""

    person_id: PersonId | None
    name: str
    role: str
    at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRecord:
    """A source as it stands.

    Attributes
    ----------
    state : str
        A `visavis.law.admit.SourceState` value.
    charter_toml, charter_version, charter_sha256 : str, int, str
        The version in force; while the source is a draft, the one that waits for its first signature.
    policy : str
        Mark of the policy pack that this version was checked under.
    signed_by : SignedBy or None
        None = a draft.
    draft_version : int or None
        Number of the version that waits for a signature, if one does.
    """

    number: int
    id: SourceId
    title: str
    profile: str
    state: str
    live_from: dt.date | None
    live_until: dt.date | None
    charter_toml: str
    charter_version: int
    charter_sha256: str
    policy: str
    signed_by: SignedBy | None
    draft_version: int | None
    exclude: tuple[str, ...]
    rotation_group_id: int
    key_id: int
    roots: tuple[RootRecord, ...]

    @property
    def offline(self) -> bool:
        """Whether any of its folders was out of reach when last looked at."""
        return any(root.offline_since for root in self.roots)


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
class NewSource:
    """What `add` needs; the charter was validated by `law`.

    Attributes
    ----------
    draft : bool
        The charter waits for a signature; else it is in force at once.
    case : CaseFile or None
        The case that opens with the charter, without its source: `standing`, of the source's own, or `shared` with all of its kind.
    """

    charter: NewVersion
    draft: bool
    root: Path
    exclude: tuple[str, ...]
    rotation_group_id: int
    case: CaseFile | None = None


_CHARTER = (
    tables.charter.c.toml,
    tables.charter.c.sha256,
    tables.charter.c.policy,
    tables.charter.c.in_force_at,
    tables.charter.c.signer_id,
    tables.charter.c.signer_name,
    tables.charter.c.signer_role,
)


def signed_by(sealer: PathSealer, row: sa.Row[Any], *, at: str, key: int) -> SignedBy | None:
    """Return who put the charter of a row in force; None = it waits for a signature."""
    if row.in_force_at is None:
        return None
    person = None if row.signer_id is None else PersonId(row.signer_id)
    name = sealer.open("charter.signer_name", row.signer_name, row=at, key=key)
    return SignedBy(person_id=person, name=name, role=row.signer_role, at=row.in_force_at)


class Sources:
    """Queries and writes about sources."""

    def __init__(self, database: Database, sealer: PathSealer, keys: Keyring, cases: Cases) -> None:
        self._database = database
        self._keys = keys
        self._sealer = sealer
        self._cases = cases

    def add(self, work: Work, new: NewSource) -> tuple[SourceId, int]:
        """Write a source with its charter, first root and, unless it is a draft, its standing case; return its id and the root's number."""
        source_id, charter = SourceId(new_id(work.at)), new.charter
        number, state = work.next_number(tables.source), "draft" if new.draft else "live"
        key = self._keys.make(work, KeyKind.SOURCE)
        work.run(
            sa.insert(tables.source),
            [
                {
                    "number": number,
                    "id": source_id,
                    "title": self._sealer.seal("source.title", charter.title, row=str(number), key=key),
                    "profile": charter.profile,
                    "state": state,
                    "live_from": charter.valid_from,
                    "live_until": charter.valid_to,
                    "charter_version": 1,
                    "exclude": self._sealer.seal("source.exclude", json.dumps(list(new.exclude)), row=str(number), key=key),
                    "rotation_group_id": new.rotation_group_id,
                    "created_at": work.at,
                    "key_id": key,
                }
            ],
        )
        signature = {} if new.draft else self.signature(work, charter_row(number, 1), key, declared=True)
        self.file(work, (number, 1), key, charter, signature)
        root = self._add_root(work, number, key, new.root)
        if new.case is not None:
            self.open_case(work, number, new.case)
        work.leaf("collection", source=source_id, charter=charter.sha256, profile=charter.profile, policy=charter.policy, state=state)
        return source_id, root

    def file(self, work: Work, at: tuple[int, int], key: int, new: NewVersion, signature: Mapping[str, object] | None = None) -> None:
        """Write a charter `at` (source number, version); without `signature` it waits for one. The caller writes the leaf."""
        (source_number, version), row = at, charter_row(*at)
        work.run(
            sa.insert(tables.charter),
            [
                {
                    "source_number": source_number,
                    "version": version,
                    "toml": self._sealer.seal("charter.toml", new.toml, row=row, key=key),
                    "sha256": new.sha256,
                    "added_by": self._sealer.seal("charter.added_by", work.actor.name, row=row, key=key),
                    "added_at": work.at,
                    "policy": new.policy,
                    "valid_from": new.valid_from,
                    "valid_to": new.valid_to,
                    **(signature or {}),
                }
            ],
        )

    def signature(self, work: Work, row: str, key: int, *, declared: bool) -> dict[str, object]:
        """Return the columns of a charter that say who puts it in force, now; `declared`: nobody signs, the profile's words do.

        The name stands in the legal file itself, so it is closed with the file and outlives the person's account.
        """
        return {
            "in_force_at": work.at,
            "signer_id": None if declared else work.actor.person_id,
            "signer_name": self._sealer.seal("charter.signer_name", work.actor.name, row=row, key=key),
            "signer_role": work.actor.role.value,
        }

    def move(self, work: Work, source: SourceRecord, root: RootRecord, to: Path) -> None:
        """Point a root at the folder's new place. Nothing is hashed again: paths are relative to the root."""
        path = self._sealer.seal("root.path", str(to), row=str(root.number), key=source.key_id)
        place = {"path": path, "path_mark": self._sealer.mark("root.path", str(to))}
        online = {"offline_since": None, "offline_why": None}
        work.run(sa.update(tables.root).where(tables.root.c.number == root.number).values(**place, **online))
        work.leaf("alteration", source=source.id, root=root.number, what="moved")

    def mark_root(self, work: Work, root: RootRecord, *, offline_why: str | None) -> None:
        """Note that a root is out of reach (with the reason), or back (None)."""
        since, why = None, None
        if offline_why is not None:
            owner = sa.select(tables.source.c.key_id).join(tables.root).where(tables.root.c.number == root.number)
            key = int(work.ask(owner).scalar_one())
            since = root.offline_since or work.at
            why = self._sealer.seal("root.offline_why", offline_why, row=str(root.number), key=key)
        work.run(sa.update(tables.root).where(tables.root.c.number == root.number).values(offline_since=since, offline_why=why))
        work.leaf("alteration", root=root.number, what="online" if offline_why is None else "offline")

    def all(self) -> list[SourceRecord]:
        """Return every source, oldest first."""
        return self._read(sa.true())

    def some(self, numbers: Collection[int]) -> list[SourceRecord]:
        """Return the sources of these numbers, oldest first."""
        return self._read(tables.source.c.number.in_(sorted(numbers)))

    def profiles(self) -> list[str]:
        """Return the profile of every source, oldest first."""
        return list(self._database.ask(sa.select(tables.source.c.profile).order_by(tables.source.c.number)).scalars())

    def _read(self, which: sa.ColumnElement[bool]) -> list[SourceRecord]:
        roots: dict[int, list[RootRecord]] = {}
        everywhere = sa.select(tables.root, tables.source.c.key_id).join(tables.source).where(which).order_by(tables.root.c.number)
        for row in self._database.ask(everywhere):
            roots.setdefault(row.source_number, []).append(
                RootRecord(
                    number=row.number,
                    path=Path(self._sealer.open("root.path", row.path, row=str(row.number), key=row.key_id)),
                    offline_since=row.offline_since,
                    offline_why=self._offline_why(row),
                )
            )
        newest = sa.and_(
            tables.charter.c.source_number == tables.source.c.number, tables.charter.c.version == tables.source.c.charter_version
        )
        query = sa.select(tables.source, *_CHARTER).join(tables.charter, newest).where(which).order_by(tables.source.c.number)
        waiting = sa.select(tables.charter.c.source_number, tables.charter.c.version).where(tables.charter.c.in_force_at.is_(None))
        drafts = {row.source_number: row.version for row in self._database.ask(waiting)}
        return [
            SourceRecord(
                number=row.number,
                id=SourceId(row.id),
                title=self._sealer.open("source.title", row.title, row=str(row.number), key=row.key_id),
                profile=row.profile,
                state=row.state,
                live_from=row.live_from,
                live_until=row.live_until,
                charter_toml=self._sealer.open("charter.toml", row.toml, row=charter_row(row.number, row.charter_version), key=row.key_id),
                charter_version=row.charter_version,
                charter_sha256=row.sha256,
                policy=row.policy,
                signed_by=signed_by(self._sealer, row, at=charter_row(row.number, row.charter_version), key=row.key_id),
                draft_version=drafts.get(row.number),
                exclude=tuple(json.loads(self._sealer.open("source.exclude", row.exclude, row=str(row.number), key=row.key_id))),
                rotation_group_id=row.rotation_group_id,
                key_id=row.key_id,
                roots=tuple(roots.get(row.number, ())),
            )
            for row in self._database.ask(query)
        ]

    def one(self, wanted: str) -> SourceRecord:
        """Return the source whose id starts or ends with `wanted`, or whose title it is; `InputError` if none or several do."""
        everything = self._read(tables.source.c.id == wanted) or self.all()
        found = [s for s in everything if wanted in (s.title, s.id)] or [
            s for s in everything if len(wanted) >= 4 and (s.id.startswith(wanted) or s.id.endswith(wanted))
        ]
        if len(found) != 1:
            what = "no source" if not found else f"{len(found)} sources"
            raise InputError(f"{what} called «{wanted}»", remedy="list them: visavis source list")
        return found[0]

    def _offline_why(self, row: Any) -> str:
        if not row.offline_why:
            return ""
        return self._sealer.open("root.offline_why", row.offline_why, row=str(row.number), key=row.key_id)

    def open_case(self, work: Work, source_number: int, case: CaseFile) -> None:
        """Open the source's standing case, or join the one that all sources of such a profile share. The caller writes the leaf."""
        self._cases.write(work, replace(case, sources=frozenset({source_number})))

    def append_root(self, work: Work, source: SourceRecord, path: Path) -> int:
        """Add a folder to a source under the charter that it has; return its number."""
        number = self._add_root(work, source.number, source.key_id, path)
        work.leaf("collection", source=source.id, what="root-added", root=number, charter=source.charter_sha256)
        return number

    def _add_root(self, work: Work, source_number: int, key: int, path: Path) -> int:
        number = work.next_number(tables.root)
        work.run(
            sa.insert(tables.root),
            [
                {
                    "number": number,
                    "source_number": source_number,
                    "path": self._sealer.seal("root.path", str(path), row=str(number), key=key),
                    "path_mark": self._sealer.mark("root.path", str(path)),
                }
            ],
        )
        return number


def charter_row(source_number: int, version: int) -> str:
    """Return the name of a charter's row, to which what is sealed in it is bound."""
    return f"{source_number}/{version}"
