"""The way back for people who lost their second factors and their recovery codes.

The registry's staff makes sure who somebody is, and asks for the removal. It waits for a day: the
owner is told at once, and stops it by the link in the mail, by a sign-in with a second factor, or
by a new one. So no stranger with a good story gets in unseen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import sqlalchemy as sa

from ctgraph.accounts.letters import Letter, post
from ctgraph.accounts.people import normal
from ctgraph.accounts.rights import StaffAct, require_staff
from ctgraph.accounts.visitor import Visitor
from ctgraph.errors import BadParameter, Conflict, NotFound
from ctgraph.ledger import Ledger
from ctgraph.ledger.people import Person, Purpose, Ticket, in_hours
from ctgraph.ledger.removals import Removal
from ctgraph.ledger.suspensions import suspended

WAIT_HOURS = 24
"""How long the removal of second factors waits: time enough to read a mail that stops it."""
MAX_REASON_CHARACTERS = 1_000
"""Characters of what the staff says of how it knows who somebody is."""
_ENDED = "The second factors were removed already, or somebody stopped the removal."


class Kept(NamedTuple):
    """How the second factors of a person stand.

    :param removal: the one that waits; None where none does.
    :param is_due: whether they are removed when it has waited: see :meth:`LostFactors.remove_due`.
    """

    person: Person
    has_authenticator: bool
    passkeys: int
    removal: Removal | None
    is_due: bool


@dataclass(frozen=True)
class LostFactors:
    """The use cases of lost second factors in one registry.

    :param site: the address of the site, without a slash at the end.
    """

    ledger: Ledger
    site: str

    def kept(self, staff: Person, id: str) -> Kept:
        """Return how the second factors of a person stand.

        :raises Forbidden: when the one who asks is not of the staff.
        :raises NotFound: when there is no such person.
        """
        require_staff(staff.is_staff, StaffAct.RESCUE)
        with self.ledger.database.engine.connect() as connection:
            who = self.ledger.people.find(connection, id)
            if who is None:
                raise NotFound("There is no such person.")
            removal = self.ledger.removals.of(connection, id)
            return Kept(
                who,
                self.ledger.factors.secret(connection, id) is not None,
                len(self.ledger.passkeys.of(connection, id)),
                removal,
                removal is not None and self._counts(connection, removal),
            )

    def ask(self, staff: Person, id: str, words: str, visitor: Visitor) -> None:
        """Let the removal of all second factors of a person begin to wait.

        :param words: how the staff knows who it is.
        :raises Forbidden: when the one who asks is not of the staff.
        :raises NotFound: when there is no such person.
        :raises BadParameter: without a reason, and for oneself.
        :raises Conflict: when there is nothing to remove, or a removal waits already.
        """
        who = self.kept(staff, id).person
        reason = _reason(words)
        if id == staff.id:
            raise BadParameter("You cannot do this for yourself. Ask another one of the staff.")
        with self.ledger.database.writing() as connection:
            self._require_factors(connection, who)
            if self.ledger.removals.of(connection, id):
                raise Conflict("Somebody else asked for this already. Reload the page.")
            due = in_hours(WAIT_HOURS)
            self.ledger.removals.add(connection, Removal(id, staff.id, reason, due))
            given = Ticket(Purpose.KEEP_FACTORS, id, None, "")
            token = self.ledger.people.issue(connection, given, WAIT_HOURS)
            post(self.ledger.outbox, connection, who.email, _waits(self.site, token, due, reason))
            did = f"The registry's staff asked to remove the second factors of {who.name}: {reason}"
            self._note(connection, did, (who, staff), visitor.address)

    def stop(self, staff: Person, id: str, visitor: Visitor) -> None:
        """Stop a removal, as the staff.

        :raises Forbidden: when the one who asks is not of the staff.
        :raises NotFound: when there is no such person.
        :raises Conflict: when no removal waits.
        """
        who = self.kept(staff, id).person
        with self.ledger.database.writing() as connection:
            if self.ledger.removals.end(connection, id) is None:
                raise Conflict(_ENDED)
            self._stay(connection, who, visitor.address, (who, staff))

    def keep(self, token: str, visitor: Visitor) -> None:
        """Stop a removal by the link that its owner was sent, and tell who asked for it.

        :raises NotFound: when the link was used already or is too old.
        """
        with self.ledger.database.writing() as connection:
            given = self.ledger.people.redeem(connection, token, Purpose.KEEP_FACTORS)
            if given is None or given.person is None:
                raise NotFound(_ENDED)
            who = self.ledger.people.get(connection, given.person)
            if not end_by_owner(self.ledger, connection, who, "by the link", visitor):
                raise NotFound(_ENDED)

    def remove_due(self) -> None:
        """Remove the second factors of everybody for whom a removal has waited long enough.

        They stay where whoever asked for it is suspended, or no longer of the staff.
        """
        for id in self.ledger.removals.due():
            with self.ledger.database.writing() as connection:
                if removal := self.ledger.removals.end(connection, id):  # nobody else took it
                    who = self.ledger.people.get(connection, id)
                    if self._counts(connection, removal):
                        self._remove(connection, who, removal.reason)
                    else:
                        self._stay(connection, who, "", (who,))

    def _counts(self, connection: sa.Connection, removal: Removal) -> bool:
        """Tell whether the word of the one who asked for a removal still counts."""
        asker = self.ledger.people.get(connection, removal.asked_by)
        return asker.is_staff and not suspended(connection, asker.id)

    def remove_at_once(self, email: str, words: str) -> Person:
        """Remove all second factors of a person, as the operator, who can read the ledger anyway.

        :raises NotFound: when nobody has the address.
        :raises BadParameter: when the address is none, or without a reason.
        :raises Conflict: when there is nothing to remove.
        """
        email, reason = normal(email), _reason(words)
        with self.ledger.database.writing() as connection:
            found = self.ledger.people.with_email(connection, email)
            if found is None:
                raise NotFound(f"Nobody has an account with the address {email}.")
            self._require_factors(connection, found[0])
            self.ledger.removals.end(connection, found[0].id)
            self._remove(connection, found[0], reason)
            return found[0]

    def _remove(self, connection: sa.Connection, who: Person, reason: str) -> None:
        self.ledger.factors.forget(connection, who.id)
        self.ledger.factors.forget_recovery(connection, who.id)
        for one in self.ledger.passkeys.of(connection, who.id):
            self.ledger.passkeys.remove(connection, who.id, one.id)
        for purpose in (Purpose.KEEP_FACTORS, Purpose.SECOND_FACTOR):
            self.ledger.people.void(connection, who.id, purpose)
        self.ledger.people.end_sessions(connection, who.id)
        self._note(connection, f"The registry removed the second factors: {reason}", (who,), "")
        post(self.ledger.outbox, connection, who.email, _removed(self.site, reason))

    def _stay(
        self, connection: sa.Connection, who: Person, address: str, noted: tuple[Person, ...]
    ) -> None:
        self.ledger.people.void(connection, who.id, Purpose.KEEP_FACTORS)
        words = "The registry's staff stopped the removal of your second factors."
        post(self.ledger.outbox, connection, who.email, Letter(words.rstrip("."), (words,)))
        self._note(connection, words, noted, address)

    def _require_factors(self, connection: sa.Connection, who: Person) -> None:
        if not self.ledger.factors.is_on(connection, who.id):
            raise Conflict(f"{who.name} has no second factor, so there is none to remove.")

    def _note(
        self, connection: sa.Connection, words: str, people: tuple[Person, ...], address: str
    ) -> None:
        for one in people:
            self.ledger.activities.note(connection, words, person=one.id, address=address)


def end_by_owner(
    ledger: Ledger, connection: sa.Connection, who: Person, how: str, visitor: Visitor
) -> bool:
    """Stop a removal because its owner has a second factor; tell whether one waited.

    :param how: the owner showed that, such as "by the link".
    """
    removal = ledger.removals.end(connection, who.id)
    if removal is None:
        return False
    ledger.people.void(connection, who.id, Purpose.KEEP_FACTORS)
    words = f"{who.name} stopped the removal of the second factors {how}."
    ledger.activities.note(connection, words, person=who.id, address=visitor.address)
    asker = ledger.people.get(connection, removal.asked_by)
    said = "Somebody else may have told you a story. Make sure who it was."
    post(ledger.outbox, connection, asker.email, Letter(words.rstrip("."), (words, said)))
    return True


def _reason(words: str) -> str:
    said = " ".join(words.replace("\0", "").split())
    if not said or len(said) > MAX_REASON_CHARACTERS:
        raise BadParameter(
            f"Say how you know who it is, in {MAX_REASON_CHARACTERS:,} characters at most."
        )
    return said


def _waits(site: str, token: str, due: str, reason: str) -> Letter:
    return Letter(
        "Your second factors will be removed",
        (
            "The registry's staff will remove the second factors of your account, because somebody "
            f"said that you lost them. They are removed on {due[:10]} at {due[11:16]} UTC.",
            f"What the staff says: {reason}",
            "If you did not ask for this, follow the link to stop it, and choose a new password. "
            "A sign-in with your second factor stops it, too.",
        ),
        f"{site}/account/second-factor/keep?token={token}",
    )


def _removed(site: str, reason: str) -> Letter:
    return Letter(
        "Your second factors were removed",
        (
            "The registry removed the second factors and the recovery codes of your account, and "
            "ended its sessions. From now on the password alone signs you in.",
            f"What was said: {reason}",
            "Sign in, and set up a second factor again.",
        ),
        f"{site}/account/security/second-factor",
    )
