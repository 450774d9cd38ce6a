"""The keys: data keys of sources, media, people and cases, and the archive key by which they are wrapped."""

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make them."""
