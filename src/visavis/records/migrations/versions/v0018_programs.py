"""Programs: service accounts, their sources, what their probes looked like, cases that a burst froze."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make them, and let a search say which program made it."""
    op.create_table(
        "service_account",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("name_mark", sa.LargeBinary(16), nullable=False, unique=True),
        sa.Column("secret_sha256", sa.LargeBinary(32), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.String(36), sa.ForeignKey("case.id")),
        sa.Column("acts", sa.Text(), nullable=False),
        sa.Column("per_hour", sa.Integer(), nullable=False),
        sa.Column("per_day", sa.Integer(), nullable=False),
        sa.Column("until", sa.String(27), nullable=False),
        sa.Column("created_at", sa.String(27), nullable=False),
        sa.Column("created_by", sa.String(36), sa.ForeignKey("person.id")),
        sa.Column("revoked_at", sa.String(27)),
        sa.Column("revoked_by", sa.String(36), sa.ForeignKey("person.id")),
    )
    op.create_table(
        "service_source",
        sa.Column("service_id", sa.String(36), sa.ForeignKey("service_account.id"), primary_key=True),
        sa.Column("source_number", sa.Integer(), sa.ForeignKey("source.number"), primary_key=True),
    )
    op.create_table(
        "service_probe",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("case_id", sa.String(36), sa.ForeignKey("case.id"), nullable=False, index=True),
        sa.Column("service_id", sa.String(36), sa.ForeignKey("service_account.id"), nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("look", sa.LargeBinary(), nullable=False),
        sa.Column("alike", sa.Boolean(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "service_freeze",
        sa.Column("case_id", sa.String(36), sa.ForeignKey("case.id"), primary_key=True),
        sa.Column("at", sa.String(27), primary_key=True),
        sa.Column("service_id", sa.String(36), sa.ForeignKey("service_account.id"), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
    )
    op.create_table(
        "service_answer",
        sa.Column("name_mark", sa.LargeBinary(16), primary_key=True),
        sa.Column("body_mark", sa.LargeBinary(16), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.String(27), nullable=False, index=True),
    )
    op.create_table(
        "webhook_target",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("url", sa.LargeBinary(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("events", sa.Text(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.String(27)),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(27), nullable=False),
        sa.Column("created_by", sa.String(36), sa.ForeignKey("person.id")),
    )
    op.add_column("search", sa.Column("service_id", sa.String(36)))
    op.create_index("search_by_service", "search", ["service_id", "at"], sqlite_where=sa.text("service_id IS NOT NULL"))
