"""What an erasure does with originals, and the questions of an order."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make them."""
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
    op.create_table(
        "order_question",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("id", sa.String(36), nullable=False, unique=True),
        sa.Column("order_number", sa.Integer(), sa.ForeignKey("authority_order.number"), nullable=False, index=True),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("asked_at", sa.String(27), nullable=False),
        sa.Column("reply", sa.LargeBinary()),
        sa.Column("replied_by", sa.String(36)),
        sa.Column("replied_at", sa.String(27)),
        sqlite_autoincrement=True,
    )
