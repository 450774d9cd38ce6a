"""Jobs that run by themselves, and schedules of sources."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make them."""
    op.add_column("job", sa.Column("asked_id", sa.String(36)))
    op.create_table(
        "job_asked",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("id", sa.String(36), nullable=False, unique=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("source_number", sa.Integer(), sa.ForeignKey("source.number"), nullable=False, index=True),
        sa.Column("state", sa.Text(), nullable=False, index=True),
        sa.Column("wanted", sa.Text(), nullable=False, server_default=""),
        sa.Column("options", sa.Text(), nullable=False),
        sa.Column("person_id", sa.String(36)),
        sa.Column("scheduled", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("retry_of", sa.String(36)),
        sa.Column("asked_at", sa.String(27), nullable=False),
        sa.Column("started_at", sa.String(27)),
        sa.Column("ended_at", sa.String(27)),
        sa.Column("read", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("faces", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("outcomes", sa.Text(), nullable=False, server_default="{}"),
        sa.Column("detail", sa.LargeBinary()),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "job_schedule",
        sa.Column("source_number", sa.Integer(), sa.ForeignKey("source.number"), primary_key=True),
        sa.Column("every_hours", sa.Integer()),
        sa.Column("since", sa.String(5)),
        sa.Column("until", sa.String(5)),
        sa.Column("zone", sa.Text()),
        sa.Column("person_id", sa.String(36)),
        sa.Column("set_at", sa.String(27), nullable=False),
    )
