"""Tables of objections that last, and of consents."""

from sqlalchemy import Column, Date, ForeignKey, Integer, LargeBinary, String, Table, Text

from visavis.records.tables import UtcTime, metadata

suppression = Table(
    "suppression",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", String(36), nullable=False, unique=True),
    Column("shape", LargeBinary),
    Column("because", LargeBinary),
    Column("key_id", Integer, nullable=False),
    Column("made_at", UtcTime, nullable=False),
    Column("lifted_at", UtcTime),
    Column("path", LargeBinary),
    sqlite_autoincrement=True,
)
"""One objection to one face of one picture, or to every face of it. `shape` closes the face's box and the picture's print; `path`, of a
film, when and where in it the face is.
"""

suppression_mark = Table(
    "suppression_mark",
    metadata,
    Column("suppression_number", ForeignKey("suppression.number"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("mark", LargeBinary(16), primary_key=True),
)
"""By what its picture is known for certain: keyed marks of its content, of URLs, of ids that its keeper gave it."""

suppression_total = Table(
    "suppression_total",
    metadata,
    Column("source_number", ForeignKey("source.number"), primary_key=True),
    Column("faces", Integer, nullable=False),
)
"""How many faces of a source were taken out or not let in: all that is ever reported."""

consent = Table(
    "consent",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", String(36), nullable=False, unique=True),
    Column("source_number", ForeignKey("source.number"), nullable=False, index=True),
    Column("person", LargeBinary, nullable=False),
    Column("guardian", LargeBinary),
    Column("text_version", Text, nullable=False),
    Column("text", LargeBinary, nullable=False),
    Column("text_sha256", String(64), nullable=False),
    Column("means", Text, nullable=False),
    Column("purposes", Text, nullable=False),
    Column("files", LargeBinary, nullable=False),
    Column("proof", LargeBinary, nullable=False),
    Column("given_at", UtcTime, nullable=False),
    Column("until", Date),
    Column("key_id", Integer, nullable=False),
    Column("recorded_at", UtcTime, nullable=False),
    Column("withdrawn_at", UtcTime),
    sqlite_autoincrement=True,
)

consent_face = Table(
    "consent_face",
    metadata,
    Column("consent_number", ForeignKey("consent.number"), primary_key=True),
    Column("face_number", ForeignKey("face.number", ondelete="CASCADE"), primary_key=True, index=True),
)
"""Which faces show the person who consented, as staff say."""
