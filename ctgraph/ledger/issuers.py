"""The DIDs that organizations have proved to control."""

from __future__ import annotations

from typing import NamedTuple

import sqlalchemy as sa

from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.database import Database
from ctgraph.ledger.tables import metadata, organization
from ctgraph.ledger.values import now

issuer = sa.Table(
    "issuer",
    metadata,
    sa.Column("organization", sa.ForeignKey("organization.ctid"), primary_key=True),
    sa.Column("did", sa.Text, primary_key=True, index=True),
    sa.Column("key_id", sa.Text, nullable=False),
    sa.Column("verified_at", sa.String(27), nullable=False),
)
"""`key_id` is the DID URL of the key that signed the proof."""


class Issuer(NamedTuple):
    """A DID of an organization."""

    organization: Ctid
    name: str
    did: str
    key_id: str
    verified_at: str


_ISSUERS = sa.select(
    issuer.c.organization, organization.c.name, issuer.c.did, issuer.c.key_id, issuer.c.verified_at
).join(organization, organization.c.ctid == issuer.c.organization)


class Issuers:
    """The issuers of a ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, record: Ctid) -> list[Issuer]:
        """Return the DIDs of an organization, the oldest proof first."""
        return self._found(issuer.c.organization == record)

    def with_did(self, did: str) -> list[Issuer]:
        """Return the organizations that have proved a DID."""
        return self._found(issuer.c.did == did)

    def keep(self, connection: sa.Connection, record: Ctid, did: str, key_id: str) -> None:
        """Keep a DID that was proved, in the place of an earlier proof of it."""
        self.remove(connection, record, did)
        values = {"organization": record, "did": did, "key_id": key_id, "verified_at": now()}
        connection.execute(issuer.insert().values(values))

    def remove(self, connection: sa.Connection, record: Ctid, did: str) -> bool:
        """Remove a DID of an organization; tell whether it had it."""
        mine = issuer.c.organization == record, issuer.c.did == did
        return bool(connection.execute(issuer.delete().where(*mine)).rowcount)

    def count(self, connection: sa.Connection, record: Ctid) -> int:
        """Return how many DIDs an organization has."""
        query = sa.select(sa.func.count()).where(issuer.c.organization == record)
        return int(connection.scalar(query) or 0)

    def _found(self, condition: sa.ColumnElement[bool]) -> list[Issuer]:
        query = _ISSUERS.where(condition).order_by(issuer.c.verified_at, issuer.c.organization)
        return [Issuer._make(row) for row in self._database.rows(query)]
