"""Rotations of templates, and what an erasure leaves behind."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_TIME = sa.String(27)


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "transform",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("key_id", sa.Integer, nullable=False),
        sa.Column("made_at", _TIME, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "rotation_group",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("mark", sa.LargeBinary(16), nullable=False, unique=True),
        sa.Column("transform_number", sa.Integer, sa.ForeignKey("transform.number"), nullable=False),
        sa.Column("leaving_number", sa.Integer, sa.ForeignKey("transform.number")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "erasure",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("id", sa.String(36), nullable=False, unique=True),
        sa.Column("ground", sa.Text, nullable=False),
        sa.Column("source_number", sa.Integer, sa.ForeignKey("source.number"), nullable=False),
        sa.Column("begun_at", _TIME, nullable=False),
        sa.Column("done_at", _TIME),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("pictures", "faces", "files", "candidates")),
        sqlite_autoincrement=True,
    )
    for what in ("face", "media"):
        op.create_table(
            f"erasure_{what}",
            sa.Column(f"{what}_number", sa.Integer, sa.ForeignKey(f"{what}.number"), primary_key=True),
            sa.Column("erasure_number", sa.Integer, sa.ForeignKey("erasure.number"), nullable=False, index=True),
        )
    op.create_table(
        "doomed",
        sa.Column("first_key", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("last_key", sa.Integer, nullable=False),
    )
