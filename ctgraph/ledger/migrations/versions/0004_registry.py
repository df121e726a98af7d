"""The row of a ledger about itself."""

import json
import uuid
import zlib

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create the table of one row; the base of the IRIs is that of a kept document, if any."""
    table = op.create_table(
        "registry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incarnation", sa.String(length=36), nullable=False),
        sa.Column("base_url", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    kept = (
        op.get_bind()
        .execute(
            sa.text(
                "SELECT canonical FROM version WHERE canonical IS NOT NULL ORDER BY seq LIMIT 1"
            )
        )
        .scalar()
    )
    base = json.loads(zlib.decompress(kept))["@id"].rpartition("/graph/")[0] if kept else ""
    op.bulk_insert(table, [{"id": 1, "incarnation": str(uuid.uuid4()), "base_url": base}])
