"""Labels, scopes and expiry of API keys, and their last use. Older keys may do everything."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the columns."""
    with op.batch_alter_table("api_key") as table:
        table.add_column(sa.Column("label", sa.Text(), nullable=False, server_default=""))
        table.add_column(
            sa.Column("scopes", sa.Text(), nullable=False, server_default="publish drafts read")
        )
        table.add_column(sa.Column("expires_at", sa.String(length=27)))
        table.add_column(sa.Column("used_at", sa.String(length=27)))
