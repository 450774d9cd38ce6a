"""Orders of authorities, and claims of jurisdiction."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make them."""
    op.add_column("media", sa.Column("claim_number", sa.Integer()))
    op.create_table(
        "authority_order",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("id", sa.String(36), nullable=False, unique=True),
        sa.Column("authority", sa.LargeBinary(), nullable=False),
        sa.Column("reference", sa.LargeBinary(), nullable=False),
        sa.Column("acts", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("notified_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("rate", sa.Integer(), nullable=False),
        sa.Column("cap", sa.Integer()),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("opened_by", sa.String(36)),
        sa.Column("opened_at", sa.String(27), nullable=False),
        sa.Column("complied_at", sa.String(27)),
        sa.Column("lifted_at", sa.String(27)),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "order_appeal",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("order_number", sa.Integer(), sa.ForeignKey("authority_order.number"), nullable=False, index=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date()),
        sa.Column("suspends", sa.Integer(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "order_media",
        sa.Column("order_number", sa.Integer(), sa.ForeignKey("authority_order.number"), primary_key=True),
        sa.Column("media_number", sa.Integer(), sa.ForeignKey("media.number"), primary_key=True, index=True),
    )
    op.create_table(
        "order_face",
        sa.Column("order_number", sa.Integer(), sa.ForeignKey("authority_order.number"), primary_key=True),
        sa.Column("face_number", sa.Integer(), sa.ForeignKey("face.number"), primary_key=True, index=True),
        sa.Column("was", sa.Text(), nullable=False),
    )
    op.create_table(
        "jurisdiction_claim",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("id", sa.String(36), nullable=False, unique=True),
        sa.Column("source_number", sa.Integer(), sa.ForeignKey("source.number"), nullable=False, index=True),
        sa.Column("folder", sa.LargeBinary(), nullable=False),
        sa.Column("places", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("because", sa.LargeBinary(), nullable=False),
        sa.Column("made_by", sa.String(36)),
        sa.Column("made_at", sa.String(27), nullable=False),
        sa.Column("late", sa.Integer(), nullable=False),
        sa.Column("seconded_by", sa.String(36)),
        sa.Column("in_force_at", sa.String(27)),
        sqlite_autoincrement=True,
    )
