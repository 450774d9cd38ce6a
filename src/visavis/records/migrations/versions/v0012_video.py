"""Film: appearances with a length, and how far a film was read."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_SIDES = [f"{when}_{side}" for when in ("start", "end") for side in ("left", "top", "width", "height")]


def upgrade() -> None:
    """Make them."""
    op.add_column("face", sa.Column("at_ticks", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("face", sa.Column("dhash", sa.LargeBinary(16)))
    op.add_column("suppression", sa.Column("path", sa.LargeBinary()))
    op.create_table(
        "film",
        sa.Column("media_number", sa.Integer(), sa.ForeignKey("media.number", ondelete="CASCADE"), primary_key=True),
        sa.Column("codec", sa.Text(), nullable=False),
        sa.Column("time_base", sa.Text(), nullable=False),
        sa.Column("duration_ticks", sa.Integer()),
        sa.Column("rate", sa.Text()),
        sa.Column("timecode", sa.Text()),
        sa.Column("sampling", sa.Text(), nullable=False),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("stretch_ticks", "stretches", "frames", "damaged", "looked", "lost_ticks", "gap_ticks")
        ),
        sa.Column("finished_at", sa.String(27)),
    )
    op.create_table(
        "sighting",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("appearance_number", sa.Integer(), sa.ForeignKey("appearance.number", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("start_ticks", sa.Integer(), nullable=False),
        sa.Column("end_ticks", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Float(), nullable=False) for name in _SIDES),
        sqlite_autoincrement=True,
    )
