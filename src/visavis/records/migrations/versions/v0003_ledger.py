"""The Merkle tree over the leaves, and the payloads that leaves commit to."""

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make them."""
