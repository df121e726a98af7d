"""The canonical documents of many versions at once, read one after another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import sqlalchemy as sa

from ctgraph.identity.ctid import Ctid, after_all
from ctgraph.ledger.changes import FETCH_ROWS
from ctgraph.ledger.database import Database
from ctgraph.ledger.tables import envelope, version
from ctgraph.ledger.values import Event, unpack


class KeptDocument(NamedTuple):
    """A version with its canonical document, which is empty for a withdrawal.

    :param modified: when the version was made, ISO 8601 in UTC.
    """

    seq: int
    ctid: Ctid
    number: int
    event: Event
    modified: str
    canonical: bytes


class Extent(NamedTuple):
    """How many records were ever in a range of CTIDs, and when one last changed; '' for never."""

    records: int
    changed: str


class KeptDocuments:
    """The documents of a ledger, in ranges."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def extent(self, begin: str, most: int) -> Extent:
        """Return how many records have CTIDs that begin so, and when one of them last changed.

        :param most: how many records are read at most.
        """
        read = sa.select(envelope.c.updated_at).where(*_beginning(begin)).limit(most).subquery()
        query = sa.select(sa.func.count(), sa.func.max(read.c.updated_at))
        with self._database.engine.connect() as connection:
            count, changed = connection.execute(query).one()
        return Extent(count, changed or "")

    def are_more(self, begin: str, most: int) -> bool:
        """Tell whether more records than that have, or had, CTIDs that begin so."""
        query = sa.select(envelope.c.ctid).where(*_beginning(begin))
        with self._database.engine.connect() as connection:
            beyond = query.order_by(envelope.c.ctid).offset(most).limit(1)
            return connection.execute(beyond).first() is not None

    def current(self, begin: str, most: int) -> Iterator[KeptDocument]:
        """Yield the current documents whose CTIDs begin so, in order of their CTIDs.

        :param begin: the first letters of a CTID, such as ``ce-4``.
        """
        newest = (version.c.ctid == envelope.c.ctid) & (version.c.number == envelope.c.version)
        return self._read(
            sa.select(*_COLUMNS)
            .select_from(envelope.join(version, newest))
            .where(*_beginning(begin), envelope.c.deleted_at.is_(None))
            .order_by(envelope.c.ctid)
            .limit(most)
        )

    def changed(self, first: int, last: int) -> Iterator[KeptDocument]:
        """Yield the versions from one sequence number to another."""
        query = sa.select(*_COLUMNS).where(version.c.seq.between(first, last))
        return self._read(query.order_by(version.c.seq))

    def _read(self, query: sa.Select[Any]) -> Iterator[KeptDocument]:
        with self._database.engine.connect() as connection:
            rows = connection.execution_options(yield_per=FETCH_ROWS).execute(query)
            for row in rows:
                document = unpack(row.canonical, row.ctid, row.number)
                yield KeptDocument(
                    row.seq, row.ctid, row.number, Event(row.event), row.created_at, document
                )


_COLUMNS = (
    version.c.seq,
    version.c.ctid,
    version.c.number,
    version.c.event,
    version.c.created_at,
    version.c.canonical,
)


def _beginning(begin: str) -> tuple[sa.ColumnElement[bool], ...]:
    return envelope.c.ctid >= begin, envelope.c.ctid < after_all(begin)
