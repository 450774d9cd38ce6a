"""The tables of authorities' orders, of what they hold still, and of claims of jurisdiction."""

from sqlalchemy import Column, Date, ForeignKey, Integer, LargeBinary, String, Table, Text

from visavis.records.tables import UtcTime, metadata

authority_order = Table(
    "authority_order",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", String(36), nullable=False, unique=True),
    Column("authority", LargeBinary, nullable=False),
    Column("reference", LargeBinary, nullable=False),
    Column("acts", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("notified_on", Date, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("rate", Integer, nullable=False),
    Column("cap", Integer),
    Column("currency", String(3), nullable=False),
    Column("opened_by", String(36)),
    Column("opened_at", UtcTime, nullable=False),
    Column("complied_at", UtcTime),
    Column("lifted_at", UtcTime),
    sqlite_autoincrement=True,
)

order_appeal = Table(
    "order_appeal",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("order_number", ForeignKey("authority_order.number"), nullable=False, index=True),
    Column("since", Date, nullable=False),
    Column("until", Date),
    Column("suspends", Integer, nullable=False),
    sqlite_autoincrement=True,
)

order_media = Table(
    "order_media",
    metadata,
    Column("order_number", ForeignKey("authority_order.number"), primary_key=True),
    Column("media_number", ForeignKey("media.number"), primary_key=True, index=True),
)

order_face = Table(
    "order_face",
    metadata,
    Column("order_number", ForeignKey("authority_order.number"), primary_key=True),
    Column("face_number", ForeignKey("face.number"), primary_key=True, index=True),
    Column("was", Text, nullable=False),
)

order_question = Table(
    "order_question",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", String(36), nullable=False, unique=True),
    Column("order_number", ForeignKey("authority_order.number"), nullable=False, index=True),
    Column("text", LargeBinary, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("asked_at", UtcTime, nullable=False),
    Column("reply", LargeBinary),
    Column("replied_by", String(36)),
    Column("replied_at", UtcTime),
    sqlite_autoincrement=True,
)

jurisdiction_claim = Table(
    "jurisdiction_claim",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", String(36), nullable=False, unique=True),
    Column("source_number", ForeignKey("source.number"), nullable=False, index=True),
    Column("folder", LargeBinary, nullable=False),
    Column("places", Text, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("because", LargeBinary, nullable=False),
    Column("made_by", String(36)),
    Column("made_at", UtcTime, nullable=False),
    Column("late", Integer, nullable=False),
    Column("seconded_by", String(36)),
    Column("in_force_at", UtcTime),
    sqlite_autoincrement=True,
)
