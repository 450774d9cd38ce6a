"""The life of a charter: who put which version in force and when, what the files said against it, what people wrote about it."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make them."""
    op.add_column("charter", sa.Column("policy", sa.Text(), nullable=False, server_default=""))
    op.add_column("charter", sa.Column("valid_from", sa.Date()))
    op.add_column("charter", sa.Column("valid_to", sa.Date()))
    op.add_column("charter", sa.Column("in_force_at", sa.String(27)))
    op.add_column("charter", sa.Column("signer_id", sa.String(36)))
    op.add_column("charter", sa.Column("signer_name", sa.LargeBinary()))
    op.add_column("charter", sa.Column("signer_role", sa.Text()))
    op.create_table(
        "source_finding",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("source_number", sa.Integer(), sa.ForeignKey("source.number"), nullable=False, index=True),
        sa.Column("root_number", sa.Integer(), sa.ForeignKey("root.number"), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.Column("looked_at", sa.Integer(), nullable=False),
        sa.Column("over_limit", sa.Boolean(), nullable=False),
        sa.Column("found_at", sa.String(27), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "source_note",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("id", sa.String(36), nullable=False, unique=True),
        sa.Column("source_number", sa.Integer(), sa.ForeignKey("source.number"), nullable=False, index=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.String(36)),
        sa.Column("at", sa.String(27), nullable=False),
        sqlite_autoincrement=True,
    )
