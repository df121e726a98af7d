"""The identifiers by which organizations know their records in spreadsheets."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

_ORGANIZATION = "organization.ceterms_ctid"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "external_identifier",
        sa.Column("owner", sa.String(length=39), sa.ForeignKey(_ORGANIZATION), primary_key=True),
        sa.Column("identifier", sa.String(length=50), primary_key=True),
        sa.Column("ceterms_ctid", sa.String(length=39), nullable=False),
    )
