"""Signing in and out: with a password or a passkey, and with a second factor where there is one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import sqlalchemy as sa

from ctgraph.accounts import letters, passwords, throttle
from ctgraph.accounts.factors import spend_code
from ctgraph.accounts.letters import post
from ctgraph.accounts.lost_factors import end_by_owner
from ctgraph.accounts.passkeys import Passkeys
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
_TOO_LONG = "You waited too long. Sign in again."
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
            return self.enter(connection, who, visitor)

    def enter(
        self,
        connection: sa.Connection,
        who: Person,
        visitor: Visitor,
        *,
        has_second_factor: bool = False,
    ) -> Entry:
        """Begin a session of somebody who proved who it is, or a sign-in that waits.

        :param has_second_factor: whether an identity provider checked one, which is not asked for
            again then.
        :raises Forbidden: when the account is suspended.
        """
        if has_second_factor or not self.ledger.factors.is_on(connection, who.id):
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
        person = self.waiting(token)
        throttle.spend(self.ledger.database, throttle.SECOND_FACTOR, person)
        with self.ledger.database.writing() as connection:
            if spend_code(self.ledger.factors, connection, person, code):
                return self._second(connection, token, person, visitor)
        raise Unauthenticated("The code is wrong, or was used already. Wait for the next one.")

    def second_by_passkey(self, token: str, answer: str, visitor: Visitor) -> str:
        """Begin a session with a passkey as second factor, and return its token.

        :param token: of the sign-in that waits.
        :param answer: see :meth:`ctgraph.accounts.passkeys.Passkeys.used`, also for the errors.
        :raises NotFound: when the sign-in waited too long.
        :raises TooManyAttempts: after too many wrong answers.
        """
        person = self.waiting(token)
        throttle.spend(self.ledger.database, throttle.SECOND_FACTOR, person)
        Passkeys(self.ledger, self.site).used(answer, person, visitor)
        with self.ledger.database.writing() as connection:
            return self._second(connection, token, person, visitor)

    def by_passkey(self, answer: str, visitor: Visitor) -> str:
        """Begin a session with a passkey alone, and return its token.

        The authenticator verified its user, so no second factor is asked for.

        :param answer: see :meth:`ctgraph.accounts.passkeys.Passkeys.used`, also for the errors.
        :raises TooManyAttempts: after too many wrong answers.
        """
        throttle.spend(self.ledger.database, throttle.SIGN_IN_FROM, visitor.network)
        person = Passkeys(self.ledger, self.site).used(answer, None, visitor)
        with self.ledger.database.writing() as connection:
            throttle.give_back(connection, throttle.SIGN_IN_FROM, visitor.network)
            return self._begin(connection, self.ledger.people.get(connection, person), visitor)

    def waiting(self, token: str) -> str:
        """Return the id of the person whose sign-in waits for the second factor.

        :raises NotFound: when it waited too long, or nothing waits.
        """
        with self.ledger.database.engine.connect() as connection:
            given = self.ledger.people.valid(connection, token, Purpose.SECOND_FACTOR)
        if given is None or given.person is None:
            raise NotFound(_TOO_LONG)
        return given.person

    def has_passkeys(self, token: str) -> bool:
        """Tell whether the person whose sign-in waits has passkeys."""
        with self.ledger.database.engine.connect() as connection:
            given = self.ledger.people.valid(connection, token, Purpose.SECOND_FACTOR)
            return bool(
                given and given.person and self.ledger.passkeys.of(connection, given.person)
            )

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

    def _second(self, connection: sa.Connection, token: str, person: str, visitor: Visitor) -> str:
        if not self.ledger.people.redeem(connection, token, Purpose.SECOND_FACTOR):
            raise NotFound(_TOO_LONG)
        throttle.forgive(connection, throttle.SECOND_FACTOR, person)
        return self._begin(connection, self.ledger.people.get(connection, person), visitor)

    def _begin(self, connection: sa.Connection, who: Person, visitor: Visitor) -> str:
        require_active(connection, who.id, "your account")
        end_by_owner(self.ledger, connection, who, "by a sign-in", visitor)  # with a factor
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
