"""Second factors of people, and their recovery codes."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "factor",
        sa.Column("person", sa.String(length=36), sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
    )
    op.create_table(
        "recovery",
        sa.Column("digest", sa.String(length=64), primary_key=True),
        sa.Column("person", sa.String(length=36), sa.ForeignKey("person.id"), nullable=False),
    )
    op.create_index("ix_recovery_person", "recovery", ["person"])
