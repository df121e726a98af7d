"""Organizations that were merged, which organizations look the same, and what replaces a record."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Add the column and the tables."""
    op.add_column("change", sa.Column("replaced_by", sa.String(length=39)))
    op.create_table(
        "merger",
        sa.Column("organization", sa.String(length=39), primary_key=True),
        sa.Column("survivor", sa.String(length=39), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.Column("ends", sa.Boolean(), nullable=False),
        sa.Column("is_done", sa.Boolean(), nullable=False),
    )
    op.create_index("ix_merger_survivor", "merger", ["survivor"])
    op.create_index("ix_merger_is_done", "merger", ["is_done"])
    op.create_table(
        "sign",
        sa.Column("organization", sa.String(length=39), primary_key=True),
        sa.Column("sign", sa.Text(), primary_key=True),
    )
    op.create_index("ix_sign_sign", "sign", ["sign"])
    op.create_table(
        "likeness",
        sa.Column("one", sa.String(length=39), primary_key=True),
        sa.Column("other", sa.String(length=39), primary_key=True),
        sa.Column("sign", sa.Text(), nullable=False),
        sa.Column("is_apart", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
    )
    op.create_index("likeness_open", "likeness", ["is_apart", "created_at"])
    op.create_index("ix_likeness_other", "likeness", ["other"])
