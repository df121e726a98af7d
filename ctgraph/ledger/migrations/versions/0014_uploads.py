"""Uploads of spreadsheets: their files, what was found in them, and what is to be saved."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
_CTID, _PERSON = sa.String(length=39), sa.String(length=36)


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "upload",
        sa.Column("id", sa.String(length=22), primary_key=True),
        sa.Column(
            "owner",
            sa.String(length=39),
            sa.ForeignKey("organization.ceterms_ctid"),
            nullable=False,
        ),
        sa.Column("person", sa.String(length=36), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.Column("mode", sa.String(length=8), nullable=False),
        sa.Column("choices", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("report", sa.LargeBinary()),
        sa.Column("plan", sa.LargeBinary()),
    )
    op.create_index("ix_upload_owner", "upload", ["owner"])
    op.create_index("ix_upload_state", "upload", ["state"])
    op.create_table(
        "upload_file",
        sa.Column("upload", sa.String(length=22), sa.ForeignKey("upload.id"), primary_key=True),
        sa.Column("position", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
    )
