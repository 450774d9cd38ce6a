"""Templates that move to another model pack."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make them."""
    op.add_column("archive", sa.Column("generation", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "repacking",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("id", sa.String(36), nullable=False, unique=True),
        sa.Column("from_pack", sa.Text(), nullable=False),
        sa.Column("from_dim", sa.Integer(), nullable=False),
        sa.Column("from_generation", sa.Integer(), nullable=False),
        sa.Column("to_pack", sa.Text(), nullable=False),
        sa.Column("to_dim", sa.Integer(), nullable=False),
        sa.Column("to_generation", sa.Integer(), nullable=False),
        sa.Column("begun_at", sa.String(27), nullable=False),
        sa.Column("switched_at", sa.String(27)),
        sa.Column("left_at", sa.String(27)),
        sa.Column("ended_at", sa.String(27)),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "spare_template",
        sa.Column("key", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("face_number", sa.Integer(), sa.ForeignKey("face.number"), nullable=False, index=True),
        sa.Column("rotation_group_id", sa.Integer(), nullable=False),
        sa.Column("transform_key_id", sa.Integer(), nullable=False),
        sa.Column("checksum", sa.Integer(), nullable=False),
        sa.Column("norm", sa.Float(), nullable=False),
        sa.Column("expires_at", sa.String(27)),
    )
