"""Organizations that ask to publish: their descriptions, their members, and what was said."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa

from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.database import Database
from ctgraph.ledger.mergers import merged
from ctgraph.ledger.names import rename
from ctgraph.ledger.suspensions import suspended
from ctgraph.ledger.tables import application, member, organization, person, remark
from ctgraph.ledger.values import now


class State(StrEnum):
    """How far an organization has come."""

    DRAFT = "draft"
    """It is being described."""
    SUBMITTED = "submitted"
    """The registry's staff will look at it."""
    QUESTIONED = "questioned"
    """The staff needs more information."""
    APPROVED = "approved"
    """It may publish."""
    DECLINED = "declined"
    """It may not publish; it may ask again."""


_REGISTRY = "The registry"


@dataclass(frozen=True)
class Application:
    """An organization that asks to publish.

    :param document: its own record as it would be published.
    :param submitted_at: when it was submitted last; None before.
    """

    organization: Ctid
    name: str
    state: State
    document: bytes
    updated_at: str
    submitted_at: str | None


@dataclass(frozen=True)
class Remark:
    """A part of the timeline of an application.

    :param name: who said it: a person, or the organization whose program did.
    :param is_staff: whether the registry's staff said it.
    :param state: the state that followed.
    """

    created_at: str
    name: str
    is_staff: bool
    state: State
    words: str


@dataclass(frozen=True)
class Member:
    """A person in an organization."""

    person: str
    name: str
    email: str
    organization: Ctid
    organization_name: str
    role: str


class Applications:
    """The applications of organizations, and the members of these."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, connection: sa.Connection, record: Ctid, document: bytes) -> None:
        """Begin the application of an organization that was just added."""
        connection.execute(
            application.insert().values(
                organization=record, state=State.DRAFT, document=document, updated_at=now()
            )
        )

    def get(self, connection: sa.Connection, record: Ctid) -> Application | None:
        """Return the application of an organization; None where it never had to ask."""
        row = connection.execute(_APPLICATIONS.where(application.c.organization == record)).first()
        return _application(row) if row else None

    def hold(self, connection: sa.Connection, record: Ctid) -> None:
        """Keep an application as it is until the commit."""
        mine = sa.select(application.c.state).where(application.c.organization == record)
        connection.execute(mine.with_for_update())

    def describe(self, connection: sa.Connection, record: Ctid, name: str, document: bytes) -> None:
        """Keep another description of an organization."""
        mine = application.c.organization == record
        connection.execute(
            application.update().where(mine).values(document=document, updated_at=now())
        )
        rename(connection, {record: name})

    def move(
        self, connection: sa.Connection, record: Ctid, state: State, who: str | None, words: str
    ) -> None:
        """Bring an application into a state, and note what was said.

        :param who: the id of the person who does it; None for a program of the organization.
        """
        changed: dict[str, str] = {"state": state}
        if state is State.SUBMITTED:
            changed["submitted_at"] = now()
        mine = application.c.organization == record
        connection.execute(application.update().where(mine).values(changed))
        connection.execute(
            remark.insert().values(
                organization=record, person=who, created_at=now(), state=state, words=words
            )
        )

    def remarks(self, record: Ctid) -> list[Remark]:
        """Return the timeline of an application, from the beginning."""
        query = (
            sa.select(
                remark,
                sa.func.coalesce(person.c.name, organization.c.name).label("name"),
                sa.func.coalesce(person.c.is_staff, sa.false()).label("is_staff"),
            )
            .outerjoin(person)
            .join(organization)
            .where(remark.c.organization == record)
            .order_by(remark.c.id)
        )
        return [
            Remark(
                row.created_at,
                # Only the staff, or a rule of the registry, approves.
                row.name if row.person or row.state != State.APPROVED else _REGISTRY,
                row.is_staff,
                State(row.state),
                row.words,
            )
            for row in self._database.rows(query)
        ]

    def in_state(self, *states: State) -> list[Application]:
        """Return the applications in some states, in the order in which they were submitted."""
        query = _APPLICATIONS.where(application.c.state.in_(states))
        rows = self._database.rows(query.order_by(application.c.submitted_at))
        return list(map(_application, rows))

    def place(self, record: Ctid) -> int | None:
        """Return the place of an application in the queue of the staff, from 1; None outside."""
        queue = [one.organization for one in self.in_state(State.SUBMITTED)]
        return queue.index(record) + 1 if record in queue else None

    def admit(self, connection: sa.Connection, record: Ctid, who: str, role: str) -> None:
        """Make somebody a member of an organization, or give a member another role."""
        connection.execute(_membership(record, who))
        connection.execute(
            member.insert().values(organization=record, person=who, role=role, created_at=now())
        )

    def dismiss(self, connection: sa.Connection, record: Ctid, who: str) -> None:
        """End the membership of somebody."""
        connection.execute(_membership(record, who))

    def is_taken(self, connection: sa.Connection, record: Ctid) -> bool:
        """Tell whether an organization has members."""
        mine = sa.select(member.c.person).where(member.c.organization == record).limit(1)
        return connection.scalar(mine) is not None

    def role(self, connection: sa.Connection, record: Ctid, who: str) -> str | None:
        """Return the role of a person in an organization; None for one who is no member.

        The members of an organization that is suspended, or merged, only see it. A person who is
        suspended has no role: what waits on the word of that person is looked at again by this.
        """
        query = sa.select(member.c.role).where(
            member.c.organization == record, member.c.person == who
        )
        found: str | None = connection.scalar(query)
        if found is None or suspended(connection, who):
            return None
        if suspended(connection, record) or merged(connection, [record]):
            return "viewer"
        return found

    def members(self, record: Ctid) -> list[Member]:
        """Return the members of an organization, in the order of their names."""
        return self._members(member.c.organization == record)

    def memberships(self, who: str) -> list[Member]:
        """Return the organizations of a person, each with the role in it."""
        return self._members(member.c.person == who)

    def _members(self, condition: sa.ColumnElement[bool]) -> list[Member]:
        query = (
            sa.select(member, person.c.name, person.c.email, organization.c.name.label("of"))
            .join(person)
            .join(organization)
            .where(condition)
            .order_by(person.c.name, organization.c.name)
        )
        return [
            Member(row.person, row.name, row.email, row.organization, row.of, row.role)
            for row in self._database.rows(query)
        ]


_APPLICATIONS = sa.select(application, organization.c.name).join(organization)


def _application(row: sa.Row[tuple[object, ...]]) -> Application:
    values = row._mapping
    return Application(
        values["organization"],
        values["name"],
        State(values["state"]),
        values["document"],
        values["updated_at"],
        values["submitted_at"],
    )


def _membership(record: Ctid, who: str) -> sa.Delete:
    return member.delete().where(member.c.organization == record, member.c.person == who)
