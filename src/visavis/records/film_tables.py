"""Tables of films: how far each was read, and where its appearances were seen in each stretch."""

from sqlalchemy import Column, Float, ForeignKey, Integer, Table, Text

from visavis.records.tables import UtcTime, metadata

film = Table(
    "film",
    metadata,
    Column("media_number", ForeignKey("media.number", ondelete="CASCADE"), primary_key=True),
    Column("codec", Text, nullable=False),
    Column("time_base", Text, nullable=False),
    Column("duration_ticks", Integer),
    Column("rate", Text),
    Column("timecode", Text),
    Column("sampling", Text, nullable=False),
    Column("stretch_ticks", Integer, nullable=False),
    Column("stretches", Integer, nullable=False),
    Column("frames", Integer, nullable=False),
    Column("damaged", Integer, nullable=False),
    Column("looked", Integer, nullable=False),
    Column("lost_ticks", Integer, nullable=False),
    Column("gap_ticks", Integer, nullable=False),
    Column("finished_at", UtcTime),
)
"""One film, a row of `media` of kind `film`. `stretches` are read and committed; the next run goes on there, with the same sampling.

`frames`, `damaged` and `looked` count frames that were decoded, could not be, and were searched for faces; `lost_ticks` is the time of
stretches that could not be read at all; `gap_ticks` the longest time between two looks at the end of what was read.
"""

sighting = Table(
    "sighting",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("appearance_number", ForeignKey("appearance.number", ondelete="CASCADE"), nullable=False, index=True),
    Column("start_ticks", Integer, nullable=False),
    Column("end_ticks", Integer, nullable=False),
    *(Column(f"{when}_{side}", Float, nullable=False) for when in ("start", "end") for side in ("left", "top", "width", "height")),
    sqlite_autoincrement=True,
)
"""What one stretch saw of an appearance: from when to when, and where the face was then. Its last one is where the next stretch joins."""
