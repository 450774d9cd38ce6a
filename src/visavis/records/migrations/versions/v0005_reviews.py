"""Verdicts, exclusions, labels and disclosures."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make them."""
    op.add_column("search", sa.Column("person_id", sa.String(length=36), nullable=True))
    op.add_column("candidate", sa.Column("probe_face", sa.Integer(), nullable=False, server_default="1"))
    op.create_table(
        "probe",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("search_id", sa.String(length=36), nullable=False),
        sa.Column("probe_face", sa.Integer(), nullable=False),
        sa.Column("subject", sa.LargeBinary(length=16), nullable=False),
        sa.Column("salt", sa.LargeBinary(length=16), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("picture", sa.LargeBinary(), nullable=True),
        sa.Column("face_id", sa.String(length=36), nullable=True),
        sa.Column("expires_at", sa.String(27), nullable=True),
        sa.ForeignKeyConstraint(["search_id"], ["search.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("number"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_probe_search_id"), "probe", ["search_id"])
    op.create_table(
        "verdict",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("candidate_id", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=True),
        sa.Column("says", sa.Text(), nullable=False),
        sa.Column("grounds", sa.LargeBinary(), nullable=False),
        sa.Column("replaces", sa.String(length=36), nullable=True),
        sa.Column("why_replaced", sa.LargeBinary(), nullable=True),
        sa.Column("at", sa.String(27), nullable=False),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidate.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("id"),
        sa.UniqueConstraint("replaces"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_verdict_candidate_id"), "verdict", ["candidate_id"])
    op.create_table(
        "exclusion",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("subject", sa.LargeBinary(length=16), nullable=False),
        sa.Column("picture", sa.Text(), nullable=False),
        sa.Column("anchor", sa.Text(), nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("lifted_at", sa.String(27), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"]),
        sa.PrimaryKeyConstraint("number"),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_exclusion_subject"), "exclusion", ["subject"])
    op.create_index(op.f("ix_exclusion_picture"), "exclusion", ["picture"])
    op.create_table(
        "label",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("source_number", sa.Integer(), nullable=False),
        sa.Column("picture", sa.Text(), nullable=False),
        sa.Column("anchor", sa.Text(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("name_mark", sa.LargeBinary(length=16), nullable=False),
        sa.Column("authority", sa.LargeBinary(), nullable=True),
        sa.Column("key_id", sa.Integer(), nullable=False),
        sa.Column("candidate_id", sa.String(length=36), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=True),
        sa.Column("at", sa.String(27), nullable=False),
        sa.ForeignKeyConstraint(["source_number"], ["source.number"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_label_source_number"), "label", ["source_number"])
    op.create_index(op.f("ix_label_picture"), "label", ["picture"])
    op.create_index(op.f("ix_label_name_mark"), "label", ["name_mark"])
    op.create_table(
        "disclosure",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("search_id", sa.String(length=36), nullable=True),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("recipient", sa.LargeBinary(), nullable=False),
        sa.Column("because", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=True),
        sa.Column("sources", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_disclosure_case_id"), "disclosure", ["case_id"])
    op.create_table(
        "disclosed_face",
        sa.Column("disclosure_id", sa.String(length=36), nullable=False),
        sa.Column("face_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["disclosure_id"], ["disclosure.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("disclosure_id", "face_id"),
    )
    op.create_index(op.f("ix_disclosed_face_face_id"), "disclosed_face", ["face_id"])
