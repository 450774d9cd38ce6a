"""Tables of a charter's life: what the files said against it, and what people wrote about it."""

from sqlalchemy import Boolean, Column, ForeignKey, Integer, LargeBinary, String, Table, Text

from visavis.records.tables import UtcTime, metadata

source_finding = Table(
    "source_finding",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("source_number", ForeignKey("source.number"), nullable=False, index=True),
    Column("root_number", ForeignKey("root.number"), nullable=False),
    Column("rule", Text, nullable=False),
    Column("counted", Integer, nullable=False),
    Column("looked_at", Integer, nullable=False),
    Column("over_limit", Boolean, nullable=False),
    Column("found_at", UtcTime, nullable=False),
    sqlite_autoincrement=True,
)

source_note = Table(
    "source_note",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", String(36), nullable=False, unique=True),
    Column("source_number", ForeignKey("source.number"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("text", LargeBinary, nullable=False),
    Column("person_id", String(36)),
    Column("at", UtcTime, nullable=False),
    sqlite_autoincrement=True,
)
