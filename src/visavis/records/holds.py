"""Holds: what the law wants kept is kept, hidden from every search, until a day; two people answer for it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from visavis.domain.errors import InputError
from visavis.domain.ids import PersonId, new_id
from visavis.records import tables
from visavis.records.database import Database, Work
from visavis.records.erasure_tables import hold, hold_media
from visavis.records.files import chunks
from visavis.records.vault import PathSealer


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """One hold.

    Attributes
    ----------
    legal : str
        The law, order or proceedings that want it.
    until : date
        Its last day, UTC.
    pictures : int
        It is on; 0 once it has ended.
    """

    id: str
    number: int
    legal: str
    until: dt.date
    asked_by: PersonId
    asked_at: dt.datetime
    seconded_by: PersonId | None
    ended_at: dt.datetime | None
    pictures: int

    @property
    def state(self) -> str:
        """One word: `asked` (waits for a second person), `in force`, `ended`."""
        return "ended" if self.ended_at else "in force" if self.seconded_by else "asked"


class Holds:
    """Queries and writes about holds."""

    def __init__(self, database: Database, sealer: PathSealer) -> None:
        self._database = database
        self._sealer = sealer

    def ask(self, work: Work, *, media: Sequence[int], legal: str, until: dt.date) -> str:
        """Write that a person asks for a hold, and its leaf; it has no force until another seconds it. Return its id."""
        number, hold_id = work.next_number(hold), new_id(work.at)
        row = {
            "number": number,
            "id": hold_id,
            "legal": self._sealer.seal("hold.legal", legal, row=hold_id),
            "until": until,
            "asked_by": work.actor.person_id,
            "asked_at": work.at,
        }
        work.run(sa.insert(hold), [row])
        work.run(sa.insert(hold_media), [{"hold_number": number, "media_number": one} for one in sorted(set(media))])
        work.leaf("alteration", what="hold asked", hold=hold_id, pictures=len(set(media)), until=until.isoformat())
        return hold_id

    def second(self, work: Work, asked: Hold) -> None:
        """Put a hold in force: nothing it is on is shown to any search or erased from now on."""
        work.run(sa.update(hold).where(hold.c.number == asked.number).values(seconded_by=work.actor.person_id, seconded_at=work.at))
        self._count(work, asked, 1)
        work.leaf("alteration", what="hold in force", hold=asked.id, pictures=asked.pictures, until=asked.until.isoformat())

    def end(self, work: Work, ended: Hold, *, why: str) -> None:
        """End a hold; `why` is a word."""
        if ended.state == "in force":
            self._count(work, ended, -1)
        work.run(sa.delete(hold_media).where(hold_media.c.hold_number == ended.number))
        work.run(sa.update(hold).where(hold.c.number == ended.number).values(ended_at=work.at))
        work.leaf("alteration", what="hold ended", hold=ended.id, pictures=ended.pictures, why=why)

    def past(self, day: dt.date) -> list[Hold]:
        """Return the holds that have not ended and whose last day is before `day`."""
        return [one for one in self.all() if one.ended_at is None and one.until < day]

    def one(self, wanted: str) -> Hold:
        """Return the hold whose id is, or ends in, `wanted`; `InputError` if there is none."""
        found = [one for one in self.all() if one.id == wanted or (len(wanted) >= 4 and one.id.endswith(wanted))]
        if len(found) != 1:
            raise InputError(f"{len(found) or 'no'} holds «{wanted}»", remedy="visavis erase list")
        return found[0]

    def all(self) -> list[Hold]:
        """Return every hold, oldest first."""
        count = sa.select(sa.func.count()).where(hold_media.c.hold_number == hold.c.number).scalar_subquery()
        return [self._hold(row) for row in self._database.ask(sa.select(hold, count.label("pictures")).order_by(hold.c.number)).all()]

    def _count(self, work: Work, changed: Hold, by: int) -> None:
        numbers = work.ask(sa.select(hold_media.c.media_number).where(hold_media.c.hold_number == changed.number)).scalars().all()
        for chunk in chunks(list(numbers)):
            work.run(sa.update(tables.media).where(tables.media.c.number.in_(chunk)).values(holds=tables.media.c.holds + by))

    def _hold(self, row: Any) -> Hold:
        return Hold(
            id=row.id,
            number=row.number,
            legal=self._sealer.open("hold.legal", row.legal, row=row.id),
            until=row.until,
            asked_by=PersonId(row.asked_by),
            asked_at=row.asked_at,
            seconded_by=None if row.seconded_by is None else PersonId(row.seconded_by),
            ended_at=row.ended_at,
            pictures=row.pictures,
        )
