"""Tables of rotations, and of what an erasure still has to do and what it leaves behind."""

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, String, Table, Text

from visavis.records.tables import UtcTime, metadata

transform = Table(
    "transform",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("key_id", Integer, nullable=False),
    Column("made_at", UtcTime, nullable=False),
    sqlite_autoincrement=True,
)
"""One rotation: the number of the data key that its matrix follows from. `template.transform_key_id` names it."""

rotation_group = Table(
    "rotation_group",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("mark", LargeBinary(16), nullable=False, unique=True),
    Column("transform_number", ForeignKey("transform.number"), nullable=False),
    Column("leaving_number", ForeignKey("transform.number")),
    sqlite_autoincrement=True,
)
"""Sources under one rotation. `leaving_number` is the old one while templates are being re-keyed."""

erasure = Table(
    "erasure",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", String(36), nullable=False, unique=True),
    Column("ground", Text, nullable=False),
    Column("source_number", ForeignKey("source.number"), nullable=False),
    Column("begun_at", UtcTime, nullable=False),
    Column("done_at", UtcTime),
    Column("pictures", Integer, nullable=False, default=0),
    Column("faces", Integer, nullable=False, default=0),
    Column("files", Integer, nullable=False, default=0),
    Column("candidates", Integer, nullable=False, default=0),
    Column("run_number", Integer),
    sqlite_autoincrement=True,
)
"""One erased batch: while `done_at` is empty, work to finish; afterwards the receipt, which says how many of what."""

erasure_face = Table(
    "erasure_face",
    metadata,
    Column("face_number", ForeignKey("face.number"), primary_key=True),
    Column("erasure_number", ForeignKey("erasure.number"), nullable=False, index=True),
)
"""Faces on their way out; empty when nothing is being erased."""

erasure_media = Table(
    "erasure_media",
    metadata,
    Column("media_number", ForeignKey("media.number"), primary_key=True),
    Column("erasure_number", ForeignKey("erasure.number"), nullable=False, index=True),
)
"""Pictures whose records and paths go with their faces."""

doomed = Table(
    "doomed",
    metadata,
    Column("first_key", Integer, primary_key=True, autoincrement=False),
    Column("last_key", Integer, nullable=False),
)
"""Rows that no template stands on any longer: to be overwritten, and their codes removed, before the entry goes."""
