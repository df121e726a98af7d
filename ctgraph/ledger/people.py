"""People, their sessions, and what links in e-mails allow, as the ledger keeps them.

The methods that write take the connection of a transaction: a use case writes several things, and
what it tells by e-mail, together or not at all.
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

import sqlalchemy as sa

from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.database import Database, by_name
from ctgraph.ledger.names import Kind, note
from ctgraph.ledger.suspensions import suspension
from ctgraph.ledger.tables import person, session, ticket
from ctgraph.ledger.values import now

_PERSON = (
    person.c.id,
    person.c.email,
    person.c.name,
    person.c.is_staff,
    person.c.created_at,
    person.c.confirmed_at,
    person.c.is_daily,
)


class Purpose(StrEnum):
    """What a ticket is for: a link in an e-mail, or a step of signing in."""

    CONFIRM = "confirm"
    """Confirm the address of a new account."""
    RESET = "reset"
    """Choose a new password."""
    ADDRESS = "address"
    """Change the address of an account to the ticket's value."""
    SECOND_FACTOR = "second factor"
    """Begin a session with the second factor, after the password."""
    NEW_PASSKEY = "new passkey"
    """Answer a challenge with a new passkey; the token is the challenge."""
    PASSKEY = "passkey"
    """Answer a challenge to sign in with a passkey, a person's own or anybody's."""
    PROVIDER = "provider"
    """Come back from an identity provider; the value is what was agreed with it."""
    WEEKLY = "weekly mail"
    """Get a weekly mail; the ticket's value is the address, the search and the language,
    with blanks between them."""
    INVITATION = "invitation"
    """Become a member of an organization, in the role that the ticket's value names."""
    KEEP_FACTORS = "keep factors"
    """Stop the removal of the second factors of the person."""
    DID = "did"
    """Prove that the organization controls the DID that is the ticket's value."""


class Kept(NamedTuple):
    """A ticket as it is kept: the digest of its token, and its value."""

    digest: str
    value: str
    expires_at: str


@dataclass(frozen=True)
class Person:
    """Somebody who signs in.

    :param email: in its normal form.
    :param confirmed_at: when the address was confirmed; None before.
    :param is_daily: whether news come together, in one mail a day.
    """

    id: str
    email: str
    name: str
    is_staff: bool
    created_at: str
    confirmed_at: str | None
    is_daily: bool


@dataclass(frozen=True)
class Session:
    """A browser in which somebody is signed in. Its digest names it; the browser has the token."""

    digest: str
    person: str
    created_at: str
    seen_at: str
    address: str
    agent: str


@dataclass(frozen=True)
class Ticket:
    """What a link in an e-mail, or a step of signing in, allows once."""

    purpose: Purpose
    person: str | None
    organization: Ctid | None
    value: str


class People:
    """The people of a ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self, connection: sa.Connection, email: str, name: str, password: str, is_staff: bool
    ) -> Person:
        """Add somebody whose address is not confirmed yet.

        :param password: its hash.
        """
        added = Person(str(uuid.uuid4()), email, name, is_staff, now(), None, False)
        connection.execute(person.insert().values(password=password, **vars(added)))
        note(connection, Kind.PEOPLE, {added.id: f"{name} {email}"})
        return added

    def with_email(self, connection: sa.Connection, email: str) -> tuple[Person, str] | None:
        """Return the person with an address, and the hash of the password."""
        query = sa.select(*_PERSON, person.c.password).where(person.c.email == email)
        row = connection.execute(query).first()
        return (Person(**by_name(row, _PERSON)), row.password) if row else None

    def get(self, connection: sa.Connection, id: str) -> Person:
        """Return a person who is known to exist."""
        row = connection.execute(sa.select(*_PERSON).where(person.c.id == id)).one()
        return Person(**by_name(row, _PERSON))

    def find(self, connection: sa.Connection, id: str) -> Person | None:
        """Return the person with an id; None where there is none."""
        row = connection.execute(sa.select(*_PERSON).where(person.c.id == id)).first()
        return Person(**by_name(row, _PERSON)) if row else None

    def staff(self, connection: sa.Connection) -> list[Person]:
        """Return the registry's staff, but for those who are suspended."""
        query = sa.select(*_PERSON).where(
            person.c.is_staff,
            person.c.confirmed_at.is_not(None),
            person.c.id.not_in(sa.select(suspension.c.subject)),
        )
        return [Person(**by_name(row, _PERSON)) for row in connection.execute(query)]

    def change(self, connection: sa.Connection, id: str, **values: str | bool | None) -> None:
        """Change columns of a person."""
        connection.execute(person.update().where(person.c.id == id).values(**values))
        if not values.keys().isdisjoint(("name", "email")):
            who = self.get(connection, id)
            note(connection, Kind.PEOPLE, {id: f"{who.name} {who.email}"})

    def begin_session(
        self, connection: sa.Connection, id: str, address: str, agent: str
    ) -> tuple[Session, str]:
        """Begin a session of a person; return it, and its token, of which only a digest is kept."""
        token = secrets.token_urlsafe(32)
        begun = Session(digest_of(token), id, now(), now(), address, agent)
        connection.execute(session.insert().values(**vars(begun)))
        return begun, token

    def session_of(self, connection: sa.Connection, token: str) -> tuple[Session, Person] | None:
        """Return the session with a token, and whose it is."""
        query = sa.select(session, *(column.label(f"person_{column.key}") for column in _PERSON))
        row = connection.execute(
            query.join(person).where(session.c.digest == digest_of(token))
        ).first()
        if row is None:
            return None
        values = row._mapping
        who = {column.key: values[f"person_{column.key}"] for column in _PERSON}
        return Session(**by_name(row, session.c)), Person(**who)

    def sessions(self, connection: sa.Connection, id: str) -> list[Session]:
        """Return the sessions of a person, the last used first."""
        query = session.select().where(session.c.person == id).order_by(session.c.seen_at.desc())
        return [Session(**by_name(row, session.c)) for row in connection.execute(query)]

    def note_seen(self, connection: sa.Connection, digest: str) -> None:
        """Note that a session is in use."""
        connection.execute(session.update().where(session.c.digest == digest).values(seen_at=now()))

    def end_sessions(self, connection: sa.Connection, id: str, *, but: str = "") -> int:
        """End all sessions of a person; return how many.

        :param but: the digest of one that goes on.
        """
        ended = session.delete().where(session.c.person == id, session.c.digest != but)
        return connection.execute(ended).rowcount

    def end_session(self, connection: sa.Connection, id: str, digest: str) -> bool:
        """End one session of a person; tell whether there was one."""
        ended = session.delete().where(session.c.person == id, session.c.digest == digest)
        return bool(connection.execute(ended).rowcount)

    def issue(self, connection: sa.Connection, given: Ticket, hours: float) -> str:
        """Return a token that can be redeemed once, within some hours.

        Earlier tickets of the same person for the same purpose are void.
        """
        token = secrets.token_urlsafe(32)
        if given.person:
            self.void(connection, given.person, given.purpose)
        connection.execute(ticket.delete().where(ticket.c.expires_at < now()))
        connection.execute(
            ticket.insert().values(
                digest=digest_of(token), expires_at=in_hours(hours), **vars(given)
            )
        )
        return token

    def void(self, connection: sa.Connection, id: str, purpose: Purpose) -> None:
        """Make the tickets of a person for a purpose void."""
        mine = ticket.c.person == id, ticket.c.purpose == purpose
        connection.execute(ticket.delete().where(*mine))

    def void_of(self, connection: sa.Connection, record: Ctid, purpose: Purpose) -> None:
        """Make the tickets of an organization for a purpose void."""
        mine = ticket.c.organization == record, ticket.c.purpose == purpose
        connection.execute(ticket.delete().where(*mine))

    def tickets(self, record: Ctid, purpose: Purpose) -> list[Kept]:
        """Return the tickets of an organization that may still be redeemed, the newest first."""
        mine = (
            ticket.c.organization == record,
            ticket.c.purpose == purpose,
            ticket.c.expires_at >= now(),
        )
        query = ticket.select().where(*mine).order_by(ticket.c.expires_at.desc())
        rows = self._database.rows(query)
        return [Kept(row.digest, row.value, row.expires_at) for row in rows]

    def take_back(
        self, connection: sa.Connection, record: Ctid, purpose: Purpose, digest: str
    ) -> str | None:
        """Make one ticket of an organization void; return its value, or None if there is none."""
        one = (
            ticket.c.organization == record,
            ticket.c.purpose == purpose,
            ticket.c.digest == digest,
            ticket.c.expires_at >= now(),
        )
        value: str | None = connection.scalar(sa.select(ticket.c.value).where(*one))
        connection.execute(ticket.delete().where(*one))
        return value

    def valid(self, connection: sa.Connection, token: str, purpose: Purpose) -> Ticket | None:
        """Return the ticket with a token, if it may still be redeemed."""
        return self.kept(connection, digest_of(token), purpose)

    def kept(self, connection: sa.Connection, digest: str, purpose: Purpose) -> Ticket | None:
        """Return the ticket that is kept under a digest, if it may still be redeemed."""
        row = connection.execute(
            ticket.select().where(
                ticket.c.digest == digest,
                ticket.c.purpose == purpose,
                ticket.c.expires_at >= now(),
            )
        ).first()
        if row is None:
            return None
        return Ticket(Purpose(row.purpose), row.person, row.organization, row.value)

    def redeem(self, connection: sa.Connection, token: str, purpose: Purpose) -> Ticket | None:
        """Return the ticket with a token, which cannot be redeemed again."""
        found = self.valid(connection, token, purpose)
        gone = connection.execute(ticket.delete().where(ticket.c.digest == digest_of(token)))
        return found if gone.rowcount else None


def digest_of(token: str) -> str:
    """Return the digest under which a token is kept: it is random, so a plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def in_hours(hours: float) -> str:
    """Return the time in some hours, or before some, as the ledger writes it."""
    moment = datetime.now(UTC) + timedelta(hours=hours)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
