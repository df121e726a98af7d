"""External identifiers: what organizations call their records in spreadsheets."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from ctgraph.errors import Conflict
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.database import Database, select_in
from ctgraph.ledger.tables import metadata

external_identifier = sa.Table(
    "external_identifier",
    metadata,
    sa.Column("owner", sa.ForeignKey("organization.ctid"), primary_key=True),
    sa.Column("identifier", sa.String(50), primary_key=True),
    sa.Column("ceterms_ctid", sa.String(39), key="ctid", nullable=False),
)
"""The records by the identifiers of their owners. One identifier names one record for ever."""


class Identifiers:
    """The external identifiers of all organizations."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, owner: Ctid) -> dict[str, Ctid]:
        """Return the records of an organization by their external identifiers."""
        columns = external_identifier.c.identifier, external_identifier.c.ctid
        query = sa.select(*columns).where(external_identifier.c.owner == owner)
        return {row.identifier: row.ctid for row in self._database.rows(query)}

    def note(self, connection: sa.Connection, owner: Ctid, found: Mapping[str, Ctid]) -> None:
        """Remember the identifiers of some records.

        :raises Conflict: when one of them names another record by now.
        """
        columns = external_identifier.c.identifier, external_identifier.c.ctid
        mine = sa.select(*columns).where(external_identifier.c.owner == owner)
        rows = select_in(connection, mine, external_identifier.c.identifier, list(found))
        known = {row.identifier: row.ctid for row in rows}
        for identifier, record in known.items():
            if found[identifier] != record:
                raise Conflict(
                    f"The external identifier {identifier!r} came to mean {record} since the files "
                    "were checked. Check them again."
                )
        new = found.keys() - known.keys()
        if new:
            connection.execute(
                external_identifier.insert(),
                [{"owner": owner, "identifier": key, "ctid": found[key]} for key in sorted(new)],
            )
