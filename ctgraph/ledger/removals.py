"""Second factors that the registry's staff is about to remove, because their owner lost them."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from ctgraph.ledger.database import Database, by_name
from ctgraph.ledger.tables import metadata
from ctgraph.ledger.values import now

factor_removal = sa.Table(
    "factor_removal",
    metadata,
    sa.Column("person", sa.ForeignKey("person.id"), primary_key=True),
    sa.Column("asked_by", sa.ForeignKey("person.id"), nullable=False, index=True),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("due_at", sa.String(27), nullable=False),
)


@dataclass(frozen=True)
class Removal:
    """The removal of all second factors of a person, which waits until it is due.

    :param person: the id of the person.
    :param asked_by: the id of the one of the staff who asked for it.
    :param reason: how the staff knows who it is.
    :param due_at: ISO 8601 in UTC.
    """

    person: str
    asked_by: str
    reason: str
    due_at: str


class Removals:
    """The removals of a ledger that wait."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, connection: sa.Connection, person: str) -> Removal | None:
        """Return the removal that waits for a person; None where there is none."""
        mine = factor_removal.select().where(factor_removal.c.person == person)
        row = connection.execute(mine).first()
        return Removal(**by_name(row, factor_removal.c)) if row else None

    def add(self, connection: sa.Connection, added: Removal) -> None:
        """Let a removal wait, where none waits for the person yet."""
        connection.execute(factor_removal.insert().values(**vars(added)))

    def end(self, connection: sa.Connection, person: str) -> Removal | None:
        """Return the removal that waits for a person, and let it wait no more."""
        found = self.of(connection, person)
        gone = factor_removal.delete().where(factor_removal.c.person == person)
        return found if connection.execute(gone).rowcount else None

    def due(self) -> list[str]:
        """Return the ids of the people for whom a removal has waited long enough."""
        query = sa.select(factor_removal.c.person).where(factor_removal.c.due_at <= now())
        return [row.person for row in self._database.rows(query)]
