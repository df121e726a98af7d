"""The registry's staff suspends people and organizations, and lifts that again."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from ctgraph.accounts.letters import Letter, post
from ctgraph.accounts.organizations import MAX_WORDS_CHARACTERS
from ctgraph.accounts.rights import StaffAct, require_staff
from ctgraph.accounts.visitor import Visitor
from ctgraph.errors import BadParameter, Conflict, NotFound
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger import Ledger
from ctgraph.ledger.names import Named, get
from ctgraph.ledger.people import Person
from ctgraph.ledger.suspensions import suspended


@dataclass(frozen=True)
class Suspending:
    """The use cases of suspensions in one registry."""

    ledger: Ledger

    def subject(self, id: str) -> Named:
        """Return the person or the organization with an id or a CTID.

        :raises NotFound: when there is none.
        """
        if found := get(self.ledger.database, id):
            return found
        raise NotFound("There is no such person or organization.")

    def change(self, staff: Person, id: str, suspend: bool, words: str, visitor: Visitor) -> None:
        """Suspend a person or an organization, or lift the suspension. Both need a reason.

        A person who is suspended cannot sign in. An organization that is suspended keeps its
        records; its keys and members cannot write.

        :raises Forbidden: when the person is not of the staff.
        :raises NotFound: when there is no such person or organization.
        :raises BadParameter: without a reason, and for oneself.
        :raises Conflict: when it stands like this already.
        """
        require_staff(staff.is_staff, StaffAct.SUSPEND)
        said, subject = words.replace("\0", "").strip(), self.subject(id)
        if not said or len(said) > MAX_WORDS_CHARACTERS:
            raise BadParameter(f"Give the reason, in {MAX_WORDS_CHARACTERS:,} characters at most.")
        if id == staff.id:
            raise BadParameter("You cannot suspend yourself. Ask another one of the staff.")
        did = "suspended" if suspend else "lifted the suspension of"
        with self.ledger.database.writing() as connection:
            if (suspended(connection, id) is not None) == suspend:
                raise Conflict("Somebody else did this already. Reload the page.")
            if suspend:
                self.ledger.suspensions.begin(connection, id, said)
            else:
                self.ledger.suspensions.lift(connection, id)
            self._tell(connection, subject, (f"The registry {did} {subject.name}.", said))
            record = Ctid(id) if id.startswith("ce-") else None
            if suspend and record is None:
                self.ledger.people.end_sessions(connection, id)
            self.ledger.activities.note(
                connection,
                f"The registry {did} {subject.name}: {said}",
                person=staff.id,
                organization=record,
                address=visitor.address,
            )

    def _tell(self, connection: sa.Connection, subject: Named, told: tuple[str, str]) -> None:
        members = [one.email for one in self.ledger.applications.members(Ctid(subject.id))]
        for email in [subject.more] if "@" in subject.more else members:
            post(self.ledger.outbox, connection, email, Letter(told[0].removesuffix("."), told))
