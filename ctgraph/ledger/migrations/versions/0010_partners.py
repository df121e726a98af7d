"""Who publishes for whom and published each version; claims, proofs and suspensions."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_ORGANIZATION = "organization.ceterms_ctid"
_MOMENT, _CTID = sa.String(length=27), sa.String(length=39)


def upgrade() -> None:
    """Create the tables; older versions were published by their owners."""
    op.create_table(
        "partnership",
        sa.Column("publisher", _CTID, sa.ForeignKey(_ORGANIZATION), primary_key=True),
        sa.Column("owner", _CTID, sa.ForeignKey(_ORGANIZATION), primary_key=True, index=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("updated_at", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT),
    )
    op.create_table(
        "claim",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("organization", _CTID, nullable=False, index=True),
        sa.Column("person", sa.String(36), sa.ForeignKey("person.id"), nullable=False, index=True),
        sa.Column("state", sa.String(length=16), nullable=False, index=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
    )
    op.create_table(
        "proof",
        sa.Column("organization", _CTID, sa.ForeignKey(_ORGANIZATION), primary_key=True),
        sa.Column("webpage", sa.Text(), nullable=False),
        sa.Column("in_dns", sa.Boolean(), nullable=False),
        sa.Column("in_file", sa.Boolean(), nullable=False),
        sa.Column("looked_at", _MOMENT, nullable=False),
    )
    op.create_table(
        "suspension",
        sa.Column("subject", _CTID, primary_key=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", _MOMENT, nullable=False),
    )
    for table in ("envelope", "version"):
        op.add_column(table, sa.Column("published_by", _CTID))
