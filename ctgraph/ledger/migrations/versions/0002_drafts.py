"""Drafts of organizations."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the table of drafts."""
    op.create_table(
        "draft",
        sa.Column("owner", sa.String(length=39), nullable=False),
        sa.Column("ceterms_ctid", sa.String(length=39), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("updated_at", sa.String(length=27), nullable=False),
        sa.ForeignKeyConstraint(["owner"], ["organization.ceterms_ctid"]),
        sa.PrimaryKeyConstraint("owner", "ceterms_ctid"),
    )
