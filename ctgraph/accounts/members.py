"""The members of an organization: invited by its administrators, with a role."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

import sqlalchemy as sa

from ctgraph.accounts import throttle
from ctgraph.accounts.actors import (
    Actor,
    counted,
    may_still,
    name_of,
    note,
    reference_to,
    require,
    role_of,
)
from ctgraph.accounts.letters import Letter, post
from ctgraph.accounts.people import OLD_LINK, normal
from ctgraph.accounts.rights import Act, Role
from ctgraph.accounts.visitor import Visitor
from ctgraph.errors import BadParameter, Conflict, Forbidden, NotFound
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger import Ledger
from ctgraph.ledger.invitations import invitations_of
from ctgraph.ledger.people import Person, Purpose, Ticket

INVITATION_HOURS = 14 * 24
"""How long an invitation stands."""
MAX_OFFERED = 20
"""Invitations that the page of somebody's account offers at once, the newest: one that is accepted
makes room for the next."""


class Invited(NamedTuple):
    """Somebody who was invited and is no member yet.

    :param until: the time until which the invitation stands, ISO 8601 in UTC.
    """

    id: str
    email: str
    role: Role
    until: str


class Offer(NamedTuple):
    """An invitation as whoever is invited sees it.

    :param name: of the organization.
    :param inviter: what people call whoever sent it.
    """

    id: str
    organization: Ctid
    name: str
    role: Role
    inviter: str


@dataclass(frozen=True)
class Members:
    """The use cases of memberships in one registry.

    :param site: the address of the site, without a slash at the end.
    """

    ledger: Ledger
    site: str

    def invite(self, who: Actor, record: Ctid, email: str, role: str, visitor: Visitor) -> None:
        """Send somebody a link that makes a member of an organization.

        :raises Forbidden: when the person may not.
        :raises BadParameter: when the address or the role cannot be taken.
        :raises TooManyAttempts: after too many mails to the address.
        """
        email, wanted = normal(email), _role(role)
        with self.ledger.database.engine.connect() as connection:
            require(self.ledger, connection, who, record, Act.ADMIT)
        throttle.spend(self.ledger.database, throttle.INVITE, counted(who))
        throttle.spend(self.ledger.database, throttle.LETTER_TO, email)
        name = self.ledger.organizations.get(record).name
        with self.ledger.database.writing() as connection:
            given = Ticket(
                Purpose.INVITATION, None, record, f"{wanted} {email} {reference_to(who)}"
            )
            token = self.ledger.people.issue(connection, given, INVITATION_HOURS)
            letter = _invitation(name, who, wanted, f"{self.site}/account/invitation?token={token}")
            post(self.ledger.outbox, connection, email, letter)
            self._note(connection, who, record, f"Invited {email} as {wanted}.", visitor)

    def invited(self, record: Ctid) -> list[Invited]:
        """Return the invitations to an organization that nobody has accepted yet."""
        found = self.ledger.people.tickets(record, Purpose.INVITATION)
        given = ((one, one.value.split(" ")) for one in found)
        return [
            Invited(one.digest, email, Role(role), one.expires_at)
            for one, (role, email, _) in given
        ]

    def take_back(self, who: Actor, record: Ctid, invitation: str, visitor: Visitor) -> None:
        """Make an invitation void.

        :raises Forbidden: when the person may not.
        :raises NotFound: when it was accepted already, is too old, or never was.
        """
        with self.ledger.database.writing() as connection:
            require(self.ledger, connection, who, record, Act.ADMIT)
            value = self.ledger.people.take_back(connection, record, Purpose.INVITATION, invitation)
            if value is None:
                raise NotFound("There is no such invitation: it was accepted, or has ended.")
            email = value.split(" ")[1]
            self._note(connection, who, record, f"Took back the invitation of {email}.", visitor)

    def offers(self, who: Person) -> list[Offer]:
        """Return the newest invitations of a person that may be accepted."""
        found = []
        with self.ledger.database.engine.connect() as connection:
            for one in invitations_of(connection, who.email, MAX_OFFERED):
                with suppress(NotFound, Forbidden, Conflict):  # such as one that was overtaken
                    found.append(self._offer(connection, who, one))
        return found

    def offer(self, who: Person, invitation: str) -> Offer:
        """Return an invitation; the errors are those of :meth:`accept`."""
        with self.ledger.database.engine.connect() as connection:
            return self._offer(connection, who, invitation)

    def accept(self, who: Person, invitation: str, visitor: Visitor) -> Ctid:
        """Become a member by an invitation; return the organization.

        :raises NotFound: when it was accepted or taken back already, or is too old.
        :raises Forbidden: when it was sent to another address, or the one who sent it is no
            administrator any more.
        :raises Conflict: when the role would be no more than the person has.
        """
        people, purpose = self.ledger.people, Purpose.INVITATION
        with self.ledger.database.writing() as connection:
            offer = self._offer(connection, who, invitation)
            record, role = offer.organization, offer.role
            if people.take_back(connection, record, purpose, invitation) is None:
                raise NotFound(OLD_LINK)
            self.ledger.applications.admit(connection, record, who.id, role)
            self._note(connection, who, record, f"Became {role}.", visitor)
            return record

    def _offer(self, connection: sa.Connection, who: Person, invitation: str) -> Offer:
        given = self.ledger.people.kept(connection, invitation, Purpose.INVITATION)
        if given is None or given.organization is None:
            raise NotFound(OLD_LINK)
        record, (role, email, inviter) = given.organization, given.value.split(" ")
        if email != who.email:
            raise Forbidden(
                "This invitation was sent to another address than that of your account. Sign "
                "in with the account of that address, or make one."
            )
        if not may_still(self.ledger, connection, inviter, record, Act.ADMIT):
            raise Forbidden("Whoever invited you may not do that any more. Ask for another one.")
        held = role_of(self.ledger, connection, who, record)
        if held and [*Role].index(held) >= [*Role].index(Role(role)):
            raise Conflict(f"You are {held} already, which is as much or more.")
        name = self.ledger.organizations.get(record).name
        called = name_of(self.ledger, connection, inviter, record)
        return Offer(invitation, record, name, Role(role), called)

    def change(self, who: Actor, record: Ctid, member: str, role: str, visitor: Visitor) -> None:
        """Give a member another role, or end the membership.

        :param role: the new one; empty to end the membership. Anybody may end their own.
        :raises Forbidden: when the person may not.
        :raises NotFound: when there is no such member.
        :raises Conflict: when no administrator would be left.
        """
        wanted = _role(role) if role else None
        with self.ledger.database.writing() as connection:
            if member != who.id or role:
                require(self.ledger, connection, who, record, Act.ADMIT)
            members = {one.person: one for one in self.ledger.applications.members(record)}
            if member not in members:
                raise NotFound("There is no such member.")
            others = [one for one in members.values() if one.person != member]
            if role != Role.ADMINISTRATOR and all(one.role != Role.ADMINISTRATOR for one in others):
                raise Conflict(
                    "Make somebody else an administrator first: an organization needs one."
                )
            name = members[member].name
            if wanted:
                self.ledger.applications.admit(connection, record, member, wanted)
                self._note(connection, who, record, f"Made {name} {role}.", visitor)
            else:
                self.ledger.applications.dismiss(connection, record, member)
                self._note(connection, who, record, f"Ended the membership of {name}.", visitor)

    def _note(
        self, connection: sa.Connection, who: Actor, record: Ctid, words: str, visitor: Visitor
    ) -> None:
        note(self.ledger, connection, who, record, words, visitor)


def _role(name: str) -> Role:
    try:
        return Role(name)
    except ValueError:
        raise BadParameter(f"Choose a role: {', '.join(Role)}.") from None


def _invitation(organization: str, who: Actor, role: Role, link: str) -> Letter:
    return Letter(
        f"{who.name} invites you to {organization}",
        (
            f"{who.name} invites you to work for {organization} in the registry, as {role}.",
            "Follow this link. Without an account, sign up with this address first: the invitation "
            "waits there for you.",
        ),
        link,
    )
