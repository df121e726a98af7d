"""The registry that this one is a copy of, and how far it has followed it."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from ctgraph.errors import Conflict
from ctgraph.ledger.database import Database, by_name
from ctgraph.ledger.tables import metadata

mirror = sa.Table(
    "mirror",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("incarnation", sa.String(36)),
    sa.Column("moment", sa.Text),
)
"""One row at most."""


@dataclass(frozen=True)
class Origin:
    """The registry that this one is a copy of.

    :param url: where it is asked.
    :param incarnation: the identity of its ledger; None for another kind of registry.
    :param moment: up to when such a registry was followed, as it writes times; None before its
        records are here.
    """

    url: str
    incarnation: str | None = None
    moment: str | None = None


def require_own(connection: sa.Connection) -> None:
    """Make sure that a ledger numbers its changes itself.

    :raises Conflict: when it is a copy of another ledger, which has given its next number to a
        change of its own.
    """
    source = sa.select(mirror.c.url).where(mirror.c.incarnation.is_not(None))
    if url := connection.scalar(source):
        raise Conflict(
            f"This registry is a copy of {url} and changes only with it. Publish there; or, to go "
            "on without it, dump this registry and load the dump into a new CTGRAPH_HOME."
        )


class Mirrors:
    """The origin of a ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def origin(self) -> Origin | None:
        """Return the registry that this one is a copy of; None if it is none."""
        columns = (mirror.c.url, mirror.c.incarnation, mirror.c.moment)
        for row in self._database.rows(sa.select(*columns)):
            return Origin(**by_name(row, columns))
        return None

    def note(self, origin: Origin) -> None:
        """Note the registry that this one is a copy of, or how far it has followed it."""
        with self._database.writing() as connection:
            connection.execute(mirror.delete())
            connection.execute(mirror.insert().values(id=1, **vars(origin)))
