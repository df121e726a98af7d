"""What people did, in words."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.database import Database
from ctgraph.ledger.tables import activity, person
from ctgraph.ledger.values import now


@dataclass(frozen=True)
class Activity:
    """Something that somebody did.

    :param name: whose name; empty for the registry itself.
    :param address: the IP address from which it was done.
    """

    created_at: str
    name: str
    words: str
    address: str


class Activities:
    """The log of what people did."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(
        self,
        connection: sa.Connection,
        words: str,
        *,
        person: str | None = None,
        organization: Ctid | None = None,
        address: str = "",
    ) -> None:
        """Note something in the transaction that does it."""
        connection.execute(
            activity.insert().values(
                created_at=now(),
                person=person,
                organization=organization,
                words=words,
                address=address,
            )
        )

    def of_person(self, id: str, most: int) -> list[Activity]:
        """Return what a person did, the newest first."""
        return self._found(activity.c.person == id, most)

    def of_organization(self, record: Ctid, most: int) -> list[Activity]:
        """Return what was done for an organization, the newest first."""
        return self._found(activity.c.organization == record, most)

    def _found(self, condition: sa.ColumnElement[bool], most: int) -> list[Activity]:
        query = (
            sa.select(activity, person.c.name)
            .outerjoin(person, person.c.id == activity.c.person)
            .where(condition)
            .order_by(activity.c.id.desc())
            .limit(most)
        )
        return [
            Activity(row.created_at, row.name or "", row.words, row.address)
            for row in self._database.rows(query)
        ]
