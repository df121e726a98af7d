"""Who may bear which CTID: the one place that decides it.

A CTID belongs to the organization whose account it is; else, for ever, to the organization that
first held it, whatever has become of what it named; else it is free, and belongs to whoever
publishes with it first. What holds for the primary entity of a document holds for its parts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import sqlalchemy as sa

from ctgraph.errors import Forbidden, Problem
from ctgraph.ledger.tables import entity, organization, sequence
from ctgraph.ledger.values import Organization
from ctgraph.vocab import vocabulary

REMEDY = "Give it a CTID of your own, or refer to it by its @id alone."


class Ownership:
    """Whose some CTIDs are, as a transaction sees it."""

    def __init__(self, connection: sa.Connection, records: Collection[str]) -> None:
        self._accounts = accounts(connection, records)
        held = sa.select(entity.c.ctid, entity.c.owner)
        self._first: dict[str, str] = dict(
            map(tuple, select_in(connection, held, entity.c.ctid, records))
        )

    def owner(self, record: str) -> str | None:
        """Return the organization that a CTID belongs to; None for a free one."""
        return record if record in self._accounts else self._first.get(record)

    def is_account(self, record: str) -> bool:
        """Tell whether a CTID is an account's."""
        return record in self._accounts

    def take(self, record: str, owner: str) -> str:
        """Note that an organization publishes with a CTID; return who was the first to."""
        return self._first.setdefault(record, owner)

    def require(self, who: Organization, borne: Iterable[tuple[str, str | None]]) -> None:
        """Let an organization bear CTIDs that are its own, or free.

        :param borne: the CTIDs, each with its JSON Pointer where it stands in a document.
        :raises Forbidden: naming every one that belongs to somebody else.
        """
        problems = [
            Problem(self._others(record), REMEDY if place is not None else "", place)
            for record, place in borne
            if self.owner(record) not in (None, who.ctid)
        ]
        if problems:
            more = f" (and {len(problems) - 1} more like this)" if len(problems) > 1 else ""
            raise Forbidden(f"{problems[0].message}{more}", problems)

    def _others(self, record: str) -> str:
        account = self._accounts.get(record)
        if account:
            return f"{record} is the CTID of the organization {account.name}."
        return f"{record} belongs to another organization, which was the first to publish with it."


def describable(connection: sa.Connection, records: Collection[str]) -> set[str]:
    """Return which of some CTIDs may become accounts: those that name nothing but organizations."""
    others = {
        record
        for record, kind in select_in(
            connection, sa.select(entity.c.ctid, entity.c.type), entity.c.ctid, records
        )
        if not vocabulary().is_a(kind, "ceterms:Agent", "ceterms:Organization")
    }
    return set(records) - others


def accounts(connection: sa.Connection, records: Collection[str]) -> dict[str, Organization]:
    """Return the accounts among some CTIDs."""
    found = select_in(connection, organization.select(), organization.c.ctid, records)
    return {row[0]: Organization(*row) for row in found}


def lock_sequence(connection: sa.Connection) -> int:
    """Let no other transaction decide on CTIDs, or give numbers, until the commit.

    :returns: the number of the newest change.
    """
    found: int = connection.execute(sa.select(sequence.c.last).with_for_update()).scalar_one()
    return found


def select_in(
    connection: sa.Connection,
    query: sa.Select[Any],
    column: sa.Column[str],
    records: Collection[str],
) -> list[Any]:
    """Return the rows of a query in which a column is one of some CTIDs."""
    ordered = sorted(records)
    # Each part fits the parameters of one statement.
    parts = [ordered[start : start + 5000] for start in range(0, len(ordered), 5000)]
    return [row for part in parts for row in connection.execute(query.where(column.in_(part)))]
