"""Erasures that people order: what they took, their checks and certificates, recipients told, holds, backups."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make them."""
    op.add_column("erasure", sa.Column("run_number", sa.Integer()))
    op.create_table(
        "erasure_run",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("id", sa.String(36), nullable=False, unique=True),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("person_id", sa.String(36)),
        sa.Column("begun_at", sa.String(27), nullable=False),
        sa.Column("counted", sa.Text(), nullable=False),
        sa.Column("objects", sa.Text(), nullable=False),
        sa.Column("key_id", sa.Integer(), nullable=False),
        sa.Column("planted", sa.LargeBinary()),
        sa.Column("checks", sa.Text()),
        sa.Column("checked_at", sa.String(27)),
        sa.Column("certificate", sa.LargeBinary()),
        sa.Column("issued_leaf", sa.Integer()),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "erasure_notice",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("id", sa.String(36), nullable=False, unique=True),
        sa.Column("run_number", sa.Integer(), sa.ForeignKey("erasure_run.number"), nullable=False, index=True),
        sa.Column("disclosure_id", sa.String(36), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.String(27), nullable=False),
        sa.Column("sent_at", sa.String(27)),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "hold",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("id", sa.String(36), nullable=False, unique=True),
        sa.Column("legal", sa.LargeBinary(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("asked_by", sa.String(36), nullable=False),
        sa.Column("asked_at", sa.String(27), nullable=False),
        sa.Column("seconded_by", sa.String(36)),
        sa.Column("seconded_at", sa.String(27)),
        sa.Column("ended_at", sa.String(27)),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "hold_media",
        sa.Column("hold_number", sa.Integer(), sa.ForeignKey("hold.number"), primary_key=True),
        sa.Column("media_number", sa.Integer(), sa.ForeignKey("media.number"), primary_key=True, index=True),
    )
    op.create_table(
        "backup",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("id", sa.String(36), nullable=False, unique=True),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("ledger_size", sa.Integer(), nullable=False),
        sa.Column("keep_until", sa.Date(), nullable=False),
        sqlite_autoincrement=True,
    )
