"""Indexes for the pages of the list of records."""

from alembic import op
from sqlalchemy import text

revision = "0005"
down_revision = "0004"

_INDEXES = {
    "current_of_type": ["type", "ceterms_ctid"],
    "current_of_owner": ["owner", "type", "ceterms_ctid"],
}


def upgrade() -> None:
    """Keep the current envelopes in the order of each list, by class and by owner and class."""
    current = text("deleted_at IS NULL")
    for name, columns in _INDEXES.items():
        op.create_index(
            name,
            "envelope",
            columns,
            if_not_exists=True,
            sqlite_where=current,
            postgresql_where=current,
        )
