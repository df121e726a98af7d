"""Records that their owners confirmed, and when organizations are asked to."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "confirmation",
        sa.Column(
            "ceterms_ctid",
            sa.String(length=39),
            sa.ForeignKey("envelope.ceterms_ctid"),
            primary_key=True,
        ),
        sa.Column("confirmed_at", sa.String(length=27), nullable=False),
    )
    op.create_table(
        "yearly",
        sa.Column(
            "organization",
            sa.String(length=39),
            sa.ForeignKey("organization.ceterms_ctid"),
            primary_key=True,
        ),
        sa.Column("look_at", sa.String(length=27), nullable=False),
    )
