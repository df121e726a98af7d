"""Proving a ledger: every kept document against its digest, the numbers, the database itself."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

import orjson
import sqlalchemy as sa

from ctgraph.errors import Damaged
from ctgraph.ledger.tables import envelope, sequence, version
from ctgraph.ledger.values import unpack
from ctgraph.rdf.canonical import canonical_of

PAGE = 100


def audit(
    connection: sa.Connection, until: int, progress: Callable[[int], object]
) -> Iterator[str]:
    """Yield everything that is wrong with a ledger, in words.

    :param until: the last sequence number to look at.
    :param progress: is told how many more versions are proved.
    """
    if connection.dialect.name == "sqlite":
        yield from _sqlite(connection)
    yield from _numbers(connection, until)
    yield from _heads(connection)
    after = 0
    while rows := list(_page(connection, after, until)):
        for row in rows:
            wrong = _wrong(row)
            if wrong:
                yield f"{row.ctid}, version {row.number}: {wrong}"
        after = rows[-1].seq
        progress(len(rows))


def _sqlite(connection: sa.Connection) -> Iterator[str]:
    """Yield what SQLite finds wrong with its own file."""
    for (said,) in connection.exec_driver_sql("PRAGMA integrity_check"):
        if said != "ok":
            yield f"The database is damaged: {said}"
    for table, row, parent, _ in connection.exec_driver_sql("PRAGMA foreign_key_check"):
        yield f"Row {row} of {table} refers to nothing in {parent}."


def _numbers(connection: sa.Connection, until: int) -> Iterator[str]:
    """Yield the gaps in the sequence, and in the versions of records."""
    last = connection.execute(sa.select(sequence.c.last)).scalar_one()
    highest, count = connection.execute(
        sa.select(sa.func.max(version.c.seq), sa.func.count()).where(version.c.seq <= until)
    ).one()
    newest = connection.execute(sa.select(sa.func.max(version.c.seq))).scalar() or 0
    if newest != last:
        yield f"The newest change is number {newest}, the sequence says {last}."
    if count != (highest or 0):
        yield f"There are {count} changes up to number {highest}: some are missing."
    gaps = (
        sa.select(version.c.ctid)
        .group_by(version.c.ctid)
        .having(
            (sa.func.count() != sa.func.max(version.c.number))
            | (sa.func.min(version.c.number) != 1)
        )
    )
    for (record,) in connection.execute(gaps):
        yield f"{record} lacks a version."


def _heads(connection: sa.Connection) -> Iterator[str]:
    """Yield the envelopes that do not say what their last version does."""
    newest = (version.c.ctid == envelope.c.ctid) & (version.c.number == envelope.c.version)
    beyond = version.alias()
    wrong = (
        sa.select(envelope.c.ctid)
        .outerjoin(version, newest)
        .where(
            version.c.seq.is_(None)
            | (version.c.digest != envelope.c.digest)
            | ((version.c.event == "withdraw") != envelope.c.deleted_at.isnot(None))
            | sa.exists().where(
                beyond.c.ctid == envelope.c.ctid, beyond.c.number > envelope.c.version
            )
        )
    )
    for (record,) in connection.execute(wrong):
        yield f"The envelope of {record} does not fit its last version."


def _page(connection: sa.Connection, after: int, until: int) -> Iterator[Any]:
    query = (
        sa.select(version)
        .where(version.c.seq > after, version.c.seq <= until)
        .order_by(version.c.seq)
        .limit(PAGE)
    )
    return iter(connection.execute(query))


def _wrong(row: Any) -> str:
    """Return what is wrong with a version, or nothing."""
    if row.event == "withdraw":
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
