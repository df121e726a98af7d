"""The versions of documents that hold each CTID: written with each version, never deleted.

A document holds its own CTID from its first version on. It holds a part from the version that added
it to the last one before it was dropped; a withdrawal drops nothing. So the address of a version
means the same document for ever, wherever the part goes later.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.database import by_name, select_in
from ctgraph.ledger.tables import holding


@dataclass
class _Holding:
    """The versions of a document that hold a part; the last is None while the newest one does."""

    ctid: Ctid
    envelope: Ctid
    first: int
    last: int | None = None


class Holdings:
    """The parts that documents hold, as a write transaction finds and changes them."""

    def __init__(self, connection: sa.Connection, documents: Collection[Ctid]) -> None:
        self._connection = connection
        self._standing: dict[Ctid, dict[Ctid, _Holding]] = {}
        standing = holding.select().where(holding.c.last.is_(None))
        for row in select_in(connection, standing, holding.c.envelope, documents):
            self._standing.setdefault(row.envelope, {})[row.ctid] = _Holding(
                **by_name(row, holding.c)
            )
        self._opened: dict[int, _Holding] = {}
        self._closed: dict[int, _Holding] = {}

    def parts(self, document: Ctid) -> Collection[Ctid]:
        """Return the parts that the newest version of a document holds."""
        return self._standing.get(document, {}).keys()

    def publish(self, document: Ctid, number: int, parts: set[Ctid]) -> None:
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
        """Write what :meth:`publish` noted, except parts that a document continues to hold."""
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
