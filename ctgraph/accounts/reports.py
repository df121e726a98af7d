"""Reports of readers: a problem with a record reaches the people who can mend it."""

from __future__ import annotations

from dataclasses import dataclass

from ctgraph.accounts import throttle
from ctgraph.accounts.letters import Letter, tell
from ctgraph.accounts.people import normal
from ctgraph.accounts.rights import Role
from ctgraph.accounts.visitor import Visitor
from ctgraph.errors import BadParameter, RecordNotFound
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger import Ledger
from ctgraph.ledger.values import Envelope

MAX_REPORT_CHARACTERS = 2_000
"""Characters of what a reader reports."""


@dataclass(frozen=True)
class Reports:
    """The use cases of reports in one registry.

    :param site: the address of the site, without a slash at the end.
    """

    ledger: Ledger
    site: str

    def about(self, record: Ctid) -> Envelope:
        """Return the envelope of a record that may be reported.

        :raises RecordNotFound: when the registry never held it.
        """
        found = self.ledger.records.find(record)
        if found is None:
            raise RecordNotFound(record)
        return found

    def report(self, record: Ctid, words: str, email: str, visitor: Visitor) -> None:
        """Tell the administrators of the owner of a record, or the staff where it has none.

        :param email: of the reader, for an answer; empty for none.
        :raises BadParameter: when nothing is said, too much, or the address is none.
        :raises TooManyAttempts: after too many reports from one network.
        """
        words = words.replace("\0", "").strip()
        if not words or len(words) > MAX_REPORT_CHARACTERS:
            raise BadParameter(f"Say what is wrong, in {MAX_REPORT_CHARACTERS:,} characters.")
        answer = f"Answer to {normal(email)}." if email.strip() else "They left no address."
        about = self.about(record)
        throttle.spend(self.ledger.database, throttle.REPORT_FROM, visitor.network)
        letter = Letter(
            f"A reader reports a problem with {about.name}",
            (f"A reader reports a problem with {about.name}:", words, answer),
            f"{self.site}/resources/{record}",
        )
        members = self.ledger.applications.members(about.owner)
        recipients = [one.email for one in members if one.role == Role.ADMINISTRATOR]
        with self.ledger.database.writing() as connection:
            recipients = recipients or [one.email for one in self.ledger.people.staff(connection)]
            for one in recipients:
                tell(self.ledger.outbox, connection, one, letter)
            said = f"A reader reported a problem with {about.name}: {words}"
            self.ledger.activities.note(connection, said, organization=about.owner)
