"""What was found when the domain of an organization was looked up."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.database import Database, by_name
from ctgraph.ledger.tables import metadata
from ctgraph.ledger.values import now

proof = sa.Table(
    "proof",
    metadata,
    sa.Column("organization", sa.ForeignKey("organization.ctid"), primary_key=True),
    sa.Column("webpage", sa.Text, nullable=False),
    sa.Column("in_dns", sa.Boolean, nullable=False),
    sa.Column("in_file", sa.Boolean, nullable=False),
    sa.Column("looked_at", sa.String(27), nullable=False),
)


@dataclass(frozen=True)
class Proof:
    """The result of the last look.

    :param webpage: whose domain was looked up. It says nothing of another one.
    """

    organization: Ctid
    webpage: str
    in_dns: bool
    in_file: bool
    looked_at: str


class Proofs:
    """The proofs of a ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(
        self, connection: sa.Connection, record: Ctid, webpage: str, in_dns: bool, in_file: bool
    ) -> None:
        """Keep what was found in the place of what was found before."""
        kept = Proof(record, webpage, in_dns, in_file, now())
        connection.execute(proof.delete().where(proof.c.organization == record))
        connection.execute(proof.insert().values(**vars(kept)))

    def of(self, record: Ctid) -> Proof | None:
        """Return what was found for an organization; None before anybody looked."""
        for row in self._database.rows(proof.select().where(proof.c.organization == record)):
            return Proof(**by_name(row, proof.c))
        return None
