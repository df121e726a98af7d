"""Trusted partners register institutions: each is approved, published, and gets an administrator.

The registry's staff chooses the partners. What one of them registers, it vouches for.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple

import sqlalchemy as sa

from ctgraph.accounts.actors import Actor, note, person_of, reference_to_partner, require
from ctgraph.accounts.brought import require_free, with_record
from ctgraph.accounts.institutions import Given, Institution, read
from ctgraph.accounts.letters import Letter, post
from ctgraph.accounts.members import INVITATION_HOURS
from ctgraph.accounts.organizations import Applicants
from ctgraph.accounts.outcomes import MAX_NAMED
from ctgraph.accounts.rights import Act, Role, StaffAct, require_staff
from ctgraph.accounts.visitor import Visitor
from ctgraph.errors import BadParameter, Conflict, CtgraphError, Forbidden
from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger import Ledger
from ctgraph.ledger.append import Submission, append_within
from ctgraph.ledger.applications import State
from ctgraph.ledger.invitations import is_invited
from ctgraph.ledger.news import announce
from ctgraph.ledger.ownership import lock_sequence
from ctgraph.ledger.partnerships import Agreement
from ctgraph.ledger.people import Person, Purpose, Ticket, in_hours
from ctgraph.ledger.suspensions import require_active
from ctgraph.ledger.trusted_partners import Registration
from ctgraph.ledger.values import Organization
from ctgraph.projections.bell import Ring, ring
from ctgraph.projections.store_folder import store_folder_of
from ctgraph.publishing.intake import accept_here
from ctgraph.settings import Settings
from ctgraph.work.calls import Runner, directly

MAX_MAILS = 20
"""Invitations that one contact gets at once."""
PAUSE_HOURS = 1
"""How long a contact is not invited to the same institution by another mail."""


class Registered(NamedTuple):
    """What became of an institution.

    :param is_new: whether it was registered now.
    :param invitation: the address at which its contact becomes its administrator, where no mail
        was to be sent; empty otherwise. It works for the account of the contact's address alone.
    """

    identifier: str
    ctid: Ctid
    name: str
    is_new: bool
    invitation: str


@dataclass(frozen=True)
class Registering:
    """The use cases of trusted partners in one registry."""

    settings: Settings
    ledger: Ledger

    def trust(self, staff: Person, record: Ctid, is_trusted: bool, visitor: Visitor) -> None:
        """Make an organization a trusted partner, or end that. See :meth:`set_trust`.

        :raises Forbidden: when the person is not of the staff.
        """
        require_staff(staff.is_staff, StaffAct.TRUST)
        self.set_trust(record, is_trusted, staff.id, visitor.address)

    def set_trust(
        self, record: Ctid, is_trusted: bool, person: str | None = None, address: str = ""
    ) -> None:
        """Make an organization a trusted partner, or end that: its administrators are told.

        :param person: the id of one of the staff; None for the operator.
        :raises NotFound: when there is no such organization.
        :raises Conflict: when it is not approved itself.
        """
        name = self.ledger.organizations.get(record).name
        told = f"{name} is a trusted partner of the registry now: it registers institutions."
        if not is_trusted:
            told = (
                f"{name} is no trusted partner of the registry any more: it may not publish for "
                "the institutions that nobody else acts for."
            )
        elif not Applicants(self.settings, self.ledger).may_publish(record):
            raise Conflict(f"{name} is not approved itself. Approve it first.")
        page = f"{self.settings.base_url}/account/organizations/{record}/registrations"
        with self.ledger.database.writing() as connection:
            if self.ledger.trusted_partners.is_trusted(connection, record) == is_trusted:
                return
            self.ledger.trusted_partners.trust(connection, record, is_trusted)
            if not is_trusted:
                self.ledger.trusted_partners.end_rights(connection, record)
            self.ledger.activities.note(
                connection, told, person=person, organization=record, address=address
            )
            for one in self.ledger.applications.members(record):
                if one.role == Role.ADMINISTRATOR:
                    letter = Letter(told.partition(":")[0].removesuffix("."), (told,), page)
                    post(self.ledger.outbox, connection, one.email, letter)

    def is_trusted(self, record: Ctid) -> bool:
        """Tell whether an organization is a trusted partner."""
        with self.ledger.database.engine.connect() as connection:
            return self.ledger.trusted_partners.is_trusted(connection, record)

    def register(
        self,
        who: Actor,
        partner: Organization,
        given: Given,
        visitor: Visitor,
        run: Runner = directly,
        *,
        sends: bool = True,
    ) -> list[Registered]:
        """Register institutions, all of them or none, in the order in which they were given.

        An identifier that the partner used before names the institution of that time, which stays
        as it is. While nobody acts for that one, its contact is invited again, in the place of an
        earlier invitation, but by mail at most once in :data:`PAUSE_HOURS`. An institution may
        bring its CTID; where it has published a record of its own, that stays.

        :param sends: whether to invite by mail; else the answer has the links.
        :raises Forbidden: when the partner is not trusted, its records are reviewed by the staff,
            or whoever asks may not act for it.
        :raises InvalidDocument: with everything that is wrong with any of them, such as a CTID that
            names something else, or an organization for which somebody acts.
        :raises BadParameter: when one contact would get too many mails.
        """
        with self.ledger.database.engine.connect() as connection:
            self._require(connection, who, partner)
        wanted = read(
            given, lambda data: run(accept_here, self.settings, data)[0], Identity.of(self.settings)
        )
        if sends:
            _require_few_mails(wanted)
        with self.ledger.database.writing() as connection:
            lock_sequence(connection)  # two requests with one identifier make one institution
            self._require(connection, who, partner)
            known = self._known(connection, partner, wanted)
            new = [one for one in wanted if one.identifier not in known]
            require_free(connection, given, wanted, known, partner.ctid)
            names = {one.record: self._found(connection, who, partner, one, visitor) for one in new}
            standing = with_record(connection, new)
            silent = [one for one in new if one.record not in standing]
            self._publish(connection, who, partner, silent)
            if new:
                first = ", ".join([*names.values()][:MAX_NAMED])
                words = f"Registered {len(new)} institution{'s' if len(new) > 1 else ''}: {first}."
                note(self.ledger, connection, who, partner.ctid, words, visitor)
            found = []
            for one in wanted:
                held = known.get(one.identifier)
                at, name = (held.ctid, held.name) if held else (one.record, names[one.record])
                link = ""
                if held is None or not held.is_taken:
                    link = self._invite(connection, who, partner, at, name, one, sends)
                found.append(Registered(one.identifier, at, name, held is None, link))
        if new:
            ring(store_folder_of(self.settings).bell, Ring.NEWS)
        return found

    def _require(self, connection: sa.Connection, who: Actor, partner: Organization) -> None:
        require(self.ledger, connection, who, partner.ctid, Act.REGISTER)
        require_active(connection, partner.ctid, partner.name)
        self.ledger.reviews.require_none(partner)
        if not self.ledger.trusted_partners.is_trusted(connection, partner.ctid):
            raise Forbidden(
                f"{partner.name} is no trusted partner of the registry, so it registers no "
                "institutions. Ask the registry's staff."
            )

    def _known(
        self, connection: sa.Connection, partner: Organization, wanted: list[Institution]
    ) -> dict[str, Registration]:
        identifiers = [one.identifier for one in wanted]
        return self.ledger.trusted_partners.known(connection, partner.ctid, identifiers)

    def _found(
        self,
        connection: sa.Connection,
        who: Actor,
        partner: Organization,
        one: Institution,
        visitor: Visitor,
    ) -> str:
        """Add an institution that is approved, and for which the partner may publish.

        :returns: its name: that of an organization that was here before stays.
        """
        words = f"{partner.name}, a trusted partner of the registry, vouches for it."
        name = self.ledger.organizations.found(connection, one.record, one.name).name
        self.ledger.applications.begin(connection, one.record, one.data)
        self.ledger.applications.move(connection, one.record, State.APPROVED, person_of(who), words)
        pair = partner.ctid, one.record
        self.ledger.partnerships.ask(connection, *pair, "It registered the institution.")
        self.ledger.partnerships.settle(connection, *pair, Agreement.GRANTED)
        self.ledger.trusted_partners.note(connection, partner.ctid, one.identifier, one.record)
        told = f"{partner.name}, a trusted partner, registered the organization: it is approved."
        note(self.ledger, connection, who, one.record, told, visitor)
        return name

    def _publish(
        self, connection: sa.Connection, who: Actor, partner: Organization, new: list[Institution]
    ) -> None:
        """Publish the records of new institutions, in the name of each, by the partner."""
        owners = [Organization(one.record, one.name, "") for one in new]
        submissions = [
            Submission(owner, one.record, one.document, partner)
            for owner, one in zip(owners, new, strict=True)
        ]
        for outcome in append_within(connection, submissions, who.id) if new else ():
            if isinstance(outcome, CtgraphError):
                raise outcome
        announce(connection)

    def _invite(
        self,
        connection: sa.Connection,
        who: Actor,
        partner: Organization,
        record: Ctid,
        name: str,
        one: Institution,
        sends: bool,
    ) -> str:
        """Invite the contact of an institution by mail, or return the link that does."""
        value = f"{Role.ADMINISTRATOR} {one.email} {reference_to_partner(partner.ctid, who)}"
        given = Ticket(Purpose.INVITATION, None, record, value)
        until = in_hours(INVITATION_HOURS - PAUSE_HOURS)
        if sends and is_invited(connection, record, one.email, until):
            return ""
        self.ledger.people.void_of(connection, record, Purpose.INVITATION)
        token = self.ledger.people.issue(connection, given, INVITATION_HOURS)
        link = f"{self.settings.base_url}/account/invitation?token={token}"
        if not sends:
            return link
        greeting = (f"{one.contact}:",) if one.contact else ()
        letter = Letter(
            f"{partner.name} registered {name}",
            (
                *greeting,
                f"{partner.name} registered {name} in the registry, and named you as its "
                f"administrator. {name} is approved, and {partner.name} may publish for it.",
                "Follow this link to become its administrator, within two weeks. Without an "
                "account, sign up with this address first.",
            ),
            link,
        )
        post(self.ledger.outbox, connection, one.email, letter)
        return ""


def _require_few_mails(wanted: list[Institution]) -> None:
    """Make sure that no contact gets many mails at once.

    :raises BadParameter: when one would.
    """
    ((email, most),) = Counter(one.email for one in wanted).most_common(1)
    if most > MAX_MAILS:
        raise BadParameter(
            f"{email} is the contact of {most} institutions, and would get as many mails. Name it "
            f"for {MAX_MAILS} at most, or register them without mails."
        )
