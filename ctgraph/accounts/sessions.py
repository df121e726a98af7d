"""Signing in and out: with a password, and with a second factor where somebody set one up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import sqlalchemy as sa

from ctgraph.accounts import letters, passwords, throttle
from ctgraph.accounts.factors import spend_code
from ctgraph.accounts.letters import post
from ctgraph.accounts.visitor import Visitor
from ctgraph.errors import NotFound, Unauthenticated
from ctgraph.ledger import Ledger
from ctgraph.ledger.people import Person, Purpose, Session, Ticket, in_hours
from ctgraph.ledger.suspensions import require_active

MAX_IDLE_HOURS = 14 * 24
"""How long a session lasts in which nothing is asked."""
MAX_SESSION_HOURS = 90 * 24
"""How long a session lasts at most."""
SEEN_HOURS = 0.1
"""How exactly the last use of a session is kept: each note of it is a write."""
MAX_AGENT_CHARACTERS = 300
"""Characters that are kept of what a browser says of itself."""
_WRONG = "The e-mail address or the password is wrong."
SECOND_FACTOR_HOURS = 1 / 6
"""How long a sign-in waits for the second factor."""


class Entry(NamedTuple):
    """What a right password leads to.

    :param token: of the session, or of the sign-in that waits.
    :param waits: whether it waits for the second factor.
    """

    token: str
    waits: bool


@dataclass(frozen=True)
class Sessions:
    """The use cases of signing in and out in one registry.

    :param site: the address of the site, without a slash at the end.
    """

    ledger: Ledger
    site: str

    def sign_in(self, email: str, password: str, visitor: Visitor) -> Entry:
        """Begin a session, or a sign-in that waits for the second factor.

        A browser that was not seen before is told to the address.

        :raises Unauthenticated: when the address or the password is wrong, or not confirmed.
        :raises TooManyAttempts: after too many wrong ones.
        """
        email, database = email.strip().lower().replace("\0", "")[:320], self.ledger.database
        throttle.spend(database, throttle.SIGN_IN_FROM, visitor.network)
        throttle.spend(database, throttle.SIGN_IN, email)
        with database.engine.connect() as connection:
            found = self.ledger.people.with_email(connection, email)
        if not passwords.is_right(found[1] if found else None, password) or not found:
            raise Unauthenticated(_WRONG)
        who = found[0]
        if not who.confirmed_at:
            raise Unauthenticated(
                "The e-mail address is not confirmed. Follow the link in the mail that was sent to "
                "it, or sign up again to get another one."
            )
        with database.writing() as connection:
            throttle.forgive(connection, throttle.SIGN_IN, email)
            throttle.give_back(connection, throttle.SIGN_IN_FROM, visitor.network)
            if not self.ledger.factors.is_on(connection, who.id):
                return Entry(self._begin(connection, who, visitor), False)
            given = Ticket(Purpose.SECOND_FACTOR, who.id, None, "")
            return Entry(self.ledger.people.issue(connection, given, SECOND_FACTOR_HOURS), True)

    def second(self, token: str, code: str, visitor: Visitor) -> str:
        """Begin a session with the second factor, and return its token.

        :param token: of the sign-in that waits.
        :param code: of the authenticator, or one of the recovery codes.
        :raises NotFound: when the sign-in waited too long.
        :raises Unauthenticated: when the code is wrong or was used already.
        :raises TooManyAttempts: after too many wrong ones.
        """
        with self.ledger.database.engine.connect() as connection:
            given = self.ledger.people.valid(connection, token, Purpose.SECOND_FACTOR)
        if given is None or given.person is None:
            raise NotFound("You waited too long. Sign in again.")
        throttle.spend(self.ledger.database, throttle.SECOND_FACTOR, given.person)
        with self.ledger.database.writing() as connection:
            is_right = spend_code(self.ledger.factors, connection, given.person, code)
            if is_right and self.ledger.people.redeem(connection, token, Purpose.SECOND_FACTOR):
                throttle.forgive(connection, throttle.SECOND_FACTOR, given.person)
                who = self.ledger.people.get(connection, given.person)
                return self._begin(connection, who, visitor)
        raise Unauthenticated("The code is wrong, or was used already. Wait for the next one.")

    def signed_in(self, token: str) -> tuple[Session, Person] | None:
        """Return the session with a token, and whose it is; None when it has ended."""
        with self.ledger.database.engine.connect() as connection:
            found = self.ledger.people.session_of(connection, token)
        if found is None:
            return None
        begun = found[0]
        if begun.seen_at < in_hours(-MAX_IDLE_HOURS) or begun.created_at < in_hours(
            -MAX_SESSION_HOURS
        ):
            return None
        if begun.seen_at < in_hours(-SEEN_HOURS):
            with self.ledger.database.writing() as connection:
                self.ledger.people.note_seen(connection, begun.digest)
        return found

    def sign_out(self, who: Person, digest: str, visitor: Visitor) -> None:
        """End a session of a person.

        :raises NotFound: when there is no such session.
        """
        with self.ledger.database.writing() as connection:
            if not digest.isalnum() or not self.ledger.people.end_session(
                connection, who.id, digest
            ):
                raise NotFound("This session has ended already.")
            self._note(connection, who, "Signed out.", visitor)

    def _begin(self, connection: sa.Connection, who: Person, visitor: Visitor) -> str:
        require_active(connection, who.id, "your account")
        agent = visitor.agent[:MAX_AGENT_CHARACTERS]
        known = self.ledger.people.sessions(connection, who.id)
        if known and all(one.agent != agent for one in known):
            letter = letters.new_device(self.site, visitor.address, agent)
            post(self.ledger.outbox, connection, who.email, letter)
        _, token = self.ledger.people.begin_session(connection, who.id, visitor.address, agent)
        self._note(connection, who, "Signed in.", visitor)
        return token

    def _note(self, connection: sa.Connection, who: Person, words: str, visitor: Visitor) -> None:
        self.ledger.activities.note(connection, words, person=who.id, address=visitor.address)
