"""Tables of the requests that people make about themselves. What they wrote, and who is shown, lies sealed under their own keys."""

from sqlalchemy import Column, Date, Float, ForeignKey, Integer, LargeBinary, String, Table, Text

from visavis.records.tables import UtcTime, metadata

request = Table(
    "request",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("received_at", UtcTime, nullable=False),
    Column("first_received", Date, nullable=False),
    Column("due_first", Date, nullable=False),
    Column("due", Date, nullable=False),
    Column("policy", Text, nullable=False),
    Column("country", Text, nullable=False),
    Column("key_id", Integer, nullable=False),
    Column("probe_key_id", Integer, nullable=False),
    Column("representative", LargeBinary),
    Column("mandate", LargeBinary),
    Column("outcome", Text),
    Column("ground", Text),
    Column("proof", Text),
    Column("answer_sha256", LargeBinary(32)),
    Column("decided_by", String(36)),
    Column("decided_at", UtcTime),
    Column("closed_at", UtcTime),
)
"""`key_id` closes what was written; `probe_key_id`, below it, the photograph and whom it was likened to, and dies with the request."""

request_contact = Table(
    "request_contact",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("request_id", ForeignKey("request.id"), nullable=False, index=True),
    Column("mark", LargeBinary(16), nullable=False, index=True),
    Column("contact", LargeBinary, nullable=False),
    sqlite_autoincrement=True,
)

request_step = Table(
    "request_step",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("request_id", ForeignKey("request.id"), nullable=False, index=True),
    Column("at", UtcTime, nullable=False),
    Column("act", Text, nullable=False),
    Column("person_id", String(36)),
    Column("channel", Text),
    Column("day", Date),
    Column("note", LargeBinary, nullable=False),
    sqlite_autoincrement=True,
)

request_search = Table(
    "request_search",
    metadata,
    Column("request_id", ForeignKey("request.id"), primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("person_id", String(36), nullable=False),
    Column("pack_id", Text, nullable=False),
    Column("gallery_size", Integer, nullable=False),
    Column("threshold", Float, nullable=False),
    Column("probe_faces", Integer, nullable=False),
)
"""Whom it found stands in no row of it: who asked how often must outlive the requests."""

request_probe = Table(
    "request_probe",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("request_id", ForeignKey("request.id"), nullable=False, index=True),
    Column("picture", LargeBinary, nullable=False),
    sqlite_autoincrement=True,
)

request_candidate = Table(
    "request_candidate",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("request_id", ForeignKey("request.id"), nullable=False, index=True),
    Column("found", LargeBinary, nullable=False),
    Column("says", Text),
    Column("person_id", String(36)),
    Column("decided_at", UtcTime),
)

correction = Table(
    "correction",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", String(36), nullable=False, unique=True),
    Column("request_id", ForeignKey("request.id"), nullable=False, index=True),
    Column("picture", Text, nullable=False, index=True),
    Column("anchor", Text, nullable=False),
    Column("candidate_id", String(36), nullable=False, index=True),
    Column("name_mark", LargeBinary(16)),
    Column("at", UtcTime, nullable=False),
    sqlite_autoincrement=True,
)

restriction = Table(
    "restriction",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", String(36), nullable=False, unique=True),
    Column("request_id", ForeignKey("request.id"), nullable=False, index=True),
    Column("face_id", String(36), nullable=False, index=True),
    Column("at", UtcTime, nullable=False),
    Column("lifted_at", UtcTime),
    sqlite_autoincrement=True,
)
"""By the face's id: a face that is erased meanwhile is not held back by what was once asked about it."""

request_receipt = Table(
    "request_receipt",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("mark", LargeBinary(16), nullable=False, unique=True),
    Column("request_id", ForeignKey("request.id"), nullable=False, index=True),
    Column("at", UtcTime, nullable=False),
    Column("photo", LargeBinary),
    sqlite_autoincrement=True,
)
"""One a message that came by the public page. `mark` is of its number, which only its sender has; `photo` dies with the request."""
