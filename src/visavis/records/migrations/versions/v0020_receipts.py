"""Receipts of messages that came by the public page."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "request_receipt",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("mark", sa.LargeBinary(16), nullable=False, unique=True),
        sa.Column("request_id", sa.String(36), sa.ForeignKey("request.id"), nullable=False, index=True),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("photo", sa.LargeBinary()),
        sqlite_autoincrement=True,
    )
