"""The language of each weekly mail. All were English before."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    """Add the column."""
    language = sa.Column("language", sa.String(length=2), nullable=False, server_default="en")
    op.add_column("weekly", language)
