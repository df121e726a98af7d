"""Organizations that publish for others, and who published each version."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0006"

_ORGANIZATION = "organization.ceterms_ctid"
_MOMENT, _CTID = sa.String(length=27), sa.String(length=39)


def upgrade() -> None:
    """Create the table of partnerships; older versions were published by their owners."""
    op.create_table(
        "partnership",
        sa.Column("publisher", _CTID, sa.ForeignKey(_ORGANIZATION), primary_key=True),
        sa.Column("owner", _CTID, sa.ForeignKey(_ORGANIZATION), primary_key=True, index=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("updated_at", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT),
    )
    for table in ("envelope", "version"):
        op.add_column(table, sa.Column("published_by", _CTID))
