"""Invitations to organizations that nobody accepted yet, found by the address of whoever is meant.

An invitation is a ticket, whose value is a role, an address, and a reference to who invites.
"""

from __future__ import annotations

import sqlalchemy as sa

from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.people import Purpose
from ctgraph.ledger.tables import ticket
from ctgraph.ledger.values import now


def is_invited(connection: sa.Connection, record: Ctid, email: str, until: str) -> bool:
    """Tell whether an invitation of somebody to an organization stands, until a time at least."""
    mine = ticket.c.organization == record, ticket.c.expires_at >= until
    query = sa.select(ticket.c.digest).where(*_invites(email), *mine)
    return connection.scalar(query) is not None


def invitations_of(connection: sa.Connection, email: str, most: int) -> list[str]:
    """Return the digests of the invitations of an address that stand, the newest first."""
    query = sa.select(ticket.c.digest).where(*_invites(email), ticket.c.expires_at >= now())
    return [*connection.scalars(query.order_by(ticket.c.expires_at.desc()).limit(most))]


def _invites(email: str) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
    named = ticket.c.value.contains(f" {email} ", autoescape=True)
    return ticket.c.purpose == Purpose.INVITATION, named
