"""People in the desk: invitations, roles that change, and when somebody last signed in."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make them."""
    op.add_column("person", sa.Column("roles_by", sa.String(36)))
    op.add_column("person", sa.Column("roles_at", sa.String(27)))
    op.add_column("account", sa.Column("signed_in_at", sa.String(27)))
    op.create_table(
        "invitation",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("token_sha256", sa.LargeBinary(32), nullable=False, unique=True),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("invited_by", sa.String(36), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("invited_at", sa.String(27), nullable=False),
        sa.Column("until", sa.String(27), nullable=False),
        sa.Column("used_at", sa.String(27)),
        sa.Column("withdrawn_at", sa.String(27)),
    )
