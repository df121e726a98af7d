"""The members of an organization: invited by its administrators, with a role."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from ctgraph.accounts import throttle
from ctgraph.accounts.letters import Letter, post
from ctgraph.accounts.people import OLD_LINK, normal
from ctgraph.accounts.rights import ROLES, Act, Role, require
from ctgraph.accounts.visitor import Visitor
from ctgraph.errors import BadParameter, Conflict, Forbidden, NotFound
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger import Ledger
from ctgraph.ledger.people import Person, Purpose, Ticket

INVITATION_HOURS = 14 * 24
"""How long an invitation stands."""


@dataclass(frozen=True)
class Members:
    """The use cases of memberships in one registry.

    :param site: the address of the site, without a slash at the end.
    """

    ledger: Ledger
    site: str

    def invite(self, who: Person, record: Ctid, email: str, role: str, visitor: Visitor) -> None:
        """Send somebody a link that makes a member of an organization.

        :raises Forbidden: when the person may not.
        :raises BadParameter: when the address or the role cannot be taken.
        :raises TooManyAttempts: after too many mails to the address.
        """
        email, wanted = normal(email), _role(role)
        with self.ledger.database.engine.connect() as connection:
            require(self._role(connection, who, record), Act.ADMIT)
        throttle.spend(self.ledger.database, throttle.INVITE, who.id)
        throttle.spend(self.ledger.database, throttle.LETTER_TO, email)
        name = self.ledger.organizations.get(record).name
        with self.ledger.database.writing() as connection:
            given = Ticket(Purpose.INVITATION, None, record, f"{wanted} {email} {who.id}")
            token = self.ledger.people.issue(connection, given, INVITATION_HOURS)
            letter = _invitation(name, who, wanted, f"{self.site}/account/invitation?token={token}")
            post(self.ledger.outbox, connection, email, letter)
            self._note(connection, who, record, f"Invited {email} as {wanted}.", visitor)

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
            inviting = self.ledger.people.get(connection, inviter)
            if self._role(connection, inviting, given.organization) not in ROLES[Act.ADMIT]:
                raise Forbidden(
                    "Whoever invited you may not do that any more. Ask for another one."
                )
            held = self._role(connection, who, given.organization)
            if held and [*Role].index(held) >= [*Role].index(Role(role)):
                raise Conflict(f"You are {held} already, which is as much or more.")
            self.ledger.applications.admit(connection, given.organization, who.id, role)
            self._note(connection, who, given.organization, f"Became {role}.", visitor)
            return given.organization

    def change(self, who: Person, record: Ctid, member: str, role: str, visitor: Visitor) -> None:
        """Give a member another role, or end the membership.

        :param role: the new one; empty to end the membership. Anybody may end their own.
        :raises Forbidden: when the person may not.
        :raises NotFound: when there is no such member.
        :raises Conflict: when no administrator would be left.
        """
        with self.ledger.database.writing() as connection:
            if member != who.id or role:
                require(self._role(connection, who, record), Act.ADMIT)
            members = {one.person: one for one in self.ledger.applications.members(record)}
            if member not in members:
                raise NotFound("There is no such member.")
            others = [one for one in members.values() if one.person != member]
            if role != Role.ADMINISTRATOR and all(one.role != Role.ADMINISTRATOR for one in others):
                raise Conflict(
                    "Make somebody else an administrator first: an organization needs one."
                )
            name = members[member].name
            if role:
                self.ledger.applications.admit(connection, record, member, _role(role))
                self._note(connection, who, record, f"Made {name} {role}.", visitor)
            else:
                self.ledger.applications.dismiss(connection, record, member)
                self._note(connection, who, record, f"Ended the membership of {name}.", visitor)

    def _role(self, connection: sa.Connection, who: Person, record: Ctid) -> Role | None:
        role = self.ledger.applications.role(connection, record, who.id)
        return Role(role) if role else None

    def _note(
        self, connection: sa.Connection, who: Person, record: Ctid, words: str, visitor: Visitor
    ) -> None:
        self.ledger.activities.note(
            connection, words, person=who.id, organization=record, address=visitor.address
        )


def _role(name: str) -> Role:
    try:
        return Role(name)
    except ValueError:
        raise BadParameter(f"Choose a role: {', '.join(Role)}.") from None


def _invitation(organization: str, who: Person, role: Role, link: str) -> Letter:
    return Letter(
        f"{who.name} invites you to {organization}",
        (
            f"{who.name} invites you to work for {organization} in the registry, as {role}.",
            "Follow this link. Without an account, sign up with this address first.",
        ),
        link,
    )
