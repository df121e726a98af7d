"""The records whose owners confirmed that they are still correct, without a new version.

A confirmation is no change of a record: it has no number in the sequence, but a turn of its own.
"""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from ctgraph.identity.ctid import Ctid, NoId
from ctgraph.ledger.database import Database, by_name
from ctgraph.ledger.ownership import lock_sequence
from ctgraph.ledger.tables import envelope, member, metadata
from ctgraph.ledger.values import Envelope, now

confirmation = sa.Table(
    "confirmation",
    metadata,
    sa.Column("ceterms_ctid", sa.ForeignKey("envelope.ctid"), primary_key=True, key="ctid"),
    sa.Column("confirmed_at", sa.String(27), nullable=False),
    sa.Column("turn", sa.Integer, nullable=False, server_default=sa.text("0"), index=True),
)
"""When each record was confirmed last; none has a row that never was. `turn` grows with each, in
the order of the commits, so that a projection knows how far it has followed."""

yearly = sa.Table(
    "yearly",
    metadata,
    sa.Column("organization", sa.ForeignKey("organization.ctid"), primary_key=True),
    sa.Column("look_at", sa.String(27), nullable=False),
)
"""When to look next whether an organization has records to confirm; without a row at once."""


class Confirmations:
    """The confirmations of a ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, record: Ctid) -> str | None:
        """Return when a document was confirmed last; None for one that never was."""
        query = sa.select(confirmation.c.confirmed_at).where(confirmation.c.ctid == record)
        with self._database.engine.connect() as connection:
            found: str | None = connection.scalar(query)
            return found

    def due(self, owner: Ctid, before: str, most: int, after: Ctid | NoId = "") -> list[Envelope]:
        """Return records of an organization that stand, in order of their CTIDs.

        :param before: they were neither published nor confirmed at this time or later.
        """
        query = (
            envelope.select()
            .where(_due(owner, before), envelope.c.ctid > after)
            .order_by(envelope.c.ctid)
            .limit(most)
        )
        return [Envelope(**by_name(row, envelope.c)) for row in self._database.rows(query)]

    def number(self, owner: Ctid, before: str) -> int:
        """Return how many records :meth:`due` has in all."""
        query = sa.select(sa.func.count()).select_from(envelope).where(_due(owner, before))
        with self._database.engine.connect() as connection:
            return int(connection.scalar(query) or 0)

    def note(self, connection: sa.Connection, records: Iterable[Ctid]) -> None:
        """Note that records are confirmed."""
        lock_sequence(connection)  # turns are seen in their order
        last = connection.scalar(sa.select(sa.func.max(confirmation.c.turn))) or 0
        for turn, record in enumerate(records, last + 1):
            connection.execute(confirmation.delete().where(confirmation.c.ctid == record))
            noted = {"ctid": record, "confirmed_at": now(), "turn": turn}
            connection.execute(confirmation.insert().values(noted))

    def last_turn(self) -> int:
        """Return the turn of the newest confirmation; 0 before the first."""
        with self._database.engine.connect() as connection:
            return int(connection.scalar(sa.select(sa.func.max(confirmation.c.turn))) or 0)

    def after(self, turn: int, most: int) -> dict[Ctid, int]:
        """Return records that were confirmed after a turn, each with its turn, in order."""
        query = (
            sa.select(confirmation.c.ctid, confirmation.c.turn)
            .where(confirmation.c.turn > turn)
            .order_by(confirmation.c.turn)
            .limit(most)
        )
        return {row.ctid: row.turn for row in self._database.rows(query)}

    def to_look_at(self, most: int) -> list[Ctid]:
        """Return organizations with members at which nobody has looked for long enough."""
        query = (
            sa.select(member.c.organization)
            .outerjoin(yearly, yearly.c.organization == member.c.organization)
            .where(_is_due())
            .distinct()
            .limit(most)
        )
        return [Ctid(row.organization) for row in self._database.rows(query)]

    def look_again(self, connection: sa.Connection, record: Ctid, at: str) -> bool:
        """Note when to look at an organization again; tell whether nobody else did meanwhile."""
        mine = yearly.c.organization == record
        held = connection.scalar(sa.select(yearly.c.look_at).where(mine))
        if held and held > now():
            return False
        connection.execute(yearly.delete().where(mine))
        connection.execute(yearly.insert().values(organization=record, look_at=at))
        return True


def _is_due() -> sa.ColumnElement[bool]:
    return yearly.c.look_at.is_(None) | (yearly.c.look_at <= now())


def _due(owner: Ctid, before: str) -> sa.ColumnElement[bool]:
    confirmed = sa.exists().where(
        confirmation.c.ctid == envelope.c.ctid, confirmation.c.confirmed_at >= before
    )
    return sa.and_(
        envelope.c.owner == owner,
        envelope.c.deleted_at.is_(None),
        envelope.c.updated_at < before,
        ~confirmed,
    )
