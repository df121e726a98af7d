"""Daily mails, and the turns of confirmations. Everybody got each mail at once before."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"

_CONFIRMATION = sa.table(
    "confirmation", sa.column("ceterms_ctid"), sa.column("confirmed_at"), sa.column("turn")
)


def upgrade() -> None:
    """Add what a person chose, the mark of the mails that wait, and the order of confirmations."""
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
