"""An index by which the invitations of an organization are found."""

from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Create the index."""
    op.create_index("ix_ticket_organization", "ticket", ["organization"])
