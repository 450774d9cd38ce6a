"""The Merkle tree over the leaves, and the payloads that leaves commit to."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make them. A leaf is never changed and never removed: the database itself refuses."""
    op.add_column("leaf", sa.Column("nodes", sa.LargeBinary, nullable=False, server_default=sa.text("x''")))
    op.create_table(
        "leaf_payload",
        sa.Column("seq", sa.Integer, sa.ForeignKey("leaf.seq"), primary_key=True),
        sa.Column("key_id", sa.Integer, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "checkpoint_given",
        sa.Column("size", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.String(27), nullable=False),
    )
    for act in ("UPDATE", "DELETE"):
        refuse = "SELECT RAISE(ABORT, 'a leaf is never changed or removed')"
        op.execute(f"CREATE TRIGGER leaf_no_{act.lower()} BEFORE {act} ON leaf BEGIN {refuse}; END")
