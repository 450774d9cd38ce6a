"""Tables of a move to another model pack: which, how far it is, and the templates of the pack that is not searched."""

from sqlalchemy import Column, Float, ForeignKey, Integer, String, Table, Text

from visavis.records.tables import UtcTime, metadata

repacking = Table(
    "repacking",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", String(36), nullable=False, unique=True),
    Column("from_pack", Text, nullable=False),
    Column("from_dim", Integer, nullable=False),
    Column("from_generation", Integer, nullable=False),
    Column("to_pack", Text, nullable=False),
    Column("to_dim", Integer, nullable=False),
    Column("to_generation", Integer, nullable=False),
    Column("begun_at", UtcTime, nullable=False),
    Column("switched_at", UtcTime),
    Column("left_at", UtcTime),
    Column("ended_at", UtcTime),
    sqlite_autoincrement=True,
)
"""One move. `switched_at`: since when the new pack is searched; `left_at`: since when the other pack's rows are being erased."""

spare_template = Table(
    "spare_template",
    metadata,
    Column("key", Integer, primary_key=True, autoincrement=False),
    Column("face_number", ForeignKey("face.number"), nullable=False, index=True),
    Column("rotation_group_id", Integer, nullable=False),
    Column("transform_key_id", Integer, nullable=False),
    Column("checksum", Integer, nullable=False),
    Column("norm", Float, nullable=False),
    Column("expires_at", UtcTime),
)
"""Templates that no search sees: the new pack's before the switch, the old pack's after it."""
