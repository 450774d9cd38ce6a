"""Counts that each search asks for, kept by the database itself: templates of a source that may be shown, searches of a case."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_OUT = "UPDATE source SET templates = templates - OLD.templates * (OLD.present = 1 AND OLD.holds = 0) WHERE number = OLD.source_number;"
_IN = "UPDATE source SET templates = templates + NEW.templates * (NEW.present = 1 AND NEW.holds = 0) WHERE number = NEW.source_number;"
_COUNT = """
UPDATE source SET templates =
(SELECT COALESCE(SUM(templates), 0) FROM media WHERE source_number = source.number AND present = 1 AND holds = 0)
"""
_TRIGGERS = {
    "media_counted_in": f"INSERT ON media BEGIN {_IN} END",
    "media_counted_out": f"DELETE ON media BEGIN {_OUT} END",
    "media_counted_anew": f"UPDATE OF source_number, templates, present, holds ON media BEGIN {_OUT} {_IN} END",
    "search_counted_in": 'INSERT ON search BEGIN UPDATE "case" SET searches = searches + 1 WHERE id = NEW.case_id; END',
    "search_counted_out": 'DELETE ON search BEGIN UPDATE "case" SET searches = searches - 1 WHERE id = OLD.case_id; END',
}


def upgrade() -> None:
    """Count once, and from then on by triggers."""
    op.add_column("source", sa.Column("templates", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("case", sa.Column("searches", sa.Integer(), nullable=False, server_default="0"))
    op.execute(_COUNT)
    op.execute('UPDATE "case" SET searches = (SELECT COUNT(*) FROM search WHERE case_id = "case".id)')
    op.drop_index("ix_search_case_id", "search")
    op.create_index("search_by_whom", "search", ["case_id", "person_id"])
    for name, body in _TRIGGERS.items():
        op.execute(f"CREATE TRIGGER {name} AFTER {body}")
