"""Trusted partners, and the institutions that they registered. Nobody was one before."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

_ORGANIZATION = "organization.ceterms_ctid"
_MOMENT, _CTID = sa.String(length=27), sa.String(length=39)


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "trusted_partner",
        sa.Column("organization", _CTID, sa.ForeignKey(_ORGANIZATION), primary_key=True),
        sa.Column("since", _MOMENT, nullable=False),
    )
    op.create_table(
        "registration",
        sa.Column("partner", _CTID, sa.ForeignKey(_ORGANIZATION), primary_key=True),
        sa.Column("identifier", sa.String(length=100), primary_key=True),
        sa.Column("ceterms_ctid", _CTID, sa.ForeignKey(_ORGANIZATION), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
    )
