"""Tables of erasures that people order, of what stands against them (holds), and of the copies that outlive them (backups)."""

from sqlalchemy import Column, Date, ForeignKey, Integer, LargeBinary, String, Table, Text

from visavis.records.tables import UtcTime, metadata

erasure_run = Table(
    "erasure_run",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", String(36), nullable=False, unique=True),
    Column("ground", Text, nullable=False),
    Column("person_id", String(36)),
    Column("begun_at", UtcTime, nullable=False),
    Column("counted", Text, nullable=False),
    Column("objects", Text, nullable=False),
    Column("key_id", Integer, nullable=False),
    Column("planted", LargeBinary),
    Column("checks", Text),
    Column("checked_at", UtcTime),
    Column("certificate", LargeBinary),
    Column("issued_leaf", Integer),
    sqlite_autoincrement=True,
)
"""One order. `planted` is what the checks look for, closed by a key of its own, and goes with it when they are made."""

erasure_notice = Table(
    "erasure_notice",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", String(36), nullable=False, unique=True),
    Column("run_number", ForeignKey("erasure_run.number"), nullable=False, index=True),
    Column("disclosure_id", String(36), nullable=False),
    Column("text", LargeBinary, nullable=False),
    Column("made_at", UtcTime, nullable=False),
    Column("sent_at", UtcTime),
    sqlite_autoincrement=True,
)
"""Whom the house owes word of an erasure (GDPR Art. 19)."""

erasure_original = Table(
    "erasure_original",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("run_number", ForeignKey("erasure_run.number"), nullable=False, index=True),
    Column("act", Text, nullable=False),
    Column("target", LargeBinary),
    Column("key_id", Integer, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("done_at", UtcTime),
    sqlite_autoincrement=True,
)
"""A file that an order changes. `target`, where and what it is, goes with its key once that is done."""

hold = Table(
    "hold",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", String(36), nullable=False, unique=True),
    Column("legal", LargeBinary, nullable=False),
    Column("until", Date, nullable=False),
    Column("asked_by", String(36), nullable=False),
    Column("asked_at", UtcTime, nullable=False),
    Column("seconded_by", String(36)),
    Column("seconded_at", UtcTime),
    Column("ended_at", UtcTime),
    sqlite_autoincrement=True,
)

hold_media = Table(
    "hold_media",
    metadata,
    Column("hold_number", ForeignKey("hold.number"), primary_key=True),
    Column("media_number", ForeignKey("media.number"), primary_key=True, index=True),
)
"""What a hold is on; empty once it has ended. `media.holds` counts the holds in force."""

backup = Table(
    "backup",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", String(36), nullable=False, unique=True),
    Column("at", UtcTime, nullable=False),
    Column("ledger_size", Integer, nullable=False),
    Column("keep_until", Date, nullable=False),
    sqlite_autoincrement=True,
)
