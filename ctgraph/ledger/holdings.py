"""Which versions of which documents a CTID stood in: written with each version, never forgotten.

A document holds its own CTID from its first version on. A part is held from the version that
brought it to the one before that which dropped it; a withdrawal drops nothing. So the address of
a version means the same for ever, wherever the part goes.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ctgraph.ledger import Ledger
from ctgraph.ledger.ownership import select_in
from ctgraph.ledger.tables import VERSION_FACTS, envelope, holding, version
from ctgraph.ledger.values import Envelope, Version, unpack

MOST = 2**31 - 1
"""The largest number that a version can have."""


@dataclass(frozen=True)
class Kept:
    """A version of a document, as the ledger keeps it; no document where it is a withdrawal."""

    envelope: Envelope
    version: Version
    canonical: bytes


def version_that_held(
    ledger: Ledger, record: str, number: int, document: bool = False
) -> Kept | None:
    """Return version `number` of the document that held an entity then.

    Where several documents held it in a version of that number, it is the earliest of them: the
    answer stays what it was when the first of them was published.

    :param document: prefer the document that bears the CTID to those that held it as a part.
    """
    if not 0 < number <= MOST:
        return None
    holders = sa.select(holding.c.envelope).where(
        holding.c.ctid == record,
        holding.c.first <= number,
        holding.c.last.is_(None) | (holding.c.last >= number),
    )
    own = version.c.ctid == record
    order = [sa.case((own, 0), else_=1), version.c.seq] if document else [version.c.seq]
    query = (
        sa.select(*envelope.c, *VERSION_FACTS, version.c.canonical)
        .join_from(version, envelope, version.c.ctid == envelope.c.ctid)
        .where(own | version.c.ctid.in_(holders), version.c.number == number)
        .order_by(*order)
        .limit(1)
    )
    with ledger.engine.connect() as connection:
        row = connection.execute(query).first()
    if row is None:
        return None
    facts = len(envelope.c)
    found = Version(*row[facts:-1])
    return Kept(Envelope(*row[:facts]), found, unpack(row[-1], found.ctid, found.number))


def documents_of(ledger: Ledger, record: str) -> set[str]:
    """Return the CTIDs of the documents that a CTID ever stood in."""
    query = sa.union(
        sa.select(envelope.c.ctid).where(envelope.c.ctid == record),
        sa.select(holding.c.envelope).where(holding.c.ctid == record),
    )
    with ledger.engine.connect() as connection:
        return set(connection.scalars(query))


def versions_of(
    ledger: Ledger, record: str, limit: int, before: int | None = None
) -> list[Version]:
    """Return versions of the documents that a CTID ever stood in, the newest first.

    :param before: only those with a lower sequence number.
    """
    holders = sa.select(holding.c.envelope).where(holding.c.ctid == record)
    own = version.c.ctid == record
    query = sa.select(*VERSION_FACTS).where(own | version.c.ctid.in_(holders))
    if before is not None:
        query = query.where(version.c.seq < before)
    with ledger.engine.connect() as connection:
        found = connection.execute(query.order_by(version.c.seq.desc()).limit(limit))
        return [Version(*row) for row in found]


@dataclass
class _Holding:
    """The versions of a document that held a part; the last is None while one does."""

    ctid: str
    envelope: str
    first: int
    last: int | None = None


class Holdings:
    """What documents hold, as a write transaction finds and changes it."""

    def __init__(self, connection: sa.Connection, documents: Collection[str]) -> None:
        self._connection = connection
        self._standing: dict[str, dict[str, _Holding]] = {}
        standing = holding.select().where(holding.c.last.is_(None))
        for row in select_in(connection, standing, holding.c.envelope, documents):
            self._standing.setdefault(row.envelope, {})[row[0]] = _Holding(*row)
        self._opened: dict[int, _Holding] = {}
        self._closed: dict[int, _Holding] = {}

    def parts(self, document: str) -> Collection[str]:
        """Return the parts that the newest version of a document holds."""
        return self._standing.get(document, {}).keys()

    def publish(self, document: str, number: int, parts: set[str]) -> None:
        """Note the parts that a new version of a document holds."""
        standing = self._standing.setdefault(document, {})
        for part in standing.keys() - parts:
            dropped = standing.pop(part)
            dropped.last = number - 1
            self._closed[id(dropped)] = dropped
        for part in parts - standing.keys():
            standing[part] = added = _Holding(part, document, number)
            self._opened[id(added)] = added

    def flush(self) -> None:
        """Write what :meth:`publish` noted; what a document goes on holding, is not written."""
        closed = [
            {"which": one.ctid, "document": one.envelope, "since": one.first, "until": one.last}
            for key, one in self._closed.items()
            if key not in self._opened
        ]
        if closed:
            mine: Any = sa.and_(
                holding.c.ctid == sa.bindparam("which"),
                holding.c.envelope == sa.bindparam("document"),
                holding.c.first == sa.bindparam("since"),
            )
            ending = holding.update().where(mine).values(last=sa.bindparam("until"))
            self._connection.execute(ending, closed)
        if self._opened:
            self._connection.execute(holding.insert(), [*map(vars, self._opened.values())])
