"""Objections that last, and consents."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "suppression",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("id", sa.String(36), nullable=False, unique=True),
        sa.Column("shape", sa.LargeBinary()),
        sa.Column("because", sa.LargeBinary()),
        sa.Column("key_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.String(27), nullable=False),
        sa.Column("lifted_at", sa.String(27)),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "suppression_mark",
        sa.Column("suppression_number", sa.Integer(), sa.ForeignKey("suppression.number"), primary_key=True),
        sa.Column("kind", sa.Text(), primary_key=True),
        sa.Column("mark", sa.LargeBinary(16), primary_key=True),
    )
    op.create_table(
        "suppression_total",
        sa.Column("source_number", sa.Integer(), sa.ForeignKey("source.number"), primary_key=True),
        sa.Column("faces", sa.Integer(), nullable=False),
    )
    op.create_table(
        "consent",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("id", sa.String(36), nullable=False, unique=True),
        sa.Column("source_number", sa.Integer(), sa.ForeignKey("source.number"), nullable=False, index=True),
        sa.Column("person", sa.LargeBinary(), nullable=False),
        sa.Column("guardian", sa.LargeBinary()),
        sa.Column("text_version", sa.Text(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("text_sha256", sa.String(64), nullable=False),
        sa.Column("means", sa.Text(), nullable=False),
        sa.Column("purposes", sa.Text(), nullable=False),
        sa.Column("files", sa.LargeBinary(), nullable=False),
        sa.Column("proof", sa.LargeBinary(), nullable=False),
        sa.Column("given_at", sa.String(27), nullable=False),
        sa.Column("until", sa.Date()),
        sa.Column("key_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.String(27), nullable=False),
        sa.Column("withdrawn_at", sa.String(27)),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "consent_face",
        sa.Column("consent_number", sa.Integer(), sa.ForeignKey("consent.number"), primary_key=True),
        sa.Column("face_number", sa.Integer(), sa.ForeignKey("face.number", ondelete="CASCADE"), primary_key=True, index=True),
    )
