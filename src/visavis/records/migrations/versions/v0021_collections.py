"""Collections: what a program calls a source, where it asks in the shapes of Amazon Rekognition."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make their table."""
    op.create_table(
        "service_collection",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("service_id", sa.String(36), sa.ForeignKey("service_account.id"), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("name_mark", sa.LargeBinary(16), nullable=False),
        sa.Column("source_number", sa.Integer(), sa.ForeignKey("source.number"), nullable=False),
        sa.Column("folder", sa.LargeBinary()),
        sa.Column("allowed_at", sa.String(27), nullable=False),
        sa.Column("allowed_by", sa.String(36), sa.ForeignKey("person.id")),
        sa.Column("created_at", sa.String(27)),
    )
    op.create_index("service_collection_name", "service_collection", ["service_id", "name_mark"], unique=True)
