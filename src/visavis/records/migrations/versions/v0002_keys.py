"""The keys: data keys of sources, media, people and cases, wrapped by the archive key, which lies outside."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, and say of each source and case which key closes its texts."""
    op.create_table(
        "data_key",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("parent", sa.Integer(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", sa.String(27), nullable=False),
        sa.Column("destroyed_at", sa.String(27), nullable=True),
        sa.PrimaryKeyConstraint("number"),
        sqlite_autoincrement=True,
    )
    for table in ("source", "case"):
        op.add_column(table, sa.Column("key_id", sa.Integer(), nullable=False, server_default="0"))
