"""The first schema."""

import sqlalchemy as sa
from alembic import op

from visavis.records.tables import SEARCHABLE

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and the view `searchable`."""
    op.create_table(
        "archive",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("format", sa.Integer(), nullable=False),
        sa.Column("pack_id", sa.Text(), nullable=False),
        sa.Column("dim", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.String(27), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "case",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.LargeBinary(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.String(27), nullable=False),
        sa.Column("open_until", sa.Date(), nullable=True),
        sa.Column("closed_at", sa.String(27), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "leaf",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_table(
        "outbox",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("first_key", sa.Integer(), nullable=False),
        sa.Column("last_key", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "source",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("title", sa.LargeBinary(), nullable=False),
        sa.Column("profile", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("live_from", sa.Date(), nullable=True),
        sa.Column("live_until", sa.Date(), nullable=True),
        sa.Column("charter_version", sa.Integer(), nullable=False),
        sa.Column("exclude", sa.LargeBinary(), nullable=False),
        sa.Column("rotation_group_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.String(27), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "case_source",
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("source_number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["case.id"],
        ),
        sa.ForeignKeyConstraint(
            ["source_number"],
            ["source.number"],
        ),
        sa.PrimaryKeyConstraint("case_id", "source_number"),
    )
    op.create_table(
        "charter",
        sa.Column("source_number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("toml", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("added_by", sa.LargeBinary(), nullable=False),
        sa.Column("added_at", sa.String(27), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_number"],
            ["source.number"],
        ),
        sa.PrimaryKeyConstraint("source_number", "version"),
    )
    op.create_table(
        "job",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("source_number", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.String(27), nullable=False),
        sa.Column("finished_at", sa.String(27), nullable=True),
        sa.Column("listed", sa.Integer(), nullable=True),
        sa.Column("read", sa.Integer(), nullable=False),
        sa.Column("faces", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_number"],
            ["source.number"],
        ),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "media",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("source_number", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.String(length=36), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("dhash", sa.LargeBinary(length=16), nullable=False),
        sa.Column("captured_at", sa.Text(), nullable=True),
        sa.Column("captured_first", sa.Integer(), nullable=True),
        sa.Column("captured_last", sa.Integer(), nullable=True),
        sa.Column("captured_precision", sa.Text(), nullable=True),
        sa.Column("captured_origin", sa.Text(), nullable=True),
        sa.Column("caption", sa.LargeBinary(), nullable=True),
        sa.Column("credit", sa.LargeBinary(), nullable=True),
        sa.Column("rights", sa.LargeBinary(), nullable=True),
        sa.Column("asset_id", sa.LargeBinary(), nullable=True),
        sa.Column("latitude", sa.Float(), nullable=True),
        sa.Column("longitude", sa.Float(), nullable=True),
        sa.Column("jurisdiction", sa.Text(), nullable=True),
        sa.Column("key_id", sa.Integer(), nullable=True),
        sa.Column("templates", sa.Integer(), nullable=False),
        sa.Column("holds", sa.Integer(), nullable=False),
        sa.Column("present", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.String(27), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_number"],
            ["source.number"],
        ),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("id"),
        sa.UniqueConstraint("source_number", "sha256", "page"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "media_counted",
        "media",
        ["source_number", "present", "holds", "captured_precision", "captured_first", "captured_last", "templates"],
        unique=False,
    )
    op.create_table(
        "root",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("source_number", sa.Integer(), nullable=False),
        sa.Column("path", sa.LargeBinary(), nullable=False),
        sa.Column("path_mark", sa.LargeBinary(), nullable=False),
        sa.Column("offline_since", sa.String(27), nullable=True),
        sa.Column("offline_why", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["source_number"],
            ["source.number"],
        ),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("source_number", "path_mark"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_root_source_number"), "root", ["source_number"], unique=False)
    op.create_table(
        "search",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("actor", sa.LargeBinary(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("pack_id", sa.Text(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("gallery_size", sa.Integer(), nullable=False),
        sa.Column("threshold", sa.Float(), nullable=False),
        sa.Column("filters", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["case.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_search_case_id"), "search", ["case_id"], unique=False)
    op.create_table(
        "appearance",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("media_number", sa.Integer(), nullable=False),
        sa.Column("start_ticks", sa.Integer(), nullable=False),
        sa.Column("end_ticks", sa.Integer(), nullable=False),
        sa.Column("time_base", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["media_number"],
            ["media.number"],
        ),
        sa.PrimaryKeyConstraint("number"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_appearance_media_number"), "appearance", ["media_number"], unique=False)
    op.create_table(
        "location",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("root_number", sa.Integer(), nullable=False),
        sa.Column("path", sa.LargeBinary(), nullable=False),
        sa.Column("path_mark", sa.LargeBinary(length=16), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("mtime_ns", sa.Integer(), nullable=False),
        sa.Column("media_number", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("detail", sa.LargeBinary(), nullable=False),
        sa.Column("faces", sa.Integer(), nullable=False),
        sa.Column("job_number", sa.Integer(), nullable=False),
        sa.Column("read_at", sa.String(27), nullable=False),
        sa.Column("missing_since", sa.String(27), nullable=True),
        sa.ForeignKeyConstraint(
            ["job_number"],
            ["job.number"],
        ),
        sa.ForeignKeyConstraint(
            ["media_number"],
            ["media.number"],
        ),
        sa.ForeignKeyConstraint(
            ["root_number"],
            ["root.number"],
        ),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("root_number", "path_mark"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_location_media_number"), "location", ["media_number"], unique=False)
    op.create_index(op.f("ix_location_reason"), "location", ["reason"], unique=False)
    op.create_table(
        "face",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("appearance_number", sa.Integer(), nullable=False),
        sa.Column("anchor", sa.Text(), nullable=False),
        sa.Column("left", sa.Float(), nullable=False),
        sa.Column("top", sa.Float(), nullable=False),
        sa.Column("width", sa.Float(), nullable=False),
        sa.Column("height", sa.Float(), nullable=False),
        sa.Column("landmarks", sa.LargeBinary(length=40), nullable=False),
        sa.Column("size_px", sa.Float(), nullable=False),
        sa.Column("yaw", sa.Float(), nullable=False),
        sa.Column("pitch", sa.Float(), nullable=False),
        sa.Column("roll", sa.Float(), nullable=False),
        sa.Column("sharpness", sa.Float(), nullable=False),
        sa.Column("exposure", sa.Float(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("norm", sa.Float(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["appearance_number"],
            ["appearance.number"],
        ),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("face_not_plain", "face", ["number"], unique=False, sqlite_where=sa.text("state != 'plain'"))
    op.create_index(op.f("ix_face_appearance_number"), "face", ["appearance_number"], unique=False)
    op.create_table(
        "candidate",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("search_id", sa.String(length=36), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("face_number", sa.Integer(), nullable=False),
        sa.Column("similarity", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["face_number"],
            ["face.number"],
        ),
        sa.ForeignKeyConstraint(
            ["search_id"],
            ["search.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_candidate_face_number"), "candidate", ["face_number"], unique=False)
    op.create_index(op.f("ix_candidate_search_id"), "candidate", ["search_id"], unique=False)
    op.create_table(
        "template",
        sa.Column("key", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("face_number", sa.Integer(), nullable=False),
        sa.Column("pack_id", sa.Text(), nullable=False),
        sa.Column("rotation_group_id", sa.Integer(), nullable=False),
        sa.Column("transform_key_id", sa.Integer(), nullable=False),
        sa.Column("segment", sa.Integer(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("checksum", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.String(27), nullable=True),
        sa.ForeignKeyConstraint(
            ["face_number"],
            ["face.number"],
        ),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index(op.f("ix_template_face_number"), "template", ["face_number"], unique=False)
    op.create_index("template_expires", "template", ["expires_at"], unique=False, sqlite_where=sa.text("expires_at IS NOT NULL"))
    op.execute(SEARCHABLE)
