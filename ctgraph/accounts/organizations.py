"""Organizations that come to a registry: described, submitted, asked back, approved or declined."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ctgraph import publishing
from ctgraph.accounts import profile
from ctgraph.accounts.actors import Actor, note, person_of, require, role_of
from ctgraph.accounts.letters import Letter, tell
from ctgraph.accounts.rights import Act, Role, StaffAct, require_staff
from ctgraph.accounts.visitor import Visitor
from ctgraph.errors import BadParameter, Conflict, InvalidDocument, NotFound
from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger import Ledger
from ctgraph.ledger.applications import Application, State
from ctgraph.ledger.discarding import discard
from ctgraph.ledger.people import Person
from ctgraph.ledger.values import Organization
from ctgraph.problem import Problem
from ctgraph.publishing.intake import accept_here
from ctgraph.settings import Settings
from ctgraph.work.calls import Runner, directly

MAX_WORDS_CHARACTERS = 5_000
"""Characters of what is said about an application or a draft at once."""
FOLLOWING = {
    State.DRAFT: {State.SUBMITTED},
    State.SUBMITTED: {State.QUESTIONED, State.APPROVED, State.DECLINED},
    State.QUESTIONED: {State.SUBMITTED, State.APPROVED, State.DECLINED},
    State.DECLINED: {State.SUBMITTED},
    State.APPROVED: set[State](),
}
"""The states that may follow each state of an application."""
_TOLD = {
    State.QUESTIONED: ("needs more information about", "Answer, and submit it again."),
    State.APPROVED: ("approved", "Its record is published, and it may publish others."),
    State.DECLINED: ("declined", "You may change the description, and submit it again."),
}


@dataclass(frozen=True)
class Applicants:
    """The use cases of organizations that come to a registry."""

    settings: Settings
    ledger: Ledger

    def role(self, who: Person, record: Ctid) -> Role | None:
        """Return the role of a person in an organization."""
        with self.ledger.database.engine.connect() as connection:
            return role_of(self.ledger, connection, who, record)

    def begin(
        self, who: Person, name: str, document: bytes, record: Ctid, visitor: Visitor
    ) -> None:
        """Begin to describe a new organization, of which the person becomes the administrator.

        :param document: its own record, which may be unfinished.
        :param record: its CTID, which is new.
        """
        self.ledger.organizations.add(name, record)
        with self.ledger.database.writing() as connection:
            self.ledger.applications.begin(connection, record, document)
            self.ledger.applications.admit(connection, record, who.id, Role.ADMINISTRATOR)
            self._note(connection, who, record, "Began to describe the organization.", visitor)

    def describe(self, who: Actor, record: Ctid, name: str, document: bytes) -> None:
        """Keep another description of an organization that is not approved yet.

        :raises Forbidden: when the person may not.
        :raises Conflict: when the organization is approved: then its record is changed instead.
        """
        with self.ledger.database.writing() as connection:
            require(self.ledger, connection, who, record, Act.DESCRIBE)
            if self._found(connection, record).state is State.APPROVED:
                raise Conflict("The organization is approved. Change its record instead.")
            self.ledger.applications.describe(connection, record, name, document)

    def amend(self, who: Actor, record: Ctid, fields: dict[str, Any]) -> None:
        """Change some fields of the description of an organization that is not approved yet.

        :raises Forbidden: when whoever asks may not.
        :raises Conflict: when the organization is approved: then its record is changed instead.
        """
        with self.ledger.database.writing() as connection:
            require(self.ledger, connection, who, record, Act.DESCRIBE)
            self.ledger.applications.hold(connection, record)
            found = self._found(connection, record)
            if found.state is State.APPROVED:
                raise Conflict("The organization is approved. Change its record instead.")
            told = profile.fields_of(found.document) | fields
            document = profile.document_of(told, record, Identity.of(self.settings))
            self.ledger.applications.describe(connection, record, told["name"], document)

    def submit(
        self, who: Actor, record: Ctid, words: str, visitor: Visitor, run: Runner = directly
    ) -> None:
        """Ask the staff to approve an organization, or answer its question.

        :raises Forbidden: when the person may not.
        :raises InvalidDocument: with all that is missing in its description.
        :raises Conflict: when it was submitted or approved already.
        """
        with self.ledger.database.engine.connect() as connection:
            require(self.ledger, connection, who, record, Act.DESCRIBE)
            document = self._found(connection, record).document
        run(accept_here, self.settings, document)
        with self.ledger.database.writing() as connection:
            asked = self._move(connection, who, record, State.SUBMITTED, words)
            self._note(connection, who, record, "Submitted the organization for approval.", visitor)
            for one in self.ledger.people.staff(connection):
                self._post(connection, one.email, _submitted(asked, self.settings.base_url))

    def discard(self, who: Person, record: Ctid, seen: Collection[str], visitor: Visitor) -> None:
        """Delete an organization that was never submitted, with its drafts; tell its other members.

        :param seen: its drafts as the person saw them: of each the CTID, a blank, and the digest.
        :raises Forbidden: when the person may not.
        :raises NotFound: when there is no such application.
        :raises Conflict: when it was submitted, has published something, or has other drafts.
        """
        with self.ledger.database.writing() as connection:
            require(self.ledger, connection, who, record, Act.DESCRIBE)
            self.ledger.drafts.hold(connection, record)
            self.ledger.applications.hold(connection, record)
            found = self._found(connection, record)
            require_draft(found)
            drafts = self.ledger.drafts.of(record)
            if {f"{one.ctid} {one.digest}" for one in drafts} != {*seen}:
                raise Conflict("The drafts changed since you saw them. Look again.")
            told = f"{who.name} discarded {found.name}, which was never submitted, and its drafts."
            for one in self.ledger.applications.members(record):
                if one.person != who.id:
                    self._post(connection, one.email, Letter(told.rstrip("."), (told,)))
            discard(connection, record)
            words = f"Discarded the organization {found.name} ({record}); drafts: {len(drafts)}."
            self.ledger.activities.note(connection, words, person=who.id, address=visitor.address)

    def missing(self, asked: Application, run: Runner = directly) -> list[Problem]:
        """Return what keeps a description from being submitted."""
        try:
            run(accept_here, self.settings, asked.document)
        except InvalidDocument as error:
            return error.problems
        return []

    def decide(
        self, staff: Person, record: Ctid, state: State, words: str, visitor: Visitor
    ) -> None:
        """Approve or decline an organization, or ask for more information.

        On approval its record is published.

        :raises Forbidden: when the person is not of the staff.
        :raises BadParameter: when an organization is declined or asked without a word.
        :raises Conflict: when somebody else decided already.
        """
        require_staff(staff.is_staff, StaffAct.DECIDE)
        if state is not State.APPROVED:
            require_words(words)
        with self.ledger.database.writing() as connection:
            asked = self._move(connection, staff, record, state, words)
            done, remedy = _TOLD[state]
            self._note(connection, staff, record, f"The registry {done} the organization.", visitor)
            letter = _decided(asked, done, remedy, words, self.settings.base_url)
            for one in self.ledger.applications.members(record):
                self._post(connection, one.email, letter)
        if state is State.APPROVED:
            self._publish(asked, staff)

    def approve_by_rule(self, who: Actor, asked: Application, rule: str, visitor: Visitor) -> None:
        """Approve an organization that meets a rule (:mod:`ctgraph.accounts.automatic`).

        Nothing happens when it changed meanwhile, or somebody decided on it.

        :param asked: the application that was looked at.
        """
        record, said = asked.organization, f"Approved without the staff, by this rule: {rule}"
        with self.ledger.database.writing() as connection:
            self.ledger.applications.hold(connection, record)
            if self._found(connection, record) != asked:
                return
            self.ledger.applications.move(connection, record, State.APPROVED, None, said)
            self._note(connection, who, record, said, visitor)
            letter = _approved(asked, said, self.settings.base_url)
            for one in self.ledger.applications.members(record):
                self._post(connection, one.email, letter)
            for staff in self.ledger.people.staff(connection):
                self._post(connection, staff.email, letter)
        self._publish(asked, who)

    def _publish(self, asked: Application, who: Actor) -> None:
        """Publish the record of an organization that was approved."""
        owner = Organization(asked.organization, asked.name, asked.updated_at)
        publishing.publish(self.settings, self.ledger, owner, asked.document, who.id)

    def may_publish(self, record: Ctid) -> bool:
        """Tell whether an organization may publish: it is approved, or never had to ask."""
        with self.ledger.database.engine.connect() as connection:
            found = self.ledger.applications.get(connection, record)
        return found is None or found.state is State.APPROVED

    def _found(self, connection: sa.Connection, record: Ctid) -> Application:
        found = self.ledger.applications.get(connection, record)
        if found is None:
            raise NotFound(f"There is no application of {record}.")
        return found

    def _move(
        self, connection: sa.Connection, who: Actor, record: Ctid, state: State, words: str
    ) -> Application:
        found = self._found(connection, record)
        if state not in FOLLOWING[found.state]:
            raise Conflict(f"The organization is {found.state} already. Look again.")
        said = require_words(words) if words.strip() else ""
        self.ledger.applications.move(connection, record, state, person_of(who), said)
        return found

    def _post(self, connection: sa.Connection, email: str, letter: Letter) -> None:
        tell(self.ledger.outbox, connection, email, letter)

    def _note(
        self, connection: sa.Connection, who: Actor, record: Ctid, words: str, visitor: Visitor
    ) -> None:
        note(self.ledger, connection, who, record, words, visitor)


def require_draft(asked: Application) -> None:
    """Make sure that an organization was never submitted.

    :raises Conflict: when it was.
    """
    if asked.state is not State.DRAFT:
        raise Conflict("The organization was submitted, so it is not discarded any more.")


def require_words(words: str) -> str:
    """Return what somebody says to others, as it is kept.

    :raises BadParameter: when it is nothing, or too long.
    """
    said = words.replace("\0", "").strip()
    if not said:
        raise BadParameter("Say what is missing or why, in a sentence that the people can use.")
    if len(said) > MAX_WORDS_CHARACTERS:
        raise BadParameter(f"Say it in {MAX_WORDS_CHARACTERS:,} characters at most.")
    return said


def _submitted(asked: Application, site: str) -> Letter:
    return Letter(
        f"{asked.name} asks for approval",
        (f"{asked.name} asks to publish in the registry.",),
        f"{site}/staff/organizations/{asked.organization}",
    )


def _approved(asked: Application, said: str, site: str) -> Letter:
    _, remedy = _TOLD[State.APPROVED]
    return Letter(
        f"{asked.name}: the registry approved your organization",
        (f"{asked.name}: {said}", remedy),
        f"{site}/account/organizations/{asked.organization}",
    )


def _decided(asked: Application, done: str, remedy: str, words: str, site: str) -> Letter:
    said = (f"They say: {words.strip()}",) if words.strip() else ()
    return Letter(
        f"{asked.name}: the registry {done} your organization",
        (f"The registry's staff {done} {asked.name}.", *said, remedy),
        f"{site}/account/organizations/{asked.organization}",
    )
