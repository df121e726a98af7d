"""What the change sequence tells of each version, and who is told of changes."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
_CTID, _TIME = sa.String(length=39), sa.String(length=27)


def upgrade() -> None:
    """Create the tables; fill the first one with owner and class as the envelopes have them now."""
    op.create_table(
        "change",
        sa.Column(
            "seq",
            sa.Integer(),
            sa.ForeignKey("version.seq"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("owner", _CTID, nullable=False),
        sa.Column("published_by", _CTID),
        sa.Column("upload", sa.String(length=22)),
    )
    op.execute(
        "INSERT INTO change (seq, type, owner, published_by) "
        "SELECT version.seq, envelope.type, envelope.owner, version.published_by "
        "FROM version JOIN envelope ON envelope.ceterms_ctid = version.ceterms_ctid"
    )
    op.create_table(
        "webhook",
        sa.Column("id", sa.String(length=22), primary_key=True),
        sa.Column(
            "organization", _CTID, sa.ForeignKey("organization.ceterms_ctid"), nullable=False
        ),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("events", sa.Text(), nullable=False),
        sa.Column("owner", _CTID),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("after", sa.Integer(), nullable=False),
        sa.Column("until", sa.Integer()),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("due_at", _TIME, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("delivered_at", _TIME),
    )
    op.create_index("ix_webhook_organization", "webhook", ["organization"])
    op.create_index("webhook_behind", "webhook", ["state", "after"])
