"""The table of data keys. A key's bytes lie here only wrapped: closed by its parent's."""

from sqlalchemy import Column, Integer, LargeBinary, Table, Text

from visavis.records.tables import UtcTime, metadata

data_key = Table(
    "data_key",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("parent", Integer, nullable=False),
    Column("wrapped", LargeBinary),
    Column("made_at", UtcTime, nullable=False),
    Column("destroyed_at", UtcTime),
    sqlite_autoincrement=True,
)
