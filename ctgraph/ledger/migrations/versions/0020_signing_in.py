"""Passkeys of people, and who they are at the identity providers of their organizations."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "passkey",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("person", sa.String(length=36), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("uses", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.Column("used_at", sa.String(length=27)),
    )
    op.create_index("ix_passkey_person", "passkey", ["person"])
    op.create_table(
        "identity",
        sa.Column("issuer", sa.Text(), primary_key=True),
        sa.Column("subject", sa.Text(), primary_key=True),
        sa.Column("person", sa.String(length=36), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.UniqueConstraint("person", "issuer"),
    )
