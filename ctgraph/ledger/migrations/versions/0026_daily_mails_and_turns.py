"""Daily mails, the turns of confirmations, and the words of names.

Everybody got each mail at once before, and the staff's search read every name.
"""

import sqlalchemy as sa
from alembic import op

from ctgraph.ledger.names import Kind, note

revision = "0026"
down_revision = "0025"

_WORD = sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql")
_CONFIRMATION = sa.table(
    "confirmation", sa.column("ceterms_ctid"), sa.column("confirmed_at"), sa.column("turn")
)


def upgrade() -> None:
    """Add what a person chose, marks of mails that wait, turns of confirmations, and words."""
    for table in ("person", "message"):
        column = sa.Column("is_daily", sa.Boolean, nullable=False, server_default=sa.false())
        op.add_column(table, column)
    turn = sa.Column("turn", sa.Integer, nullable=False, server_default=sa.text("0"))
    op.add_column("confirmation", turn)
    op.create_index("ix_confirmation_turn", "confirmation", ["turn"])
    columns, connection = _CONFIRMATION.c, op.get_bind()
    in_order = sa.select(columns.ceterms_ctid).order_by(columns.confirmed_at, columns.ceterms_ctid)
    for number, record in enumerate(connection.execute(in_order).scalars().all(), 1):
        mine = columns.ceterms_ctid == record
        connection.execute(sa.update(_CONFIRMATION).where(mine).values(turn=number))
    op.create_table(
        "name_word",
        sa.Column("kind", sa.String(length=16), primary_key=True),
        sa.Column("word", _WORD, primary_key=True),
        sa.Column("subject", sa.String(length=39), primary_key=True),
    )
    op.create_index("name_word_subject", "name_word", ["kind", "subject", "word"])
    people = sa.table("person", sa.column("id"), sa.column("name"), sa.column("email"))
    organizations = sa.table("organization", sa.column("ceterms_ctid"), sa.column("name"))
    found = connection.execute(sa.select(people)).all()
    note(connection, Kind.PEOPLE, {row.id: f"{row.name} {row.email}" for row in found})
    found = connection.execute(sa.select(organizations)).all()
    note(connection, Kind.ORGANIZATIONS, {row.ceterms_ctid: row.name for row in found})
