"""The owners of CTIDs. This module alone decides which organization may publish which CTID.

The CTID of an account belongs to that organization. Any other CTID that was ever published belongs
for ever to the organization that published it first, even if the record was withdrawn, unless that
one gives the record to another organization, which has to agree. A CTID that was never published is
free: it will belong to whoever publishes it first. The same rule holds for the primary entity of a
document and for its parts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import sqlalchemy as sa

from ctgraph.errors import Forbidden
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.database import by_name, select_in
from ctgraph.ledger.partnerships import require_grant
from ctgraph.ledger.suspensions import require_active
from ctgraph.ledger.tables import entity, organization, sequence
from ctgraph.ledger.values import Envelope, Organization
from ctgraph.problem import Problem
from ctgraph.vocab import vocabulary

_REMEDY = "Give the entity a new CTID, or refer to the other record by its @id alone."
_REMEDY_ELSEWHERE = "Ask that organization, or use a CTID of your own."
"""The remedy for a CTID that stands in no document."""


class Ownership:
    """The owners of some CTIDs, as a transaction sees them."""

    def __init__(self, connection: sa.Connection, records: Collection[Ctid]) -> None:
        self._accounts = accounts(connection, records)
        held = sa.select(entity.c.ctid, entity.c.owner)
        self._first: dict[Ctid, Ctid] = {
            row.ctid: row.owner for row in select_in(connection, held, entity.c.ctid, records)
        }

    def owner(self, record: Ctid) -> Ctid | None:
        """Return the organization that a CTID belongs to; None when it is free."""
        return record if record in self._accounts else self._first.get(record)

    def is_account(self, record: Ctid) -> bool:
        """Tell whether a CTID is that of an account."""
        return record in self._accounts

    def take(self, record: Ctid, owner: Ctid) -> Ctid:
        """Note that an organization publishes a CTID, and return the first one that did."""
        return self._first.setdefault(record, owner)

    def give(self, record: Ctid, owner: Ctid) -> None:
        """Note that a CTID belongs to another organization from now on."""
        self._first[record] = owner

    def require(self, owner: Organization, borne: Iterable[tuple[Ctid, str | None]]) -> None:
        """Make sure that CTIDs belong to an organization, or are free.

        :param borne: the CTIDs, each with its JSON Pointer if it is in a document.
        :raises Forbidden: naming every one that belongs to another organization.
        """
        problems = [
            Problem(self._others(record), _REMEDY_ELSEWHERE if place is None else _REMEDY, place)
            for record, place in borne
            if self.owner(record) not in (None, owner.ctid)
        ]
        if problems:
            first, more = problems[0], len(problems) - 1
            then = f"(and {more} more like this)" if more else first.remedy
            raise Forbidden(f"{first.message} {then}", problems)

    def _others(self, record: Ctid) -> str:
        account = self._accounts.get(record)
        if account:
            return f"{record} is the CTID of the organization {account.name}."
        return (
            f"{record} belongs to another organization, {self._first[record]}, which was the first "
            "to publish it."
        )


def require_giving(
    connection: sa.Connection, head: Envelope, giver: Organization, taker: Organization
) -> None:
    """Make sure that an organization may give a record to another one.

    A record speaks for its owner. So nobody is made the owner of one who has not let the giver
    publish for it.

    :raises Forbidden: when the giver does not own the record, one of both is suspended, the CTID
        is that of an account, or the other organization has granted nothing.
    """
    Ownership(connection, [head.ctid]).require(giver, [(head.ctid, None)])
    if head.owner != giver.ctid:
        raise Forbidden(f"{head.ctid} is published by another organization than {giver.name}.")
    if accounts(connection, [head.ctid]):
        raise Forbidden(
            f"{head.ctid} is the CTID of {giver.name} itself. Records of accounts cannot be given "
            "away."
        )
    for one in (giver, taker):
        require_active(connection, one.ctid, one.name)
    require_grant(connection, giver, taker)


def describable(connection: sa.Connection, records: Collection[Ctid]) -> set[Ctid]:
    """Return those of some CTIDs that may become accounts: they name nothing but organizations."""
    query = sa.select(entity.c.ctid, entity.c.type)
    others = {
        row.ctid
        for row in select_in(connection, query, entity.c.ctid, records)
        if not vocabulary().is_a(row.type, "ceterms:Agent", "ceterms:Organization")
    }
    return set(records) - others


def accounts(connection: sa.Connection, records: Collection[Ctid]) -> dict[Ctid, Organization]:
    """Return the accounts among some CTIDs."""
    found = select_in(connection, organization.select(), organization.c.ctid, records)
    return {row.ctid: Organization(**by_name(row, organization.c)) for row in found}


def lock_sequence(connection: sa.Connection) -> int:
    """Keep other transactions from deciding on CTIDs or taking numbers until the commit.

    :returns: the number of the newest change.
    """
    found: int = connection.execute(sa.select(sequence.c.last).with_for_update()).scalar_one()
    return found
