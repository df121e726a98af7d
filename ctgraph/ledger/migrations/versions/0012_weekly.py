"""Weekly mails of what is new to a search, and the address by which such mails are ended."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Create the table, and the column of the outbox."""
    op.create_table(
        "weekly",
        sa.Column("token", sa.String(length=43), primary_key=True),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("since", sa.String(length=10), nullable=False),
        sa.Column("due_at", sa.String(length=27), nullable=False),
        sa.UniqueConstraint("email", "search"),
    )
    op.create_index("ix_weekly_due_at", "weekly", ["due_at"])
    op.add_column("message", sa.Column("ending", sa.Text(), nullable=False, server_default=""))
