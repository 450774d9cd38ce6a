"""People, signatures, cases, the life of a charter, and the policy packs that decisions were made under."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make them."""
    _people()
    _signatures()
    _cases()


def _people() -> None:
    op.create_table(
        "person",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("name_mark", sa.LargeBinary(length=16), nullable=False),
        sa.Column("public_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("closed_key", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.String(length=36), nullable=True),
        sa.Column("created_at", sa.String(27), nullable=False),
        sa.Column("revoked_by", sa.String(length=36), nullable=True),
        sa.Column("revoked_at", sa.String(27), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["person.id"]),
        sa.ForeignKeyConstraint(["revoked_by"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name_mark"),
        sa.UniqueConstraint("public_key"),
    )
    op.create_table(
        "person_role",
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("person_id", "role"),
    )


def _signatures() -> None:
    op.create_table(
        "signature",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("object_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.String(length=36), nullable=False),
        sa.Column("public_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("statement", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(length=64), nullable=False),
        sa.Column("key_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("what", "object_id", "person_id"),
        sa.UniqueConstraint("what", "object_id", "public_key"),
    )
    op.create_index("ix_signature_person_id", "signature", ["person_id"])
    op.create_table(
        "policy_pack",
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(length=64), nullable=False),
        sa.Column("added_by", sa.String(length=36), nullable=False),
        sa.Column("added_at", sa.String(27), nullable=False),
        sa.ForeignKeyConstraint(["added_by"], ["person.id"]),
        sa.PrimaryKeyConstraint("mark"),
    )


def _cases() -> None:
    counts = ("approvals_needed", "reviewers_needed", "one_face", "reason_needed")
    columns: list[sa.Column[Any]] = [
        sa.Column("profile", sa.Text()),
        sa.Column("legal_reference", sa.LargeBinary()),
        sa.Column("necessity", sa.LargeBinary()),
        sa.Column("seeks", sa.LargeBinary()),
        sa.Column("max_searches", sa.Integer()),
        sa.Column("max_candidates", sa.Integer()),
        *(sa.Column(name, sa.Integer(), nullable=False, server_default="0") for name in counts),
        sa.Column("policy", sa.Text()),
        sa.Column("opened_by", sa.String(length=36)),
        sa.Column("renewed_at", sa.String(27)),
        sa.Column("frozen_at", sa.String(27)),
        sa.Column("frozen_by", sa.String(length=36)),
        sa.Column("closed_by", sa.String(length=36)),
        sa.Column("closed_why", sa.LargeBinary()),
    ]
    for column in columns:
        op.add_column("case", column)
