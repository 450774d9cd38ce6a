"""The tables of people, their signatures, and the policy packs of their own; cases stand in `tables`."""

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, String, Table, Text, UniqueConstraint

from visavis.records.tables import UtcTime, metadata

person = Table(
    "person",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("name", LargeBinary, nullable=False),
    Column("name_mark", LargeBinary(16), nullable=False, unique=True),
    Column("public_key", LargeBinary(32), nullable=False, unique=True),
    Column("closed_key", LargeBinary, nullable=False),
    Column("key_id", Integer, nullable=False),
    Column("created_by", ForeignKey("person.id")),
    Column("created_at", UtcTime, nullable=False),
    Column("revoked_by", ForeignKey("person.id")),
    Column("revoked_at", UtcTime),
    Column("roles_by", String(36)),
    Column("roles_at", UtcTime),
)

person_role = Table(
    "person_role",
    metadata,
    Column("person_id", ForeignKey("person.id"), primary_key=True),
    Column("role", Text, primary_key=True),
)

account = Table(
    "account",
    metadata,
    Column("person_id", ForeignKey("person.id"), primary_key=True),
    Column("totp_secret", LargeBinary),
    Column("totp_step", Integer, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("locked_until", UtcTime),
    Column("signed_in_at", UtcTime),
)

# The token of an invitation is nowhere: only what SHA-256 makes of it.
invitation = Table(
    "invitation",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("token_sha256", LargeBinary(32), nullable=False, unique=True),
    Column("name", LargeBinary, nullable=False),
    Column("roles", Text, nullable=False),
    Column("invited_by", ForeignKey("person.id"), nullable=False),
    Column("invited_at", UtcTime, nullable=False),
    Column("until", UtcTime, nullable=False),
    Column("used_at", UtcTime),
    Column("withdrawn_at", UtcTime),
)

# One person signs a thing once, and one key does, whatever name it stands under.
signature = Table(
    "signature",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("what", Text, nullable=False),
    Column("object_id", Text, nullable=False),
    Column("person_id", ForeignKey("person.id"), nullable=False, index=True),
    Column("public_key", LargeBinary(32), nullable=False),
    Column("statement", LargeBinary, nullable=False),
    Column("signature", LargeBinary(64), nullable=False),
    Column("key_id", Integer, nullable=False),
    Column("at", UtcTime, nullable=False),
    UniqueConstraint("what", "object_id", "person_id"),
    UniqueConstraint("what", "object_id", "public_key"),
)

policy_pack = Table(
    "policy_pack",
    metadata,
    Column("mark", Text, primary_key=True),
    Column("body", LargeBinary, nullable=False),
    Column("signature", LargeBinary(64), nullable=False),
    Column("added_by", ForeignKey("person.id"), nullable=False),
    Column("added_at", UtcTime, nullable=False),
)
