"""People, their sessions and memberships, applications of organizations, and the outbox."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_ORGANIZATION = "organization.ceterms_ctid"
_MOMENT, _CTID, _PERSON = sa.String(length=27), sa.String(length=39), sa.String(length=36)


def upgrade() -> None:
    """Create the tables of accounts, and draw the secret that signs what forms carry."""
    _people()
    _organizations()
    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("page", sa.Text(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("due_at", _MOMENT, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("sent_at", _MOMENT),
    )
    op.create_index("message_due", "message", ["sent_at", "due_at"])
    table = op.create_table(
        "secret",
        sa.Column("name", sa.String(length=16), primary_key=True),
        sa.Column("value", sa.Text(), nullable=False),
    )
    op.bulk_insert(table, [{"name": "forms", "value": secrets.token_urlsafe(32)}])


def _people() -> None:
    op.create_table(
        "person",
        sa.Column("id", _PERSON, primary_key=True),
        sa.Column("email", sa.Text(), nullable=False, unique=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password", sa.Text(), nullable=False),
        sa.Column("is_staff", sa.Boolean(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("confirmed_at", _MOMENT),
    )
    op.create_table(
        "session",
        sa.Column("digest", sa.String(length=64), primary_key=True),
        sa.Column("person", _PERSON, sa.ForeignKey("person.id"), nullable=False, index=True),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("seen_at", _MOMENT, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
    )
    op.create_table(
        "ticket",
        sa.Column("digest", sa.String(length=64), primary_key=True),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("person", _PERSON, sa.ForeignKey("person.id"), index=True),
        sa.Column("organization", _CTID, sa.ForeignKey(_ORGANIZATION)),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
    )
    op.create_table(
        "attempt",
        sa.Column("subject", sa.Text(), primary_key=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("since", _MOMENT, nullable=False),
    )


def _organizations() -> None:
    op.create_table(
        "member",
        sa.Column("organization", _CTID, sa.ForeignKey(_ORGANIZATION), primary_key=True),
        sa.Column("person", _PERSON, sa.ForeignKey("person.id"), primary_key=True, index=True),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
    )
    op.create_table(
        "application",
        sa.Column("organization", _CTID, sa.ForeignKey(_ORGANIZATION), primary_key=True),
        sa.Column("state", sa.String(length=16), nullable=False, index=True),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("updated_at", _MOMENT, nullable=False),
        sa.Column("submitted_at", _MOMENT),
    )
    op.create_table(
        "remark",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("organization", _CTID, sa.ForeignKey(_ORGANIZATION), nullable=False, index=True),
        sa.Column("person", _PERSON, sa.ForeignKey("person.id")),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
    )
    op.create_table(
        "activity",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("person", _PERSON, sa.ForeignKey("person.id"), index=True),
        sa.Column("organization", _CTID, sa.ForeignKey(_ORGANIZATION), index=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
    )
