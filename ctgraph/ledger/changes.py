"""The change sequence of the ledger: every version, in the order in which they came."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

import sqlalchemy as sa

from ctgraph.ledger.database import Database
from ctgraph.ledger.tables import envelope, sequence, version
from ctgraph.ledger.values import Change, unpack

# So many documents, packed, are fetched at a time.
AT_ONCE = 20
_CHANGE = (
    version.c.seq,
    version.c.ctid,
    version.c.number,
    version.c.digest,
    version.c.created_at,
    envelope.c.owner,
    envelope.c.created_at,
    version.c.event,
    version.c.actor,
)


class Changes(Database):
    """The changes of a ledger."""

    def last_sequence(self) -> int:
        """Return the number of the newest change; 0 before the first."""
        with self.engine.connect() as connection:
            return int(connection.execute(sa.select(sequence.c.last)).scalar() or 0)

    def newest_change(self) -> str:
        """Return when the newest change was made, ISO 8601 in UTC; nothing before the first."""
        newest = sa.select(version.c.created_at).order_by(version.c.seq.desc()).limit(1)
        with self.engine.connect() as connection:
            return str(connection.execute(newest).scalar() or "")

    def changes(
        self, after: int, limit: int, standing: int | None = None, size: float = inf
    ) -> list[Change]:
        """Return the changes behind sequence number `after`, in order.

        :param standing: leave out changes that a later one, up to this number, replaced.
        :param size: stop when the documents have so many bytes together; one is always returned.
        """
        query = (
            sa.select(*_CHANGE, version.c.quads)
            .join(envelope)
            .where(version.c.seq > after)
            .order_by(version.c.seq)
            .limit(limit)
        )
        if standing is not None:
            later = version.alias()
            query = query.where(
                version.c.seq <= standing,
                ~sa.exists().where(
                    later.c.ctid == version.c.ctid,
                    later.c.number == version.c.number + 1,
                    later.c.seq <= standing,
                ),
            )
        found: list[Change] = []
        with self.engine.connect() as connection:
            for row in connection.execution_options(yield_per=AT_ONCE).execute(query):
                found.append(Change(*[*row[:-1], unpack(row[-1], row.ctid, row.number)]))
                size -= len(found[-1].quads)
                if size <= 0:
                    break
        return found

    def history(self, until: int) -> Iterator[Change]:
        """Yield every change up to sequence number `until`, without documents, by record."""
        query = (
            sa.select(*_CHANGE)
            .join(envelope)
            .where(version.c.seq <= until)
            .order_by(version.c.ctid, version.c.number)
        )
        with self.engine.connect() as connection:
            rows = connection.execution_options(yield_per=1000).execute(query)
            yield from (Change(*[*row, b""]) for row in rows)

    def sequence_at(self, moment: str) -> int:
        """Return the number of the last change up to a moment (ISO 8601, UTC, microseconds, Z)."""
        query = sa.select(sa.func.max(version.c.seq)).where(version.c.created_at <= moment)
        with self.engine.connect() as connection:
            return int(connection.execute(query).scalar() or 0)
