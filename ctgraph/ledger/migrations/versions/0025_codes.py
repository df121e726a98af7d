"""Lists of codes. Nobody had imported one before."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"

_CODE = sa.String(length=40)


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "code_list",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("edition", sa.Integer, nullable=False),
        sa.Column("framework", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("page", sa.Text, nullable=False),
        sa.Column("properties", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.UniqueConstraint("key", "edition"),
    )
    op.create_table(
        "code",
        sa.Column("list", sa.Integer, sa.ForeignKey("code_list.id"), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("code", _CODE, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("definition", sa.Text, nullable=False),
        sa.Column("parent", _CODE, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("others", sa.Text, nullable=False),
        sa.UniqueConstraint("list", "code"),
    )
