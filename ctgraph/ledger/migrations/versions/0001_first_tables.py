"""The first tables of the ledger."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables, and start the change sequence at zero."""
    op.create_table(
        "load_progress",
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.String(length=27), nullable=False),
        sa.PrimaryKeyConstraint("source"),
    )
    op.create_table(
        "organization",
        sa.Column("ceterms_ctid", sa.String(length=39), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.PrimaryKeyConstraint("ceterms_ctid"),
    )
    op.create_table(
        "sequence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "api_key",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("organization", sa.String(length=39), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.Column("revoked_at", sa.String(length=27), nullable=True),
        sa.ForeignKeyConstraint(["organization"], ["organization.ceterms_ctid"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest"),
    )
    op.create_index(op.f("ix_api_key_organization"), "api_key", ["organization"], unique=False)
    op.create_table(
        "envelope",
        sa.Column("ceterms_ctid", sa.String(length=39), nullable=False),
        sa.Column("uuid", sa.String(length=36), nullable=False),
        sa.Column("owner", sa.String(length=39), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.Column("updated_at", sa.String(length=27), nullable=False),
        sa.Column("deleted_at", sa.String(length=27), nullable=True),
        sa.ForeignKeyConstraint(["owner"], ["organization.ceterms_ctid"]),
        sa.PrimaryKeyConstraint("ceterms_ctid"),
        sa.UniqueConstraint("uuid"),
    )
    op.create_index(op.f("ix_envelope_owner"), "envelope", ["owner"], unique=False)
    op.create_table(
        "entity",
        sa.Column("ceterms_ctid", sa.String(length=39), nullable=False),
        sa.Column("envelope", sa.String(length=39), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["envelope"], ["envelope.ceterms_ctid"]),
        sa.PrimaryKeyConstraint("ceterms_ctid"),
    )
    op.create_index(op.f("ix_entity_envelope"), "entity", ["envelope"], unique=False)
    op.create_table(
        "version",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ceterms_ctid", sa.String(length=39), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(length=8), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("received", sa.LargeBinary(), nullable=True),
        sa.Column("canonical", sa.LargeBinary(), nullable=True),
        sa.Column("quads", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["ceterms_ctid"], ["envelope.ceterms_ctid"]),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index("version_of_envelope", "version", ["ceterms_ctid", "number"], unique=True)

    op.execute("INSERT INTO sequence (id, last) VALUES (1, 0)")
