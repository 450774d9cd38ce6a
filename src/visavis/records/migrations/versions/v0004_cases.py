"""People, signatures, cases, the life of a charter, and the policy packs that decisions were made under."""

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make them."""
