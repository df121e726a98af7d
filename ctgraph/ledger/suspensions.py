"""People and organizations that the registry's staff suspended: they may not write."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from ctgraph.errors import Forbidden
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.database import Database, by_name
from ctgraph.ledger.mergers import gone_into, merged
from ctgraph.ledger.tables import metadata
from ctgraph.ledger.values import now

suspension = sa.Table(
    "suspension",
    metadata,
    sa.Column("subject", sa.String(39), primary_key=True),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("since", sa.String(27), nullable=False),
)
"""The subject is the id of a person, or the CTID of an organization."""


@dataclass(frozen=True)
class Suspension:
    """Why and since when somebody may not write."""

    subject: str
    reason: str
    since: str


class Suspensions:
    """The suspensions of a ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, subject: str) -> Suspension | None:
        """Return the suspension of a person or an organization; None where there is none."""
        with self._database.engine.connect() as connection:
            return suspended(connection, subject)

    def begin(self, connection: sa.Connection, subject: str, reason: str) -> None:
        """Suspend a person or an organization that is not suspended."""
        connection.execute(suspension.insert().values(subject=subject, reason=reason, since=now()))

    def lift(self, connection: sa.Connection, subject: str) -> None:
        """Lift a suspension."""
        connection.execute(suspension.delete().where(suspension.c.subject == subject))


def suspended(connection: sa.Connection, subject: str) -> Suspension | None:
    """Return the suspension of a person or an organization, as a transaction sees it."""
    row = connection.execute(suspension.select().where(suspension.c.subject == subject)).first()
    return Suspension(**by_name(row, suspension.c)) if row else None


def require_active(connection: sa.Connection, subject: str, name: str) -> None:
    """Make sure that a person or an organization is not suspended, nor merged into another one.

    :raises Forbidden: when it is, with the reason.
    """
    if one := merged(connection, [Ctid(subject)]).get(Ctid(subject)):
        raise gone_into(name, one)
    if found := suspended(connection, subject):
        raise Forbidden(
            f"The registry suspended {name} on {found.since[:10]}: {found.reason} "
            "Write to the registry's staff."
        )
