"""Deleting an organization that has published nothing, with all that the ledger keeps of it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from ctgraph.errors import Conflict
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.names import Kind, note
from ctgraph.ledger.tables import entity, envelope, metadata, organization, version


def discard(connection: sa.Connection, record: Ctid) -> None:
    """Delete an organization and whatever refers to it. What people did stays in their activity.

    :raises Conflict: when it has published something: that is never deleted.
    """
    note(connection, Kind.ORGANIZATIONS, {record: ""})
    _delete(connection, organization, organization.c.ctid == record)


def _delete(connection: sa.Connection, table: sa.Table, wanted: sa.ColumnElement[bool]) -> None:
    """Delete rows, after those that cannot be without them."""
    for other in metadata.tables.values():
        for key in other.foreign_keys:
            if key.column.table is not table:
                continue
            refers = key.parent.in_(sa.select(key.column).where(wanted))
            if key.parent.nullable:
                values: dict[Any, None] = {key.parent: None}
                connection.execute(other.update().where(refers).values(values))
            elif other not in (envelope, entity, version):
                _delete(connection, other, refers)
            elif connection.scalar(sa.select(sa.exists().where(refers))):
                raise Conflict("The organization has published records, which are never deleted.")
    connection.execute(table.delete().where(wanted))
