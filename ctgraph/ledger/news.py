"""The news that a ledger on PostgreSQL has grown, for the projectors of other machines.

A ledger on SQLite has no such news: a process that writes to it rings the projector's bell in the
same home folder (:mod:`ctgraph.projections.bell`).
"""

from __future__ import annotations

import sqlalchemy as sa

CHANNEL = "ctgraph_ledger"


def announce(connection: sa.Connection) -> None:
    """Tell every listener, when the transaction commits, that the ledger has grown."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text(f"NOTIFY {CHANNEL}"))


class News:
    """A connection of its own that receives what :func:`announce` sends."""

    def __init__(self, engine: sa.Engine) -> None:
        self._connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        self._connection.detach()  # a pool would hand out a connection that listens
        self._connection.execute(sa.text(f"LISTEN {CHANNEL}"))

    def fileno(self) -> int:
        """Return the file descriptor that becomes readable when news have come."""
        return int(self._connection.connection.dbapi_connection.fileno())  # type: ignore[union-attr]

    def take(self) -> None:
        """Take the news that have come, so that the file descriptor becomes unreadable.

        :raises sqlalchemy.exc.OperationalError: when the connection is broken.
        """
        self._connection.execute(sa.text("SELECT 1"))

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
