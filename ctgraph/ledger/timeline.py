"""The versions in which documents held an entity, by their times.

No two versions of a ledger have the same time, and a later version has a later time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.change_tables import VERSION_FACTS, VERSIONS
from ctgraph.ledger.database import Database, Row, by_name
from ctgraph.ledger.tables import holding, version
from ctgraph.ledger.values import Event, Version


@dataclass(frozen=True)
class Timeline:
    """The versions in which some documents held an entity.

    A document always holds its own CTID; a withdrawal drops no part.

    :param documents: the CTIDs of the documents; not empty.
    """

    database: Database
    ctid: Ctid
    documents: frozenset[Ctid]

    def first(self) -> Version | None:
        """Return the first version; None where no document held the entity."""
        return self._one(self._query(), latest=False)

    def last(self) -> Version | None:
        """Return the newest version."""
        return self._one(self._query(), latest=True)

    def at(self, moment: str) -> Version | None:
        """Return the newest version up to a moment (ISO 8601, UTC, microseconds, Z)."""
        return self._one(self._query().where(version.c.created_at <= moment), latest=True)

    def before(self, moment: str) -> Version | None:
        """Return the newest version before a moment."""
        return self._one(self._query().where(version.c.created_at < moment), latest=True)

    def after(self, moment: str) -> Version | None:
        """Return the first version after a moment."""
        return self._one(self._query().where(version.c.created_at > moment), latest=False)

    def page(self, after: int, limit: int) -> list[Version]:
        """Return versions in their order.

        :param after: return only versions with a higher sequence number.
        """
        query = self._query().where(version.c.seq > after).order_by(self._order).limit(limit)
        with self.database.engine.connect() as connection:
            return [_version(row) for row in connection.execute(query)]

    def had_dropped(self, found: Version, moment: str) -> bool:
        """Tell whether the document of the newest version that held the entity goes on without it.

        :param found: that version, as :meth:`at` returns it for the moment.
        """
        newer = (
            version.c.ctid == found.ctid,
            version.c.number > found.number,
            version.c.created_at <= moment,
        )
        with self.database.engine.connect() as connection:
            return bool(connection.scalar(sa.select(sa.exists().where(*newer))))

    @property
    def _order(self) -> sa.Column[int]:
        # An index has the versions of one document in the order of their numbers.
        return version.c.number if len(self.documents) == 1 else version.c.seq

    def _query(self) -> sa.Select[Any]:
        within = sa.exists().where(
            holding.c.ctid == self.ctid,
            holding.c.envelope == version.c.ctid,
            holding.c.first <= version.c.number,
            holding.c.last.is_(None) | (holding.c.last >= version.c.number),
        )
        documents = version.c.ctid.in_(sorted(self.documents))
        query = sa.select(*VERSION_FACTS).select_from(VERSIONS)
        return query.where(documents, (version.c.ctid == self.ctid) | within)

    def _one(self, query: sa.Select[Any], latest: bool) -> Version | None:
        order = self._order.desc() if latest else self._order
        with self.database.engine.connect() as connection:
            row = connection.execute(query.order_by(order).limit(1)).first()
        return _version(row) if row else None


def _version(row: Row) -> Version:
    columns = by_name(row, VERSION_FACTS)
    return Version(**columns | {"event": Event(columns["event"])})
