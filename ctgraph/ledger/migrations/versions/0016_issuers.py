"""The DIDs that organizations have proved to control."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "issuer",
        sa.Column(
            "organization",
            sa.String(length=39),
            sa.ForeignKey("organization.ceterms_ctid"),
            primary_key=True,
        ),
        sa.Column("did", sa.Text(), primary_key=True),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("verified_at", sa.String(length=27), nullable=False),
    )
    op.create_index("ix_issuer_did", "issuer", ["did"])
