"""Tables of what people decide about candidates, and of what leaves the house. Nothing in them says «identified»."""

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, String, Table, Text, UniqueConstraint

from visavis.records.tables import UtcTime, metadata

probe = Table(
    "probe",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("search_id", ForeignKey("search.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("probe_face", Integer, nullable=False),
    Column("subject", LargeBinary(16), nullable=False),
    Column("salt", LargeBinary(16), nullable=False),
    Column("digest", LargeBinary(32), nullable=False),
    Column("picture", LargeBinary),
    Column("face_id", String(36)),
    Column("expires_at", UtcTime),
    sqlite_autoincrement=True,
)

verdict = Table(
    "verdict",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", String(36), nullable=False, unique=True),
    Column("candidate_id", ForeignKey("candidate.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("person_id", String(36)),
    Column("says", Text, nullable=False),
    Column("grounds", LargeBinary, nullable=False),
    Column("replaces", String(36)),
    Column("why_replaced", LargeBinary),
    Column("at", UtcTime, nullable=False),
    UniqueConstraint("replaces"),
    sqlite_autoincrement=True,
)

exclusion = Table(
    "exclusion",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("case_id", ForeignKey("case.id"), nullable=False),
    Column("subject", LargeBinary(16), nullable=False, index=True),
    Column("picture", Text, nullable=False, index=True),
    Column("anchor", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("lifted_at", UtcTime),
    sqlite_autoincrement=True,
)

label = Table(
    "label",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("source_number", ForeignKey("source.number"), nullable=False, index=True),
    Column("picture", Text, nullable=False, index=True),
    Column("anchor", Text, nullable=False),
    Column("name", LargeBinary, nullable=False),
    Column("name_mark", LargeBinary(16), nullable=False, index=True),
    Column("authority", LargeBinary),
    Column("key_id", Integer, nullable=False),
    Column("candidate_id", String(36), nullable=False),
    Column("person_id", String(36)),
    Column("at", UtcTime, nullable=False),
)

disclosure = Table(
    "disclosure",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("case_id", ForeignKey("case.id"), nullable=False, index=True),
    Column("search_id", String(36)),
    Column("what", Text, nullable=False),
    Column("sha256", LargeBinary(32), nullable=False),
    Column("recipient", LargeBinary, nullable=False),
    Column("because", LargeBinary, nullable=False),
    Column("person_id", String(36)),
    Column("sources", Text, nullable=False),
)

disclosed_face = Table(
    "disclosed_face",
    metadata,
    Column("disclosure_id", ForeignKey("disclosure.id", ondelete="CASCADE"), primary_key=True),
    Column("face_id", String(36), primary_key=True, index=True),
)
"""Face by id, not by number: whoever is erased must still be told of to those who were given the picture (GDPR Art. 19)."""
