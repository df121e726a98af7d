"""The audit of a ledger: every kept document against its digest, the numbers, the database."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence

import orjson
import sqlalchemy as sa

from ctgraph.errors import Damaged
from ctgraph.ledger.change_tables import change
from ctgraph.ledger.database import Row
from ctgraph.ledger.tables import envelope, sequence, version
from ctgraph.ledger.values import Event, unpack
from ctgraph.rdf.canonical import canonical_of

PAGE_ROWS = 100
"""Versions that are in memory at once, each with three forms of its document."""


def audit(
    connection: sa.Connection, until: int, progress: Callable[[int], object]
) -> Iterator[str]:
    """Yield a sentence for everything that is wrong with a ledger.

    :param until: the last sequence number to audit.
    :param progress: called with the number of further versions that were audited.
    """
    if connection.dialect.name == "sqlite":
        yield from _sqlite(connection)
    yield from _numbers(connection, until)
    yield from _heads(connection)
    after = 0
    while rows := _page(connection, after, until):
        for row in rows:
            if wrong := _wrong(row):
                yield f"{row.ctid}, version {row.number}: {wrong}"
        after = rows[-1].seq
        progress(len(rows))


def _sqlite(connection: sa.Connection) -> Iterator[str]:
    """Yield the faults that SQLite finds in its own file."""
    for finding in connection.exec_driver_sql("PRAGMA integrity_check").scalars():
        if finding != "ok":
            yield f"The database is damaged: {finding}"
    for row in connection.exec_driver_sql("PRAGMA foreign_key_check"):
        yield f"Row {row.rowid} of {row.table} refers to a missing row of {row.parent}."


def _numbers(connection: sa.Connection, until: int) -> Iterator[str]:
    """Yield the gaps in the sequence, and in the versions of records."""
    last = connection.execute(sa.select(sequence.c.last)).scalar_one()
    known = connection.execute(
        sa.select(
            sa.func.max(version.c.seq).label("highest"), sa.func.count().label("number")
        ).where(version.c.seq <= until)
    ).one()
    newest = connection.execute(sa.select(sa.func.max(version.c.seq))).scalar() or 0
    if newest != last:
        yield f"The newest change is number {newest}, but the sequence says {last}."
    if known.number != (known.highest or 0):
        yield f"There are {known.number} changes up to number {known.highest}: some are missing."
    untold = sa.select(sa.func.count()).where(
        version.c.seq <= until, ~sa.exists().where(change.c.seq == version.c.seq)
    )
    if missing := connection.scalar(untold):
        yield f"Of {missing} changes it is not kept whose records they changed."
    gaps = (
        sa.select(version.c.ctid)
        .group_by(version.c.ctid)
        .having(
            (sa.func.count() != sa.func.max(version.c.number))
            | (sa.func.min(version.c.number) != 1)
        )
    )
    for record in connection.scalars(gaps):
        yield f"{record} lacks a version."


def _heads(connection: sa.Connection) -> Iterator[str]:
    """Yield the envelopes that do not agree with their last version."""
    newest = (version.c.ctid == envelope.c.ctid) & (version.c.number == envelope.c.version)
    beyond = version.alias()
    wrong = (
        sa.select(envelope.c.ctid)
        .outerjoin(version, newest)
        .where(
            version.c.seq.is_(None)
            | (version.c.digest != envelope.c.digest)
            | ((version.c.event == Event.WITHDRAW.value) != envelope.c.deleted_at.isnot(None))
            | sa.exists().where(
                beyond.c.ctid == envelope.c.ctid, beyond.c.number > envelope.c.version
            )
        )
    )
    for record in connection.scalars(wrong):
        yield f"The envelope of {record} does not agree with its last version."


def _page(connection: sa.Connection, after: int, until: int) -> Sequence[Row]:
    query = (
        sa.select(version)
        .where(version.c.seq > after, version.c.seq <= until)
        .order_by(version.c.seq)
        .limit(PAGE_ROWS)
    )
    return connection.execute(query).all()


def _wrong(row: Row) -> str:
    """Return the fault of a version, or ''."""
    if row.event == Event.WITHDRAW:
        kept = row.received or row.canonical or row.quads or row.digest
        return "a withdrawal that has a document" if kept else ""
    try:
        received, canonical, quads = (
            unpack(kept, row.ctid, row.number) for kept in (row.received, row.canonical, row.quads)
        )
        orjson.loads(canonical)
    except (Damaged, ValueError) as error:
        return f"its document cannot be read: {error.__cause__ or error}"
    if not received or not quads:
        return "its document is missing"
    if hashlib.sha256(canonical_of(quads, row.ctid)).hexdigest() != row.digest:
        return "its document does not have the digest that it was published with"
    return ""
