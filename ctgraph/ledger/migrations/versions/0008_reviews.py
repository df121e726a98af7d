"""Reviews of drafts, and an index for the withdrawn records of an organization."""

import hashlib
import json

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0006"

_ORGANIZATION = "organization.ceterms_ctid"
_MOMENT, _CTID, _PERSON = sa.String(length=27), sa.String(length=39), sa.String(length=36)


def upgrade() -> None:
    """Create the tables of reviews; note the digest and the class of each draft."""
    op.create_table(
        "review",
        sa.Column("owner", _CTID, sa.ForeignKey(_ORGANIZATION), primary_key=True),
        sa.Column("ceterms_ctid", _CTID, primary_key=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("asked_by", _PERSON, sa.ForeignKey("person.id")),
        sa.Column("decided_by", _PERSON, sa.ForeignKey("person.id")),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("updated_at", _MOMENT, nullable=False),
    )
    op.create_index("review_in_state", "review", ["state", "updated_at"])
    op.create_table(
        "staff_review",
        sa.Column("organization", _CTID, sa.ForeignKey(_ORGANIZATION), primary_key=True),
        sa.Column("since", _MOMENT, nullable=False),
    )
    op.create_index(
        "withdrawn_of_owner",
        "envelope",
        ["owner", "ceterms_ctid"],
        sqlite_where=sa.text("deleted_at IS NOT NULL"),
        postgresql_where=sa.text("deleted_at IS NOT NULL"),
    )
    for name, column in (("digest", sa.String(length=64)), ("type", sa.Text())):
        op.add_column("draft", sa.Column(name, column, nullable=False, server_default=""))
    _describe_drafts()


def _describe_drafts() -> None:
    draft = sa.table(
        "draft", *map(sa.column, ("owner", "ceterms_ctid", "document", "digest", "type"))
    )
    connection = op.get_bind()
    keys = connection.execute(sa.select(draft.c.owner, draft.c.ceterms_ctid)).all()
    for owner, record in keys:
        mine = (draft.c.owner == owner) & (draft.c.ceterms_ctid == record)
        document = bytes(connection.execute(sa.select(draft.c.document).where(mine)).scalar_one())
        digest = hashlib.sha256(document).hexdigest()
        described = draft.update().where(mine).values(digest=digest, type=_class_of(document))
        connection.execute(described)


def _class_of(document: bytes) -> str:
    value = json.loads(document)
    graph = value.get("@graph", [value])
    first = graph[0] if isinstance(graph, list) and graph else {}
    kind = first.get("@type", "") if isinstance(first, dict) else ""
    return kind.replace("\0", "") if isinstance(kind, str) else ""
