"""What was measured of an archive's own pictures: tails of strangers' similarities. Aggregates only: no face, no pair, no picture."""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa

from visavis.domain.tails import Calibration, Tail
from visavis.records.database import Database, Work
from visavis.records.tables import UtcTime, metadata

calibration = sa.Table(
    "calibration",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("pack_id", sa.Text, nullable=False),
    sa.Column("sources", sa.Text, nullable=False),
    sa.Column("tails", sa.Text, nullable=False),
    sa.Column("photographs", sa.Integer, nullable=False),
    sa.Column("pairs", sa.Integer, nullable=False),
    sa.Column("set_aside", sa.Integer, nullable=False),
    sqlite_autoincrement=True,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One measurement.

    Attributes
    ----------
    at : datetime
        UTC.
    sources : frozenset of int
        Numbers of the sources whose pictures it covers.
    photographs, pairs : int
        Photographs with two faces or more, and pairs of faces in them.
    set_aside : int
        Of the pairs, those suspected to show one person twice.
    """

    at: dt.datetime
    pack_id: str
    sources: frozenset[int]
    tails: tuple[Tail, ...]
    photographs: int
    pairs: int
    set_aside: int

    def calibration(self) -> Calibration:
        """Return what a search stands on."""
        return Calibration(
            tails={(tail.probes, tail.score): tail for tail in self.tails},
            data=f"{self.pairs:,} pairs of faces in {self.photographs:,} of your own photographs, {self.at:%Y-%m-%d}",
            own=True,
            measured_at=self.at,
        )


class Calibrations:
    """Queries and writes about measurements."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, work: Work, measured: Measured) -> None:
        """Keep a measurement. The caller writes the leaf."""
        row = {
            "number": work.next_number(calibration),
            "at": work.at,
            "pack_id": measured.pack_id,
            "sources": json.dumps(sorted(measured.sources)),
            "tails": json.dumps([asdict(tail) for tail in measured.tails]),
            "photographs": measured.photographs,
            "pairs": measured.pairs,
            "set_aside": measured.set_aside,
        }
        work.run(sa.insert(calibration), [row])

    def all(self) -> list[Measured]:
        """Return every measurement, oldest first."""
        return [_measured(row) for row in self._database.ask(sa.select(calibration).order_by(calibration.c.number))]

    def covering(self, sources: frozenset[int], pack_id: str) -> Measured | None:
        """Return the newest measurement that covers all of these sources under a pack; None if there is none."""
        return next((one for one in reversed(self.all()) if one.pack_id == pack_id and sources <= one.sources), None)

    def sources(self, pack_id: str) -> frozenset[int]:
        """Return every source that some measurement under a pack covers."""
        return frozenset().union(*(one.sources for one in self.all() if one.pack_id == pack_id))


def _measured(row: Any) -> Measured:
    return Measured(
        at=row.at,
        pack_id=row.pack_id,
        sources=frozenset(json.loads(row.sources)),
        tails=tuple(_tail(facts) for facts in json.loads(row.tails)),
        photographs=row.photographs,
        pairs=row.pairs,
        set_aside=row.set_aside,
    )


def _tail(facts: dict[str, Any]) -> Tail:
    spread: Sequence[float] = facts["spread"]
    return Tail(**{**facts, "spread": tuple(spread)})
