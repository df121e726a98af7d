"""Uploads that programs send with an API key, for their organization or for a partner."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Add the columns; an upload has a person or a key."""
    with op.batch_alter_table("upload") as table:
        table.alter_column("person", existing_type=sa.String(length=36), nullable=True)
        table.add_column(sa.Column("api_key", sa.String(length=12)))
        table.add_column(sa.Column("publisher", sa.String(length=39)))
