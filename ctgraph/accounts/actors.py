"""Who acts for an organization: a person who is signed in, or a program with an API key.

What either may do, :mod:`ctgraph.accounts.rights` decides. Use cases take an actor, so that pages
and programs do the same.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from ctgraph.accounts import rights
from ctgraph.accounts.rights import ROLES, SCOPES, Act, Role
from ctgraph.accounts.visitor import Visitor
from ctgraph.errors import Forbidden
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger import Ledger
from ctgraph.ledger.people import Person
from ctgraph.ledger.suspensions import suspended
from ctgraph.ledger.values import Key, Organization

_KEY, _PARTNER = "key:", "partner:"
"""What references to a key and to a trusted partner begin with; the others are to people. That to a
partner goes on with its CTID and the reference to who acts for it."""


@dataclass(frozen=True)
class Program:
    """A program that acts for an organization with one of its API keys."""

    organization: Organization
    key: Key

    @property
    def id(self) -> str:
        """The id of the key, which is the actor of the versions that it makes."""
        return self.key.id

    @property
    def name(self) -> str:
        """What letters call it."""
        return f"A program of {self.organization.name}"


Actor = Person | Program


def role_of(ledger: Ledger, connection: sa.Connection, who: Person, record: Ctid) -> Role | None:
    """Return the role of a person in an organization; None for one who is no member."""
    role = ledger.applications.role(connection, record, who.id)
    return Role(role) if role else None


def require(ledger: Ledger, connection: sa.Connection, who: Actor, record: Ctid, act: Act) -> None:
    """Make sure that somebody may do something for an organization.

    :raises Forbidden: when not, with the remedy.
    """
    if isinstance(who, Person):
        rights.require(role_of(ledger, connection, who, record), act)
        return
    if record != who.organization.ctid:
        name, own = who.organization.name, who.organization.ctid
        raise Forbidden(f"This key belongs to {name} ({own}), not to {record}.")
    rights.require_scope(who.key.scopes, act)


def person_of(who: Actor) -> str | None:
    """Return the id of the person who acts; None for a program."""
    return who.id if isinstance(who, Person) else None


def reference_to(who: Actor) -> str:
    """Return the text that refers to an actor, see :func:`may_still`."""
    return who.id if isinstance(who, Person) else f"{_KEY}{who.id}"


def reference_to_partner(record: Ctid, who: Actor) -> str:
    """Return the text that refers to somebody who invites for a trusted partner."""
    return f"{_PARTNER}{record}:{reference_to(who)}"


def counted(who: Actor) -> str:
    """Return the subject whose attempts are counted: the keys of an organization count as one."""
    return who.id if isinstance(who, Person) else who.organization.ctid


def may_still(
    ledger: Ledger, connection: sa.Connection, reference: str, record: Ctid, act: Act
) -> bool:
    """Tell whether the actor that a text refers to may do something for an organization now.

    A trusted partner only invites the first member of what it registered.
    """
    if suspended(connection, record):
        return False
    if reference.startswith(_KEY):
        key = ledger.organizations.valid_key(connection, reference.removeprefix(_KEY))
        return (
            key is not None
            and key.organization == record
            and not key.scopes.isdisjoint(SCOPES[act])
        )
    if reference.startswith(_PARTNER):
        partner, _, inviter = reference.removeprefix(_PARTNER).partition(":")
        return (
            act is Act.ADMIT
            and not ledger.applications.is_taken(connection, record)
            and ledger.trusted_partners.is_trusted(connection, Ctid(partner))
            and may_still(ledger, connection, inviter, Ctid(partner), Act.REGISTER)
        )
    who = ledger.people.get(connection, reference)
    return role_of(ledger, connection, who, record) in ROLES[act]


def name_of(ledger: Ledger, connection: sa.Connection, reference: str, record: Ctid) -> str:
    """Return what people call the actor that a text refers to, who acts for an organization.

    A program has the name of its organization, and whoever acts for a trusted partner that one's.
    """
    if reference.startswith(_PARTNER):
        record = Ctid(reference.removeprefix(_PARTNER).partition(":")[0])
    if reference.startswith((_KEY, _PARTNER)):
        return ledger.organizations.get(record).name
    return ledger.people.get(connection, reference).name


def note(
    ledger: Ledger,
    connection: sa.Connection,
    who: Actor,
    record: Ctid,
    words: str,
    visitor: Visitor,
) -> None:
    """Note what somebody did for an organization, in the transaction that does it.

    :param words: a sentence with its full stop.
    """
    if isinstance(who, Program):
        words = f"{words.rstrip('.')}, by the key {who.id}."
    ledger.activities.note(
        connection, words, person=person_of(who), organization=record, address=visitor.address
    )
