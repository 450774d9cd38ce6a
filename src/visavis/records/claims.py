"""Claims of jurisdiction: where the people of some pictures live, by whose word, on what evidence. Set in bulk, kept with each picture."""

import datetime as dt
import fnmatch
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from visavis.domain.errors import InputError
from visavis.domain.ids import PersonId, new_id
from visavis.records import tables
from visavis.records.database import Database, Work
from visavis.records.files import chunks, location_row
from visavis.records.order_tables import jurisdiction_claim
from visavis.records.sources import SourceRecord
from visavis.records.vault import ARCHIVE_KEY, PathSealer

_NEWEST = (jurisdiction_claim.c.in_force_at.desc(), jurisdiction_claim.c.number.desc())


@dataclass(frozen=True, slots=True, kw_only=True)
class NewClaim:
    """A claim that `law` has found borne out.

    Attributes
    ----------
    folder : str
        Shell pattern of paths below the source's folders (`*` takes in `/` too); empty = the whole source.
    orders : tuple of str
        Ids of the orders that were notified before: it takes effect when a second person bears it out.
    """

    source: SourceRecord
    folder: str
    places: tuple[str, ...]
    evidence: str
    because: str
    orders: tuple[str, ...] = ()

    @property
    def late(self) -> bool:
        """Whether it waits for a second person."""
        return bool(self.orders)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRecord:
    """A claim as it is kept. `in_force_at` None: it waits for a second person."""

    number: int
    id: str
    source_number: int
    folder: str
    places: tuple[str, ...]
    evidence: str
    because: str
    made_by: PersonId | None
    made_at: dt.datetime
    late: bool
    seconded_by: PersonId | None
    in_force_at: dt.datetime | None

    def covers(self, path: str) -> bool:
        """Whether a path below one of the source's folders is claimed."""
        return not self.folder or fnmatch.fnmatchcase(path, self.folder)


class Claims:
    """Queries and writes about claims. A later claim takes the place of an earlier one."""

    def __init__(self, database: Database, sealer: PathSealer) -> None:
        self._database = database
        self._sealer = sealer

    def add(self, work: Work, new: NewClaim) -> ClaimRecord:
        """Write a claim, and, unless it waits for a second person, set it on every picture that it covers."""
        claim_id, number = new_id(work.at), work.next_number(jurisdiction_claim)
        row = {
            "number": number,
            "id": claim_id,
            "source_number": new.source.number,
            "folder": self._sealer.seal("jurisdiction_claim.folder", new.folder, row=claim_id, key=new.source.key_id),
            "places": json.dumps(sorted(new.places)),
            "evidence": new.evidence,
            "because": self._sealer.seal("jurisdiction_claim.because", new.because, row=claim_id, key=new.source.key_id),
            "made_by": work.actor.person_id,
            "made_at": work.at,
            "late": int(new.late),
            "in_force_at": None if new.late else work.at,
        }
        work.run(sa.insert(jurisdiction_claim), [row])
        claim = self._records(work.ask(_with_key().where(jurisdiction_claim.c.number == number)))[0]
        pictures = 0 if new.late else self._set(work, claim)
        facts = {"evidence": new.evidence, "places": sorted(new.places), "late": new.late, "whole": not new.folder}
        work.leaf(
            "alteration", {"because": new.because}, new.source.key_id,
            what="jurisdiction-claimed", claim=claim_id, source=new.source.id, orders=list(new.orders), pictures=pictures, **facts,
        )  # fmt: skip
        return claim

    def doubt(self, work: Work, claims: Sequence[ClaimRecord]) -> None:
        """Take claims back until a second person bears them out: they were made after an order that came into the records now.

        Earlier claims take their place. The caller writes the leaf.
        """
        for claim in claims:
            work.run(sa.update(jurisdiction_claim).where(jurisdiction_claim.c.number == claim.number).values(late=1, in_force_at=None))
            bare = {"jurisdiction": None, "claim_number": None}
            work.run(sa.update(tables.media).where(tables.media.c.claim_number == claim.number).values(**bare))
        for number in sorted({claim.source_number for claim in claims}):
            self.extend(work, number)

    def second(self, work: Work, claim: ClaimRecord, orders: Sequence[str]) -> int:
        """Let a late claim take effect, borne out by the actor of `work`; return how many pictures it covers."""
        values = {"seconded_by": work.actor.person_id, "in_force_at": work.at}
        work.run(sa.update(jurisdiction_claim).where(jurisdiction_claim.c.number == claim.number).values(**values))
        pictures = self._set(work, claim)
        work.leaf("alteration", what="claim-seconded", claim=claim.id, orders=list(orders), pictures=pictures, places=sorted(claim.places))
        return pictures

    def extend(self, work: Work, source_number: int) -> None:
        """Set the claims of a source on its pictures that have none yet: those taken in since. The caller writes the leaf."""
        query = _with_key().where(jurisdiction_claim.c.source_number == source_number, jurisdiction_claim.c.in_force_at.is_not(None))
        for claim in self._records(work.ask(query.order_by(*_NEWEST))):
            self._set(work, claim, tables.media.c.claim_number.is_(None))

    def all(self) -> list[ClaimRecord]:
        """Return every claim, oldest first."""
        return self._records(self._database.ask(_with_key().order_by(jurisdiction_claim.c.number)))

    def one(self, wanted: str) -> ClaimRecord:
        """Return the claim whose id is, or ends in, `wanted`; `InputError` if there is none."""
        found = [claim for claim in self.all() if claim.id == wanted or (len(wanted) >= 4 and claim.id.endswith(wanted))]
        if len(found) != 1:
            raise InputError(f"{'several claims end' if found else 'no claim ends'} in «{wanted}»", remedy="visavis order claims")
        return found[0]

    def in_force(self) -> dict[int, tuple[ClaimRecord, ...]]:
        """Return the claims in force by source number, the newest first."""
        found: dict[int, list[ClaimRecord]] = {}
        query = _with_key().where(jurisdiction_claim.c.in_force_at.is_not(None))
        for claim in self._records(self._database.ask(query.order_by(*_NEWEST))):
            found.setdefault(claim.source_number, []).append(claim)
        return {number: tuple(claims) for number, claims in found.items()}

    def _set(self, work: Work, claim: ClaimRecord, *which: sa.ColumnElement[bool]) -> int:
        values = {"jurisdiction": " ".join(claim.places), "claim_number": claim.number}
        of_source = sa.and_(tables.media.c.source_number == claim.source_number, *which)
        if not claim.folder:
            return int(work.run(sa.update(tables.media).where(of_source).values(**values)).rowcount)
        numbers = self._covered(work, claim, of_source)
        for chunk in chunks(numbers):
            work.run(sa.update(tables.media).where(tables.media.c.number.in_(chunk)).values(**values))
        return len(numbers)

    def _covered(self, work: Work, claim: ClaimRecord, which: sa.ColumnElement[bool]) -> list[int]:
        """Return the pictures all of whose paths are claimed: one that lies in another folder too is not what the claim speaks of."""
        place = tables.location
        key = sa.func.coalesce(tables.media.c.key_id, ARCHIVE_KEY).label("key_id")
        query = sa.select(place.c.root_number, place.c.path, place.c.path_mark, place.c.media_number, key)
        covered: dict[int, bool] = {}
        for row in work.ask(query.select_from(place.join(tables.media)).where(which)).all():
            at = location_row(row.root_number, row.path_mark)
            path = self._sealer.open("location.path", row.path, row=at, key=row.key_id)
            covered[row.media_number] = covered.get(row.media_number, True) and claim.covers(path)
        return [number for number, whole in covered.items() if whole]

    def _records(self, rows: Any) -> list[ClaimRecord]:
        return [
            ClaimRecord(
                number=row.number,
                id=row.id,
                source_number=row.source_number,
                folder=self._sealer.open("jurisdiction_claim.folder", row.folder, row=row.id, key=row.key_id),
                places=tuple(json.loads(row.places)),
                evidence=row.evidence,
                because=self._sealer.open("jurisdiction_claim.because", row.because, row=row.id, key=row.key_id),
                made_by=None if row.made_by is None else PersonId(row.made_by),
                made_at=row.made_at,
                late=bool(row.late),
                seconded_by=None if row.seconded_by is None else PersonId(row.seconded_by),
                in_force_at=row.in_force_at,
            )
            for row in rows
        ]


def _with_key() -> sa.Select[*tuple[Any, ...]]:
    return sa.select(jurisdiction_claim, tables.source.c.key_id).join(tables.source)


def newest(claims: Sequence[ClaimRecord], path: str) -> ClaimRecord | None:
    """Return the claim that speaks of a path, of claims that stand newest first."""
    return next((claim for claim in claims if claim.covers(path)), None)
