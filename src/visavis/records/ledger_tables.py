"""Tables of the ledger besides `tables.leaf`: payloads that leaves commit to, and checkpoints that left the house."""

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, Table

from visavis.records.tables import UtcTime, metadata

leaf_payload = Table(
    "leaf_payload",
    metadata,
    Column("seq", ForeignKey("leaf.seq"), primary_key=True),
    Column("key_id", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

checkpoint_given = Table(
    "checkpoint_given",
    metadata,
    Column("size", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcTime, nullable=False),
)
"""Sizes of the ledger of which a checkpoint was handed out; to whom and why stands in the leaf's payload."""
