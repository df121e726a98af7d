"""Pages of the current envelopes of one class, in orders that others ask for."""

from __future__ import annotations

from enum import StrEnum

from ctgraph.ledger.database import Database, by_name
from ctgraph.ledger.tables import envelope
from ctgraph.ledger.values import Envelope
from ctgraph.rdf.namespaces import Curie


class Order(StrEnum):
    """What a page is sorted by, as CASE calls it."""

    IDENTIFIER = "identifier"
    TITLE = "title"
    CHANGE = "lastChangeDateTime"


_COLUMNS = {
    Order.IDENTIFIER: envelope.c.ctid,
    Order.TITLE: envelope.c.name,
    Order.CHANGE: envelope.c.updated_at,
}


def page_of(
    database: Database, kind: Curie, order: Order, is_descending: bool, limit: int, offset: int
) -> list[Envelope]:
    """Return a page of current envelopes of a class. An index has them in order of their CTIDs."""
    column = _COLUMNS[order]
    columns = dict.fromkeys((column, envelope.c.ctid))
    query = (
        envelope.select()
        .where(envelope.c.type == kind, envelope.c.deleted_at.is_(None))
        .order_by(*(one.desc() if is_descending else one for one in columns))
        .limit(limit)
        .offset(offset)
    )
    return [Envelope(**by_name(row, envelope.c)) for row in database.rows(query)]
