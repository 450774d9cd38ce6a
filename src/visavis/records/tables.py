"""The tables, nothing else. Rows have a small integer `number` for joins and, where people or programs name them, a UUIDv7 `id`.

SQL is the truth about each template, and holds no vector: `template.key` says where its row lies in the row files.
"""

import datetime as dt
from typing import Any

from sqlalchemy import (
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.types import TypeDecorator

metadata = MetaData()


class UtcTime(TypeDecorator[dt.datetime]):
    """A UTC time as ISO 8601 text of fixed width, so that it sorts as text."""

    impl = String(27)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Any) -> str | None:  # noqa: ARG002 - SQLAlchemy's shape
        """Write `2026-11-22T10:00:00.000000Z`."""
        return None if value is None else value.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def process_result_value(self, value: str | None, dialect: Any) -> dt.datetime | None:  # noqa: ARG002 - SQLAlchemy's shape
        """Read it back, timezone-aware."""
        return None if value is None else dt.datetime.fromisoformat(value)


def _number() -> Column[int]:
    """The key of a table with `sqlite_autoincrement`: a number that an erased row had is never given to another."""
    return Column("number", Integer, primary_key=True)


def _source(**options: Any) -> Column[int]:
    return Column("source_number", ForeignKey("source.number"), nullable=False, **options)


archive = Table(
    "archive",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("format", Integer, nullable=False),
    Column("pack_id", Text, nullable=False),
    Column("dim", Integer, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("generation", Integer, nullable=False, server_default="0"),
)

source = Table(
    "source",
    metadata,
    _number(),
    Column("id", String(36), nullable=False, unique=True),
    Column("title", LargeBinary, nullable=False),
    Column("profile", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("live_from", Date),
    Column("live_until", Date),
    Column("charter_version", Integer, nullable=False),
    Column("exclude", LargeBinary, nullable=False),
    Column("rotation_group_id", Integer, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("key_id", Integer, nullable=False, server_default="0"),
    Column("templates", Integer, nullable=False, server_default="0"),
    sqlite_autoincrement=True,
)
"""`templates` counts those of its pictures that are present and not held: triggers keep it, so that a search need not add them up."""

charter = Table(
    "charter",
    metadata,
    Column("source_number", ForeignKey("source.number"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("toml", LargeBinary, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("added_by", LargeBinary, nullable=False),
    Column("added_at", UtcTime, nullable=False),
    Column("policy", Text, nullable=False, server_default=""),
    Column("valid_from", Date),
    Column("valid_to", Date),
    Column("in_force_at", UtcTime),
    Column("signer_id", String(36)),
    Column("signer_name", LargeBinary),
    Column("signer_role", Text),
)

root = Table(
    "root",
    metadata,
    _number(),
    _source(index=True),
    Column("path", LargeBinary, nullable=False),
    Column("path_mark", LargeBinary, nullable=False),
    Column("offline_since", UtcTime),
    Column("offline_why", LargeBinary),
    UniqueConstraint("source_number", "path_mark"),
    sqlite_autoincrement=True,
)

case = Table(
    "case",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("title", LargeBinary, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("opened_at", UtcTime, nullable=False),
    Column("open_until", Date),
    Column("closed_at", UtcTime),
    Column("profile", Text),
    Column("legal_reference", LargeBinary),
    Column("necessity", LargeBinary),
    Column("seeks", LargeBinary),
    Column("max_searches", Integer),
    Column("max_candidates", Integer),
    Column("approvals_needed", Integer, nullable=False, server_default="0"),
    Column("reviewers_needed", Integer, nullable=False, server_default="0"),
    Column("one_face", Integer, nullable=False, server_default="0"),
    Column("reason_needed", Integer, nullable=False, server_default="0"),
    Column("policy", Text),
    Column("key_id", Integer, nullable=False, server_default="0"),
    Column("opened_by", String(36)),
    Column("renewed_at", UtcTime),
    Column("frozen_at", UtcTime),
    Column("frozen_by", String(36)),
    Column("closed_by", String(36)),
    Column("closed_why", LargeBinary),
    Column("searches", Integer, nullable=False, server_default="0"),
)
"""`searches` counts those that were made under it: triggers keep it."""

case_source = Table(
    "case_source",
    metadata,
    Column("case_id", ForeignKey("case.id"), primary_key=True),
    Column("source_number", ForeignKey("source.number"), primary_key=True),
)

job = Table(
    "job",
    metadata,
    _number(),
    Column("id", String(36), nullable=False, unique=True),
    _source(),
    Column("started_at", UtcTime, nullable=False),
    Column("finished_at", UtcTime),
    Column("listed", Integer),
    Column("read", Integer, nullable=False, default=0),
    Column("faces", Integer, nullable=False, default=0),
    Column("asked_id", String(36)),
    sqlite_autoincrement=True,
)

media = Table(
    "media",
    metadata,
    _number(),
    Column("id", String(36), nullable=False, unique=True),
    _source(),
    Column("sha256", LargeBinary(32), nullable=False),
    Column("page", Integer, nullable=False, default=0),
    Column("parent_id", String(36)),
    Column("kind", Text, nullable=False),
    Column("format", Text, nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("dhash", LargeBinary(16), nullable=False),
    Column("captured_at", Text),
    Column("captured_first", Integer),
    Column("captured_last", Integer),
    Column("captured_precision", Text),
    Column("captured_origin", Text),
    Column("caption", LargeBinary),
    Column("credit", LargeBinary),
    Column("rights", LargeBinary),
    Column("asset_id", LargeBinary),
    Column("latitude", Float),
    Column("longitude", Float),
    Column("jurisdiction", Text),
    Column("claim_number", Integer),
    Column("key_id", Integer),
    Column("templates", Integer, nullable=False, default=0),
    Column("holds", Integer, nullable=False, default=0),
    Column("present", Integer, nullable=False, default=1),
    Column("created_at", UtcTime, nullable=False),
    UniqueConstraint("source_number", "sha256", "page"),
    sqlite_autoincrement=True,
)

location = Table(
    "location",
    metadata,
    _number(),
    Column("root_number", ForeignKey("root.number"), nullable=False),
    Column("path", LargeBinary, nullable=False),
    Column("path_mark", LargeBinary(16), nullable=False),
    Column("size", Integer, nullable=False),
    Column("mtime_ns", Integer, nullable=False),
    Column("media_number", ForeignKey("media.number"), index=True),
    Column("reason", Text, nullable=False, index=True),
    Column("detail", LargeBinary, nullable=False),
    Column("faces", Integer, nullable=False, default=0),
    Column("job_number", ForeignKey("job.number"), nullable=False),
    Column("read_at", UtcTime, nullable=False),
    Column("missing_since", UtcTime),
    UniqueConstraint("root_number", "path_mark"),
    sqlite_autoincrement=True,
)

appearance = Table(
    "appearance",
    metadata,
    _number(),
    Column("media_number", ForeignKey("media.number"), nullable=False, index=True),
    Column("start_ticks", Integer, nullable=False, default=0),
    Column("end_ticks", Integer, nullable=False, default=0),
    Column("time_base", Text, nullable=False, default="1/1000"),
    sqlite_autoincrement=True,
)

face = Table(
    "face",
    metadata,
    _number(),
    Column("id", String(36), nullable=False, unique=True),
    Column("appearance_number", ForeignKey("appearance.number"), nullable=False, index=True),
    Column("anchor", Text, nullable=False),
    Column("left", Float, nullable=False),
    Column("top", Float, nullable=False),
    Column("width", Float, nullable=False),
    Column("height", Float, nullable=False),
    Column("landmarks", LargeBinary(40), nullable=False),
    Column("size_px", Float, nullable=False),
    Column("yaw", Float, nullable=False),
    Column("pitch", Float, nullable=False),
    Column("roll", Float, nullable=False),
    Column("sharpness", Float, nullable=False),
    Column("exposure", Float, nullable=False),
    Column("score", Float, nullable=False),
    Column("norm", Float, nullable=False),
    Column("state", Text, nullable=False, default="plain"),
    Column("at_ticks", Integer, nullable=False, server_default="0"),
    Column("dhash", LargeBinary(16)),
    sqlite_autoincrement=True,
)
"""One face of an appearance: of a picture the only one, of a film one of its best.

`at_ticks` is of a film its time, of a file with several pages the page, from 1. `dhash` is of its frame or page; None: its picture's.
"""

template = Table(
    "template",
    metadata,
    Column("key", Integer, primary_key=True, autoincrement=False),
    Column("face_number", ForeignKey("face.number"), nullable=False, index=True),
    Column("pack_id", Text, nullable=False),
    Column("rotation_group_id", Integer, nullable=False),
    Column("transform_key_id", Integer, nullable=False, default=0),
    Column("segment", Integer, nullable=False),
    Column("row", Integer, nullable=False),
    Column("checksum", Integer, nullable=False),
    Column("expires_at", UtcTime),
)

outbox = Table(
    "outbox",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("act", Text, nullable=False),
    Column("first_key", Integer, nullable=False),
    Column("last_key", Integer, nullable=False),
    sqlite_autoincrement=True,
)

search = Table(
    "search",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("case_id", ForeignKey("case.id"), nullable=False),
    Column("actor", LargeBinary, nullable=False),
    Column("person_id", String(36)),
    Column("purpose", Text, nullable=False),
    Column("reason", LargeBinary, nullable=False),
    Column("pack_id", Text, nullable=False),
    Column("policy", Text, nullable=False),
    Column("gallery_size", Integer, nullable=False),
    Column("threshold", Float, nullable=False),
    Column("filters", Text, nullable=False),
    Column("expected", Text),
    Column("service_id", String(36)),
)

candidate = Table(
    "candidate",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("search_id", ForeignKey("search.id"), nullable=False, index=True),
    Column("rank", Integer, nullable=False),
    Column("face_number", ForeignKey("face.number"), nullable=False, index=True),
    Column("similarity", Float, nullable=False),
    Column("probe_face", Integer, nullable=False, default=1, server_default="1"),
    Column("strangers", Float),
)

leaf = Table(
    "leaf",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcTime, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("nodes", LargeBinary, nullable=False, server_default=text("x''")),
)

Index("search_by_whom", search.c.case_id, search.c.person_id)  # who has a part in a case is asked with each page of its searches
# Everything that counting a gallery asks of a picture, so that it never reads the rows themselves.
Index(
    "media_counted",
    media.c.source_number,
    media.c.present,
    media.c.holds,
    media.c.captured_precision,
    media.c.captured_first,
    media.c.captured_last,
    media.c.templates,
)
# Few faces are not plain and few templates expire: counting looks at the exceptions only.
Index("face_not_plain", face.c.number, sqlite_where=face.c.state != "plain")
Index("template_expires", template.c.expires_at, sqlite_where=template.c.expires_at.is_not(None))

SEARCHABLE = """
CREATE VIEW searchable AS
SELECT t.key, t.pack_id, t.rotation_group_id, t.expires_at, f.number AS face_number, m.number AS media_number,
       m.captured_first, m.captured_last, m.captured_precision, s.number AS source_number, s.live_from, s.live_until
FROM template t
JOIN face f ON f.number = t.face_number
JOIN appearance a ON a.number = f.appearance_number
JOIN media m ON m.number = a.media_number
JOIN source s ON s.number = m.source_number
WHERE s.state = 'live' AND m.present = 1 AND m.holds = 0 AND f.state = 'plain'
"""
"""What a search may show, before time is asked: `records.gallery.searchable(at)` adds the dates. Every hit passes it."""
