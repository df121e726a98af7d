"""The members of an organization: invited by its administrators, with a role."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import sqlalchemy as sa

from ctgraph.accounts import throttle
from ctgraph.accounts.actors import Actor, counted, may_still, note, reference_to, require, role_of
from ctgraph.accounts.letters import Letter, post
from ctgraph.accounts.people import OLD_LINK, normal
from ctgraph.accounts.rights import Act, Role
from ctgraph.accounts.visitor import Visitor
from ctgraph.errors import BadParameter, Conflict, Forbidden, NotFound
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger import Ledger
from ctgraph.ledger.people import Person, Purpose, Ticket

INVITATION_HOURS = 14 * 24
"""How long an invitation stands."""


class Invited(NamedTuple):
    """Somebody who was invited and is no member yet.

    :param until: the time until which the invitation stands, ISO 8601 in UTC.
    """

    id: str
    email: str
    role: Role
    until: str


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

    def accept(self, who: Person, token: str, visitor: Visitor) -> Ctid:
        """Become a member by an invitation; return the organization.

        :raises NotFound: when the link was used already or is too old.
        :raises Forbidden: when it was sent to another address, or the one who sent it is no
            administrator any more.
        :raises Conflict: when the role would be no more than the person has.
        """
        with self.ledger.database.writing() as connection:
            given = self.ledger.people.redeem(connection, token, Purpose.INVITATION)
            if given is None or given.organization is None:
                raise NotFound(OLD_LINK)
            role, email, inviter = given.value.split(" ")
            if email != who.email:
                raise Forbidden(
                    "This invitation was sent to another address than that of your account. Sign "
                    "in with the account of that address, or make one."
                )
            if not may_still(self.ledger, connection, inviter, given.organization, Act.ADMIT):
                raise Forbidden(
                    "Whoever invited you may not do that any more. Ask for another one."
                )
            held = role_of(self.ledger, connection, who, given.organization)
            if held and [*Role].index(held) >= [*Role].index(Role(role)):
                raise Conflict(f"You are {held} already, which is as much or more.")
            self.ledger.applications.admit(connection, given.organization, who.id, role)
            self._note(connection, who, given.organization, f"Became {role}.", visitor)
            return given.organization

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
            "Follow this link. Without an account, sign up with this address first.",
        ),
        link,
    )
