"""Signing up and in: accounts of people, their addresses and their passwords.

Nobody learns here whether an address has an account: what differs is told to the address alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from email_validator import EmailNotValidError, validate_email

from ctgraph.accounts import letters, passwords, throttle
from ctgraph.accounts.letters import Letter, post
from ctgraph.accounts.names import hidden, is_seen
from ctgraph.accounts.visitor import Visitor
from ctgraph.errors import BadParameter, NotFound, Unauthenticated
from ctgraph.ledger import Ledger
from ctgraph.ledger.people import Person, Purpose, Session, Ticket
from ctgraph.ledger.values import now

CONFIRM_HOURS = 72
"""How long the link that confirms an address works."""
RESET_HOURS = 2
"""How long the link to a new password works."""
MAX_NAME_CHARACTERS = 200
"""Characters of a person's name."""
OLD_LINK = "This link was used already or is too old. Ask for a new one."


@dataclass(frozen=True)
class People:
    """The use cases of people's accounts in one registry.

    :param site: the address of the site, without a slash at the end.
    """

    ledger: Ledger
    site: str

    def sign_up(self, email: str, name: str, password: str, visitor: Visitor) -> None:
        """Make an account, and send a link that confirms its address.

        An address that has an account gets a mail that says so.

        :raises BadParameter: when the address, the name or the password cannot be taken.
        :raises TooManyAttempts: after too many accounts from one network, or mails to the address.
        """
        email, name = normal(email), _name(name)
        throttle.spend(self.ledger.database, throttle.SIGN_UP_FROM, visitor.network)
        hash = passwords.hashed(password, email, name)
        throttle.spend(self.ledger.database, throttle.LETTER_TO, email)
        with self.ledger.database.writing() as connection:
            found = self.ledger.people.with_email(connection, email)
            if found and found[0].confirmed_at:
                self._post(connection, email, letters.known_already(self.site))
                return
            if found:  # whoever confirms the address owns it, so the last password counts
                who = found[0]
                self.ledger.people.change(connection, who.id, password=hash, name=name)
            else:
                who = self.ledger.people.add(connection, email, name, hash, is_staff=False)
                self._note(connection, who, "Signed up.", visitor)
            token = self._ticket(connection, Purpose.CONFIRM, who, CONFIRM_HOURS)
            self._post(connection, email, letters.confirm(self.site, f"confirm?token={token}"))

    def confirm(self, token: str, password: str, visitor: Visitor) -> Person:
        """Confirm the address of an account.

        The password is asked for because somebody else may have signed up with the address too.

        :raises NotFound: when the link was used already or is too old.
        :raises Unauthenticated: when the password is not that of the account.
        :raises TooManyAttempts: after too many wrong ones.
        """
        with self.ledger.database.engine.connect() as connection:
            given = self.ledger.people.valid(connection, token, Purpose.CONFIRM)
            if given is None or given.person is None:
                raise NotFound(OLD_LINK)
            asking = self.ledger.people.get(connection, given.person)
        require_password(self.ledger, asking, password)
        with self.ledger.database.writing() as connection:
            who = self._redeemed(connection, token, Purpose.CONFIRM)
            self.ledger.people.change(connection, who.id, confirmed_at=now())
            self._note(connection, who, "Confirmed the e-mail address.", visitor)
            return who

    def forget_password(self, email: str, visitor: Visitor) -> None:
        """Send a link to a new password, if an address has an account.

        :raises TooManyAttempts: after too many mails to the address.
        """
        email = normal(email)
        throttle.spend(self.ledger.database, throttle.SIGN_UP_FROM, visitor.network)
        throttle.spend(self.ledger.database, throttle.LETTER_TO, email)
        with self.ledger.database.writing() as connection:
            if found := self.ledger.people.with_email(connection, email):
                token = self._ticket(connection, Purpose.RESET, found[0], RESET_HOURS)
                self._post(connection, email, letters.reset(self.site, token))

    def reset_password(self, token: str, password: str, visitor: Visitor) -> None:
        """Set a new password by a link, and end all sessions.

        :raises NotFound: when the link was used already or is too old.
        :raises BadParameter: when the password cannot be taken. The link still works then.
        """
        with self.ledger.database.writing() as connection:
            who = self._redeemed(connection, token, Purpose.RESET)
            hash = passwords.hashed(password, who.email, who.name)
            self.ledger.people.change(
                connection, who.id, password=hash, confirmed_at=who.confirmed_at or now()
            )
            self._void(connection, who)
            self.ledger.people.end_sessions(connection, who.id)
            self._note(connection, who, "Set a new password by a link.", visitor)
            self._post(connection, who.email, letters.password_changed(self.site))

    def change_password(
        self, who: Person, session: Session, old: str, new: str, visitor: Visitor
    ) -> None:
        """Set a new password, and end all other sessions.

        :raises Unauthenticated: when the old password is wrong.
        :raises BadParameter: when the new password cannot be taken.
        """
        require_password(self.ledger, who, old)
        hash = passwords.hashed(new, who.email, who.name)
        with self.ledger.database.writing() as connection:
            self.ledger.people.change(connection, who.id, password=hash)
            self._void(connection, who)
            self.ledger.people.end_sessions(connection, who.id, but=session.digest)
            self._note(connection, who, "Changed the password.", visitor)
            self._post(connection, who.email, letters.password_changed(self.site))

    def change_email(self, who: Person, email: str, password: str, visitor: Visitor) -> None:
        """Send a link to a new address, which takes the place of the old one when it is followed.

        :raises Unauthenticated: when the password is wrong.
        :raises BadParameter: when the address cannot be taken.
        """
        require_password(self.ledger, who, password)
        email = normal(email)
        throttle.spend(self.ledger.database, throttle.LETTER_TO, email)
        with self.ledger.database.writing() as connection:
            self._note(connection, who, "Asked for another e-mail address.", visitor)
            if self.ledger.people.with_email(connection, email):
                self._post(connection, email, letters.known_already(self.site))
                return
            given = Ticket(Purpose.ADDRESS, who.id, None, email)
            token = self.ledger.people.issue(connection, given, CONFIRM_HOURS)
            self._post(connection, email, letters.confirm(self.site, f"address?token={token}"))

    def confirm_email(self, token: str, visitor: Visitor) -> None:
        """Set the address that a link was sent to, and tell the old one.

        :raises NotFound: when the link was used already or is too old, or the address is taken.
        """
        with self.ledger.database.writing() as connection:
            given = self.ledger.people.redeem(connection, token, Purpose.ADDRESS)
            if not given or not given.person:
                raise NotFound(OLD_LINK)
            if self.ledger.people.with_email(connection, given.value):
                raise NotFound("This address has an account of its own. Use another one.")
            who = self.ledger.people.get(connection, given.person)
            self._void(connection, who)  # links that were sent to the old address
            self.ledger.people.change(connection, who.id, email=given.value)
            self.ledger.outbox.readdress(connection, who.email, given.value)
            self._post(connection, who.email, letters.address_changed(given.value))
            self._note(connection, who, "Changed the e-mail address.", visitor)

    def welcome(
        self, email: str, name: str, password: str, *, is_staff: bool = False
    ) -> tuple[Person, bool]:
        """Return the account of somebody whom the operator knows, and whether it is new.

        :param password: of a new account, whose address counts as confirmed.
        :param is_staff: whether to make it one of the registry's staff.
        """
        email = normal(email)
        hash = passwords.hashed(password, email, name)
        people = self.ledger.people
        with self.ledger.database.writing() as connection:
            found = people.with_email(connection, email)
            who = found[0] if found else people.add(connection, email, _name(name), hash, False)
            people.change(
                connection,
                who.id,
                is_staff=who.is_staff or is_staff,
                confirmed_at=who.confirmed_at or now(),
            )
            words = (
                "The operator made this account one of the staff."
                if is_staff
                else ("The operator made an account.")
            )
            if is_staff or not found:
                self.ledger.activities.note(connection, words, person=who.id)
            return people.get(connection, who.id), found is None

    def _void(self, connection: sa.Connection, who: Person) -> None:
        """Make void what somebody may have begun who knew the old password or mailbox."""
        for purpose in (Purpose.SECOND_FACTOR, Purpose.ADDRESS, Purpose.RESET):
            self.ledger.people.void(connection, who.id, purpose)

    def _redeemed(self, connection: sa.Connection, token: str, purpose: Purpose) -> Person:
        given = self.ledger.people.redeem(connection, token, purpose)
        if not given or not given.person:
            raise NotFound(OLD_LINK)
        return self.ledger.people.get(connection, given.person)

    def _ticket(self, connection: sa.Connection, purpose: Purpose, who: Person, hours: int) -> str:
        return self.ledger.people.issue(connection, Ticket(purpose, who.id, None, ""), hours)

    def _post(self, connection: sa.Connection, email: str, letter: Letter) -> None:
        post(self.ledger.outbox, connection, email, letter)

    def _note(self, connection: sa.Connection, who: Person, words: str, visitor: Visitor) -> None:
        self.ledger.activities.note(connection, words, person=who.id, address=visitor.address)


def require_password(ledger: Ledger, who: Person, password: str) -> None:
    """Make sure that somebody who is signed in knows the password.

    :raises Unauthenticated: when it is wrong.
    :raises TooManyAttempts: after too many wrong ones.
    """
    throttle.spend(ledger.database, throttle.SIGN_IN, who.email)
    with ledger.database.engine.connect() as connection:
        found = ledger.people.with_email(connection, who.email)
    if found and not found[1]:
        raise Unauthenticated(
            'Your account has no password yet. Sign out, and choose one by "Forgotten password".'
        )
    if not passwords.is_right(found[1] if found else None, password):
        raise Unauthenticated("The password is wrong.")
    with ledger.database.writing() as connection:
        throttle.forgive(connection, throttle.SIGN_IN, who.email)


def normal(email: str) -> str:
    """Return an e-mail address in its normal form.

    :raises BadParameter: when it is none.
    """
    if "=?" in email:  # mail programs would read an encoded word (RFC 2047), not this address
        raise BadParameter("This is no e-mail address that mail can be sent to.")
    try:
        return validate_email(email, check_deliverability=False).normalized.lower()
    except EmailNotValidError as error:
        raise BadParameter(f"This is no e-mail address. {error}") from None


def _name(name: str) -> str:
    found = " ".join(name.replace("\0", "").split())
    if not is_seen(found) or len(found) > MAX_NAME_CHARACTERS:
        raise BadParameter(f"Give your name, in {MAX_NAME_CHARACTERS} characters at most.")
    if sign := hidden(found):
        raise BadParameter(f"The name has the invisible character {sign}. Write it without that.")
    return found
