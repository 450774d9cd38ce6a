"""What an erasure does with originals."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make it."""
    op.create_table(
        "erasure_original",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("run_number", sa.Integer(), sa.ForeignKey("erasure_run.number"), nullable=False, index=True),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("target", sa.LargeBinary()),
        sa.Column("key_id", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("done_at", sa.String(27)),
        sqlite_autoincrement=True,
    )
