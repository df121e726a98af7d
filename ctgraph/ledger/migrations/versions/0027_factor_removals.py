"""Second factors that the registry's staff is about to remove. Nobody had lost any before."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "factor_removal",
        sa.Column("person", sa.String(length=36), sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("asked_by", sa.String(length=36), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("due_at", sa.String(length=27), nullable=False),
    )
    op.create_index("ix_factor_removal_asked_by", "factor_removal", ["asked_by"])
