"""The tables of programs: their accounts, what their last probes looked like, which bursts froze a case, answers kept for repeats."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from visavis.records.tables import UtcTime, metadata, search

service_account = Table(
    "service_account",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("name", LargeBinary, nullable=False),
    Column("name_mark", LargeBinary(16), nullable=False, unique=True),
    Column("secret_sha256", LargeBinary(32), nullable=False),
    Column("secret", LargeBinary, nullable=False),
    Column("key_id", Integer, nullable=False),
    Column("case_id", ForeignKey("case.id")),
    Column("acts", Text, nullable=False),
    Column("per_hour", Integer, nullable=False),
    Column("per_day", Integer, nullable=False),
    Column("until", UtcTime, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("created_by", ForeignKey("person.id")),
    Column("revoked_at", UtcTime),
    Column("revoked_by", ForeignKey("person.id")),
)

service_source = Table(
    "service_source",
    metadata,
    Column("service_id", ForeignKey("service_account.id"), primary_key=True),
    Column("source_number", ForeignKey("source.number"), primary_key=True),
)

# What a program calls a source, where it asks in the shapes of Amazon Rekognition; `folder` is where it may put pictures.
service_collection = Table(
    "service_collection",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("service_id", ForeignKey("service_account.id"), nullable=False),
    Column("name", LargeBinary, nullable=False),
    Column("name_mark", LargeBinary(16), nullable=False),
    Column("source_number", ForeignKey("source.number"), nullable=False),
    Column("folder", LargeBinary),
    Column("allowed_at", UtcTime, nullable=False),
    Column("allowed_by", ForeignKey("person.id")),
    Column("created_at", UtcTime),
)

Index("service_collection_name", service_collection.c.service_id, service_collection.c.name_mark, unique=True)

# What a probe looked like, sealed, for a day: no picture and no template, and nothing from which either could be made.
service_probe = Table(
    "service_probe",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("case_id", ForeignKey("case.id"), nullable=False, index=True),
    Column("service_id", ForeignKey("service_account.id"), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("look", LargeBinary, nullable=False),
    Column("alike", Boolean, nullable=False),
    sqlite_autoincrement=True,
)

service_freeze = Table(
    "service_freeze",
    metadata,
    Column("case_id", ForeignKey("case.id"), primary_key=True),
    Column("at", UtcTime, primary_key=True),
    Column("service_id", ForeignKey("service_account.id"), nullable=False),
    Column("why", Text, nullable=False),
)

service_answer = Table(
    "service_answer",
    metadata,
    Column("name_mark", LargeBinary(16), primary_key=True),
    Column("body_mark", LargeBinary(16), nullable=False),
    Column("answer", LargeBinary, nullable=False),
    Column("at", UtcTime, nullable=False, index=True),
)

webhook_target = Table(
    "webhook_target",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("url", LargeBinary, nullable=False),
    Column("secret", LargeBinary, nullable=False),
    Column("events", Text, nullable=False),
    Column("seen", Integer, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("next_at", UtcTime),
    Column("problem", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("created_by", ForeignKey("person.id")),
)

Index("search_by_service", search.c.service_id, search.c.at, sqlite_where=search.c.service_id.is_not(None))
