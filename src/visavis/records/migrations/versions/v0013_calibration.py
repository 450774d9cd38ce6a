"""What the non-mated tails of a gallery were found to be."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make them."""
    op.add_column("search", sa.Column("expected", sa.Text()))
    op.add_column("candidate", sa.Column("strangers", sa.Float()))
    op.create_table(
        "calibration",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("pack_id", sa.Text(), nullable=False),
        sa.Column("sources", sa.Text(), nullable=False),
        sa.Column("tails", sa.Text(), nullable=False),
        sa.Column("photographs", sa.Integer(), nullable=False),
        sa.Column("pairs", sa.Integer(), nullable=False),
        sa.Column("set_aside", sa.Integer(), nullable=False),
        sqlite_autoincrement=True,
    )
