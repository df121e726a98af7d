"""Claims: people who say that an organization for which nobody acts is theirs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa

from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.database import Database, by_name
from ctgraph.ledger.tables import api_key, application, envelope, member, metadata, person
from ctgraph.ledger.values import now

claim = sa.Table(
    "claim",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("organization", sa.String(39), nullable=False, index=True),
    sa.Column("person", sa.ForeignKey("person.id"), nullable=False, index=True),
    sa.Column("state", sa.String(16), nullable=False, index=True),
    sa.Column("words", sa.Text, nullable=False),
    sa.Column("answer", sa.Text, nullable=False),
    sa.Column("created_at", sa.String(27), nullable=False),
)
"""An organization that is claimed may have no account: a claim alone makes none."""


class Standing(StrEnum):
    """How a claim stands."""

    WAITING = "waiting"
    APPROVED = "approved"
    DECLINED = "declined"


@dataclass(frozen=True)
class Claim:
    """Somebody's claim of an organization.

    :param words: what the person says.
    :param answer: what the staff says.
    """

    id: int
    organization: Ctid
    person: str
    state: Standing
    words: str
    answer: str
    created_at: str
    name: str
    email: str


class Claims:
    """The claims of a ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def is_free(self, record: Ctid) -> bool:
        """Tell whether an organization may be claimed, see :func:`is_free`."""
        with self._database.engine.connect() as connection:
            return is_free(connection, record)

    def add(self, connection: sa.Connection, record: Ctid, who: str, words: str) -> int:
        """Note a claim, and return its number."""
        added = connection.execute(
            claim.insert().values(
                organization=record,
                person=who,
                state=Standing.WAITING,
                words=words,
                answer="",
                created_at=now(),
            )
        )
        assert added.inserted_primary_key
        return int(added.inserted_primary_key[0])

    def settle(self, connection: sa.Connection, id: int, state: Standing, answer: str) -> None:
        """Note what the staff decided on a claim."""
        connection.execute(
            claim.update().where(claim.c.id == id).values(state=state, answer=answer)
        )

    def get(self, connection: sa.Connection, id: int) -> Claim | None:
        """Return a claim; None where there is none."""
        row = connection.execute(_CLAIMS.where(claim.c.id == id)).first()
        return _claim(row) if row else None

    def waiting(self) -> list[Claim]:
        """Return the claims that wait for the staff, the oldest first."""
        query = _CLAIMS.where(claim.c.state == Standing.WAITING).order_by(claim.c.id)
        return list(map(_claim, self._database.rows(query)))

    def of(self, connection: sa.Connection, record: Ctid) -> list[Claim]:
        """Return the claims of an organization, the oldest first."""
        query = _CLAIMS.where(claim.c.organization == record).order_by(claim.c.id)
        return list(map(_claim, connection.execute(query)))


def is_unclaimed(connection: sa.Connection, record: Ctid) -> bool:
    """Tell whether nobody acts for an organization: no member, no valid key, no application."""
    acting = (
        sa.select(sa.literal(1)).where(member.c.organization == record),
        sa.select(sa.literal(1)).where(
            api_key.c.organization == record, api_key.c.revoked_at.is_(None)
        ),
        sa.select(sa.literal(1)).where(application.c.organization == record),
    )
    return connection.execute(sa.union_all(*acting)).first() is None


def is_free(connection: sa.Connection, record: Ctid, by: Ctid | None = None) -> bool:
    """Tell whether an organization may be claimed: nobody acts for it, nor for who describes it.

    A college that acts describes its departments: their records, withdrawn ones too, are its own.

    :param by: an organization that may have described it itself.
    """
    query = sa.select(envelope.c.owner).where(envelope.c.ctid == record)
    describers = {row.owner for row in connection.execute(query)} - {by}
    return all(is_unclaimed(connection, one) for one in {record} | describers)


_CLAIMS = sa.select(claim, person.c.name.label("name"), person.c.email.label("email")).join(person)


def _claim(row: sa.Row[tuple[object, ...]]) -> Claim:
    columns = by_name(row, claim.c)
    values = row._mapping
    return Claim(
        **columns | {"state": Standing(columns["state"])},
        name=values["name"],
        email=values["email"],
    )
