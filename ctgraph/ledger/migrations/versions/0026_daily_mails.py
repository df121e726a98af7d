"""Daily mails. Everybody got each mail at once before."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Add what a person chose, and the mark of the mails that wait for the daily one."""
    for table in ("person", "message"):
        column = sa.Column("is_daily", sa.Boolean, nullable=False, server_default=sa.false())
        op.add_column(table, column)
