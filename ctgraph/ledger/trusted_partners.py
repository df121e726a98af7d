"""Trusted partners: organizations that register institutions, and those that they registered."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa

from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.database import Database, select_in
from ctgraph.ledger.partnerships import Agreement, partnership
from ctgraph.ledger.people import Purpose
from ctgraph.ledger.tables import application, member, metadata, organization, ticket
from ctgraph.ledger.values import Organization, now

trusted_partner = sa.Table(
    "trusted_partner",
    metadata,
    sa.Column("organization", sa.ForeignKey("organization.ctid"), primary_key=True),
    sa.Column("since", sa.String(27), nullable=False),
)
"""The organizations whose word is enough for the registry to approve others."""

registration = sa.Table(
    "registration",
    metadata,
    sa.Column("partner", sa.ForeignKey("organization.ctid"), primary_key=True),
    sa.Column("identifier", sa.String(100), primary_key=True),
    sa.Column("ceterms_ctid", sa.ForeignKey("organization.ctid"), key="ctid", nullable=False),
    sa.Column("created_at", sa.String(27), nullable=False),
)
"""The institutions that a partner registered. One identifier names one institution for ever."""


@dataclass(frozen=True)
class Registration:
    """An institution that a partner registered.

    :param identifier: what the partner calls it.
    :param state: of its application.
    :param is_taken: whether it has members.
    """

    identifier: str
    ctid: Ctid
    name: str
    state: str
    is_taken: bool
    created_at: str


class TrustedPartners:
    """The trusted partners of a ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[Organization]:
        """Return the trusted partners, in the order of their names."""
        query = sa.select(organization).join(trusted_partner).order_by(organization.c.name)
        return [
            Organization(row.ctid, row.name, row.created_at) for row in self._database.rows(query)
        ]

    def is_trusted(self, connection: sa.Connection, record: Ctid) -> bool:
        """Tell whether an organization is a trusted partner now."""
        query = sa.select(trusted_partner.c.since).where(trusted_partner.c.organization == record)
        return connection.scalar(query) is not None

    def trust(self, connection: sa.Connection, record: Ctid, is_trusted: bool) -> None:
        """Trust an organization from now on, or no longer."""
        mine = trusted_partner.c.organization == record
        connection.execute(trusted_partner.delete().where(mine))
        if is_trusted:
            connection.execute(trusted_partner.insert().values(organization=record, since=now()))

    def end_rights(self, connection: sa.Connection, partner: Ctid) -> None:
        """Revoke what a partner may do for its institutions that nobody else acts for.

        Its invitations to them are void, too.
        """
        nobodys = sa.select(registration.c.ctid).where(
            registration.c.partner == partner,
            ~sa.exists().where(member.c.organization == registration.c.ctid),
        )
        connection.execute(
            partnership.update()
            .where(partnership.c.publisher == partner, partnership.c.owner.in_(nobodys))
            .values(state=Agreement.REVOKED, expires_at=None, updated_at=now())
        )
        connection.execute(
            ticket.delete().where(
                ticket.c.purpose == Purpose.INVITATION, ticket.c.organization.in_(nobodys)
            )
        )

    def known(
        self, connection: sa.Connection, partner: Ctid, identifiers: Collection[str]
    ) -> dict[str, Registration]:
        """Return the institutions of a partner that have some identifiers."""
        mine = _REGISTRATIONS.where(registration.c.partner == partner)
        rows = select_in(connection, mine, registration.c.identifier, list(identifiers))
        return {row.identifier: _registration(row) for row in rows}

    def note(self, connection: sa.Connection, partner: Ctid, identifier: str, at: Ctid) -> None:
        """Remember an institution that a partner registers."""
        connection.execute(
            registration.insert().values(
                partner=partner, identifier=identifier, ctid=at, created_at=now()
            )
        )

    def of(self, partner: Ctid, after: str, most: int) -> list[Registration]:
        """Return the institutions of a partner in the order of their identifiers.

        :param after: the identifier after which they begin; empty for the first ones.
        """
        mine = (registration.c.partner == partner) & (registration.c.identifier > after)
        query = _REGISTRATIONS.where(mine).order_by(registration.c.identifier).limit(most)
        return list(map(_registration, self._database.rows(query)))


_REGISTRATIONS = (
    sa.select(
        registration.c.identifier,
        registration.c.ctid,
        registration.c.created_at,
        organization.c.name,
        sa.func.coalesce(application.c.state, "approved").label("state"),
        sa.exists().where(member.c.organization == registration.c.ctid).label("is_taken"),
    )
    .join(organization, organization.c.ctid == registration.c.ctid)
    .outerjoin(application, application.c.organization == registration.c.ctid)
)


def _registration(row: sa.Row[tuple[object, ...]]) -> Registration:
    values = row._mapping
    return Registration(
        values["identifier"],
        values[registration.c.ctid],
        values["name"],
        values["state"],
        bool(values["is_taken"]),
        values["created_at"],
    )
