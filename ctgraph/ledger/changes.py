"""The change sequence of the ledger: every version, in the order of the commits."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from math import inf

import sqlalchemy as sa

from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.change_tables import change
from ctgraph.ledger.confirmations import confirmation
from ctgraph.ledger.database import Database, Row, select_in
from ctgraph.ledger.tables import envelope, sequence, version
from ctgraph.ledger.values import Change, Event, unpack

FETCH_ROWS = 20
"""Versions with documents that are in memory at once: a document may have many megabytes."""
HISTORY_FETCH_ROWS = 1000
"""Versions without documents that are in memory at once."""
_COLUMNS = (
    version.c.seq,
    version.c.ctid,
    version.c.number,
    version.c.digest,
    version.c.created_at.label("modified"),
    change.c.owner,
    envelope.c.created_at.label("issued"),
    version.c.event,
    version.c.actor,
    change.c.published_by,
    change.c.upload,
    change.c.reason,
    change.c.replaced_by,
    confirmation.c.confirmed_at,
)
_VERSIONS = (
    version.join(envelope)
    .join(change, change.c.seq == version.c.seq)
    .outerjoin(confirmation, confirmation.c.ctid == version.c.ctid)
)


class Changes:
    """The changes of a ledger, by their sequence numbers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def last_sequence(self) -> int:
        """Return the number of the newest change; 0 before the first."""
        with self._database.engine.connect() as connection:
            return int(connection.execute(sa.select(sequence.c.last)).scalar() or 0)

    def newest_moment(self) -> str:
        """Return the time of the newest change, ISO 8601 in UTC; '' before the first."""
        newest = sa.select(version.c.created_at).order_by(version.c.seq.desc()).limit(1)
        with self._database.engine.connect() as connection:
            return str(connection.execute(newest).scalar() or "")

    def after(
        self, seq: int, limit: int, standing: int | None = None, size: float = inf
    ) -> list[Change]:
        """Return the changes after sequence number `seq`, in order.

        :param standing: leave out changes that a later one, up to this number, replaced.
        :param size: stop when the documents together reach this many bytes; at least one change is
            returned.
        """
        query = (
            sa.select(*_COLUMNS, version.c.quads)
            .select_from(_VERSIONS)
            .where(version.c.seq > seq)
            .order_by(version.c.seq)
            .limit(limit)
        )
        if standing is not None:
            query = query.where(_stands(standing))
        found: list[Change] = []
        with self._database.engine.connect() as connection:
            for row in connection.execution_options(yield_per=FETCH_ROWS).execute(query):
                found.append(_change(row, unpack(row.quads, row.ctid, row.number)))
                size -= len(found[-1].quads)
                if size <= 0:
                    break
        return found

    def newest(self, records: Collection[Ctid], until: int) -> list[Change]:
        """Return the last changes of some records up to a sequence number, with their documents."""
        query = sa.select(*_COLUMNS, version.c.quads).select_from(_VERSIONS).where(_stands(until))
        with self._database.engine.connect() as connection:
            rows = select_in(connection, query, version.c.ctid, records)
        return [_change(row, unpack(row.quads, row.ctid, row.number)) for row in rows]

    def moments(self, numbers: Collection[int]) -> dict[int, str]:
        """Return the times of the changes with some numbers, in their order."""
        query = sa.select(version.c.seq, version.c.created_at).order_by(version.c.seq)
        with self._database.engine.connect() as connection:
            rows = select_in(connection, query, version.c.seq, numbers)
        return {row.seq: row.created_at for row in rows}

    def revivals(self, first: int, last: int) -> set[int]:
        """Return the numbers in a range of the changes that publish a withdrawn record again."""
        before = version.alias()
        query = (
            sa.select(version.c.seq)
            .join(
                before,
                (before.c.ctid == version.c.ctid) & (before.c.number == version.c.number - 1),
            )
            .where(version.c.seq.between(first, last), before.c.event == Event.WITHDRAW)
        )
        return {row.seq for row in self._database.rows(query)}

    def history(self, until: int) -> Iterator[Change]:
        """Yield every change up to sequence number `until`, without documents, by record."""
        query = (
            sa.select(*_COLUMNS)
            .select_from(_VERSIONS)
            .where(version.c.seq <= until)
            .order_by(version.c.ctid, version.c.number)
        )
        with self._database.engine.connect() as connection:
            rows = connection.execution_options(yield_per=HISTORY_FETCH_ROWS).execute(query)
            yield from (_change(row, b"") for row in rows)

    def numbered(self, numbers: Collection[int]) -> list[Change]:
        """Return the changes with some sequence numbers, without documents, in order."""
        query = sa.select(*_COLUMNS).select_from(_VERSIONS).where(version.c.seq.in_(numbers))
        return [_change(row, b"") for row in self._database.rows(query.order_by(version.c.seq))]

    def sequence_at(self, moment: str) -> int:
        """Return the number of the last change up to a moment (ISO 8601, UTC, microseconds, Z)."""
        query = sa.select(sa.func.max(version.c.seq)).where(version.c.created_at <= moment)
        with self._database.engine.connect() as connection:
            return int(connection.execute(query).scalar() or 0)


def _stands(until: int) -> sa.ColumnElement[bool]:
    """Return the condition that no later change up to a sequence number replaced a version."""
    later = version.alias()
    return (version.c.seq <= until) & ~sa.exists().where(
        later.c.ctid == version.c.ctid,
        later.c.number == version.c.number + 1,
        later.c.seq <= until,
    )


def _change(row: Row, quads: bytes) -> Change:
    return Change(
        seq=row.seq,
        ctid=row.ctid,
        number=row.number,
        digest=row.digest,
        modified=row.modified,
        owner=row.owner,
        issued=row.issued,
        event=Event(row.event),
        actor=row.actor,
        quads=quads,
        published_by=row.published_by,
        upload=row.upload,
        reason=row.reason,
        replaced_by=row.replaced_by,
        confirmed_at=row.confirmed_at,
    )
