"""Why a record was withdrawn. Nobody was asked for a public reason before: old rows have none."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Add the column."""
    op.add_column("change", sa.Column("reason", sa.Text()))
